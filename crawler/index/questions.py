"""What a crawl asks the index: is this link due, what is known about this article, what has been captured and not finished."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from crawler.discovery import Link
from crawler.discovery.urls import url_key
from crawler.formats.archive import LinePlace
from crawler.formats.article import Article, Change
from crawler.formats.run import FAILED
from crawler.index.captures import Captures
from crawler.index.events import DAY, HOUR, hashed_key, headline_hash, microseconds, story_digest
from crawler.index.standing import StandingText

Why = Literal["new", "modified", "recheck", "missing", "unlisted", "returned", "retry", "tried", "witness", "imported"]
"""Why a URL is fetched: never seen; a source says it changed; it has reached an age of `recheck`; it was not there yesterday;
its source has stopped naming it; a source names it though it was gone; it failed the last time;
only the front page names it, and every source is silent; it is known, and no other page of the run was there.
`imported` is not fetched: it stood in another program's WARC file."""

RETRY_WAIT = HOUR
"""Microseconds until a failed URL is tried again; four times as long after each further failure, at most a week."""
RETRIES = 8
"""Failures in a row after which a URL is left alone: about a month."""
VAIN = 2
"""Looks that a source caused for nothing, after which its word on this article counts only once a day, then every two, and so on."""
HOPS = 5
"""Redirects that are followed from a URL to its article."""
MIN_STORY = 200
"""Characters of body below which equal texts are no proof that two pages are one story."""


@dataclass(frozen=True, slots=True)
class Due:
    """A URL to fetch and why."""

    url: str
    why: Why


@dataclass(frozen=True, slots=True)
class Known:
    """What the index knows of an article. Times are microseconds since 1970."""

    id: str
    url: str
    canonical_url: str
    revision: int
    change: Change
    content_digest: str
    published: str | None
    record_id: str | None
    place: LinePlace
    base: int
    gone: int | None
    checked: int | None
    hint: int | None
    vain: int
    missed_days: int
    missed_day: int | None


class _Url(NamedTuple):
    target: bytes | None
    permanent: int | None
    article: str | None
    outcome: str | None
    settled: int | None
    failures: int
    alias: str | None


_KNOWN = (
    "a.id, a.url, a.canonical_url, a.revision, a.change, a.content_digest, a.published, a.record_id, a.file, a.offset, a.length, "
    "a.base, a.gone, a.checked, a.hint, a.vain, a.missed_days, a.missed_day"
)
_URL = "u.target, u.permanent, u.article, u.outcome, u.settled, u.failures, u.alias"
_URL_AND_KNOWN = (  # one statement for the two that nearly every page asks
    f"SELECT {_URL}, {_KNOWN} FROM urls u "
    "LEFT JOIN articles a ON a.id=coalesce(u.article, u.alias) AND a.revision IS NOT NULL WHERE u.key=?"
)


