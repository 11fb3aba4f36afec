"""What a run is to ask for: links that are new or due, sources, and with which validators."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.clock import Now
from crawler.discovery import Link, Source
from crawler.formats.article import RecordRef
from crawler.formats.run import Mode
from crawler.formats.site import Site
from crawler.index import Due, Index
from crawler.index.events import microseconds
from crawler.index.sources import DETECTED_WAIT
from crawler.store.keeping_up import KeepingUp
from crawler.store.ledger import Ledger
from crawler.store.polls import Polls
from crawler.store.retellings import Retellings
from crawler.store.unlisted import Unlisted
from crawler.store.witnesses import Witnesses


class Agenda:
    """Answers from the index, and tells the ledger why each URL will be asked for."""

    def __init__(
        self,
        site: Site,
        mode: Mode,
        now: Now,
        index: Index,
        ledger: Ledger,
        polls: Polls,
        unlisted: Unlisted,
        retellings: Retellings,
        keeping_up: KeepingUp,
        witnesses: Witnesses,
    ) -> None:
        self._site = site
        self._mode = mode
        self._now = now
        self._index = index
        self._ledger = ledger
        self._polls = polls
        self._unlisted = unlisted
        self._retellings = retellings
        self._keeping_up = keeping_up
        self._witnesses = witnesses

    def due(self, link: Link) -> Due | None:
        """Whether to fetch what `link` names, why, and by which address; None where it is known and need not be looked at."""
        due = self._index.due(link, self._now(), self._site.recheck, self._retellings.is_open(link.url))
        if due:
            self._ledger.expect(due.url, due.why, link.modified)
            if due.why == "new":
                self._polls.new_link(link)
                self._keeping_up.new_link(link)
        return due

    def due_again(self) -> Iterator[Link]:
        """What to look at although no source names it, newest first. In the mode `recheck`, every known article."""
        for due in self._index.due_again(self._now(), self._site.recheck, every=self._mode == "recheck"):
            yield self._expected(due)

    def due_unlisted(self) -> Iterator[Link]:
        """Once every source has been read: known articles that their sources named the last time and do not name any more."""
        with self._ledger.failing():
            looks = list(self._unlisted.due())
        for due in looks:
            yield self._expected(due)

    @property
    def awaits_unlisted(self) -> bool:
        """Whether a source that was read has stopped naming articles, which are not looked at yet."""
        return self._unlisted.has_dropped

    def doubts_silence(self, home: Source) -> bool:
        """Whether to ask the front page, once all sources have been read, because none of them has any news."""
        return self._mode == "update" and self._keeping_up.doubts_silence(home, self._polls.reports)

    def witnesses(self) -> Iterator[Link]:
        """Known articles of which the first that was not asked for yet is to say whether the site is well; none where that is known."""
        if self._mode != "update":
            return
        with self._ledger.failing():
            urls = self._witnesses.wanted(self._polls.reports)
        for url in urls:
            yield Link(url, "seed", self._site.url)

    def calls(self, witness: Link) -> None:
        """`witness` will be asked for, as one of `witnesses`."""
        self._ledger.expect(witness.url, "witness", None)
        self._witnesses.called(witness.url)

    def pending(self) -> list[tuple[Link, RecordRef]]:
        """Pages that an earlier run captured and did not get to extract."""
        return [(Link(item.url, "seed", item.url), item.ref) for item in self._index.pending()]

    def validators(self, source: Source) -> dict[str, str]:
        """Headers for a conditional request; empty where the whole document is wanted."""
        return self._index.validators(source)

    def source_due(self, source: Source, *, news: bool = False) -> bool:
        """Whether a scheduled run should ask `source` now; `news`: there is some on the site's front page."""
        return self._index.source_due(source, self._now(), news=news)

    def detected(self) -> list[Source]:
        """The sources for whose sake a scheduled run need not look at the front page; none where it is time to look, or to look again."""
        found, seen = self._index.detected()
        moved = not any(source.url == self._site.home for source in found)  # the config has another address now
        return [] if moved or (microseconds(self._now()) or 0) - seen >= DETECTED_WAIT else found

    def is_absent(self, source: Source) -> bool:
        """Whether `source` was not there when it was last asked for, and need not be asked for again yet."""
        return self._index.is_absent(source, self._now())

    def has_served(self, source: Source) -> bool:
        """Whether the last answer of `source` named articles."""
        state = self._index.source_state(source)
        return state is not None and state.links > 0

    def has_answered(self, source: Source) -> bool:
        """Whether `source` has ever been read."""
        return self._index.source_state(source) is not None

    def unchanged_child(self, source: Source) -> bool:
        """Whether a sitemap that an index names need not be read again."""
        return self._index.unchanged_child(source)

    def _expected(self, due: Due) -> Link:
        self._ledger.expect(due.url, due.why, None)
        return Link(due.url, "seed", self._site.url)
