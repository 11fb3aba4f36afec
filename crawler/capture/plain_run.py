"""The run of a spider that has none of its own: its captures are kept all the same, under its name."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import signals
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.spider import DefaultSpider

from crawler.clock import clock
from crawler.errors import ArchiveUnwritable
from crawler.formats.archive import Archive, SiteArchive
from crawler.formats.warc import WarcWriter, repair
from crawler.store.report import warc_information

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.formats.article import RecordRef
    from crawler.formats.capture import Capture

logger = logging.getLogger(__name__)


class PlainRun:
    """A WARC series in `archive/<spider's name>/warc/`, and nothing else: no index, no articles, no revisits.

    Holds the lock of that name until Scrapy has closed the spider.
    """

    def __init__(self, crawler: Crawler, paths: SiteArchive) -> None:
        """Needs the lock: `of` is the way in."""
        self._crawler = crawler
        self._failed = False
        self._lock = paths.lock
        settings, now = crawler.settings, clock(crawler.settings.get("NOW"))
        about = f"crawl of the spider {paths.key}"
        robots = settings.getbool("ROBOTS_OBEY") or settings.getbool("ROBOTSTXT_OBEY")
        info = warc_information(paths.key, about, settings["USER_AGENT"], obey_robots=robots, operator=None)
        self._warc = WarcWriter(paths.warc_folder(now()), site=paths.key, root=paths.root, info=info, now=now)
        crawler.signals.connect(self.close, signal=signals.spider_closed)

    @classmethod
    def begin_where_missing(cls, crawler: Crawler) -> None:
        """Gives the spider of `crawler` its `run`, unless it has one; None to the nameless spider of `shell` and `fetch`.

        What a crash of the same spider left is repaired first. Raises SiteLocked where another process crawls under its name,
        ArchiveUnwritable.
        """
        spider = crawler.spider
        if spider is None or hasattr(spider, "run"):
            return
        spider.run = None if isinstance(spider, DefaultSpider) else cls._begin(crawler, spider.name)  # type: ignore[attr-defined]

    @classmethod
    def _begin(cls, crawler: Crawler, name: str) -> Self:
        folder = Path(crawler.settings.get("ARCHIVE_DIR") or "archive")
        paths = Archive(folder).site(re.sub(r"^\.|[^A-Za-z0-9._-]", "-", name))
        lock = paths.lock.acquire()
        try:
            for repaired in repair(paths.folder / "warc"):
                logger.warning("repaired after a crash: %s (%d bytes cut)", repaired.path, repaired.cut)
            return cls(crawler, paths)
        except BaseException:
            lock.release()
            raise

    def write(self, capture: Capture) -> RecordRef:
        """Stores an exchange. Raises ArchiveUnwritable, and then ends the crawl."""
        try:
            return self._warc.write(capture)
        except ArchiveUnwritable:
            if not self._failed and self._crawler.engine is not None:
                deferred_from_coro(self._crawler.engine.close_spider_async(reason="unwritable"))
            self._failed = True
            raise

    def close(self) -> None:
        """Closes the files, and gives the lock back."""
        try:
            self._warc.close()
        finally:
            self._lock.release()
