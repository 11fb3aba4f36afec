"""An article's life: whether a page that was read is a new article, a new state of a known one, or nothing new."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

from crawler.clock import rfc3339
from crawler.discovery import Kind
from crawler.discovery.urls import url_key
from crawler.formats.archive import SiteArchive
from crawler.formats.article import Article, Change, article_id
from crawler.formats.run import Outcome
from crawler.index import Index, Known
from crawler.index.captures import Captured
from crawler.index.events import instant
from crawler.store.changes import Difference, difference, publishers_change
from crawler.store.recognition import Match, Recognition


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a page amounts to: the outcome of its URL, the article behind it, and the line to write, if any."""

    outcome: Outcome
    article_id: str
    line: Article | None = None
    detail: str = ""
    known: Known | None = None
    """The article as it was known before."""


class Life:
    """Judges pages by what the index and the last lines say. Writes nothing."""

    def __init__(self, index: Index, archive: SiteArchive) -> None:
        self._index = index
        self._recognition = Recognition(index)
        self._archive = archive

    def judge(
        self, page: Article, requested: str | None = None, moved_permanently: bool = False, reading: Article | None = None
    ) -> Verdict:
        """What to make of `page`, which was reached from `requested`; `moved_permanently`: only by permanent redirects.

        `reading`: what the record of the state before says when it is read as `page` was, see `state_before`.
        """
        page, match = self._recognition.of(page, requested, moved_permanently)
        if match is None:
            line = page.model_copy(
                update={"id": article_id(page.site, page.canonical_url), "revision": 1, "change": "new", "changed_fields": []}
            )
            return Verdict("article-new", line.id, line)
        known = match.known
        if page.warc and known.record_id == page.warc.record_id:  # a crash came between its line and its outcome
            return Verdict(_outcome(known.change), known.id, detail="the line was written before the run was cut off", known=known)
        if match.twin:
            return Verdict("article-duplicate", known.id, detail=f"another address of {known.url}", known=known)
        return replace(self._next_state(page, match, reading), known=known)

    def state_before(self, page: Article, requested: str | None = None, moved_permanently: bool = False) -> Article | None:
        """The known state from which `page` differs, so that a line would be written; None where none would, or a new article's.

        Whether the publisher made the difference, or another extractor, another config or other hints did, is only to be seen by
        reading the record of that state once more.
        """
        verdict = self.judge(page, requested, moved_permanently)
        before = self._archive.read_line(verdict.known.place) if verdict.line and verdict.known else None
        return before if before and difference(before, page).fields else None

    def gone(self, known: Known, capture: Captured) -> Article:
        """The line that says that `known` is gone: its last state, with the answer that said so."""
        before = self._archive.read_line(known.place)
        nothing = Difference([], [])
        return self._line(known, before, "gone", nothing, url=capture.url, captured=rfc3339(instant(capture.date)), warc=capture.ref)

    def _next_state(self, page: Article, match: Match, reading: Article | None) -> Verdict:
        known = match.known
        moved = match.moved or self._canonical_changed(page, known)
        changed = page.content_digest != known.content_digest
        if known.gone is None and not moved and not changed:
            return Verdict("article-unchanged", known.id)
        before = self._archive.read_line(known.place)
        found = difference(before, page)
        ours = bool(found.fields)
        if reading is not None:
            page, found = publishers_change(before, reading, page)
        if known.gone is None and not moved:
            if not found.fields:
                return Verdict("article-unchanged", known.id, detail="only read differently: `scrapy reextract` shows how" if ours else "")
            if found.fields == ["headline"] and self._index.had_headline(known.id, page.headline):
                return Verdict("article-unchanged", known.id, detail="the headline is one that it had before")
            if _is_our_change(before, page, found):
                return Verdict("article-unchanged", known.id, detail="the same bytes, read differently: `scrapy reextract` shows how")
        addresses = [name for name in ("canonical_url", "url") if getattr(before, name) != getattr(page, name)]
        change: Change = "restored" if known.gone is not None else "moved" if moved else "revised"
        if change != "revised":
            found = Difference(sorted([*found.fields, *addresses]), found.substance)
        return Verdict(_outcome(change), known.id, self._line(known, page, change, found))

    def _line(self, known: Known, state: Article, change: Change, found: Difference, **more: object) -> Article:
        update = {
            "id": known.id,
            "revision": known.revision + 1,
            "change": change,
            "changed_fields": found.fields,
            "substance": found.substance,
            **more,
        }
        return state.model_copy(update=update)

    def _canonical_changed(self, page: Article, known: Known) -> bool:
        """Whether the page names a new canonical address. That it names none any more is no move."""
        canonical = url_key(page.canonical_url)
        return canonical not in (url_key(known.canonical_url), url_key(page.url))


def _is_our_change(before: Article, page: Article, found: Difference) -> bool:
    """Whether the publisher sent the very page that it sent before, so that only our rules or programs can have made the difference.

    What a feed says of the page may have changed all the same.
    """
    if before.warc is None or page.warc is None or page.warc.payload_digest is None:
        return False
    same_page = page.warc.payload_digest == before.warc.payload_digest
    return same_page and not any(page.provenance.get(name) in get_args(Kind) for name in found.fields)


def _outcome(change: Change) -> Outcome:
    outcomes: dict[Change, Outcome] = {
        "new": "article-new",
        "revised": "article-revised",
        "moved": "article-moved",
        "restored": "article-restored",
        "gone": "article-gone",
        "reextracted": "article-reextracted",
    }
    return outcomes[change]
