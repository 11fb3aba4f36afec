"""Where things stand in the archive, and how to read them."""

from __future__ import annotations

import heapq
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from crawler.clock import rfc3339
from crawler.errors import ArchiveDamaged, ConfigError
from crawler.formats.archive.crawl_log import CrawlLine
from crawler.formats.archive.files import OPEN, lines, listed, remove, repair_lines, write_beside
from crawler.formats.archive.in_time import STAMP, decode_line, in_time, in_time_together, run_started, tells_of_the_past
from crawler.formats.archive.lock import SiteLock
from crawler.formats.article import Article, decode_article
from crawler.formats.run import KEPT, Run, decode_run, encode_run

_SITE_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
IMPORTED = "imported"

Since = datetime | date | str


@dataclass(frozen=True, slots=True)
class LinePlace:
    """Where a line stands: file relative to the archive folder (final name, with slashes), offset and length in bytes."""

    file: str
    offset: int
    length: int


class Archive:
    """The archive folder, and the reader of what is in it. Reading never takes a lock and never sees half a line."""

    def __init__(self, root: str | Path) -> None:
        """Raises ConfigError where `root` is a file."""
        self.root = Path(root)
        if self.root.is_file():
            raise ConfigError(f"{self.root} is a file; the archive is a folder (ARCHIVE_DIR)")

    def site(self, key: str) -> SiteArchive:
        """The part of one site, whether or not anything is there yet. Raises ConfigError for a key that is no plain name."""
        return SiteArchive(self.root, key)

    def sites(self) -> list[str]:
        """Keys of the sites that have something in the archive, sorted."""
        if not self.root.is_dir():
            return []
        folders = (folder for folder in self.root.iterdir() if _SITE_KEY.fullmatch(folder.name) and folder.is_dir())
        return sorted(folder.name for folder in folders if any((folder / part).is_dir() for part in ("warc", "articles", "runs")))

    @property
    def syndication_path(self) -> Path:
        """What is known of stories that several sites tell."""
        return self.root / "syndication.sqlite"

    def article_files(self) -> list[Path]:
        """Closed files of article lines of all sites, oldest run first."""
        return sorted((path for key in self.sites() for path in self.site(key).article_files()), key=lambda path: (path.name, path))

    def relative(self, path: Path) -> str:
        """`path` relative to the archive folder, with slashes."""
        return path.relative_to(self.root).as_posix()

    def lines(self, path: Path) -> Iterator[tuple[LinePlace, Article]]:
        """The articles of one closed file in the order in which they were written, each with its place."""
        file = self.relative(path)
        for offset, line in lines(path):
            yield LinePlace(file, offset, len(line)), decode_line(path, offset, line)

    def read_line(self, place: LinePlace) -> Article:
        """The article whose line stands at `place`, also while its file is open. Raises ArchiveDamaged where it is not there."""
        path = self.root / place.file
        source = path if path.exists() else path.with_name(path.name + OPEN)
        try:
            with source.open("rb") as file:
                file.seek(place.offset)
                return decode_line(path, place.offset, file.read(place.length))
        except FileNotFoundError:
            raise ArchiveDamaged(f"{path}: the file is gone") from None

    def articles(self, site: str | None = None, since: Since | None = None, latest: bool = False) -> Iterator[Article]:
        """Every state of every article in order of capture: of all sites or of one, captured at or after `since`.

        `since` is a datetime, a date or RFC 3339; what has no zone is UTC. With `latest`, only the last state of each article.
        Articles that are gone are there too, with `change` gone. Raises ArchiveDamaged at a line that is no article.
        """
        keys = self.sites() if site is None else [site]
        series = [self.site(key).articles(since, latest) for key in keys]
        yield from heapq.merge(*series, key=lambda article: article.captured)

    def runs(self, site: str) -> Iterator[Run]:
        """The reports of a site's runs, oldest first."""
        return self.site(site).runs()


