"""What the index knows of feeds, sitemaps, APIs and listings: when they were asked, with which validators, and whether they lie."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from crawler.discovery import Source
from crawler.discovery.links import options
from crawler.index.events import DAY, instant, microseconds

FULL_EVERY = 10
"""Every tenth look is made without validators, because some servers answer 304 to changed content."""
PATIENCE = 3
"""Looks without news after which a source is asked less often."""
LONGEST_WAIT = DAY // 4
"""The longest time between two looks, in microseconds: news is never later than a quarter of a day."""
ABSENT_WAIT = 7 * DAY
"""Microseconds for which a place is left alone where a source was announced, or might have been, and was not."""
LONGEST_ASKED = DAY
"""The longest wait that a source may ask for itself."""
DETECTED_WAIT = DAY
"""Microseconds for which a scheduled run goes without the front page of a site whose sources name everything new on it."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source has behaved. Times are microseconds since 1970."""

    polled: int
    polls: int
    etag: str | None
    last_modified: str | None
    payload_digest: str | None
    """Of the last full answer whose links were all dealt with; None where a run broke off before."""
    quiet: int
    """Looks in a row without a new link."""
    news: int
    last_news: int | None
    not_modified: int | None
    """Time of the last 304 since the last full answer."""
    poll_after: float | None
    """Seconds that the source asks to be left alone."""
    dealt_with: str | None
    """Payload digest of the last full answer whose links were all dealt with, however many runs ago."""
    lies: bool
    """It has answered 304 to changed content."""
    links: int
    """Links to articles in its last full answer."""


class RobotsState(NamedTuple):
    """The last answer of a robots.txt that holds."""

    time: int
    """Microseconds since 1970."""
    holds: int
    """Seconds."""
    status: int
    record: str | None
    payload_digest: str | None
    """None where there is no robots.txt."""


class Sources:
    """Questions about sources. None of them changes the index."""

    db: sqlite3.Connection

    def source_state(self, source: Source) -> SourceState | None:
        """What is known of `source`; None before its first answer."""
        row = self.db.execute(
            "SELECT polled, polls, etag, last_modified, payload_digest, quiet, news, last_news, not_modified, poll_after, "
            "dealt_with, lies, links FROM sources WHERE kind=? AND url=?",
            (source.kind, source.url),
        ).fetchone()
        return SourceState(*(*row[:-2], bool(row[-2]), row[-1])) if row else None

    def validators(self, source: Source) -> dict[str, str]:
        """Headers for a conditional request; empty where the whole document is wanted: first, every tenth time, and from liars."""
        state = self.source_state(source)
        if state is None or state.lies or state.payload_digest is None or (state.polls + 1) % FULL_EVERY == 0:
            return {}
        headers = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
        return {name: value for name, value in headers.items() if value}

    def unchanged_child(self, source: Source) -> bool:
        """Whether the index that names this sitemap dates its last change before our last whole look: it need not be read again."""
        state, lastmod = self.source_state(source), source.option("lastmod")
        changed = microseconds(lastmod)
        if state is None or state.payload_digest is None or lastmod is None or changed is None:
            return False
        return changed + (DAY if len(lastmod) == len("2026-03-01") else 0) <= state.polled

    def is_absent(self, source: Source, now: datetime) -> bool:
        """Whether `source` was not there when it was last asked for, less than a week ago."""
        row = self.db.execute("SELECT time FROM absent WHERE url=?", (source.url,)).fetchone()
        return row is not None and (microseconds(now) or 0) - row[0] < ABSENT_WAIT

    def detected(self) -> tuple[list[Source], int]:
        """The sources that named everything new on the front page, and when that was seen (0: one of them has failed since)."""
        rows = self.db.execute("SELECT kind, url, options, time FROM detected ORDER BY place").fetchall()
        found = [Source(kind, url, options=options(**json.loads(more))) for kind, url, more, _ in rows]
        return found, min((row[3] for row in rows), default=0)

    def robots_state(self, url: str) -> RobotsState | None:
        """The last answer of the robots.txt `url` that held."""
        row = self.db.execute("SELECT time, holds, status, record, payload_digest FROM robots WHERE url=?", (url,)).fetchone()
        return RobotsState(*row) if row else None

    def last_news(self, besides: Source) -> datetime | None:
        """When any source but `besides` last named something new; None where none ever did."""
        row = self.db.execute("SELECT max(last_news) FROM sources WHERE NOT (kind=? AND url=?)", (besides.kind, besides.url)).fetchone()
        return None if row[0] is None else instant(row[0])

    def source_due(self, source: Source, now: datetime, *, news: bool = False) -> bool:
        """Whether a scheduled run should ask `source`: after half the time since it last had news, at most `LONGEST_WAIT`, and not
        before the source wants to be asked again. With `news`, there is some on the front page, so that there is no need to wait."""
        state = self.source_state(source)
        if state is None or state.payload_digest is None:
            return True
        waited = (microseconds(now) or 0) - state.polled
        asked = min(int((state.poll_after or 0) * 1_000_000), LONGEST_ASKED)
        if news or state.quiet < PATIENCE:
            return waited >= asked
        silence = state.polled - (state.last_news or 0)
        return waited >= max(asked, min(silence // 2, LONGEST_WAIT))
