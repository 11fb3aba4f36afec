"""How much of one run may go into what leads nowhere. What is over a limit is left out, counted, and told in the run's report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crawler.discovery.traps import path_shape

if TYPE_CHECKING:
    from crawler.discovery import Link, Source
    from crawler.spiders.arguments import Mode
    from crawler.store import Store

SITEMAPS = 1_000
"""Sitemaps that an index names, each of up to 50,000 entries. A site that has one for each day of three years has as many."""
DOCUMENTS = 5_000
"""Older pages of feeds, APIs and listings, each kind."""
NEW_PAGES = 100_000
"""New pages of one run: at one a second they take more than a day; while all of them wait, they take 100 MB."""
OF_A_SHAPE = 1_000
"""New pages under addresses of one shape that pages named and no feed, sitemap or API: a maze is article after article."""
BACKFILL = 10
"""A whole history may take so many times as much."""
EMPTY = 50
"""Further documents of one kind in a row without a single link, after which no other is read: an index of indexes has no end."""
VAIN = 200
"""Pages of one shape in a row none of which is an article, after which the others of that shape are not asked for."""


class Limits:
    """Counts for one run. Each question that is answered with no is counted in the run's report."""

    def __init__(self, run: Store, mode: Mode) -> None:
        self._run = run
        self._times = BACKFILL if mode == "backfill" else 1
        self._documents: Counter[str] = Counter()
        self._new = 0
        self._shapes: Counter[str] = Counter()
        self._vain: Counter[str] = Counter()
        self._empty: Counter[str] = Counter()

    def admits_document(self, source: Source) -> bool:
        """Whether a further document may be read."""
        most = (SITEMAPS if source.kind == "sitemap" else DOCUMENTS) * self._times
        self._documents[source.kind] += 1
        return self._documents[source.kind] <= most or self._left_out(f"more than {most:,} documents of the kind {source.kind}")

    def admits_page(self, link: Link) -> bool:
        """Whether a new page may be asked for."""
        if self._new >= NEW_PAGES:
            return self._left_out(f"more than {NEW_PAGES:,} new pages")
        if link.source in ("listing", "follow"):
            shape = path_shape(link.url)
            if self._shapes[shape] >= OF_A_SHAPE * self._times:
                return self._left_out(f"more than {OF_A_SHAPE * self._times:,} pages of one shape: {shape}")
            self._shapes[shape] += 1
        self._new += 1
        return True

    def still_admits_document(self, source: Source) -> bool:
        """Whether a further document that waits for its turn is still to be read, after what stood in those before it."""
        if source.depth == 0 or self._empty[source.kind] < EMPTY:
            return True
        return self._left_out(f"{EMPTY} documents of the kind {source.kind} without a link", trap=True)

    def document_came(self, source: Source, links: int) -> None:
        """A document was read that named so many links to pages."""
        self._empty[source.kind] = 0 if links else self._empty[source.kind] + (source.depth > 0)

    def still_admits_page(self, url: str) -> bool:
        """Whether a page that waits for its turn is still to be asked for, after what came of those before it."""
        shape = path_shape(url)
        return self._vain[shape] < VAIN or self._left_out(f"{VAIN} pages of one shape without an article: {shape}", trap=True)

    def page_came(self, url: str, *, article: bool) -> None:
        """A page was read, or is none."""
        self._vain[path_shape(url)] = 0 if article else self._vain[path_shape(url)] + 1

    def _left_out(self, why: str, *, trap: bool = False) -> bool:
        self._run.left_out(why, trap=trap)
        return False
