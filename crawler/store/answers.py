"""Answers that need no reading: redirects, robots.txt, errors, and what an earlier run left behind."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler import discovery
from crawler.discovery.urls import url_key
from crawler.formats.capture import Capture
from crawler.formats.run import Outcome
from crawler.formats.site import Site
from crawler.index import Index
from crawler.index.captures import Captured
from crawler.index.events import microseconds, redirect_target
from crawler.store.ledger import Ledger
from crawler.store.vanishing import NOT_THERE, Vanishing


class Answers:
    """Settles answers by their status and where they lead."""

    def __init__(self, site: Site, ledger: Ledger, index: Index, vanishing: Vanishing) -> None:
        self._site = site
        self._ledger = ledger
        self._index = index
        self._vanishing = vanishing

    def finish_earlier(self) -> None:
        """Settles what an earlier run captured and left, except for pages to extract."""
        for item in self._index.pending():
            if 200 <= item.status < 300 and discovery.is_article_url(item.url, self._site):
                continue
            if item.status in NOT_THERE and self._vanishing.note(item, f"status {item.status}"):
                continue
            outcome = _outcome(item.url, item.status)
            self._ledger.settle(item.url, outcome, "left by an earlier run", status=item.status, record=item.ref.record_id)

    def arrived(self, capture: Capture) -> None:
        """Settles redirects and robots.txt. A redirect to the front page is a look that found nothing."""
        target = redirect_target(capture)
        if target and self.is_home(target, capture.url) and self._not_there(capture, f"redirects to the front page {target}"):
            return
        if target or urlsplit(capture.url).path == "/robots.txt":
            self._ledger.settle_capture(capture, _outcome(capture.url, capture.status), f"to {target}" if target else "")

    def failed(self, capture: Capture) -> None:
        """Settles an answer to a request for an article that is no page to extract."""
        known = self._index.article_at(capture.url)
        if capture.status in NOT_THERE and self._not_there(capture, f"status {capture.status}"):
            return
        if 200 <= capture.status < 300:
            self._ledger.settle_capture(capture, "refused", "listing: the front page stands where an article was asked for")
        elif known and capture.status == 304:
            self._vanishing.there(known)
            self._ledger.settle_capture(capture, "article-unchanged", "not modified", article=known.id)
        else:
            article = known.id if known else None
            self._ledger.settle_capture(capture, _outcome(capture.url, capture.status), f"status {capture.status}", article=article)

    def is_home(self, url: str, asked: str) -> bool:
        """Whether `url` is the front page, and what was asked for was not."""
        return url_key(url) == url_key(self._site.url) != url_key(asked)

    def _not_there(self, capture: Capture, detail: str) -> bool:
        if capture.ref is None:
            return False
        return self._vanishing.note(Captured(capture.url, microseconds(capture.date) or 0, capture.status, capture.ref), detail)


def _outcome(url: str, status: int) -> Outcome:
    if urlsplit(url).path == "/robots.txt":
        return "robots"
    if 200 <= status < 300:
        return "source"
    if status == 304:
        return "not-modified"
    return "redirect" if 300 <= status < 400 else "http-error"
