"""The archive folder: its layout, its lock, its line files and their readers. Only this package builds paths under it.

    archive/<site>/warc/YYYY/…warc.gz            what crossed the wire
    archive/<site>/warc/imported/…warc[.gz]      files of other programs that articles were taken out of, as they are
    archive/<site>/articles/YYYY/MM/<run>.jsonl  one line for each state of an article
    archive/<site>/runs/<run>.json               the run's report
    archive/<site>/runs/<run>.crawl.jsonl        one line for each URL's outcome
    archive/<site>/index.sqlite                  a cache of all that
    archive/<site>/templates.json                what was learnt of the site's layouts; a cache too
    archive/syndication.sqlite                   a cache too: stories that several sites tell
    archive/<site>/lock                          held by the process that writes to the site
    archive/<site>/due.lock                      held by the call of `crawldue` that runs the site

A file being written ends in `.open` and is renamed when whole: what a reader finds under a final name never changes again.
"""

from crawler.formats.archive.crawl_log import CrawlLine, crawl_log_schema, read_crawl_log
from crawler.formats.archive.files import LineFile, free_bytes, remove, require_space, write_beside
from crawler.formats.archive.in_time import run_started
from crawler.formats.archive.layout import Archive, LinePlace, SiteArchive, new_run_id
from crawler.formats.archive.lock import SiteLock

__all__ = [
    "Archive",
    "CrawlLine",
    "LineFile",
    "LinePlace",
    "SiteArchive",
    "SiteLock",
    "crawl_log_schema",
    "free_bytes",
    "new_run_id",
    "read_crawl_log",
    "remove",
    "require_space",
    "run_started",
    "write_beside",
]
