"""Known articles of which their sources say something else than they did: a reason to look, and at times the change itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

from crawler.clock import Now
from crawler.discovery import Kind, Link, Source
from crawler.discovery.comparison import Comparison
from crawler.discovery.retold import STATED, Retold, says_same
from crawler.formats.article import Article
from crawler.index import Index, Known
from crawler.store.hints import hints_of

APIS = frozenset({"wordpress", "blogger"})
"""Kinds of which a site has one: what it says of an article can be held against the article, not only against its own last reading."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a source says of an article that has those fields from it, and no longer so."""

    source: str
    """URL of the document."""
    said: dict[str, Any]
    """By name of `Link`'s attribute, the new value."""


class Retellings:
    """Collects what the sources of a run say otherwise. It holds until the article's page has been read in the same run.

    A field that the page states itself does not change by what a source says; that is only a reason to look at the page.
    """

    def __init__(self, index: Index, now: Now, read_line: Callable[[Known], Article]) -> None:
        """`read_line` gives the last state of an article."""
        self._index = index
        self._now = now
        self._read_line = read_line
        self._open: dict[str, Statement] = {}
        self._looks: set[str] = set()

    def read(self, source: Source, comparison: Comparison) -> Iterator[None]:
        """Takes in how `source` differs from its last reading, step by step.

        Raises ArchiveDamaged where an article's line cannot be read.
        """
        for one in comparison.retold:
            self._note(source, one)
            yield
        for link in comparison.differing if source.kind in APIS else ():
            self._hold_against_article(source, link)
            yield

    def is_open(self, url: str) -> bool:
        """Whether a source says something new of the article at `url` that makes it worth a look."""
        known = self._index.article_at(url) if self._open or self._looks else None
        return known is not None and (known.id in self._open or known.id in self._looks)

    def said(self, article_id: str) -> dict[str, Any]:
        """What a source says now of fields that the article has from it, by name of `Link`'s attribute."""
        found = self._open.get(article_id)
        return found.said if found else {}

    def with_said(self, link: Link) -> Link:
        """`link` with what sources say now of the article that it leads to."""
        known = self._index.article_at(link.url) if self._open else None
        return replace(link, **self.said(known.id)) if known else link

    def settled(self, article_id: str) -> None:
        """The article's page has been read."""
        self._open.pop(article_id, None)
        self._looks.discard(article_id)

    def sources_left(self) -> set[str]:
        """Documents that said what could not be held against a page: the next look at them must be a full one."""
        return {statement.source for statement in self._open.values()}

    def _note(self, source: Source, one: Retold) -> None:
        known = self._there(one.link)
        if known is None:
            return
        had = self._had_from_sources(known)
        own = [name for name in one.fields if name in had and says_same(name, had[name], getattr(one.then, name))]
        if own:
            self._add(known, source, {name: getattr(one.link, name) for name in own})
        elif self._index.believes_sources(known, self._now()):
            self._looks.add(known.id)

    def _hold_against_article(self, source: Source, link: Link) -> None:
        known = self._there(link)
        if known is None:
            return
        had = self._had_from_sources(known, source.kind)
        said = {name: getattr(link, name) for name in had if getattr(link, name)}
        if other := {name: value for name, value in said.items() if not says_same(name, had[name], value)}:
            self._add(known, source, other)

    def _add(self, known: Known, source: Source, said: dict[str, Any]) -> None:
        earlier = self._open.get(known.id)
        self._open[known.id] = Statement(source.url, {**(earlier.said if earlier else {}), **said})

    def _there(self, link: Link) -> Known | None:
        """The article that `link` names, unless it is gone or its page did not answer a short while ago."""
        known = self._index.article_at(link.url)
        return known if known and known.gone is None and self._index.may_ask(known.url, self._now()) else None

    def _had_from_sources(self, known: Known, kind: Kind | None = None) -> dict[str, Any]:
        """What the article has from sources (of one kind, where it is given) and not from its page, by name of `Link`'s attribute."""
        state = self._read_line(known)
        hints = hints_of(state)
        names = [name for name in STATED if hints and state.provenance.get(name) in ((kind,) if kind else get_args(Kind))]
        return {name: value for name in names if (value := getattr(hints, name))}
