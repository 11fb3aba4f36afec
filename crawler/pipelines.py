"""Where pages become archived articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

from scrapy.exceptions import DropItem

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.discovery import Link
    from crawler.formats.article import Article
    from crawler.spiders.site import SiteSpider


@dataclass(frozen=True, slots=True)
class Page:
    """What the spider yields: an extracted article and how its page was reached."""

    article: Article
    link: Link
    moved_permanently: bool = False
    """Whether every redirect on the way was permanent (301 or 308)."""
    reading: Article | None = None
    """What the record of the article's state before says today; None where the page is new or as it was."""
    unlike_known: bool = True
    """Whether a known state was there, and differed, when the page had been read."""


class ArchivePipeline:
    """Commits each article; what goes on, to feed exports for one, is the line as archived. An unchanged article is dropped."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        """The items of other spiders pass as they are.

        Raises DropItem when nothing about the article changed, ArchiveUnwritable when its line could not be stored.
        """
        if not isinstance(item, Page):
            return item
        run = cast("SiteSpider", self.crawler.spider).run
        if run is None:
            return item.article
        committed = run.pages.commit(
            item.article, item.link, moved_permanently=item.moved_permanently, reading=item.reading, unlike_known=item.unlike_known
        )
        if committed is None:
            raise DropItem(f"unchanged: {item.article.canonical_url}")
        return committed
