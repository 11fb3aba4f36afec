"""What changes the index: a capture, an article line, a log line, a report. A live crawl and a rebuild come through the same `apply`."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from crawler.discovery.urls import absolute, url_key
from crawler.extraction import Reason
from crawler.formats.archive import CrawlLine, LinePlace
from crawler.formats.article import Article, comparable
from crawler.formats.capture import Capture
from crawler.formats.run import ARTICLE, FAILED, Brief, Run, SourceReport
from crawler.index import standing

HOUR = 3_600_000_000
DAY = 24 * HOUR
"""Microseconds, the unit of every time in the index."""

TRANSIENT: frozenset[Reason] = frozenset({"challenge", "consent-wall", "error-page", "extraction-failed", "truncated"})
"""Reasons of refusal that may be over at the next try."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHECKED = ARTICLE | {"article-gone", "article-missing", "refused"}


@dataclass(frozen=True, slots=True)
class Written:
    """An article line and where it stands."""

    place: LinePlace
    article: Article


Event = Capture | Written | CrawlLine | Run


def apply(db: sqlite3.Connection, event: Event) -> None:
    """Puts `event` into the tables. Doing it twice changes nothing that matters; the caller holds a transaction."""
    match event:
        case Capture():
            _apply_capture(db, event)
        case Written():
            _apply_article(db, event)
        case CrawlLine():
            _apply_log_line(db, event)
        case Run():
            _apply_report(db, event)


def hashed_key(url: str) -> bytes:
    """The key under which the index knows `url` and all its twins."""
    return _hash(url_key(url))


def microseconds(moment: datetime | str | None) -> int | None:
    """`moment` (a datetime, RFC 3339, or a bare day, which begins at 00:00 UTC) as microseconds since 1970; None for None and nonsense."""
    if moment is None:
        return None
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def instant(microsecond: int) -> datetime:
    """The moment that many microseconds after 1970 began."""
    return _EPOCH + timedelta(microseconds=microsecond)


def story_digest(article: Article) -> str | None:
    """A digest of headline, body and day of publication, by which one story under two addresses is known; None without a body."""
    digest = _known_story_digest if len(article.body or "") <= _REMEMBERED else _story_digest
    return digest(article.headline, article.body, (article.published or "")[:10])


_REMEMBERED = 1 << 16
"""Characters of a body up to which its digest is remembered: a page is asked about when it has been read, when it is committed and when
it enters the index."""


def _story_digest(headline: str | None, body: str | None, day: str) -> str | None:
    own_headline, own_body = comparable("headline", headline), comparable("body", body)
    return _hash(f"{own_headline}\n{own_body}\n{day}").hex() if own_headline and own_body else None


_known_story_digest = lru_cache(maxsize=32)(_story_digest)


def headline_hash(headline: str | None) -> bytes:
    """A headline's entry in the list of all that an article ever had."""
    return _hash(" ".join((headline or "").split()))


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def redirect_target(capture: Capture) -> str | None:
    """The absolute URL that a redirect leads to; None for other answers."""
    if capture.status not in (301, 302, 303, 307, 308):
        return None
    return absolute(capture.url, capture.header("location"))


def _apply_capture(db: sqlite3.Connection, capture: Capture) -> None:
    if capture.ref is None:
        raise ValueError(f"{capture.url}: a capture without a record changes nothing")
    ref, date = capture.ref, microseconds(capture.date)
    key, target = hashed_key(capture.url), redirect_target(capture)
    whole = capture.status == 200 and capture.truncated is None and ref.payload_digest is not None
    etag, modified = capture.header("etag"), capture.header("last-modified")
    db.execute(
        "INSERT OR IGNORE INTO pending VALUES (?,?,?,?,?,?,?,?)",
        (ref.record_id, capture.url, date, capture.status, ref.file, ref.offset, ref.length, ref.payload_digest),
    )
    target_key = hashed_key(target) if target else None
    content = (ref.payload_digest, etag, modified) if whole else (None, None, None)
    db.execute(
        """INSERT INTO urls (key, fetched, status, target, permanent, digest, etag, last_modified) VALUES (?1,?2,?3,?4,?5,?6,?7,?8)
        ON CONFLICT (key) DO UPDATE SET fetched=?2, status=?3, target=?4, permanent=?5,
        digest=iif(?9, ?6, digest), etag=iif(?9, ?7, etag), last_modified=iif(?9, ?8, last_modified) WHERE ?2 >= coalesce(fetched, 0)""",
        (
            key,
            date,
            capture.status,
            None if target_key == key else target_key,
            capture.status in (301, 308) if target else None,
            *content,
            whole,
        ),
    )
    if not whole or capture.revisit_of is not None:
        return  # a revisit has no body of its own that another could refer to
    codings = capture.header("transfer-encoding"), capture.header("content-encoding")
    db.execute(
        "INSERT OR IGNORE INTO payloads VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (ref.payload_digest, ref.record_id, capture.url, date, *codings, etag, modified, ref.file, ref.offset, ref.length),
    )


