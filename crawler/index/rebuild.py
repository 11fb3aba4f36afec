"""The index from the archive alone: WARC files, article lines, crawl logs, reports, in that order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from crawler.formats.archive import SiteArchive, read_crawl_log
from crawler.formats.run import decode_run
from crawler.formats.warc import captures
from crawler.index.events import Event, Written, apply
from crawler.index.seal import unseal


def catch_up(db: sqlite3.Connection, site: SiteArchive) -> int:
    """Reads the closed files of `site` that the index does not know, all or nothing; returns how many there were.

    Raises ArchiveDamaged where a file cannot be read, ArchiveUnwritable where there is no room.
    """
    known = {row[0] for row in db.execute("SELECT path FROM files")}
    fresh = [path for path in _files(site) if site.relative(path) not in known]
    if not fresh:
        return 0
    db.execute("BEGIN IMMEDIATE")
    try:
        for path in fresh:
            for event in _events(site, path):
                apply(db, event)
            db.execute("INSERT INTO files VALUES (?)", (site.relative(path),))
    except BaseException:
        db.execute("ROLLBACK")
        raise
    unseal(site.index_path)
    db.execute("COMMIT")
    return len(fresh)


def missing_files(db: sqlite3.Connection, site: SiteArchive) -> str | None:
    """The first file that the index knows and the archive does not have; None where all are there."""
    there = {site.relative(path) for path in _files(site)}
    return next((path for (path,) in db.execute("SELECT path FROM files ORDER BY path") if path not in there), None)


def _files(site: SiteArchive) -> list[Path]:
    return [*site.warc_files(), *site.article_files(), *site.crawl_logs(), *site.reports()]


def _events(site: SiteArchive, path: Path) -> Iterator[Event]:
    if path.name.endswith(".warc.gz"):
        yield from captures(path, site.root)
    elif path.name.endswith(".crawl.jsonl"):
        yield from read_crawl_log(path)
    elif path.suffix == ".jsonl":
        yield from (Written(place, article) for place, article in site.lines(path))
    else:
        yield decode_run(path.read_bytes(), path)
