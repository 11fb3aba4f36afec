"""What a source was at its last reading, out of the archive: what it has stopped naming, and what it says otherwise now."""

from __future__ import annotations

import logging

from crawler.discovery import Document, Source
from crawler.errors import ArchiveDamaged, CaptureError
from crawler.formats.archive import Archive
from crawler.formats.capture import Capture
from crawler.formats.warc import read_capture
from crawler.index import Index

logger = logging.getLogger(__name__)


class Readings:
    """Reads back the answer of a source before the one that has just come."""

    def __init__(self, archive: Archive, index: Index) -> None:
        self._archive = archive
        self._index = index

    def before(self, source: Source, capture: Capture) -> Document | None:
        """What `source` was the last time that a run dealt with all that it named; None where `capture` says the same, and where its
        record cannot be had, as that is no reason to fail a crawl."""
        digest = capture.ref.payload_digest if capture.ref else None
        state = self._index.source_state(source)
        if state is None or state.dealt_with is None or state.dealt_with == digest:
            return None
        ref = self._index.record_with(state.dealt_with)
        if ref is None:
            return None
        try:
            then = read_capture(self._archive.root, ref)
            return Document(then.url, then.body(), then.header("content-type") or "", _headers(then))
        except (ArchiveDamaged, CaptureError) as fault:
            logger.warning("%s: its last reading could not be read back: %s", source.url, fault)
            return None


def _headers(capture: Capture) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in capture.headers)
