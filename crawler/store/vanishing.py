"""Articles that were not there today: gone, missing, or a site that is broken."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from crawler.discovery.urls import url_key
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.run import Outcome
from crawler.index import Index, Known
from crawler.index.captures import Captured
from crawler.index.events import DAY, microseconds, redirect_target
from crawler.store.ledger import Ledger
from crawler.store.life import Life

logger = logging.getLogger(__name__)

NOT_THERE = (404, 410, 451)
"""Statuses that say that a page is not there, or may not be."""
BELIEVED_DAYS = 3
"""Days on which an article must not be there before it is gone, unless the server says 410: a 404 is also what a broken site says."""
ALARM_COUNT = 5
ALARM_SHARE = 0.2
"""This many articles, and this share of all that are known, vanishing in one run: no editor does that."""
ALARM_LOOKED_COUNT = 10
ALARM_LOOKED_SHARE = 0.5
"""The same for a run that looks at few of the known articles: of those that it looked at."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """A look at a known article that found it not there."""

    known: Known
    capture: Captured
    detail: str

    @property
    def weight(self) -> tuple[bool, bool]:
        """How much the look says beside another of the same run: one at the article's own address more, and there 410 most."""
        return url_key(self.capture.url) == url_key(self.known.url), self.capture.status == 410

    @property
    def believed(self) -> bool:
        """Whether the article is gone: the server says so outright, or has said nothing else for days."""
        if self.known.gone is not None:
            return False
        another_day = self.known.missed_day != self.capture.date // DAY
        return self.capture.status == 410 or self.known.missed_days + another_day >= BELIEVED_DAYS


class Vanishing:
    """Collects the looks of a run that found nothing, and judges them together at its end."""

    def __init__(self, ledger: Ledger, index: Index, life: Life, *, believe: bool = False) -> None:
        """`believe`: a person has confirmed that many articles may vanish at once."""
        self._believe = believe
        self._ledger = ledger
        self._index = index
        self._life = life
        self._there_before = index.articles_there()
        self._looked: set[str] = set()
        self._vanished: dict[str, Vanished] = {}
        """By article, the look that says most."""
        self._outweighed: list[Vanished] = []
        """Looks of which another one of the same article says more. They get an outcome and decide nothing."""
        self._back: set[str] = set()
        """Articles that were not there the last time and are now, at their own address or a new one, whatever another one answers."""

    def there(self, known: Known, *, twin: bool = False) -> None:
        """A known article was looked at and is there; `twin`: what was seen is only another address of it."""
        if known.gone is None and not known.missed_days:
            self._looked.add(known.id)
        elif not twin:
            self._back.add(known.id)

    def note(self, capture: Captured, detail: str) -> bool:
        """Whether `capture` is a look at a known article, at its own address or where that redirects; if so, it was not there."""
        known = self._looked_for(capture.url)
        if known is None:
            return False
        self._note(Vanished(known, capture, detail))
        return True

    def _note(self, look: Vanished) -> None:
        """Keeps the look that says most of each article; of two that say as much, the first."""
        before = self._vanished.get(look.known.id)
        if before is None or look.weight > before.weight:
            self._vanished[look.known.id] = look
        outweighed = look if before and look.weight <= before.weight else before
        if outweighed:
            self._outweighed.append(outweighed)

    def _looked_for(self, url: str) -> Known | None:
        """The article that a look at `url` was for: of another address only where its own was not there the last time."""
        known = self._index.article_at(url)
        if known and url_key(known.url) == url_key(url):
            return known
        if successor := self._index.successor_of(url):
            return successor[0]
        return known if known and _is_absent(known) else None

    def superseded(self, requested: str, page: Article, article_id: str) -> bool:
        """Whether `requested`, the address of a known article, led to `page` of another one, `article_id`: then the first was not there."""
        if page.warc is None:
            return False
        return self._leads(Captured(requested, microseconds(page.captured) or 0, 200, page.warc), page.url, article_id)

    def led_on(self, capture: Capture) -> None:
        """A redirect that was not followed; where it leads from a known article to another known one, the first was not there."""
        target = redirect_target(capture)
        other = self._index.article_at(target) if target else None
        if target and other and other.gone is None and capture.ref:
            self._leads(Captured(capture.url, microseconds(capture.date) or 0, capture.status, capture.ref), target, other.id)

    def _leads(self, capture: Captured, target: str, article_id: str) -> bool:
        known = self._index.article_at(capture.url)
        if known is None or known.id == article_id:
            return False
        if url_key(known.url) != url_key(capture.url) and not _is_absent(known):
            return False
        self._note(Vanished(known, capture, f"leads to another article, {target}"))
        return True

    def judge(self) -> str | None:
        """Writes what is gone and settles what is missing; or returns an alarm in plain words, and believes nothing."""
        for article_id in self._back & self._vanished.keys():
            self._outweighed.append(self._vanished.pop(article_id))
        warning = self._alarm()
        for item in self._outweighed:
            self._settle(item, "article-missing", None)
        for item in self._vanished.values():
            outcome: Outcome = "http-error" if warning else "article-missing"
            if item.believed and not warning and not self._index.twin_address(item.known):
                self._ledger.write_article(self._life.gone(item.known, item.capture))
                outcome = "article-gone"
            self._settle(item, outcome, item.known.id)
        return warning

    def _settle(self, item: Vanished, outcome: Outcome, article: str | None) -> None:
        capture = item.capture
        self._ledger.settle(capture.url, outcome, item.detail, status=capture.status, record=capture.ref.record_id, article=article)

    def _alarm(self) -> str | None:
        """Only articles that were there at the last look count: what was missing yesterday is no surprise."""
        fresh = {item.known.id for item in self._vanished.values() if item.known.gone is None and not item.known.missed_days}
        looked = len(self._looked | fresh)
        of_known = len(fresh) >= ALARM_COUNT and len(fresh) >= ALARM_SHARE * self._there_before
        of_looked = len(fresh) >= ALARM_LOOKED_COUNT and len(fresh) > ALARM_LOOKED_SHARE * looked
        if self._believe or not (of_known or of_looked):
            return None
        return (
            f"{len(fresh)} of {looked} articles looked at ({self._there_before} are known) were not there: "
            "the site may be broken, so none is recorded as gone; where they are, -a mode=recheck -a vanished=believed records it"
        )


def _is_absent(known: Known) -> bool:
    """Whether the article was not there at the last look, so that its other addresses are looked at in its place."""
    return known.gone is not None or known.missed_days > 0