class SiteArchive:
    """One site's part of the archive: its paths, its lock, its closed files."""

    def __init__(self, root: Path, key: str) -> None:
        if not _SITE_KEY.fullmatch(key):
            raise ConfigError(f"{key!r} cannot name a site: use letters, digits, dot, underscore and hyphen, not beginning with a dot")
        self.root = root
        self.key = key

    @property
    def folder(self) -> Path:
        """The site's folder."""
        return self.root / self.key

    @property
    def index_path(self) -> Path:
        """The index database."""
        return self.folder / "index.sqlite"

    @property
    def templates_path(self) -> Path:
        """What was learnt of the site's layouts."""
        return self.folder / "templates.json"

    @cached_property
    def lock(self) -> SiteLock:
        """The site's lock."""
        return SiteLock(self.folder / "lock")

    @cached_property
    def due_lock(self) -> SiteLock:
        """Held by the call of `crawldue` that looks whether the site is due and then runs it, so that no other call does the same."""
        return SiteLock(self.folder / "due.lock")

    def warc_folder(self, moment: datetime) -> Path:
        """Where WARC files begun at `moment` go."""
        return self.folder / "warc" / f"{moment.astimezone(UTC):%Y}"

    def articles_path(self, run_id: str) -> Path:
        """Where the article lines of a run go."""
        return self.folder / "articles" / run_id[:4] / run_id[4:6] / f"{run_id}.jsonl"

    def crawl_log_path(self, run_id: str) -> Path:
        """Where the crawl log of a run goes."""
        return self.folder / "runs" / f"{run_id}.crawl.jsonl"

    def report_path(self, run_id: str) -> Path:
        """Where the report of a run goes."""
        return self.folder / "runs" / f"{run_id}.json"

    @property
    def imported_folder(self) -> Path:
        """Where WARC files of other programs go that articles were taken out of."""
        return self.folder / "warc" / IMPORTED

    def warc_files(self) -> list[Path]:
        """Closed WARC files of the site's own runs, oldest first."""
        files = (path for path in listed(self.folder / "warc", "*/*.warc.gz") if path.parent.name != IMPORTED)
        return sorted(files, key=lambda path: path.name)

    def imported_files(self) -> list[Path]:
        """WARC files of other programs, compressed or not, by name."""
        return sorted(path for path in listed(self.imported_folder, "*") if path.name.endswith((".warc.gz", ".warc")))

    def article_files(self) -> list[Path]:
        """Closed files of article lines, oldest first."""
        return sorted(listed(self.folder / "articles", "*/*/*.jsonl"), key=lambda path: path.name)

    def crawl_logs(self) -> list[Path]:
        """Closed crawl logs, oldest first."""
        return sorted(listed(self.folder / "runs", "*.crawl.jsonl"))

    def reports(self) -> list[Path]:
        """Reports, oldest first."""
        return sorted(listed(self.folder / "runs", "*.json"))

    def open_line_files(self) -> list[Path]:
        """Article files and crawl logs that a run has not closed."""
        return sorted([*listed(self.folder / "articles", "*/*/*.jsonl" + OPEN), *listed(self.folder / "runs", "*.jsonl" + OPEN)])

    def open_files(self) -> list[Path]:
        """Every file that is being written, or that a crash has left."""
        return sorted(self.folder.rglob("*" + OPEN))

    def relative(self, path: Path) -> str:
        """`path` relative to the archive folder, with slashes."""
        return path.relative_to(self.root).as_posix()

    def last_run_id(self) -> str | None:
        """The greatest id of a run that left anything but WARC files."""
        files = [*listed(self.folder / "runs", "*.json*"), *listed(self.folder / "articles", "*/*/*.jsonl*")]
        return max((path.name.split(".")[0] for path in files), default=None)

    def runs(self, newest_first: bool = False) -> Iterator[Run]:
        """The reports, oldest first unless told otherwise; each is read when it is asked for."""
        for path in reversed(self.reports()) if newest_first else self.reports():
            yield decode_run(path.read_bytes(), path)

    def runs_since(self, moment: datetime, most: int | None = None) -> list[Run]:
        """The reports of runs begun at or after `moment` by the time in their ids, which a clock set back does not fool; oldest first.
        Of more than `most`, the last ones."""
        paths = self.reports()[-most:] if most else self.reports()
        return [decode_run(path.read_bytes(), path) for path in paths if run_started(path.stem) >= moment]

    def write_report(self, run: Run) -> Path:
        """Stores the report of a run. Raises ArchiveUnwritable."""
        path = self.report_path(run.id)
        write_beside(path, encode_run(run))
        return path

    def articles(self, since: Since | None = None, latest: bool = False) -> Iterator[Article]:
        """See `Archive.articles`."""
        begin = _instant(since)
        files = self._files_since(begin)
        last = self._last_places() if latest else None
        late = {path for path in files if tells_of_the_past(path)}
        series = (in_time([path for path in files if path not in late]), in_time_together(late))
        for captured, path, offset, line in heapq.merge(*series, key=lambda place: place[0]):
            if begin and captured < begin:
                continue
            article = decode_line(path, offset, line)
            if last is None or last[article.id] == (path.name, offset):
                yield article

    def lines(self, path: Path) -> Iterator[tuple[LinePlace, Article]]:
        """The articles of one closed file in the order in which they were written, each with its place."""
        return Archive(self.root).lines(path)

    def read_line(self, place: LinePlace) -> Article:
        """See `Archive.read_line`."""
        return Archive(self.root).read_line(place)

    def repair(self) -> list[Path]:
        """Closes the line files that a crash left open; needs the lock, and the WARC files repaired. Returns the closed files.

        Lines are kept up to the first that is not whole, or whose record was lost, and those of a log up to the first that tells of an
        article whose line was lost: a power cut need not spare what was written first.
        """
        for path in listed(self.folder / "runs", "*" + OPEN):
            if not path.name.endswith(".jsonl" + OPEN):
                remove(path)  # reports and digests are written in one go: without their final name they never were whole
        logs = [path for path in self.open_line_files() if path.parent.name == "runs"]
        articles = [path for path in self.open_line_files() if path not in logs]
        closed = [repair_lines(path, self._has_record) for path in articles]
        closed += [repair_lines(path, self._has_article(path.name.split(".")[0])) for path in logs]
        return [path for path in closed if path]

    def _has_article(self, run_id: str) -> Callable[[bytes], bool]:
        """Whether a line of this run's log is whole and its article's line, where it tells of one, is there."""
        path = self.articles_path(run_id)
        articles = (decode_line(path, offset, line) for offset, line in (lines(path) if path.exists() else ()))
        records = {article.warc.record_id for article in articles if article.warc}

        def is_whole(line: bytes) -> bool:
            try:
                told = CrawlLine.model_validate_json(line)
            except ValidationError:
                return False
            return told.outcome not in KEPT or told.record is None or told.record in records

        return is_whole

    def _has_record(self, line: bytes) -> bool:
        """Whether a line is an article whose WARC record is there."""
        try:
            ref = decode_article(line).warc
        except ArchiveDamaged:
            return False
        if ref is None:
            return True
        path = self.root / ref.file
        candidates = (path, path.with_name(path.name + OPEN))
        return any(file.exists() and file.stat().st_size >= ref.offset + ref.length for file in candidates)

    def _files_since(self, begin: str | None) -> list[Path]:
        """Runs of a site do not overlap: a file can be left out when the next one was begun before `begin`."""
        files = self.article_files()
        if begin is None:
            return files
        old = [later for later in files[1:] if rfc3339(run_started(later.stem)) <= begin]
        return files[len(old) :]

    def _last_places(self) -> dict[str, tuple[str, int]]:
        last: dict[str, tuple[str, int]] = {}
        for path in self.article_files():
            for offset, line in lines(path):
                last[decode_line(path, offset, line).id] = (path.name, offset)
        return last


def new_run_id(moment: datetime, after: str | None = None) -> str:
    """An id for a run begun at `moment`, such as `20260301T060000000Z-9f86d081`. Ids sort in the order in which runs were made.

    With the id of the run before as `after`, that holds even where the clock was set back.
    """
    if after:
        moment = max(moment, run_started(after) + timedelta(milliseconds=1))
    return f"{moment.astimezone(UTC).strftime(STAMP)[:-3]}Z-{secrets.token_hex(4)}"


def _instant(since: Since | None) -> str | None:
    """`since` in the spelling of `captured`, which sorts as text."""
    if since is None:
        return None
    moment = datetime.fromisoformat(since) if isinstance(since, str) else since
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return rfc3339(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
