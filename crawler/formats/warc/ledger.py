"""Every response and revisit record of an archive in a temporary database, so that links between files can be checked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from crawler.formats.article import RecordRef
from crawler.formats.warc.exchange import target_uri
from crawler.formats.warc.record import Record, bare, one_line

_SCHEMA = """
CREATE TABLE records (
  id TEXT PRIMARY KEY, type TEXT, file TEXT, offset INTEGER, length INTEGER, url TEXT, date TEXT, digest TEXT,
  original TEXT, original_url TEXT, original_date TEXT, cited INTEGER DEFAULT 0
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    file: str
    """Relative to the archive folder."""
    offset: int | None
    """Bytes from the file's start; None where the file as a whole is meant."""
    what: str

    def __str__(self) -> str:
        place = "" if self.offset is None else f"offset {self.offset}: "
        return one_line(f"{self.file}: {place}{self.what}")


@dataclass(frozen=True, slots=True)
class Citation:
    """An article line that names the record it was read from."""

    file: str
    """The line's file, relative to the archive folder."""
    offset: int
    """Where the line starts in it."""
    ref: RecordRef
    url: str
    captured: str
    """RFC 3339 as WARC-Date has it."""


class Ledger:
    """Remembers records and answers what does not fit together. SQLite keeps it on disk when it grows. A context manager."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")
        self._db.execute(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def add(self, file: str, record: Record) -> Problem | None:
        """Takes a response or revisit record; the problem where its id is not the first of its kind."""
        row = (
            record.id,
            record.type,
            file,
            record.offset,
            record.length,
            record.url,
            record.get("WARC-Date"),
            record.get("WARC-Payload-Digest"),
            bare(record.get("WARC-Refers-To") or "") or None,
            record.get("WARC-Refers-To-Target-URI"),
            record.get("WARC-Refers-To-Date"),
        )
        if self._db.execute("INSERT OR IGNORE INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?,0)", row).rowcount:
            return None
        known = self._db.execute("SELECT file, offset FROM records WHERE id = ?", (record.id,)).fetchone()
        same = known == (file, record.offset)  # an open file was closed while it was being verified
        return None if same else Problem(file, record.offset, f"record id {record.id} is used twice")

    def revisits(self) -> Iterator[Problem]:
        """Revisits whose original is missing, is itself a revisit, or is not what they say."""
        rows = self._db.execute(
            """SELECT r.file, r.offset, r.original, o.type, o.digest IS r.digest, o.url IS r.original_url, o.date IS r.original_date
            FROM records r LEFT JOIN records o ON o.id = r.original WHERE r.type = 'revisit' ORDER BY r.file, r.offset"""
        )
        for file, offset, original, kind, same_digest, same_url, same_date in rows:
            if kind is None:
                yield Problem(file, offset, f"the revisit's original {original} is not in the archive")
            elif kind != "response":
                yield Problem(file, offset, f"the revisit's original {original} is itself a {kind}")
            elif not (same_digest and same_url and same_date):
                wrong = [name for name, same in (("payload digest", same_digest), ("URI", same_url), ("date", same_date)) if not same]
                yield Problem(file, offset, f"the revisit and its original {original} differ in {', '.join(wrong)}")

    def cite(self, citation: Citation) -> Iterator[Problem]:
        """What is wrong between an article line and the record that it names; marks the record as cited."""
        ref = citation.ref
        row = self._db.execute("SELECT file, offset, length, digest, url, date FROM records WHERE id = ?", (ref.record_id,)).fetchone()
        if row is None:
            yield Problem(
                citation.file, citation.offset, f"its record {ref.record_id} is not in the archive ({ref.file}, offset {ref.offset})"
            )
            return
        self._db.execute("UPDATE records SET cited = 1 WHERE id = ?", (ref.record_id,))
        ours = (ref.file, ref.offset, ref.length, ref.payload_digest, target_uri(citation.url), citation.captured)
        names = ("file", "offset", "length", "payload digest", "URL", "date")
        for name, said, found in zip(names, ours, row, strict=True):
            if said != found:
                yield Problem(citation.file, citation.offset, f"it says {name} {said} of record {ref.record_id}, which has {found}")

    def state(self, record_id: str) -> bool | None:
        """Whether an article cites the record; None where there is no such record."""
        row = self._db.execute("SELECT cited FROM records WHERE id = ?", (record_id,)).fetchone()
        return None if row is None else bool(row[0])
