"""What robots.txt said the last time, so that a site that is crawled every half hour is not asked for it 48 times a day."""

from __future__ import annotations

import logging
import re
from typing import Any

from crawler.clock import rfc3339
from crawler.discovery import Document
from crawler.errors import ArchiveDamaged, CaptureError
from crawler.formats.archive import Archive
from crawler.formats.capture import Capture
from crawler.formats.run import RobotsReport
from crawler.formats.warc import read_capture
from crawler.index import Index
from crawler.index.events import instant, microseconds
from crawler.store.ledger import Ledger

logger = logging.getLogger(__name__)

ROBOTS_SECONDS = 24 * 3600
"""How long a robots.txt holds (RFC 9309, section 2.4)."""

EARLY_SECONDS = 120
"""So much earlier it is asked for again: of two runs a day apart, the second may begin some seconds before its time."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:store|cache)(?=$|[\s,;])", re.IGNORECASE)


def holds(cache_control: str | None) -> int:
    """For how many seconds a robots.txt with that `Cache-Control` holds: a day, or less where it says so (RFC 9111, section 5.2.2)."""
    if _NOT_KEPT.search(cache_control or ""):
        return 0
    age = _MAX_AGE.search(cache_control or "")
    return min(ROBOTS_SECONDS, int(age[1])) if age else ROBOTS_SECONDS


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
        self.reports.append(
            RobotsReport(
                url=url,
                time=rfc3339(self._ledger.now()),
                holds=holds(capture.header("cache-control")),
                record=capture.ref.record_id if capture.ref else None,
                status=capture.status,
                payload_digest=capture.ref.payload_digest if capture.ref and capture.status == 200 else None,
            )
        )

    def holding(self, url: str) -> tuple[Document, float] | None:
        """The robots.txt `url` that an earlier run was given, empty where there was none, and for how many more seconds it holds.

        None where it must be asked for. What is given is reported as obeyed.
        """
        state = self._index.robots_state(url)
        if state is None:
            return None
        age = ((microseconds(self._ledger.now()) or 0) - state.time) / 1_000_000
        if not 0 <= age < state.holds - EARLY_SECONDS:
            return None
        body = b"" if state.payload_digest is None else self._words(url, state.payload_digest)
        if body is None:
            return None
        answer: dict[str, Any] = state._asdict() | {"time": rfc3339(instant(state.time))}
        self.reports.append(RobotsReport(url=url, remembered=True, **answer))
        return Document(url, body, "text/plain"), state.holds - age

    def _words(self, url: str, payload_digest: str) -> bytes | None:
        ref = self._index.record_with(payload_digest)
        if ref is None:
            return None
        try:
            return read_capture(self._archive.root, ref).body()
        except (ArchiveDamaged, CaptureError) as fault:
            logger.warning("%s: it is asked for again, as its record could not be read back: %s", url, fault)
            return None
