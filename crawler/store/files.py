"""The files of one run: its WARC series, its article lines, its crawl log. They appear with their first content."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from pathlib import Path

from crawler.clock import Now
from crawler.errors import ArchiveUnwritable
from crawler.formats import warc
from crawler.formats.archive import CrawlLine, LineFile, LinePlace, SiteArchive, require_space
from crawler.formats.article import Article, RecordRef, encode_article
from crawler.formats.capture import Capture
from crawler.formats.warc import Original, WarcWriter

logger = logging.getLogger(__name__)

RESERVE = 16_000_000
"""Bytes that stay free: enough to close the files, write the report and commit the index."""
SYNC_LINES = 50
SYNC_SECONDS = 5.0
"""What a power cut may cost in lines, whichever comes first."""


class RunFiles:
    """Every method raises ArchiveUnwritable when the disk refuses. An article line never reaches the medium before its record."""

    def __init__(self, site: SiteArchive, run_id: str, *, now: Now, info: Mapping[str, str], reserve: int = RESERVE) -> None:
        moment = now()
        self._site = site
        self._reserve = reserve
        self.warc = WarcWriter(site.warc_folder(moment), site=site.key, root=site.root, info=info, now=now)
        self.articles = LineFile(site.articles_path(run_id))
        self.log = LineFile(site.crawl_log_path(run_id))
        self._unsynced = 0
        self._synced_at = time.monotonic()

    def check_space(self) -> None:
        """Raises ArchiveUnwritable when the disk is nearly full."""
        require_space(self._site.folder, self._reserve)

    def write_capture(self, capture: Capture, original: Original | None) -> RecordRef:
        """Stores an exchange."""
        self.check_space()
        return self.warc.write(capture, revisit_of=original)

    def write_article(self, article: Article) -> LinePlace:
        """Stores an article line; returns where it will stand under its final name."""
        self.check_space()
        line = encode_article(article)
        offset = self.articles.append(line)
        self._added()
        return LinePlace(self._site.relative(self.articles.path), offset, len(line))

    def write_log_line(self, line: CrawlLine) -> None:
        """Stores a line of the crawl log."""
        self.log.append(line.encode())
        self._added()

    def close(self) -> list[Path]:
        """Syncs, closes and renames everything, the WARC first; returns the files under their final names.

        One that fails does not keep the others open; what failed first is raised at the end, as ArchiveUnwritable.
        """
        closed: list[Path] = []
        failed: ArchiveUnwritable | None = None
        try:
            closed += self.warc.close()
        except ArchiveUnwritable as fault:
            failed = fault
        for file in (self.articles, self.log):
            try:
                if failed:
                    file.abandon()
                elif path := file.close():
                    closed.append(path)
            except ArchiveUnwritable as fault:
                failed = failed or fault
        if failed:
            raise failed
        return closed

    def discard(self) -> None:
        """Removes the files of a run that learnt nothing."""
        self.warc.discard()
        self.articles.discard()
        self.log.discard()

    def _added(self) -> None:
        self._unsynced += 1
        if self._unsynced < SYNC_LINES and time.monotonic() - self._synced_at < SYNC_SECONDS:
            return
        self.warc.sync()
        self.articles.sync()
        self.log.sync()
        self._unsynced, self._synced_at = 0, time.monotonic()


def repair(site: SiteArchive) -> None:
    """Closes what a crash left open, cut to whole records and lines; needs the site's lock. Doing it twice changes nothing."""
    for repaired in warc.repair(site.folder / "warc"):
        logger.warning("repaired after a crash: %s (%d captures; %d bytes cut)", repaired.path, repaired.captures, repaired.cut)
    for path in site.repair():
        logger.warning("repaired after a crash: %s", path)
