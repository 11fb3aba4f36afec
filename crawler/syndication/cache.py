"""The cache of the whole archive: which texts have been read, by which keys they are found, which articles are linked."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Self
from urllib.parse import quote

from crawler.errors import ArchiveDamaged, ArchiveError
from crawler.formats.archive import Archive, LinePlace
from crawler.index.database import Connection, connect, discard
from crawler.syndication.linking import link
from crawler.syndication.texts import METHOD, shingles

logger = logging.getLogger(__name__)

BATCH = 1_000
"""Lines after which what was read so far is kept, at the end of a file: a call that is killed is continued by the next."""

_TABLES = """
CREATE TABLE made (method TEXT NOT NULL);
CREATE TABLE files (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE articles (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, site TEXT NOT NULL, url TEXT NOT NULL, headline TEXT, published TEXT,
  captured TEXT NOT NULL,                                          -- of the first state; the rest is of the last
  story INTEGER                                                    -- number of one of the articles that are linked with it
);
CREATE INDEX articles_story ON articles (story) WHERE story IS NOT NULL;
CREATE TABLE texts (                                               -- every state whose body differs from the one before
  number INTEGER PRIMARY KEY, article INTEGER NOT NULL, site TEXT NOT NULL, file TEXT NOT NULL, offset INTEGER NOT NULL,
  length INTEGER NOT NULL
);
CREATE TABLE keys (key INTEGER, text INTEGER, PRIMARY KEY (key, text)) WITHOUT ROWID;
CREATE TABLE links (
  article INTEGER, other INTEGER, similarity REAL NOT NULL, shared REAL NOT NULL, PRIMARY KEY (article, other)
) WITHOUT ROWID;
CREATE INDEX links_other ON links (other);
"""
REMEMBERED = 200
"""Texts of which the shingles are kept at hand, about 60 KB each: what one site has taken over, others have within hours."""


class _Connection(Connection):
    called = "the cache of syndicated stories"
    remedy = "where it is deleted, it is made anew"


class SyndicationCache:
    """The links of one archive. Several processes may read and update it at once; none of them needs a lock of a site."""

    def __init__(self, archive: Archive, db: sqlite3.Connection) -> None:
        self._archive = archive
        self.db = db
        self._shingles_at = lru_cache(REMEMBERED)(self._read_shingles)

    @classmethod
    def open(cls, archive: Archive) -> Self:
        """The cache of `archive`, brought up to date with its closed files.

        One that is garbled, was made in another way or tells of files that are not there any more is made anew. Where nobody may write
        to the archive, it is brought up to date in a temporary copy, with a warning where that has much to read.
        Raises ArchiveDamaged where article lines cannot be read, ArchiveUnwritable where there is no room for it.
        """
        cache = (cls._opened(archive) or cls._made_anew(archive)) if _may_write(archive) else cls._copied(archive)
        try:
            cache._catch_up()
        except BaseException:
            cache.close()
            raise
        return cache

    @classmethod
    def _opened(cls, archive: Archive) -> Self | None:
        """The cache as it was left; None where it is not to be trusted."""
        path = archive.syndication_path
        if not path.exists():
            return None
        try:
            cache = cls(archive, connect(path, _Connection))
        except ArchiveDamaged as fault:
            logger.warning("%s: it is made anew, because %s", path, fault)
            return None
        try:
            if stale := cache._stale():
                raise ArchiveDamaged(stale)
        except ArchiveDamaged as fault:
            logger.warning("%s: it is made anew, because %s", path, fault)
            cache.close()
            return None
        return cache

    @classmethod
    def _made_anew(cls, archive: Archive) -> Self:
        discard(archive.syndication_path)
        db = connect(archive.syndication_path, _Connection)
        return cls(archive, _prepared(db))

    @classmethod
    def _copied(cls, archive: Archive) -> Self:
        """The cache in a temporary database, of which nothing is kept; as it was left, or empty where it is not to be trusted."""
        path = archive.syndication_path
        if path.exists():
            cache = cls(archive, sqlite3.connect("", isolation_level=None, factory=_Connection))
            try:
                with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)) as left:
                    left.backup(cache.db)
                if not cache._stale():
                    return cache
            except (sqlite3.DatabaseError, ArchiveError) as fault:
                logger.warning("%s cannot be read: %s", path, fault)
            cache.close()
        if archive.article_files():
            logger.warning("%s can neither be used nor made anew, as nobody may write there: each call reads the whole archive", path)
        db = sqlite3.connect("", isolation_level=None, factory=_Connection)
        return cls(archive, _prepared(db))

    def close(self) -> None:
        """Closes the database."""
        self.db.close()

    def _stale(self) -> str | None:
        if self.db.execute("SELECT method FROM made").fetchone() != (METHOD,):
            return "it was made in another way"
        there = {self._archive.relative(path) for path in self._archive.article_files()}
        known = (path for (path,) in self.db.execute("SELECT path FROM files ORDER BY path"))
        return next((f"it tells of {path}, which is not there" for path in known if path not in there), None)

    def _catch_up(self) -> None:
        """Reads the files that are new, oldest run first over all sites, so that what is read together was published together."""
        known = {path for (path,) in self.db.execute("SELECT path FROM files")}
        fresh = [path for path in self._archive.article_files() if self._archive.relative(path) not in known]
        for batch in _batches(fresh):
            with self._transaction():
                for path in batch:
                    self._read(path)

    def _read(self, path: Path) -> None:
        name = self._archive.relative(path)
        if not self.db.execute("INSERT OR IGNORE INTO files VALUES (?)", (name,)).rowcount:
            return  # another process was faster
        for place, article in self._archive.lines(path):
            link(self.db, place, article, self._shingles_at)

    def _read_shingles(self, place: LinePlace) -> frozenset[str]:
        return shingles(self._archive.read_line(place).body or "")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")


def _may_write(archive: Archive) -> bool:
    """Also where there is nothing yet, not even the folder: then the disk itself says whether it takes it."""
    return all(os.access(path, os.W_OK) for path in (archive.root, archive.syndication_path) if path.exists())


def _prepared(db: sqlite3.Connection) -> sqlite3.Connection:
    """An empty database with its tables."""
    db.executescript(f"BEGIN; {_TABLES} COMMIT;")
    db.execute("INSERT INTO made VALUES (?)", (METHOD,))
    return db


def _batches(paths: list[Path]) -> Iterator[list[Path]]:
    """The files in order, as many at a time as have about `BATCH` lines."""
    batch: list[Path] = []
    size = 0
    for path in paths:
        batch.append(path)
        size += path.stat().st_size
        if size >= BATCH * _LINE_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


_LINE_BYTES = 8_000
"""Usual size of an article line."""
