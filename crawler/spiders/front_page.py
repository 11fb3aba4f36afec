"""The front page of a site whose config names no sources: whether scheduled runs need it besides the sources to which it leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.discovery import Link, Source

if TYPE_CHECKING:
    from crawler.store import Store


@dataclass(slots=True)
class FrontPage:
    """What one run sees of it."""

    sources: Sequence[Source] = ()
    """Those to which the front page led."""
    skipped: bool = False
    """Whether one of them was not asked, because nobody waited for it."""
    has_news: bool = False
    _alone: set[int] = field(default_factory=set)

    def names_new(self, link: Link, key: int) -> None:
        """A page that was never seen is named, by the front page or by another source; `key` is its own."""
        if link.source == "listing" and not self.sources:
            self.has_news = True
            self._alone.add(key)

    def named(self, link: Link, key: Callable[[str], int]) -> None:
        """A page is named, by the front page or by another source."""
        if self._alone and link.source != "listing":
            self._alone.discard(key(link.url))

    def judge(self, run: Store) -> None:
        """Tells the run what was seen. That the sources suffice is believed where it is seen: news on it that they have too."""
        if self.sources and not (self._alone and self.skipped):
            run.front_page = self.sources, bool(self._alone) if self.has_news else None
