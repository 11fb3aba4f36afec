"""What a crawl asks the index about captures: which record holds a payload, what was captured and not finished."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from crawler.clock import rfc3339
from crawler.formats.article import RecordRef
from crawler.formats.warc import Original
from crawler.index.events import hashed_key, instant


class Captured(NamedTuple):
    """A capture that has no outcome yet."""

    url: str
    date: int
    status: int
    ref: RecordRef


class Captures:
    """Questions about captures. None of them changes the index."""

    db: sqlite3.Connection

    def original(self, payload_digest: str) -> Original | None:
        """The stored response with this payload."""
        query = "SELECT record_id, url, date, digest, transfer_encoding, content_encoding, etag, last_modified FROM payloads WHERE digest=?"
        row = self.db.execute(query, (payload_digest,)).fetchone()
        return Original(row[0], row[1], rfc3339(instant(row[2])), *row[3:]) if row else None

    def record_with(self, payload_digest: str) -> RecordRef | None:
        """Where the stored response with this payload stands: the record that a revisit with the same digest refers to."""
        query = "SELECT file, offset, length, record_id FROM payloads WHERE digest=?"
        row = self.db.execute(query, (payload_digest,)).fetchone()
        if row is None:
            return None
        file, offset, length, record_id = row
        return RecordRef(file=file, offset=offset, length=length, record_id=record_id, payload_digest=payload_digest)

    def original_of(self, url: str) -> Original | None:
        """The stored response whose payload `url` had at the last full answer: what a 304 means."""
        row = self.db.execute("SELECT digest FROM urls WHERE key=?", (hashed_key(url),)).fetchone()
        return self.original(row[0]) if row and row[0] else None

    def answered_alike(self, url: str, status: int, payload_digest: str | None) -> bool:
        """Whether the last answer of `url` was this one."""
        row = self.db.execute("SELECT status, digest FROM urls WHERE key=?", (hashed_key(url),)).fetchone()
        return bool(row) and (row == (status, payload_digest) if status == 200 else row[0] == status)

    def pending(self) -> list[Captured]:
        """Captures without an outcome, oldest first: what a crash or a stop left to finish."""
        return self._pending()

    def _pending(self, where: str = "", *values: str) -> list[Captured]:
        query = f"SELECT url, date, status, file, offset, length, record_id, payload_digest FROM pending {where} ORDER BY date, record_id"
        return [
            Captured(url, date, status, RecordRef(file=file, offset=offset, length=length, record_id=record_id, payload_digest=digest))
            for url, date, status, file, offset, length, record_id, digest in self.db.execute(query, values)
        ]

    def captured(self, record_id: str) -> Captured | None:
        """The capture with this record, as long as it has no outcome."""
        return next((item for item in self._pending("WHERE record_id=?", record_id)), None)

    def is_pending(self, url: str) -> bool:
        """Whether `url` has a capture without an outcome."""
        return self.db.execute("SELECT 1 FROM pending WHERE url=?", (url,)).fetchone() is not None
