"""Which known article a page is: by its address, by a redirect to it, by its canonical address, by its content."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.discovery.canonical import may_be_canonical
from crawler.discovery.urls import normalise, url_key
from crawler.formats.article import Article
from crawler.index import Index, Known


@dataclass(frozen=True, slots=True)
class Match:
    """A known article, and how the page was recognised as it."""

    known: Known
    moved: bool = False
    twin: bool = False


class Recognition:
    """Answers from the index, and remembers the last answer: the same page is mostly asked about twice in a row."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._last: tuple[tuple[int, str | None, bool], Article, tuple[Article, Match | None]] | None = None

    def of(self, page: Article, requested: str | None, moved_permanently: bool) -> tuple[Article, Match | None]:
        """`page` with the canonical address that can be believed, and the known article that it is; see `Life.judge`."""
        asked = (self._index.changes, requested, moved_permanently)
        if self._last and self._last[0] == asked and self._last[1] is page:
            return self._last[2]
        believed = self._with_believed_canonical(page)
        answer = believed, self._match(believed, requested, moved_permanently)
        self._last = asked, page, answer
        return answer

    def _match(self, page: Article, requested: str | None, moved_permanently: bool) -> Match | None:
        index, key = self._index, url_key(page.url)
        here = index.article_at(page.url)
        if here and key in (url_key(here.url), url_key(here.canonical_url)):
            return Match(here)
        if successor := index.successor_of(page.url):
            return Match(successor[0], moved=successor[1])
        known = index.article_at(requested) if requested and url_key(requested) != key else here
        if requested and known and url_key(requested) == url_key(known.url):
            return Match(known, moved=moved_permanently)
        if here is None and url_key(page.canonical_url) != key:
            here = index.article_at(page.canonical_url)
        other = here or index.same_story(page)
        if other is None:
            return None
        absent = other.gone is not None or other.missed_days > 0
        moved = absent and url_key(page.canonical_url) != url_key(other.canonical_url)  # else a second address still tells of the first
        return Match(other, twin=not absent, moved=moved)

    def _with_believed_canonical(self, page: Article) -> Article:
        """`page` with the canonical address that can be believed: the one it names, unless that is the front page, has
        another name, or is another article's."""
        if url_key(page.canonical_url) == url_key(page.url):
            return page
        front = urlsplit(page.canonical_url).path in ("", "/")
        if front or not may_be_canonical(page.url, page.canonical_url) or self._belongs_to_another(page):
            return page.model_copy(update={"canonical_url": normalise(page.url)})
        return page

    def _belongs_to_another(self, page: Article) -> bool:
        """Whether the canonical address is that of an article with another headline: many pages that all name the same one."""
        known = self._index.article_at(page.canonical_url)
        here = self._index.article_at(page.url)
        if known is None or (here and here.id == known.id):
            return False
        return page.content_digest != known.content_digest and not self._index.had_headline(known.id, page.headline)
