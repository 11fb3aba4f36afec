"""What robots.txt said the last time, so that a site that is crawled every half hour is not asked for it 48 times a day."""

from __future__ import annotations

import logging

from crawler.clock import rfc3339
from crawler.discovery import Document
from crawler.errors import ArchiveDamaged, CaptureError
from crawler.formats.archive import Archive
from crawler.formats.capture import Capture
from crawler.formats.run import RobotsReport
from crawler.formats.warc import read_capture
from crawler.index import Index
from crawler.index.events import microseconds
from crawler.store.ledger import Ledger

logger = logging.getLogger(__name__)

ROBOTS_SECONDS = 24 * 3600
"""How long a robots.txt holds (RFC 9309, section 2.4)."""


class RobotsMemory:
    """Answers of robots.txt that hold: 200 and, as "there is none", 4xx. What could not be had is asked for again by the next run.

    They enter the index with the report. The words of a robots.txt stand in its WARC record only.
    """

    def __init__(self, archive: Archive, ledger: Ledger, index: Index) -> None:
        self.reports: list[RobotsReport] = []
        self._archive = archive
        self._ledger = ledger
        self._index = index

    def answered(self, url: str, capture: Capture) -> None:
        """`capture` answered the request for the robots.txt `url`, perhaps behind redirects."""
        if capture.status == 429 or not (capture.status == 200 or 400 <= capture.status < 500) or capture.truncated:
            return
        digest = capture.ref.payload_digest if capture.ref and capture.status == 200 else None
        time = rfc3339(self._ledger.now())
        self.reports.append(RobotsReport(url=url, time=time, status=capture.status, payload_digest=digest))

    def holding(self, url: str) -> tuple[Document, float] | None:
        """The robots.txt `url` that an earlier run was given, empty where there was none, and for how many more seconds it holds.

        None where it must be asked for.
        """
        state = self._index.robots_state(url)
        if state is None:
            return None
        age = ((microseconds(self._ledger.now()) or 0) - state.time) / 1_000_000
        if not 0 <= age < ROBOTS_SECONDS:
            return None
        body = b"" if state.payload_digest is None else self._words(url, state.payload_digest)
        return None if body is None else (Document(url, body, "text/plain"), ROBOTS_SECONDS - age)

    def _words(self, url: str, payload_digest: str) -> bytes | None:
        ref = self._index.record_with(payload_digest)
        if ref is None:
            return None
        try:
            return read_capture(self._archive.root, ref).body()
        except (ArchiveDamaged, CaptureError) as fault:
            logger.warning("%s: it is asked for again, as its record could not be read back: %s", url, fault)
            return None
