"""The database of the index: opened, checked, brought up to date, and changed by one run in one transaction."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from crawler.errors import ArchiveDamaged, ArchiveError, ArchiveUnwritable
from crawler.formats.archive import SiteArchive
from crawler.index import events, rebuild
from crawler.index.questions import Questions
from crawler.index.runs import Runs
from crawler.index.schema import NAMES, TABLES, VERSION
from crawler.index.seal import is_as_sealed, seal, seal_of, unseal
from crawler.index.sources import Sources

logger = logging.getLogger(__name__)

CHECKED_BYTES = 64_000_000
"""Of a file without its seal: up to this size its indexes are checked against its tables too (a tenth of a second)."""


class Index(Questions, Sources, Runs):
    """The index of one site. Who changes it holds the site's lock.

    Between `begin` and `commit` or `roll_back` stands one run: a run that is killed leaves the index as it was before, and the next
    `open` reads what the run's files hold. Readers in other processes see the state before the run until it ends.
    """

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        super().__init__(db)
        self.path = path
        self.changes = 0
        """How much has happened since it was opened: while this stays, so does every answer."""

    @classmethod
    def open(cls, site: SiteArchive) -> Self:
        """The index of `site`, brought up to date with its closed files; needs the lock.

        An index that is garbled, of another version, or of files that are no longer there is made anew, with a warning.
        Raises ArchiveDamaged where the files themselves cannot be read, ArchiveUnwritable where there is no room for an index.
        """
        if not site.index_path.exists() and (site.warc_files() or site.article_files()):
            logger.warning("%s is not there: it is made anew from the archive", site.index_path)
        try:
            index = cls._opened(site)
            if missing := rebuild.missing_files(index.db, site):
                index.db.close()
                raise ArchiveDamaged(f"it tells of {missing}, which is not there")
        except ArchiveDamaged as fault:
            logger.warning("%s is made anew: %s", site.index_path, fault.__cause__ or fault)
            discard(site.index_path)
            index = cls._opened(site)
        return index._caught_up(site)

    @classmethod
    def made_anew(cls, site: SiteArchive) -> Self:
        """The index of `site`, made from its closed files alone; needs the lock. Raises as `open` does."""
        discard(site.index_path)
        return cls._opened(site)._caught_up(site)

    @classmethod
    def _opened(cls, site: SiteArchive) -> Self:
        path = site.index_path
        sealed = is_as_sealed(path)
        if sealed is False:
            raise ArchiveDamaged("its bytes are not those that were sealed")
        db = connect(path)
        try:
            _prepare(db, path, trusted=bool(sealed))
        except ArchiveError:
            db.close()
            raise
        return cls(db, path)

    def _caught_up(self, site: SiteArchive) -> Self:
        try:
            rebuild.catch_up(self.db, site)
        except BaseException:
            self.close()
            raise
        return self

    def begin(self) -> None:
        """Begins a run."""
        self.db.execute("BEGIN IMMEDIATE")

    def apply(self, event: events.Event) -> None:
        """Puts what happened into the tables. Raises ArchiveUnwritable where the disk is full, ArchiveDamaged for a garbled index."""
        self.changes += 1
        events.apply(self.db, event)

    def commit(self, files: list[str]) -> None:
        """Ends a run whose closed files are `files` (relative to the archive folder)."""
        for file in files:
            self.db.execute("INSERT OR IGNORE INTO files VALUES (?)", (file,))
        unseal(self.path)
        self.db.execute("COMMIT")

    def roll_back(self) -> None:
        """Ends a run of which nothing is to stay."""
        if self.db.in_transaction:
            self.db.execute("ROLLBACK")

    def close(self) -> None:
        """Closes the database, and seals it where it has changed; an unfinished run is rolled back."""
        self.roll_back()
        settled = self._settled()
        self.db.close()
        if settled and not seal_of(self.path).exists():
            seal(self.path)

    def _settled(self) -> bool:
        """Whether all of it stands in its own file. Not where a reader has it open, or the disk refuses: then the next run checks it."""
        try:
            busy, *_ = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return bool(busy == 0)
        except ArchiveError:
            return False

    def dump(self) -> Iterator[str]:
        """Every row of every table in a fixed order: two indexes that dump the same give the same answers."""
        for name in NAMES:
            for row in self.db.execute(f"SELECT * FROM {name} ORDER BY 1{', 2' * (name != 'files')}"):
                yield f"{name} {row!r}"


class Connection(sqlite3.Connection):
    """A connection whose errors are ours: ArchiveUnwritable where the disk refuses, ArchiveDamaged for a garbled file."""

    called = "the index"
    """What the database is called in messages."""
    remedy = "`scrapy reindex` makes it anew"

    def execute(self, statement: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As in the standard library."""
        try:  # the same as `_ours`, which costs more than most statements do: twenty a page
            return super().execute(statement, parameters)
        except sqlite3.DatabaseError as fault:
            raise self._error(fault) from fault

    def executemany(self, statement: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As in the standard library."""
        with self._ours():
            return super().executemany(statement, parameters)

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        """As in the standard library."""
        with self._ours():
            return super().executescript(script)

    @contextmanager
    def _ours(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as fault:
            raise self._error(fault) from fault

    def _error(self, fault: sqlite3.DatabaseError) -> ArchiveError:
        if isinstance(fault, sqlite3.OperationalError):
            return ArchiveUnwritable(f"{self.called}: {fault}")
        return ArchiveDamaged(f"{self.called}: {fault}; {self.remedy}")


def connect(path: Path, factory: type[Connection] = Connection) -> sqlite3.Connection:
    """A connection in WAL mode whose transactions are begun by hand."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=10, factory=factory)
    except sqlite3.OperationalError as fault:
        raise ArchiveUnwritable(f"{factory.called}: {fault}") from fault
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")  # a cache: after a power cut it may be older, never garbled
        db.execute("PRAGMA temp_store=FILE")
        db.execute("PRAGMA cache_size=-8000")  # KiB, for ten articles and ten million: with 32,000 a page costs 18 µs of CPU less
    except ArchiveError:
        db.close()
        raise
    return db


def discard(path: Path) -> None:
    """Removes an index with what belongs to it. Raises ArchiveUnwritable where it cannot be removed."""
    try:
        unseal(path)
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
    except OSError as fault:
        raise ArchiveUnwritable(f"{path}: {fault.strerror or fault}") from fault


def _prepare(db: sqlite3.Connection, path: Path, *, trusted: bool) -> None:
    """Makes the tables of an empty database. Raises ArchiveDamaged for one that is not to be trusted."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0 and not db.execute("SELECT 1 FROM sqlite_schema").fetchone():
        db.executescript(f"BEGIN; {TABLES} PRAGMA user_version={VERSION}; COMMIT;")
        return
    if version != VERSION:
        raise ArchiveDamaged(f"it is of version {version}, not {VERSION}")
    check = "integrity_check" if path.stat().st_size <= CHECKED_BYTES else "quick_check"
    if not trusted and (verdict := db.execute(f"PRAGMA {check}(1)").fetchone()[0]) != "ok":
        raise ArchiveDamaged(verdict)
