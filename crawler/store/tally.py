"""Counts what a run does, for its report."""

from __future__ import annotations

import io
import sqlite3
from collections import Counter
from email.utils import parsedate_to_datetime
from statistics import median
from typing import Any

from crawler.formats.archive import CrawlLine
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.causes import is_bad
from crawler.formats.run import FAILED, KEPT, TOLD_BY, Coverage, Outcome
from crawler.index import Why
from crawler.index.events import microseconds

COVERED = ("headline", "section", "authors", "published", "body", "summary", "tags", "language", "images")


MOST_REASONS = 50
"""Limits that a report names: a maze has addresses of any number of shapes."""
MOST_OPEN = 10_000
"""URLs asked for and not settled that are remembered besides the table: a megabyte or two, more than a run mostly has waiting."""


def clock_offset(capture: Capture) -> float | None:
    """Seconds by which the server's clock is ahead of ours, by its `Date` and, of an answer out of a cache, its `Age` (RFC 9110, section
    6.6.1; RFC 9111, section 5.1); None where it tells no date."""
    told, ours = capture.header("date"), microseconds(capture.date)
    try:
        date = parsedate_to_datetime(told) if told and ours else None
    except ValueError:
        return None
    age = capture.header("age") or "0"
    return ((microseconds(date) or 0) - (ours or 0)) / 1e6 + int(age[:9] if age.isascii() and age.isdigit() else 0) if date else None


def _latest(*dates: str | None) -> str | None:
    return max((date for date in dates if date), key=lambda date: microseconds(date) or 0, default=None)


