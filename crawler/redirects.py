"""Redirects that are followed, and those that are not, because what stands behind them is known or is asked for anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response

    from crawler.spiders.requests import Requests


class ArticleRedirectMiddleware(RedirectMiddleware):
    """Scrapy's own, but that a redirect from an article goes back to the spider as it is where following it would bring nothing:
    to the front page, which says that the article is not there, and to a page for which a request is waiting."""

    def process_response(self, request: Request, response: Response, spider: Spider | None = None) -> Request | Response:  # noqa: ARG002
        """As in Scrapy, which gives no `spider` any more."""
        following = super().process_response(request, response)
        requests: Requests | None = getattr(self.crawler.spider, "requests", None)  # scrapy shell may run without a site
        link = request.cb_kwargs.get("link")
        if link is None or requests is None or not isinstance(following, Request):
            return following
        return following if requests.follows(link, following.url) else response
