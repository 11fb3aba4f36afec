"""WARC files of other programs: kept as they are, and held to nothing but their own bytes and the records that articles name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from crawler.clock import rfc3339
from crawler.errors import ArchiveDamaged
from crawler.formats.fixity import digest_problem
from crawler.formats.warc.exchange import target_uri
from crawler.formats.warc.ledger import Ledger, Problem
from crawler.formats.warc.reader import ANSWERS, warc_date
from crawler.formats.warc.record import Record, Unreadable, records

FOREIGN = "foreign"
"""The type under which the ledger knows another program's answers: their revisits may refer to files that we do not have."""


def require_warc(path: Path) -> None:
    """Raises ArchiveDamaged, in plain words, where `path` does not begin with a WARC record that can be read by itself; OSError."""
    with path.open("rb") as source:
        try:
            begun = next(records(source), None)
        except Unreadable as fault:
            hint = "; it was compressed as a whole and not record by record: gunzip it first" if "more than one record" in fault.why else ""
            raise ArchiveDamaged(f"{fault.why}{hint}") from fault
    if begun is None:
        raise ArchiveDamaged("the file is empty")


def verify_foreign(paths: Iterable[Path], root: Path, ledger: Ledger) -> Iterator[Problem]:
    """What has changed in imported files since they were imported; their records go into `ledger`. `root` is the archive folder.

    A place that cannot be read was so when the file came, as long as its digest holds, and is no damage of the archive's.
    """
    for path in paths:
        file = path.relative_to(root).as_posix()
        if what := digest_problem(path):
            yield Problem(file, None, what)
        with path.open("rb") as source:
            try:
                for record in records(source):
                    if record.type in ANSWERS:
                        ledger.add(file, _as_read(record))  # the same record in two imported files is no fault
            except Unreadable as hole:
                if what:
                    yield Problem(file, hole.offset, hole.why)


def _as_read(record: Record) -> Record:
    """The record with URL and date in the spelling that an article read from it has."""
    date = record.get("WARC-Date") or ""
    with suppress(ArchiveDamaged):  # of a record without a date, no article was read
        date = rfc3339(warc_date(date))
    headers = {
        "WARC-Type": FOREIGN,
        "WARC-Record-ID": record.id,
        "WARC-Target-URI": target_uri(record.url),
        "WARC-Date": date,
        "WARC-Payload-Digest": record.get("WARC-Payload-Digest"),
    }
    return replace(record, headers=tuple((name, value) for name, value in headers.items() if value is not None))
