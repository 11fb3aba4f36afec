"""Writes down what becomes of each URL: in the files first, then in the index, then in the tally."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from crawler.clock import Now, rfc3339
from crawler.discovery.urls import url_hash
from crawler.errors import ArchiveDamaged, ArchiveError
from crawler.formats.archive import CrawlLine
from crawler.formats.article import Article, RecordRef
from crawler.formats.capture import Capture
from crawler.formats.run import FAILED, Outcome
from crawler.formats.warc import Original
from crawler.index import Index, Why, Written
from crawler.store.files import RunFiles
from crawler.store.tally import Tally

logger = logging.getLogger(__name__)

T = TypeVar("T")

NOTHING_LEARNT: frozenset[Outcome] = frozenset({"source", "not-modified", "robots", "redirect", "absent"})
"""Outcomes that say nothing new where the answer is the one of the last time; neither does a source that fails as it did."""


@cache
def _plainly(why: Why) -> tuple[Why, None]:
    """What is expected of most pages, kept once."""
    return why, None


class Ledger:
    """The only writer of a run. After an error of the disk (`failure`) every further write raises it again."""

    def __init__(self, files: RunFiles, index: Index, tally: Tally, now: Now) -> None:
        self.failure: ArchiveError | None = None
        self.damage: ArchiveDamaged | None = None
        """The first record that should be in the archive and cannot be read back; the run goes on."""
        self.learnt = False
        """Whether the run has anything to keep."""
        self.now = now
        self._files = files
        self._index = index
        self._tally = tally
        self._reasons: dict[int, tuple[Why, str | None]] = {}

    def expect(self, url: str, why: Why, modified: str | None) -> None:
        """`url` will be asked for, because of `why`; its source told the modification date `modified`."""
        self._reasons[url_hash(url)] = (why, modified) if modified else _plainly(why)

    def why(self, url: str) -> Why | None:
        """Why `url` is asked for in this run."""
        return self._reasons.get(url_hash(url), (None, None))[0]

    def write_capture(self, capture: Capture) -> RecordRef:
        """Stores an exchange."""
        with self.failing():
            alike = self._says_nothing_new(capture)
            capture.ref = self._files.write_capture(capture, self._original(capture))
            self._index.apply(capture)
        self.learnt |= not alike
        self._tally.exchange(capture)
        return capture.ref

    def write_article(self, article: Article) -> None:
        """Stores an article line."""
        with self.failing():
            place = self._files.write_article(article)
            self._index.apply(Written(place, article))

    def settle_capture(self, capture: Capture, outcome: Outcome, detail: str = "", *, article: str | None = None) -> None:
        """What became of the URL of an exchange."""
        record = capture.ref.record_id if capture.ref else None
        self.settle(capture.url, outcome, detail, status=capture.status, record=record, via=capture.via, article=article)

    def settle(
        self,
        url: str,
        outcome: Outcome,
        detail: str = "",
        *,
        status: int | None = None,
        record: str | None = None,
        via: str | None = None,
        article: str | None = None,
        modified: str | None = None,
    ) -> None:
        """What became of a URL; a later outcome of the same URL replaces an earlier one. See `CrawlLine` for the parameters."""
        why, told = self._reasons.get(url_hash(url), (None, None))
        again = why is None and outcome in FAILED and outcome == self._index.last_outcome(url)
        line = CrawlLine(
            time=rfc3339(self.now()),
            url=url,
            outcome=outcome,
            detail=detail,
            status=status,
            record=record,
            via=via,
            article=article,
            why=why,
            modified=modified or told,
        )
        with self.failing():
            self._files.write_log_line(line)
            self._index.apply(line)
        self._tally.settled(line)
        self.learnt |= outcome not in NOTHING_LEARNT and not again

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Keeps the first error of the disk, and raises it again instead of doing more."""
        if self.failure:
            raise self.failure
        try:
            yield
        except ArchiveError as fault:
            self.failure = fault
            raise

    def attempt(self, step: Callable[[], T]) -> T | None:
        """What `step` returns; None, logged and kept as `failure`, where the disk refuses. The next step is still worth a try."""
        try:
            return step()
        except ArchiveError as fault:
            logger.error("%s", fault)
            self.failure = self.failure or fault
            return None

    def note_damage(self, fault: ArchiveDamaged) -> None:
        """Keeps the first fault of what is stored, and logs it: one damaged file may hold hundreds of records."""
        if self.damage is None:
            self.damage = fault
            logger.error("%s; the run goes on without it and ends with 65, and `scrapy verify` lists all that is damaged", fault)

    def _says_nothing_new(self, capture: Capture) -> bool:
        if capture.truncated:
            return False
        digest = capture.payload_digest if capture.status == 200 else None
        return capture.status == 304 or self._index.answered_alike(capture.url, capture.status, digest)

    def _original(self, capture: Capture) -> Original | None:
        if capture.status == 304 and capture.conditional:
            return self._index.original_of(capture.url)
        return self._index.original(capture.payload_digest) if capture.status == 200 and capture.truncated is None else None
