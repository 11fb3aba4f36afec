"""Whether each source keeps up with what is published, and when to ask the front page because none of them has any news."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from crawler.clock import Now, rfc3339
from crawler.discovery import Link, Source
from crawler.discovery.urls import url_key
from crawler.formats.article import Article
from crawler.formats.run import ANSWERED, Run, SourceReport
from crawler.index import Index
from crawler.index.events import HOUR, hashed_key, instant, microseconds

SILENCE = timedelta(hours=20)
"""Shorter silence is never doubted: a nightly run doubts a day without news, a frequent one does so once a day."""
LEAST_PAST = timedelta(days=14)
"""A site that has been known for less has no usual pace."""
PACE = timedelta(days=28)
"""Over how many days the usual pace is measured."""
LAG = HOUR
"""Microseconds that a source is given to name an article: caches hold feeds back."""
APART = HOUR
"""Microseconds: dates of a page and of its source that differ by less are the same."""
LOOKED_UP = 500
"""Links at each end of a source that dates none of them, whose articles are looked up: what is newest stands first or last."""
MOST = 2_000
"""New articles of a run that are remembered. A run with more catches up, which says nothing about its sources."""


class KeepingUp:
    """Notes, for one run, which sources name each new article, and up to which date each source goes."""

    def __init__(self, index: Index, now: Now, run_id: str) -> None:
        self._index = index
        self._now = now
        self._run_id = run_id
        self._named_by: dict[bytes, set[str]] = {}
        self._newest: dict[str, int] = {}
        self._undated: set[str] = set()
        self._read_at: dict[str, str] = {}
        self._stored: list[tuple[int | None, set[str]]] = []

    def read(self, source: Source, links: Sequence[Link]) -> None:
        """`source` names `links`. Where it dates none, it goes as far as the known articles that it names. Dates of the future count for
        nothing: they would hide for months that it stands still."""
        if links:
            self._read_at[source.url] = links[0].found_in  # another address, where the source redirects
        told = [date for link in links if (date := microseconds(link.published or link.modified))]
        if not told:
            self._undated.add(source.url)
            ends = links if len(links) <= 2 * LOOKED_UP else [*links[:LOOKED_UP], *links[-LOOKED_UP:]]
            known = map(self._index.article_at, (link.url for link in ends))
            told = [date for article in known if article and (date := microseconds(article.published))]
        now = microseconds(self._now()) or 0
        if dates := [date for date in told if date <= now]:
            self._newest[source.url] = max(dates)

    def new_link(self, link: Link) -> None:
        """A source names a link that was not known before the run."""
        key = hashed_key(link.url)
        if key in self._named_by or len(self._named_by) < MOST:
            self._named_by.setdefault(key, set()).add(link.found_in)

    def stored(self, link: Link, article: Article) -> None:
        """A new article came of `link`."""
        if named_by := self._named_by.get(hashed_key(link.url)):
            self._stored.append((microseconds(article.published), named_by))

    def doubts_silence(self, home: Source, looks: Sequence[SourceReport]) -> bool:
        """Whether to ask the front page for news: no source of this run or of the last twenty hours had any, although at the pace of
        the last four weeks an article was to be expected. Once in twenty hours; `looks` are those of this run."""
        if self._named_by or not any(look.outcome in ANSWERED for look in looks):
            return False
        now, state = self._now(), self._index.source_state(home)
        if any(url_key(look.url) == url_key(home.url) for look in looks) or (state and now - instant(state.polled) < SILENCE):
            return False
        last = self._index.last_news(besides=home)
        return last is not None and now - last >= SILENCE and self._expected(now - last) >= 1

    def _expected(self, silence: timedelta) -> float:
        """New articles that the usual pace brings in that time; none where too little is known of the site."""
        now = self._now()
        runs = [run for run in self._index.briefs(now - PACE, before=self._run_id) if run.known_articles]
        past = now - datetime.fromisoformat(runs[0].started) if runs else timedelta(0)
        return sum(run.new for run in runs) * (silence / past) if past >= LEAST_PAST else 0.0

    def told(self, looks: Sequence[SourceReport], past: Sequence[Run]) -> list[SourceReport]:
        """`looks` with what is known of each at the end of the run. After a 304 a source goes as far as it went in its `past` looks."""
        return [self._told(look, past) for look in looks]

    def _told(self, look: SourceReport, past: Sequence[Run]) -> SourceReport:
        place = self._read_at.get(look.url, look.url)
        newest = self._newest.get(look.url)
        if look.url in self._undated:  # the dates of what it names as new were not known before
            newest = max(filter(None, (newest, *self._dates_of(place))), default=None)
        if newest is None and look.outcome == "not-modified":
            newest = microseconds(_last_known(look.url, past))
        if newest is None:
            return look
        named = sum(place in named_by for _, named_by in self._stored)
        latest = (microseconds(self._now()) or 0) - LAG
        missed = sum(place not in named_by and date is not None and newest + APART < date <= latest for date, named_by in self._stored)
        return look.model_copy(update={"newest": rfc3339(instant(newest)), "named": named, "missed": missed})

    def _dates_of(self, place: str) -> Iterator[int]:
        """Dates of the new articles that the source at `place` names, none of the future."""
        now = microseconds(self._now()) or 0
        return (date for date, named_by in self._stored if place in named_by and date is not None and date <= now)


def _last_known(url: str, past: Sequence[Run]) -> str | None:
    return next((look.newest for run in reversed(past) for look in run.sources if look.url == url and look.newest), None)