class Tally:
    """Counters of one run. Which URL has which outcome stands in a temporary table, because runs have more URLs than memory is for."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._db.execute("CREATE TEMP TABLE settled (url TEXT PRIMARY KEY, outcome TEXT NOT NULL, reason TEXT) WITHOUT ROWID")
        self._open: set[str] = set()
        """URLs in the table that are known to count as cancelled: what is in flight needs no look into it."""
        self.requests: Counter[str] = Counter()
        self._page_answers: Counter[str] = Counter()
        self._urls: Counter[Outcome] = Counter()
        self.bytes_received = 0
        self.retries = 0
        self.slow_downs = 0
        self.left_out: Counter[str] = Counter()
        self._tried: list[str] = []
        self.witnesses: list[str] = []
        """Known articles that were asked for to see whether the site is well."""
        self._newest: str | None = None
        self._newest_new: str | None = None
        self._offsets: list[float] = []
        self._body_lengths: list[int] = []
        self._found: Counter[str] = Counter()
        self._methods: dict[str, Counter[str]] = {}
        self._missing: dict[str, str] = {}
        self._told: dict[str, str] = {}
        self._reread = 0
        self._lost: Counter[str] = Counter()

    def asked(self, url: str) -> None:
        """A URL was requested; until something is settled about it, it counts as cancelled."""
        if url in self._open:
            return
        if self._db.execute("INSERT OR IGNORE INTO settled VALUES (?, 'cancelled', NULL)", (url,)).rowcount:
            self._urls["cancelled"] += 1
            if len(self._open) < MOST_OPEN:
                self._open.add(url)

    def exchange(self, capture: Capture) -> None:
        """An answer came."""
        self.asked(capture.url)
        self.requests[str(capture.status)] += 1
        self.bytes_received += sum(map(len, capture.interim)) + capture.response.seek(0, io.SEEK_END)
        self.retries += capture.attempt > 1
        if len(self._offsets) < MOST_OPEN and (offset := clock_offset(capture)) is not None:
            self._offsets.append(offset)

    def unanswered(self, outcome: Outcome) -> None:
        """A request ended without an answer."""
        self.requests[outcome] += 1

    def page_answered(self, answer: str, why: Why | None) -> None:
        """What came of a page that was asked for because of `why`, in the end: an HTTP status, or the outcome where there was no answer."""
        says_nothing = answer in ("robots-denied", "cancelled") or (why in ("retry", "tried") and is_bad(answer))
        self._page_answers[answer] += not says_nothing

    def settled(self, line: CrawlLine) -> None:
        """The outcome of a URL is known; it replaces an earlier one."""
        if before := self._outcome(line.url):
            self._urls[before] -= 1
            self._open.discard(line.url)
        self._urls[line.outcome] += 1
        reason = line.detail.partition(":")[0] if line.outcome == "refused" else None
        self._db.execute("INSERT OR REPLACE INTO settled VALUES (?,?,?)", (line.url, line.outcome, reason))

    def read(self, article: Article, *, new: bool) -> None:
        """An article was read from a page, whether or not it was known."""
        for name in COVERED:
            if getattr(article, name):
                method = article.provenance.get(name, "unknown")
                self._found[name] += 1
                self._methods.setdefault(name, Counter())[method] += 1
                if method in TOLD_BY:
                    self._told.setdefault(name, article.url)
            else:
                self._missing.setdefault(name, article.url)
        self._body_lengths.append(len(article.body or ""))
        self._newest = _latest(self._newest, article.published)
        if new:
            self._newest_new = _latest(self._newest_new, article.published)

    def reread(self, article: Article, before: Article | None) -> None:
        """A known article was read again; `before` is its state before, read by the same rules, where it differs."""
        self._reread += 1
        if before is None:
            return
        self._lost.update(name for name in COVERED if name != "body" and getattr(before, name) and not getattr(article, name))
        self._lost["body"] += 2 * len(article.body or "") < len(before.body or "")

    def tried(self, url: str) -> None:
        """`url` is asked for although no source of the site names it; what comes of it says nothing about the site."""
        self._tried.append(url)

    @property
    def tried_in_vain(self) -> int:
        """How many of those were no articles."""
        return sum(self._outcome(url) in FAILED | {"refused"} for url in self._tried)

    def witness(self, url: str) -> None:
        """`url`, of a known article, is asked for to see whether the site is well."""
        self.witnesses.append(url)

    def is_settled(self, url: str) -> bool:
        """Whether something other than `cancelled` is known of `url`."""
        return self._outcome(url) not in (None, "cancelled")

    def count(self, outcomes: frozenset[str]) -> int:
        """URLs whose outcome is one of `outcomes`."""
        return sum(number for outcome, number in self._urls.items() if outcome in outcomes)

    def urls(self) -> dict[Outcome, int]:
        """URLs by outcome."""
        return {outcome: number for outcome, number in sorted(self._urls.items()) if number}

    def refusals(self) -> dict[str, int]:
        """Refused URLs by reason."""
        query = "SELECT reason, count(*) FROM settled WHERE outcome='refused' GROUP BY reason ORDER BY reason"
        return dict(self._db.execute(query).fetchall())

    def examples(self) -> dict[str, str]:
        """One URL for each reason of refusal and each failure."""
        query = "SELECT coalesce(reason, outcome), min(url), outcome FROM settled GROUP BY 1 ORDER BY 1"
        return {name: url for name, url, outcome in self._db.execute(query) if outcome == "refused" or outcome in FAILED}

    def report(self) -> dict[str, Any]:
        """The report's fields that are counted here, by name."""
        urls = self.urls()
        return {
            "requests": dict(sorted(self.requests.items())),
            "page_answers": dict(sorted((+self._page_answers).items())),
            "urls": urls,
            "refusals": self.refusals(),
            "examples": self.examples(),
            "articles": {name.removeprefix("article-"): urls[name] for name in urls if name in KEPT or name == "article-unchanged"},
            "bytes_received": self.bytes_received,
            "retries": self.retries,
            "slow_downs": self.slow_downs,
            "left_out": dict(self.left_out.most_common(MOST_REASONS)),
            "coverage": {name: self._coverage(name) for name in COVERED} if self._body_lengths else {},
            "reread": self._reread,
            "lost": {name: count for name, count in sorted(self._lost.items()) if count},
            "median_body_length": int(median(self._body_lengths)) if self._body_lengths else None,
            "newest_article": self._newest,
            "newest_new": self._newest_new,
            "clock_offset": round(median(self._offsets), 1) if self._offsets else None,
            "tried_in_vain": self.tried_in_vain,
            "witnesses": {url: self._outcome(url) or "cancelled" for url in self.witnesses},
        }

    def _outcome(self, url: str) -> Outcome | None:
        if url in self._open:
            return "cancelled"
        row = self._db.execute("SELECT outcome FROM settled WHERE url=?", (url,)).fetchone()
        return row[0] if row else None

    def _coverage(self, name: str) -> Coverage:
        methods = self._methods.get(name, Counter())
        return Coverage(
            found=self._found[name],
            methods=dict(sorted(methods.items())),
            missing=self._missing.get(name),
            told=self._told.get(name),
        )