def _apply_article(db: sqlite3.Connection, written: Written) -> None:
    article, place = written.article, written.place
    captured = microseconds(article.captured) or 0
    published = microseconds(article.published)
    base = captured if published is None else min(published, captured)
    record = article.warc.record_id if article.warc else None
    values = {
        "id": article.id,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "revision": article.revision,
        "change": article.change,
        "content_digest": article.content_digest,
        "story": story_digest(article),
        "published": article.published,
        "record_id": record,
        "file": place.file,
        "offset": place.offset,
        "length": place.length,
        "gone": captured if article.change == "gone" else None,
    }
    if number := _count(db, article, values["gone"] is None):
        standing.learn(db, article, number)
    names = ", ".join(values)
    settings = ", ".join(f"{name}=excluded.{name}" for name in values if name != "id")
    db.execute(
        f"""INSERT INTO articles ({names}, base) VALUES ({", ".join("?" * len(values))}, ?)
        ON CONFLICT (id) DO UPDATE SET {settings}, base=coalesce(base, excluded.base) WHERE excluded.revision >= coalesce(revision, 0)""",
        (*values.values(), base),
    )
    db.execute("INSERT OR IGNORE INTO headlines VALUES (?,?)", (article.id, headline_hash(article.headline)))
    for key in {hashed_key(article.url), hashed_key(article.canonical_url)}:
        db.execute("INSERT INTO urls (key, article) VALUES (?1,?2) ON CONFLICT (key) DO UPDATE SET article=?2", (key, article.id))


def _count(db: sqlite3.Connection, article: Article, there: bool) -> int | None:
    """Counts an article line; returns how many articles are known now, where the article was not known before."""
    row = db.execute("SELECT revision, gone FROM articles WHERE id=?", (article.id,)).fetchone()
    if row is None or article.revision >= (row[0] or 0):
        was_known = row is not None and row[0] is not None
        was_there = was_known and row[1] is None
        if (not was_known, there) != (False, was_there):
            db.execute("UPDATE counts SET known=known+?, there=there+?", (not was_known, there - was_there))
        if not was_known:
            return int(db.execute("SELECT known FROM counts").fetchone()[0])
    return None


def _apply_log_line(db: sqlite3.Connection, line: CrawlLine) -> None:
    if line.outcome == "article-reextracted":
        return  # nobody looked at the site
    time, key = microseconds(line.time), hashed_key(line.url)
    looked = _captured(db, line)
    if line.why != "imported":  # what was imported is not what a crash left to finish
        db.execute("DELETE FROM pending WHERE url=? AND (date<=? OR record_id=?)", (line.url, time, line.record))
    passing = line.outcome in FAILED or (line.outcome == "refused" and line.detail.partition(":")[0] in TRANSIENT)
    again = passing and line.why not in (None, "tried")  # only what was asked for as an article is asked for again as one
    db.execute(
        """INSERT INTO urls (key, url, outcome, settled, failures, alias) VALUES (?1,?2,?3,?4,?5,?6)
        ON CONFLICT (key) DO UPDATE SET url=?2, outcome=?3, settled=?4, failures=iif(?5, failures + 1, 0), alias=coalesce(?6, alias)""",
        (key, line.url, line.outcome, time, int(again), line.article),
    )
    if line.article and line.outcome in _CHECKED:
        _apply_look(db, line, looked or time or 0)


def _captured(db: sqlite3.Connection, line: CrawlLine) -> int | None:
    """When the answer that `line` judges was fetched: what a run that was cut off had fetched is judged by a later one."""
    row = db.execute("SELECT date FROM pending WHERE url=? AND record_id=?", (line.url, line.record)).fetchone()
    return int(row[0]) if row else None


