"""What becomes of a page that was read: an article line or none, and the outcome of its URL."""

from __future__ import annotations

from crawler.discovery import Link
from crawler.extraction import Refusal
from crawler.formats.article import Article, RecordRef
from crawler.formats.run import Mode, Outcome
from crawler.index import Index
from crawler.index.events import microseconds
from crawler.store.keeping_up import KeepingUp
from crawler.store.ledger import Ledger
from crawler.store.life import Life, Verdict
from crawler.store.retellings import Retellings
from crawler.store.tally import Tally
from crawler.store.vanishing import Vanishing


class Pages:
    """Writes what `Life` makes of each page. Its methods raise ArchiveUnwritable, ArchiveDamaged."""

    def __init__(
        self,
        mode: Mode,
        ledger: Ledger,
        index: Index,
        life: Life,
        tally: Tally,
        vanishing: Vanishing,
        retellings: Retellings,
        keeping_up: KeepingUp,
    ) -> None:
        self._mode = mode
        self._keeping_up = keeping_up
        self._ledger = ledger
        self._index = index
        self._life = life
        self._tally = tally
        self._vanishing = vanishing
        self._retellings = retellings

    def state_before(self, article: Article, link: Link, *, moved_permanently: bool = False) -> Article | None:
        """The stored state from which a page that was read differs; None where it differs from none. Raises as `commit` does.

        What the record of that state says today, read with the same hints, is what `commit` wants to know as `reading`.
        """
        with self._ledger.failing():
            return self._life.state_before(article, link.url, moved_permanently)

    def commit(
        self,
        article: Article,
        link: Link | None = None,
        *,
        moved_permanently: bool = False,
        reading: Article | None = None,
        unlike_known: bool = True,
    ) -> Article | None:
        """Compares a page that was read with what is known; returns the line that was written, None where nothing is new.

        `link` is what led to the page; `moved_permanently` says that there were redirects on the way, all of them permanent; `reading`
        is what the record of the state before says when it is read as `article` was. Where `state_before` was asked and gave none,
        `unlike_known` is False: a state from which the page differs now was stored in between, out of another address of the same
        article, and the two were never read by the same hints. Raises ArchiveUnwritable, ArchiveDamaged.
        """
        requested = link.url if link else article.url
        with self._ledger.failing():
            verdict = self._life.judge(article, requested, moved_permanently, reading)
        if verdict.outcome == "article-revised" and verdict.known and not unlike_known:
            detail = f"read at the same time as {verdict.known.url}"
            verdict = Verdict("article-duplicate", verdict.article_id, detail=detail, known=verdict.known)
        if not self._is_made_up_for(link, verdict.outcome):
            self._tally.read(article, new=verdict.outcome == "article-new")
        if verdict.known:
            twin = verdict.outcome == "article-duplicate"
            self._vanishing.there(verdict.known, twin=twin)
            if not twin:
                self._tally.reread(article, reading)
            self._retellings.settled(verdict.known.id)
        if verdict.line:
            self._ledger.write_article(verdict.line)
        if link and verdict.outcome == "article-new":
            self._keeping_up.stored(link, article)
        self._ledger.settle(
            article.url,
            verdict.outcome,
            verdict.detail,
            status=200,
            record=article.warc.record_id if article.warc else None,
            via=link.found_in if link else None,
            article=verdict.article_id,
            modified=_later(article.modified, link.modified if link else None),
        )
        if requested != article.url and not self._vanishing.superseded(requested, article, verdict.article_id):
            self._ledger.settle(requested, "redirect", f"to {article.url}", article=verdict.article_id)
        return verdict.line

    def _is_made_up_for(self, link: Link | None, outcome: Outcome) -> bool:
        """Whether a page of an update is new although no source named it in this run: an earlier run did not get it. What its source
        had told of it is lost, so that it says nothing about how often fields are found."""
        return self._mode == "update" and link is not None and link.source == "seed" and outcome == "article-new"

    def refuse(self, url: str, refusal: Refusal, ref: RecordRef | None = None) -> None:
        """A page is no article. A soft 404 where an article was is a look that found it not there."""
        capture = self._index.captured(ref.record_id) if ref else None
        if capture and refusal.reason == "soft-404" and self._vanishing.note(capture, f"soft 404: {refusal.detail}"):
            return
        url = capture.url if capture else url
        known = self._index.article_at(url)
        self._ledger.settle(
            url,
            "refused",
            f"{refusal.reason}: {refusal.detail}",
            status=capture.status if capture else None,
            record=ref.record_id if ref else None,
            article=known.id if known else None,
        )


def _later(*dates: str | None) -> str | None:
    """The latest of the dates that are given."""
    return max((date for date in dates if date), key=lambda date: microseconds(date) or 0, default=None)
