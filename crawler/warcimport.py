"""Articles out of WARC files of other programs: CC-NEWS, Heritrix, wget, browsertrix.

The file goes into the archive as it is and stays the record that the articles point to. Its pages take the same way as those of a
crawl: the site's config says which addresses are articles, the same extraction reads them, the same store compares them with what is
known, oldest first over all files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawler.clock import Now
from crawler.discovery import is_article_url
from crawler.discovery.hosts import same_site
from crawler.errors import ArchiveDamaged, ConfigError
from crawler.extraction import Extracted, Refusal
from crawler.extraction.standing import Standing
from crawler.extraction.workers import ExtractionPool
from crawler.formats.archive import Archive
from crawler.formats.archive.imported import drop_file, keep_file
from crawler.formats.article import Article, RecordRef
from crawler.formats.capture import Capture
from crawler.formats.run import KEPT, End, Run
from crawler.formats.site import Site
from crawler.formats.warc import captures, cdxj_path, require_warc, write_cdxj
from crawler.reextraction import Originals
from crawler.store import Store
from crawler.store.hints import hints_of


@dataclass(slots=True)
class ForeignFile:
    """One foreign file, and what it held."""

    source: Path
    path: Path
    """Where it stands in the archive."""
    known: bool
    """Whether it stood there before this import."""
    done: bool = False
    """Whether an earlier import has dealt with it, so that it was not read."""
    exchanges: int = 0
    """HTTP exchanges of all sites."""
    pages: int = 0
    """Those that may be articles of this site."""
    orphans: int = 0
    """Pages that stand in the file only as a reference to a record that was not found."""
    lines: int = 0
    """Article lines that point into the file."""
    problem: str | None = None
    """Why reading ended before the file did."""


@dataclass(slots=True)
class Outcome:
    """What an import did."""

    run: Run
    files: list[ForeignFile]
    refused: dict[str, list[str]]
    """URLs by the reason for which they are no articles."""
    damaged: list[str]
    """Records that could not be read back, in plain words."""


@dataclass(slots=True)
class _Page:
    """A stored page that may be an article."""

    file: ForeignFile
    date: datetime
    url: str
    ref: RecordRef
    revisit_of: str | None
    original: RecordRef | None = None
    standing: Standing = field(default_factory=dict)
    """With which it is read."""


@dataclass(slots=True)
class _Bodies:
    """Where the responses of the site stand, by what a revisit may name of its original."""

    by_id: dict[str, RecordRef] = field(default_factory=dict)
    by_digest: dict[str, RecordRef] = field(default_factory=dict)

    def add(self, ref: RecordRef) -> None:
        self.by_id[ref.record_id] = ref
        if ref.payload_digest:
            self.by_digest.setdefault(ref.payload_digest, ref)

    def original(self, page: _Page) -> RecordRef | None:
        digest = page.ref.payload_digest
        return self.by_id.get(page.revisit_of or "") or (self.by_digest.get(digest) if digest else None)


class WarcImport:
    """Imports of WARC files into one site's archive.

    `again`: whether files that were imported before are read once more, for a config that has changed since. `stop` is asked between
    pages.
    """

    def __init__(
        self,
        archive: Archive,
        site: Site,
        *,
        now: Now,
        again: bool = False,
        jobs: int | None = None,
        timeout_s: float = 10.0,
        memory_bytes: int = 1 << 30,
        stop: Callable[[], End | None] = lambda: None,
    ) -> None:
        self._archive = archive
        self._site = site
        self._paths = archive.site(site.key)
        self._now = now
        self._again = again
        self._jobs = jobs or os.cpu_count() or 1
        self._limits = timeout_s, memory_bytes
        self._stop = stop
        self._refused: dict[str, list[str]] = {}
        self._damaged: list[str] = []

    def run(self, sources: Sequence[Path]) -> Outcome:
        """Imports `sources` as one run of the site, with a report of its own. A file that gave no article is not kept.

        Raises ConfigError for a file that cannot be read or is no WARC file, SiteLocked, ArchiveUnwritable, ArchiveDamaged; what was
        written before the error stays, and doing it again goes on there.
        """
        for source in sources:
            _require(source)
        store = Store.begin(self._archive, self._site, now=self._now, mode="import")
        files: list[ForeignFile] = []
        end: End = "error"
        try:
            files += self._keep(sources)
            for page, result, before in self._extracted(store, self._pages(files)):
                self._commit(store, page, result, before)
            end = self._stop() or "finished"
            if end == "finished":
                store.imported += self._settled(files)
        finally:
            run = store.close(end)
        if store.failure:
            raise store.failure
        return Outcome(run, files, self._refused, self._damaged)

    # -- files ---------------------------------------------------------------------------------------------------------

    def _keep(self, sources: Iterable[Path]) -> Iterator[ForeignFile]:
        """Puts the files into the archive, each once."""
        done = {name for run in self._paths.runs() if run.mode == "import" for name in run.warc_files}
        seen: set[Path] = set()
        for source in sources:
            kept = keep_file(self._paths, source)
            if kept.path not in seen:
                seen.add(kept.path)
                skipped = not self._again and self._paths.relative(kept.path) in done
                yield ForeignFile(source, kept.path, kept.known, skipped)

    def _settled(self, files: Iterable[ForeignFile]) -> Iterator[Path]:
        """Indexes the files that articles point to, and gives them; the others leave the archive, unless they were there before."""
        for file in files:
            if not file.lines and not file.known:
                drop_file(file.path)
                continue
            if not cdxj_path(file.path).exists():
                write_cdxj(file.path)
            if not file.done:
                yield file.path

    # -- pages ---------------------------------------------------------------------------------------------------------

    def _pages(self, files: Iterable[ForeignFile]) -> list[_Page]:
        """All pages that may be articles, oldest first."""
        bodies = _Bodies()
        pages = [page for file in files if not file.done for page in self._scan(file, bodies)]
        readable = []
        for page in pages:
            if page.revisit_of is not None:
                page.original = bodies.original(page)
                if page.original is None:
                    page.file.orphans += 1
                    continue
            readable.append(page)
        return sorted(readable, key=lambda page: (page.date, page.ref.file, page.ref.offset))

    def _scan(self, file: ForeignFile, bodies: _Bodies) -> Iterator[_Page]:
        """The pages of one file. What stands behind a damaged place is not found, because nobody can tell where a record begins."""
        try:
            for capture in captures(file.path, self._archive.root):
                file.exchanges += 1
                if capture.ref is None or not same_site(capture.url, self._site.url):
                    continue
                if capture.revisit_of is None and capture.status == 200:
                    bodies.add(capture.ref)
                with closing(capture.response):
                    may_be = self._may_be_article(capture)
                if may_be:
                    file.pages += 1
                    yield _Page(file, capture.date, capture.url, capture.ref, capture.revisit_of)
        except ArchiveDamaged as damage:
            file.problem = str(damage)

    def _may_be_article(self, capture: Capture) -> bool:
        answered = capture.status == 200 or (capture.revisit_of is not None and capture.status == 0)  # a revisit may come without a head
        return answered and capture.method in ("GET", "") and is_article_url(capture.url, self._site)

    def _extracted(self, store: Store, pages: Sequence[_Page]) -> Iterator[tuple[_Page, Extracted, Article | None]]:
        """Each page, what it says, and what the state before says today where the two differ; in order, until told to stop."""
        timeout_s, memory_bytes = self._limits
        if not pages:
            return
        with ExtractionPool(min(self._jobs, len(pages)), timeout_s, memory_bytes) as pool:
            for page, future in pool.each(pages, lambda one: self._submit(pool, one, store.standing()), self._stop):
                yield from self._result(store, pool, page, future)

    def _submit(self, pool: ExtractionPool, page: _Page, standing: Standing) -> Future[Extracted]:
        page.standing = standing
        return pool.submit(self._archive.root, page.ref, self._site, None, page.original, standing=standing)

    def _result(
        self, store: Store, pool: ExtractionPool, page: _Page, future: Future[Extracted]
    ) -> Iterator[tuple[_Page, Extracted, Article | None]]:
        try:
            result = future.result()
            before = None if isinstance(result, Refusal) else store.amendments.state_before(result)
            yield page, result, self._reading(store, pool, page, before) if before else None
        except ArchiveDamaged as damage:
            self._damaged.append(f"{page.url}: {damage}")

    def _reading(self, store: Store, pool: ExtractionPool, page: _Page, before: Article) -> Article | None:
        """What the record of the state before says when it is read as `page` was."""
        if before.warc is None or before.change == "gone":
            return None
        original = Originals(self._paths, store.original)(before.warc)
        then = pool.submit(self._archive.root, before.warc, self._site, hints_of(before), original, standing=page.standing).result()
        return None if isinstance(then, Refusal) else then

    def _commit(self, store: Store, page: _Page, result: Extracted, before: Article | None) -> None:
        if isinstance(result, Refusal):
            store.amendments.refuse(page.url, result)
            self._refused.setdefault(result.reason, []).append(page.url)
        elif store.amendments.commit(result, before) in KEPT:
            page.file.lines += 1


def _require(source: Path) -> None:
    try:
        require_warc(source)
    except (OSError, ArchiveDamaged) as fault:
        raise ConfigError(f"{source}: {fault.strerror or fault}" if isinstance(fault, OSError) else f"{source}: {fault}") from fault