class Questions(Captures, StandingText):
    """Questions about URLs and articles. None of them changes the index."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    # -- one article ---------------------------------------------------------------------------------------------------

    def known(self, article_id: str) -> Known | None:
        """The article with this id."""
        row = self.db.execute(f"SELECT {_KNOWN} FROM articles a WHERE id=? AND revision IS NOT NULL", (article_id,)).fetchone()
        return _known(row) if row else None

    def article_at(self, url: str) -> Known | None:
        """The article that has or had `url`, a twin of it, or an address that leads there by redirects."""
        return self._found_at(url)[2]

    def successor_of(self, url: str) -> tuple[Known, bool] | None:
        """The article of an address whose last answer redirects to `url`, and whether every hop was permanent."""
        seen: set[bytes] = set()
        trail = [(hashed_key(url), True)]
        while trail and len(seen) < HOPS:
            key, permanent = trail.pop()
            seen.add(key)
            for source, article_id, kept in self.db.execute("SELECT key, article, permanent FROM urls WHERE target=?", (key,)):
                if article_id and (known := self.known(article_id)):
                    return known, permanent and bool(kept)
                if source not in seen:
                    trail.append((source, permanent and bool(kept)))
        return None

    def same_story(self, article: Article) -> Known | None:
        """A known article with the same headline, body and day; None for bodies too short to prove anything."""
        story = story_digest(article)
        if story is None or len(article.body or "") < MIN_STORY:
            return None
        row = self.db.execute("SELECT id FROM articles WHERE story=? AND id<>? ORDER BY gone IS NULL, id", (story, article.id)).fetchone()
        return self.known(row[0]) if row else None

    def had_headline(self, article_id: str, headline: str | None) -> bool:
        """Whether the article has ever had this headline."""
        query = "SELECT 1 FROM headlines WHERE article=? AND headline=?"
        return self.db.execute(query, (article_id, headline_hash(headline))).fetchone() is not None

    def twin_address(self, known: Known) -> str | None:
        """Another address under which the same article was read last time; None where there is none."""
        query = "SELECT url FROM urls WHERE alias=? AND outcome='article-duplicate' ORDER BY settled DESC, url"
        row = self.db.execute(query, (known.id,)).fetchone()
        return row[0] if row else None

    def articles_there(self) -> int:
        """How many articles are known and not gone."""
        return int(self.db.execute("SELECT there FROM counts").fetchone()[0])

    def articles_known(self) -> int:
        """How many articles are known."""
        return int(self.db.execute("SELECT known FROM counts").fetchone()[0])

    def files_known(self) -> int:
        """How many closed files of the archive are in the index."""
        return int(self.db.execute("SELECT count(*) FROM files").fetchone()[0])

    # -- what to fetch -------------------------------------------------------------------------------------------------

    def due(self, link: Link, now: datetime, recheck: Sequence[timedelta], retold: bool = False) -> Due | None:
        """Whether to fetch what `link` names, and by which address; None for what is known and need not be looked at.

        `retold`: its source says something else of it than before, though it may tell no date of a change.
        """
        row, article_id, known = self._found_at(link.url)
        if row is None or (row.outcome in (None, "cancelled") and not row.article and not self.is_pending(link.url)):
            return Due(link.url, "new")
        if known:
            why = _why_look(known, link, microseconds(now) or 0, recheck) or ("modified" if retold and known.gone is None else None)
            return Due(self._named_address(known, link, why), why) if why else None
        if article_id:  # a power cut took its line and left the log
            return Due(link.url, "new")
        return self._due_again(row, link, microseconds(now) or 0)

    def due_again(self, now: datetime, recheck: Sequence[timedelta], every: bool = False) -> Iterator[Due]:
        """What to look at although no source names it, newest article first: known articles that have reached an age of `recheck`,
        that were not there yesterday, and URLs that failed. With `every`, every known article, also those that are gone."""
        moment = microseconds(now) or 0
        ages = [_age(age) for age in recheck]
        last = max(ages, default=0)
        self.db.execute("CREATE TEMP TABLE IF NOT EXISTS looks (number INTEGER PRIMARY KEY, id TEXT)")
        self.db.execute("DELETE FROM looks")
        where = "1" if every else "look_age < ?1 OR (missed_days > 0 AND missed_day < ?2 AND gone IS NULL)"
        values = () if every else (last, moment // DAY)
        self.db.execute(
            f"INSERT INTO looks (id) SELECT id FROM articles WHERE revision IS NOT NULL AND ({where}) ORDER BY base DESC, id", values
        )
        for article_id in self._numbered():
            known = self.known(article_id)
            why = known and ("recheck" if every else _why_look(known, None, moment, recheck))
            if known and why:
                yield Due(self._address(known), why)
        yield from self._retries(moment)

    def newest_there(self, most: int) -> list[Known]:
        """The newest known articles, `most` at most, of which none was missing at the last look."""
        query = (
            f"SELECT {_KNOWN} FROM articles a WHERE revision IS NOT NULL AND gone IS NULL AND missed_days=0 ORDER BY base DESC, id LIMIT ?"
        )
        return [_known(row) for row in self.db.execute(query, (most,))]

    def _address(self, known: Known) -> str:
        """Where to look at an article: what was not at its own address yesterday may be at the other one that it had."""
        return (known.missed_days and self.twin_address(known)) or known.url

    def _named_address(self, known: Known, link: Link, why: Why) -> str:
        """Where to look at an article that a source names: what is not at its own address may be back at a former one, which is named."""
        former = why in ("missing", "returned") and url_key(link.url) != url_key(known.url)
        return link.url if former else self._address(known)

    def _numbered(self) -> Iterator[str]:
        """The ids in `looks`, a hundred at a time, because the tables may change between two of them."""
        query = "SELECT number, id FROM looks WHERE number > ? ORDER BY number LIMIT 100"
        rows = self.db.execute(query, (0,)).fetchall()
        while rows:
            yield from (article_id for _, article_id in rows)
            rows = self.db.execute(query, (rows[-1][0],)).fetchall()

    def _retries(self, now: int) -> Iterator[Due]:
        query = (
            "SELECT url, settled, failures FROM urls WHERE failures > 0 AND settled <= ? AND article IS NULL AND alias IS NULL "
            "ORDER BY settled DESC, url"
        )
        for url, settled, failures in self.db.execute(query, (now - RETRY_WAIT,)).fetchall():
            if _may_retry(settled, failures, now):
                yield Due(url, "retry")

    def _due_again(self, row: _Url, link: Link, now: int) -> Due | None:
        """A known URL behind which no article was found."""
        modified = microseconds(link.modified)
        if row.settled is not None and modified is not None and row.settled < modified <= now:
            return Due(link.url, "modified")
        if row.outcome in FAILED and not row.failures:  # asked for by hand or as a source, and never as what this link says it is
            return Due(link.url, "new")
        if row.failures and row.settled is not None and _may_retry(row.settled, row.failures, now):
            return Due(link.url, "retry")
        return None

    def may_ask(self, url: str, now: datetime) -> bool:
        """Whether `url` answered the last time, or may be tried again by now."""
        row = self._url_row(hashed_key(url))
        return row is None or not row.failures or _may_retry(row.settled or 0, row.failures, microseconds(now) or 0)

    def believes_sources(self, known: Known, now: datetime) -> bool:
        """Whether a source that says that `known` has changed is worth a look: not so soon again after looks for nothing."""
        return _believes(known, microseconds(now) or 0)

    def last_outcome(self, url: str) -> str | None:
        """What became of `url` the last time."""
        row = self._url_row(hashed_key(url))
        return row.outcome if row else None

    def _found_at(self, url: str) -> tuple[_Url | None, str | None, Known | None]:
        """The row of `url`, the id of the article behind it, and that article."""
        found = self.db.execute(_URL_AND_KNOWN, (hashed_key(url),)).fetchone()
        if found is None:
            return None, None, None
        row = _Url(*found[: len(_Url._fields)])
        article_id = self._resolved(row)
        if article_id and article_id != (row.article or row.alias):  # behind a redirect
            return row, article_id, self.known(article_id)
        own = found[len(_Url._fields) :]
        return row, article_id, _known(own) if own[0] else None

    def _url_row(self, key: bytes) -> _Url | None:
        row = self.db.execute(f"SELECT {_URL} FROM urls u WHERE key=?", (key,)).fetchone()
        return _Url(*row) if row else None

    def _resolved(self, row: _Url) -> str | None:
        """Id of the article behind a URL."""
        for _ in range(HOPS):
            if (found := row.article or row.alias) or not row.target:
                return found
            following = self._url_row(row.target)
            if following is None:
                return None
            row = following
        return None


def _known(row: Sequence[Any]) -> Known:
    return Known(*(*row[:8], LinePlace(*row[8:11]), *row[11:]))


def _why_look(known: Known, link: Link | None, now: int, recheck: Sequence[timedelta]) -> Why | None:
    checked = known.checked or 0
    if known.gone is not None and link and now // DAY - checked // DAY >= max(1, (checked - known.gone) // DAY):
        return "returned"
    if known.gone is None and known.missed_days and now // DAY > (known.missed_day or 0):
        return "missing"
    if link and _says_changed(known, link, now):
        return "modified"
    base = known.base if known.gone is None else known.gone
    return "recheck" if any(checked < base + _age(age) <= now for age in recheck) else None


def _says_changed(known: Known, link: Link, now: int) -> bool:
    """Whether `link` tells of a change that nobody has looked at yet. A date to come tells nothing."""
    modified = microseconds(link.modified)
    if modified is None or modified > now + DAY:
        return False
    if modified <= ((known.checked or 0) if known.hint is None else known.hint):
        return False
    return _believes(known, now)


def _believes(known: Known, now: int) -> bool:
    return known.vain < VAIN or now - (known.checked or 0) >= min(DAY << (known.vain - VAIN), 7 * DAY)


def _may_retry(settled: int, failures: int, now: int) -> bool:
    wait = min(RETRY_WAIT << (2 * (failures - 1)), 7 * DAY)
    return failures < RETRIES and now - settled >= wait


def _age(age: timedelta) -> int:
    return int(age.total_seconds() * 1_000_000)
