"""Article lines that no look at the site gave: pages read anew under today's rules, pages out of other programs' WARC files.

Neither counts as a look at the site: when an article is due again stays what it was.
"""

from __future__ import annotations

from crawler.clock import rfc3339
from crawler.extraction import Refusal
from crawler.formats.archive import CrawlLine, SiteArchive
from crawler.formats.article import OWN_CONTENT, Article
from crawler.formats.run import Outcome
from crawler.index import Index
from crawler.store.changes import difference
from crawler.store.ledger import Ledger
from crawler.store.life import Life
from crawler.store.tally import Tally

READ = (*OWN_CONTENT, "images", "language", "modified")
"""The fields that are read off a page and compared. `images`, `language` and `modified` make no revision of the publisher's, because
they move by themselves from load to load; of one and the same record, they move only with our rules."""


def reextracted(before: Article, page: Article) -> Article | None:
    """The line that says that the record of the state `before` reads as `page` under today's rules; None where it reads as it did.

    Addresses are not read anew: which one an article is known by was decided with all that was known of the site.
    """
    own = difference(before, page)
    others = [name for name in READ if name not in OWN_CONTENT and getattr(before, name) != getattr(page, name)]
    if not own.fields and not others:
        return None
    update = {
        "id": before.id,
        "url": before.url,
        "canonical_url": before.canonical_url,
        "revision": before.revision + 1,
        "change": "reextracted",
        "changed_fields": sorted([*own.fields, *others]),
        "substance": own.substance,
        "captured": before.captured,
        "warc": before.warc,
    }
    return page.model_copy(update=update)


class Amendments:
    """What a run writes without having asked the site for anything. Its methods raise ArchiveUnwritable, ArchiveDamaged."""

    def __init__(self, ledger: Ledger, index: Index, life: Life, tally: Tally, archive: SiteArchive) -> None:
        self._ledger = ledger
        self._index = index
        self._life = life
        self._tally = tally
        self._archive = archive

    def reextract(self, before: Article, page: Article) -> Article | None:
        """Compares the last state of an article with what its record says today; returns the line that was written, if any."""
        self._tally.read(page, new=False)
        line = reextracted(before, page)
        if line:
            self._ledger.write_article(line)
            record = line.warc.record_id if line.warc else None
            self._ledger.settle(line.url, "article-reextracted", ", ".join(line.changed_fields), record=record, article=line.id)
        return line

    def state_before(self, page: Article) -> Article | None:
        """The stored state from which an imported page differs; None where it differs from none."""
        with self._ledger.failing():
            return self._life.state_before(page)

    def commit(self, page: Article, reading: Article | None = None) -> Outcome:
        """Compares an imported page with what is known, and writes a line where it is a new article or a later state of a known one.

        `reading`: what the record of the state before says when it is read as `page` was. A state that is older than the last one
        known adds none: revisions are told in the order of time.
        """
        self._tally.read(page, new=False)
        with self._ledger.failing():
            verdict = self._life.judge(page, reading=reading)
            line = verdict.line if verdict.line and self._is_later(verdict.line) else None
        if line is None:
            outcome: Outcome = "article-duplicate" if verdict.outcome == "article-duplicate" else "article-unchanged"
            self._count(page.url, outcome)
            return outcome
        self._ledger.write_article(line)
        record, told = line.warc.record_id if line.warc else None, line.modified
        self._ledger.expect(page.url, "imported", None)
        self._ledger.settle(page.url, verdict.outcome, verdict.detail, status=200, record=record, article=line.id, modified=told)
        return verdict.outcome

    def refuse(self, url: str, refusal: Refusal) -> None:
        """A stored page is no article. It is counted and not remembered: the site itself may show another page to a crawl."""
        self._count(url, "refused", f"{refusal.reason}: {refusal.detail}")

    def _is_later(self, line: Article) -> bool:
        known = self._index.known(line.id)
        return known is None or self._archive.read_line(known.place).captured < line.captured

    def _count(self, url: str, outcome: Outcome, detail: str = "") -> None:
        self._ledger.learnt = True  # for the report's sake: what is counted here goes with a run that learnt nothing
        self._tally.settled(CrawlLine(time=rfc3339(self._ledger.now()), url=url, outcome=outcome, detail=detail))