def _apply_look(db: sqlite3.Connection, line: CrawlLine, time: int) -> None:
    """Somebody looked at a known article and got an answer."""
    hint = microseconds(line.modified)
    in_vain = line.why == "modified" and line.outcome in ("article-unchanged", "article-duplicate")
    changed = line.outcome in ("article-new", "article-revised", "article-moved", "article-restored")
    missed = time // DAY if line.outcome == "article-missing" else None
    there = missed is None and line.outcome != "refused"
    db.execute(
        """INSERT INTO articles (id, checked, hint, vain, missed_days, missed_day) VALUES (?1,?2,?3,?4,?6 IS NOT NULL,?6)
        ON CONFLICT (id) DO UPDATE SET
        checked=max(?2, coalesce(checked, 0)), hint=coalesce(max(hint, ?3), hint, ?3), vain=iif(?4, vain + 1, iif(?5, 0, vain)),
        missed_days=iif(?7, 0, missed_days + (?6 IS NOT NULL AND missed_day IS NOT ?6)),
        missed_day=iif(?7, NULL, coalesce(?6, missed_day))""",
        (line.article, time, hint, in_vain, changed, missed, there),
    )


def _apply_report(db: sqlite3.Connection, run: Run) -> None:
    brief = Brief.of(run)
    row = (run.id, run.mode, run.started, run.finished, brief.through, brief.known_articles, brief.new, brief.findings)
    if db.execute("INSERT OR IGNORE INTO runs VALUES (?,?,?,?,?,?,?,?)", row).rowcount:
        for source in run.sources:
            _apply_poll(db, source)
        for url in run.absent:
            db.execute("INSERT OR REPLACE INTO absent VALUES (?,?)", (url, microseconds(run.finished)))
        _apply_detected(db, run)
        for robots in run.robots:
            answer = (robots.url, microseconds(robots.time), robots.holds, robots.status, robots.record, robots.payload_digest)
            db.execute("INSERT OR REPLACE INTO robots VALUES (?,?,?,?,?,?)", answer)


def _apply_detected(db: sqlite3.Connection, run: Run) -> None:
    """What the front page led to, until one of those sources fails: then there is reason to look at the front page again."""
    if run.detected is not None:
        db.execute("DELETE FROM detected")
        time = microseconds(run.finished)
        for place, source in enumerate(run.detected):
            options = json.dumps(source.options, sort_keys=True)
            db.execute("INSERT INTO detected VALUES (?,?,?,?,?)", (place, source.kind, source.url, options, time))
    for url in (source.url for source in run.sources if source.outcome in FAILED):
        if db.execute("SELECT 1 FROM detected WHERE url=?", (url,)).fetchone():
            db.execute("UPDATE detected SET time=0")


def _apply_poll(db: sqlite3.Connection, source: SourceReport) -> None:
    if source.outcome not in ("source", "not-modified"):
        return
    place, time = (source.kind, source.url), microseconds(source.time)
    db.execute("INSERT OR IGNORE INTO sources (kind, url) VALUES (?,?)", place)
    db.execute(
        """UPDATE sources SET polled=?, polls=polls + 1, quiet=iif(?, 0, quiet + 1), news=news + ?, last_news=iif(?, ?, last_news),
        poll_after=coalesce(?, poll_after) WHERE kind=? AND url=?""",
        (time, source.new, source.new, source.new, time, source.poll_after, *place),
    )
    if source.outcome == "not-modified":
        db.execute("UPDATE sources SET not_modified=? WHERE kind=? AND url=?", (time, *place))
        return
    # A full answer. New content under the validators of the old one, or links older than a 304, show that a 304 was a lie.
    db.execute(
        """UPDATE sources SET lies=lies OR ?1 OR (?2 <> payload_digest AND coalesce(?3 = etag, ?4 = last_modified, 0)),
        payload_digest=?2, dealt_with=coalesce(?2, dealt_with), etag=?3, last_modified=?4, not_modified=NULL, links=?7
        WHERE kind=?5 AND url=?6""",
        (source.late > 0, source.payload_digest, source.etag, source.last_modified, *place, source.links),
    )
