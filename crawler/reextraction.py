"""Today's rules over yesterday's captures: what the articles would read like, and, where told, the lines that say so.

Each article is read from the record of the last state that its publisher gave it. A new state is marked `reextracted`: it is our
change, and the next crawl compares the publisher's page with it. Dated rules are those of the day of the capture, so that a rule
written for a new layout leaves old captures alone.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from crawler.clock import Now
from crawler.errors import ArchiveDamaged
from crawler.extraction import Extracted, Refusal
from crawler.extraction.standing import Standing
from crawler.extraction.workers import ExtractionPool
from crawler.formats.archive import Archive, SiteArchive
from crawler.formats.archive.layout import Since
from crawler.formats.article import Article, RecordRef
from crawler.formats.run import End
from crawler.formats.site import Site
from crawler.index.questions import Questions
from crawler.index.schema import VERSION
from crawler.store import Store
from crawler.store.amendments import reextracted
from crawler.store.hints import hints_of

EXAMPLES = 3
"""Pages that are named for each field, refusal and damage."""

Lookup = Callable[[RecordRef], RecordRef | None]


@dataclass(frozen=True, slots=True)
class Example:
    """What one field of one article would become."""

    url: str
    before: Any
    after: Any


@dataclass(slots=True)
class Effect:
    """What today's rules change."""

    read: int = 0
    """Articles that were read anew."""
    changed: int = 0
    """Articles of which a field changes."""
    gone: int = 0
    """Articles left alone because their last state is that they are gone."""
    fields: Counter[str] = field(default_factory=Counter)
    """Articles by changed field."""
    examples: dict[str, list[Example]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    """Articles by the reason for which today's rules take them for none. They stay as they are."""
    refused_urls: dict[str, list[str]] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    """Records that could not be read back, in plain words."""

    def note(self, before: Article, line: Article | None) -> None:
        """An article was read anew; `line` is its new state, None where it reads as it did."""
        self.read += 1
        if line is None:
            return
        self.changed += 1
        for name in line.changed_fields:
            self.fields[name] += 1
            shown = self.examples.setdefault(name, [])
            if len(shown) < EXAMPLES:
                shown.append(Example(before.url, getattr(before, name), getattr(line, name)))

    def note_refusal(self, before: Article, refusal: Refusal) -> None:
        """Today's rules take a stored article for none."""
        self.read += 1
        self.refused[refusal.reason] += 1
        shown = self.refused_urls.setdefault(refusal.reason, [])
        if len(shown) < EXAMPLES:
            shown.append(before.url)


class Reextraction:
    """Reads the articles of one site anew, in as many processes as told (left out: one for each core).

    `progress` is called after each article with how many there are and how many are done; `stop` is asked between articles.
    """

    def __init__(
        self,
        archive: Archive,
        site: Site,
        *,
        now: Now,
        since: Since | None = None,
        jobs: int | None = None,
        timeout_s: float = 10.0,
        memory_bytes: int = 1 << 30,
        progress: Callable[[int], None] = lambda _: None,
        stop: Callable[[], End | None] = lambda: None,
    ) -> None:
        self._archive = archive
        self._site = site
        self._paths = archive.site(site.key)
        self._now = now
        self._since = since
        self._jobs = jobs or os.cpu_count() or 1
        self._limits = timeout_s, memory_bytes
        self._progress = progress
        self._stop = stop

    def preview(self) -> Effect:
        """What would change. Writes nothing and takes no lock. Raises ArchiveDamaged for lines that cannot be read."""
        effect = Effect()
        with indexed(self._paths) as known:
            for before, result in self._read(effect, Originals(self._paths, known.original), known.standing):
                match result:
                    case Refusal():
                        effect.note_refusal(before, result)
                    case _:
                        effect.note(before, reextracted(before, result))
        return effect

    def write(self) -> Effect:
        """Writes what changes, as one run of the site with a report of its own.

        Raises SiteLocked, ArchiveDamaged, ArchiveUnwritable; what was written before the error stays, and doing it again goes on there.
        """
        effect = Effect()
        store = Store.begin(self._archive, self._site, now=self._now, mode="reextract")
        end: End = "error"
        try:
            for before, result in self._read(effect, Originals(self._paths, store.original), store.standing()):
                match result:
                    case Refusal():
                        store.amendments.refuse(before.url, result)
                        effect.note_refusal(before, result)
                    case _:
                        effect.note(before, store.amendments.reextract(before, result))
            end = self._stop() or "finished"
        finally:
            store.close(end)
        if store.failure:
            raise store.failure
        return effect

    def _read(self, effect: Effect, originals: Originals, standing: Standing) -> Iterator[tuple[Article, Extracted]]:
        """Each article's last state and what its record says today, in order of capture, until told to stop."""
        timeout_s, memory_bytes = self._limits
        states = self._states(effect)
        some = list(islice(states, self._jobs))
        if not some:
            return
        with ExtractionPool(len(some), timeout_s, memory_bytes) as pool:
            for before, future in pool.each(chain(some, states), lambda one: self._submit(pool, one, originals, standing), self._stop):
                yield from self._result(effect, before, future)

    def _states(self, effect: Effect) -> Iterator[Article]:
        for article in self._archive.articles(self._site.key, self._since, latest=True):
            if article.change == "gone":
                effect.gone += 1
            elif article.warc:
                yield article

    def _submit(self, pool: ExtractionPool, before: Article, originals: Originals, standing: Standing) -> Future[Extracted]:
        assert before.warc is not None, "_states yields only articles with a record"
        original = originals(before.warc)
        return pool.submit(self._archive.root, before.warc, self._site, hints_of(before), original, standing=standing)

    def _result(self, effect: Effect, before: Article, future: Future[Extracted]) -> Iterator[tuple[Article, Extracted]]:
        try:
            yield before, future.result()
        except ArchiveDamaged as damage:
            effect.damaged.append(f"{before.url}: {damage}")
        self._progress(effect.read + len(effect.damaged))


class Originals:
    """The record that holds the body of a revisit; None for a record that has its own.

    `indexed` knows the records of the site's own runs. Of imported files it knows nothing: there, the original is the record of an
    earlier state with the same payload.
    """

    def __init__(self, site: SiteArchive, indexed: Lookup) -> None:
        self._site = site
        self._indexed = indexed
        self._imported: dict[str, RecordRef] | None = None

    def __call__(self, ref: RecordRef) -> RecordRef | None:
        folder = self._site.relative(self._site.imported_folder)
        if not ref.file.startswith(f"{folder}/"):
            return self._indexed(ref)
        if self._imported is None:
            self._imported = self._read(folder)
        found = self._imported.get(ref.payload_digest or "")
        return found if found and found.record_id != ref.record_id else None

    def _read(self, folder: str) -> dict[str, RecordRef]:
        """By payload digest, the first record of each payload in imported files that an article was read from."""
        found: dict[str, RecordRef] = {}
        for article in self._site.articles():
            if article.warc and article.warc.payload_digest and article.warc.file.startswith(f"{folder}/"):
                found.setdefault(article.warc.payload_digest, article.warc)
        return found


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index says of a site whose stored pages are read."""

    original: Lookup
    standing: Standing
    texts: list[tuple[str, int]] = field(default_factory=list)
    """See `Questions.standing_texts`."""


@contextmanager
def indexed(site: SiteArchive) -> Iterator[Indexed]:
    """Answers from the index as the last run left it, without the lock; where there is no index, nothing is known."""
    if not site.index_path.exists():
        yield Indexed(lambda _: None, {})
        return
    with closing(_reader(site.index_path)) as db:
        questions = Questions(db)

        def original(ref: RecordRef) -> RecordRef | None:
            found = questions.record_with(ref.payload_digest) if ref.payload_digest else None
            return found if found and found.record_id != ref.record_id else None

        current = db.execute("PRAGMA user_version").fetchone()[0] == VERSION  # the next run brings an older index up to date
        yield Indexed(original, questions.standing(), questions.standing_texts()) if current else Indexed(original, {})


def _reader(path: Path) -> sqlite3.Connection:
    """Where nothing can be written, SQLite cannot keep the readers' marks beside the index, nor are they needed."""
    kept_still = "" if os.access(path.parent, os.W_OK) else "&immutable=1"
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{kept_still}", uri=True, timeout=10)


def summary(effect: Effect, *, written: bool) -> str:
    """The effect in one line."""
    did = "was written for" if written else "would be written for"
    parts = [f"{effect.read} articles read anew; a new state {did} {effect.changed}"]
    if refused := effect.refused.total():
        parts.append(f"{refused} would be refused today and stay as they are")
    if effect.gone:
        parts.append(f"{effect.gone} are gone and were left alone")
    if effect.damaged:
        parts.append(f"{len(effect.damaged)} could not be read back")
    return "; ".join(parts)
