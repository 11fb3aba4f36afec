"""What the sources of a site answered in one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from crawler.clock import rfc3339
from crawler.discovery import Link, Source
from crawler.formats.capture import Capture
from crawler.formats.run import Outcome, SourceReport
from crawler.index import Index
from crawler.index.events import HOUR, microseconds
from crawler.index.sources import SourceState
from crawler.store.ledger import Ledger

LATE = HOUR
"""How much older than a 304 a new link must be to prove it a lie: clocks differ."""


class Polls:
    """Looks at sources. They enter the index with the report: a run that is cut off has not dealt with the links it found."""

    def __init__(self, ledger: Ledger, index: Index) -> None:
        self.reports: list[SourceReport] = []
        self.absent_at: list[str] = []
        """Addresses at which a source might have been, and was not."""
        self._ledger = ledger
        self._index = index
        self._late: Counter[str] = Counter()
        self._last: tuple[Source, SourceState | None] | None = None

    def new_link(self, link: Link) -> None:
        """A link that was never seen. If it is older than a 304 of its source, that 304 was a lie."""
        if link.source == "seed":
            return
        state = self._state_of(Source(link.source, link.found_in))
        published = microseconds(link.published)
        if state and state.not_modified and published and published < state.not_modified - LATE:
            self._late[link.found_in] += 1

    def read(self, source: Source, capture: Capture, found: int, new: int, problems: Sequence[str], poll_after: float | None) -> None:
        """A source was read: it named `found` articles, `new` of them for the first time."""
        digest = capture.ref.payload_digest if capture.ref else capture.payload_digest
        state = self._index.source_state(source)
        update = {
            "unchanged": state is not None and state.payload_digest == digest,
            "links": found,
            "new": new,
            "late": self._late.pop(source.url, 0),
            "poll_after": poll_after,
            "etag": capture.header("etag"),
            "last_modified": capture.header("last-modified"),
            "payload_digest": digest,
            "problems": list(problems),
        }
        self._report(source, "source", capture, update)

    def unchanged(self, source: Source, capture: Capture) -> None:
        """A source answered 304 to our validators."""
        state = self._index.source_state(source)
        self._report(source, "not-modified", capture, {"unchanged": True, "links": state.links if state else 0})

    def failed(self, source: Source, outcome: Outcome, detail: str, capture: Capture | None) -> None:
        """A source gave no usable answer."""
        self._report(source, outcome, capture, {"problems": [detail] if detail else []}, detail)

    def closed(self, source: Source) -> None:
        """An API is closed, and what stands in for it is read: it is left alone as what is absent."""
        self.absent_at.append(source.url)

    def absent(self, source: Source, capture: Capture) -> None:
        """Nothing stands where a source was announced or might have been."""
        self.absent_at.append(source.url)
        self._ledger.settle_capture(capture, "absent", f"no {source.kind} here, status {capture.status}")

    def _state_of(self, source: Source) -> SourceState | None:
        """As the index says, which learns of this run's looks at its end; a source names its links one after the other."""
        if self._last is None or self._last[0] != source:
            self._last = source, self._index.source_state(source)
        return self._last[1]

    def _report(self, source: Source, outcome: Outcome, capture: Capture | None, update: Mapping[str, object], detail: str = "") -> None:
        look = SourceReport(
            kind=source.kind,
            url=source.url,
            time=rfc3339(self._ledger.now()),
            outcome=outcome,
            status=capture.status if capture else None,
            conditional=capture.conditional if capture else False,
        )
        self.reports.append(look.model_copy(update=update))
        if capture:
            self._ledger.settle_capture(capture, outcome, detail or source.kind)
        else:
            self._ledger.settle(source.url, outcome, detail)
