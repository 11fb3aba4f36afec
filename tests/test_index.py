"""What the index says is due, and what it believes of sources."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from test_article import article

from crawler.clock import rfc3339
from crawler.discovery import Link, Source
from crawler.formats.archive import Archive, CrawlLine, LinePlace
from crawler.formats.article import RecordRef, article_id
from crawler.formats.capture import Capture
from crawler.formats.run import Run, SourceReport
from crawler.index import Due, Index, Written

BEGUN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RECHECK = [timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7), timedelta(days=30)]
URL = "https://blog.example/2026/03/ferry.html"
FEED = Source("feed", "https://blog.example/feed")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = Index.open(Archive(tmp_path).site("demo"))
    index.begin()
    yield index
    index.close()


def after(hours: float) -> datetime:
    return BEGUN + timedelta(hours=hours)


def look(index: Index, hours: float, outcome: str = "article-unchanged", url: str = URL, **more: Any) -> None:
    """An article was looked at `hours` after it was published."""
    index.apply(CrawlLine(time=rfc3339(after(hours)), url=url, outcome=outcome, article=article_id("demo", url), **more))  # type: ignore[arg-type]


def state(index: Index, hours: float, change: str = "new", revision: int = 1, url: str = URL) -> None:
    """An article line was written."""
    line = article(
        id=article_id("demo", url),
        url=url,
        canonical_url=url,
        change=change,
        revision=revision,
        published=rfc3339(BEGUN),
        captured=rfc3339(after(hours)),
    )
    index.apply(Written(LinePlace("demo/articles/2026/03/x.jsonl", 0, 1), line))


def new_article(index: Index, hours: float = 0, url: str = URL, **more: Any) -> None:
    state(index, hours, url=url)
    look(index, hours, "article-new", url, **more)


def why(index: Index, hours: float, url: str = URL, **hints: Any) -> str | None:
    due = index.due(Link(url, "feed", FEED.url, **hints), after(hours), RECHECK)
    return due.why if due else None


def test_a_link_is_new_once(index: Index) -> None:
    assert why(index, 0) == "new"
    new_article(index)
    assert why(index, 0.1) is None
    for twin in ("http://blog.example/2026/03/ferry.html", f"{URL}?utm_source=x", f"{URL}?amp=1"):
        assert why(index, 0.1, twin) is None
    assert why(index, 0.1, "https://blog.example/2026/03/Ferry.html") == "new"


def test_an_article_is_looked_at_once_for_each_age(index: Index) -> None:
    new_article(index)
    looks = []
    for half_hours in range(2 * 24 * 40):
        if why(index, half_hours / 2):
            looks.append(half_hours / 2)
            look(index, half_hours / 2)
    assert looks == [1, 6, 24, 24 * 7, 24 * 30]


def test_a_crawler_that_slept_looks_once(index: Index) -> None:
    new_article(index)
    assert list(index.due_again(after(24 * 60), RECHECK)) == [Due(URL, "recheck")]
    look(index, 24 * 60)
    assert list(index.due_again(after(24 * 60), RECHECK)) == []
    assert list(index.due_again(after(24 * 60), RECHECK, every=True)) == [Due(URL, "recheck")]


def test_an_old_article_found_late_is_not_looked_at_again(index: Index) -> None:
    new_article(index, hours=24 * 365)
    assert list(index.due_again(after(24 * 800), RECHECK)) == []


def test_newest_articles_come_first(index: Index) -> None:
    urls = [f"https://blog.example/{number}.html" for number in range(3)]
    for number, url in enumerate(urls):
        line = article(id=article_id("demo", url), url=url, canonical_url=url, published=rfc3339(after(number)), captured=rfc3339(after(5)))
        index.apply(Written(LinePlace("x", 0, 1), line))
        look(index, 5, "article-new", url)
    assert [due.url for due in index.due_again(after(12), RECHECK)] == urls[::-1]


def test_a_source_that_tells_of_a_change_is_believed_once(index: Index) -> None:
    new_article(index, modified=rfc3339(BEGUN))
    assert why(index, 0.5, modified=rfc3339(BEGUN)) is None
    assert why(index, 0.5, modified=rfc3339(after(0.2))) == "modified"
    look(index, 0.5, why="modified", modified=rfc3339(after(0.2)))
    assert why(index, 0.6, modified=rfc3339(after(0.2))) is None
    assert why(index, 0.6, modified="2026-03-01") is None
    assert why(index, 0.6, modified="2036-03-01") is None


def test_a_source_that_cries_wolf_is_believed_less(index: Index) -> None:
    new_article(index)
    look(index, 24 * 31)
    looks = 0
    for hours in range(24 * 32, 24 * 47):
        if why(index, hours, modified=rfc3339(after(hours - 0.1))):
            looks += 1
            look(index, hours, why="modified", modified=rfc3339(after(hours - 0.1)))
    assert looks < 8


def test_a_gone_article_is_looked_at_when_it_is_named_again(index: Index) -> None:
    new_article(index)
    state(index, 48, "gone", 2)
    look(index, 48, "article-gone")
    looks = []
    for hours in range(49, 24 * 40):
        if reason := why(index, hours):
            looks.append((hours - 48, reason))
            look(index, hours, "article-missing")
    assert [when for when, reason in looks if reason == "recheck"] == [1, 6, 24, 24 * 7, 24 * 30]
    assert 2 <= len([when for when, reason in looks if reason == "returned"]) <= 6


def test_a_failure_is_tried_again_less_and_less(index: Index) -> None:
    tries = []
    for hours in range(24 * 60):
        if why(index, hours):
            tries.append(hours)
            index.apply(CrawlLine(time=rfc3339(after(hours)), url=URL, outcome="timeout", why="retry"))
    assert tries[:5] == [0, 1, 5, 21, 85]
    assert len(tries) == 8
    assert why(index, 24 * 61, modified=rfc3339(after(24 * 60.5))) == "modified"


def test_a_refused_page_is_left_alone_until_it_changes(index: Index) -> None:
    index.apply(CrawlLine(time=rfc3339(after(0)), url=URL, outcome="refused", detail="listing: it lists"))
    assert why(index, 24 * 9) is None
    assert why(index, 24 * 9, modified=rfc3339(after(24))) == "modified"
    index.apply(CrawlLine(time=rfc3339(after(0)), url=URL, outcome="refused", detail="challenge: prove that you are human", why="new"))
    assert why(index, 2) == "retry"


def report(hours: float, number: int, **looked: Any) -> Run:
    source = SourceReport(kind="feed", url=FEED.url, time=rfc3339(after(hours)), outcome="source")
    return Run(
        id=f"run-{number}",
        site="demo",
        mode="update",
        started="",
        finished="",
        end="finished",
        config_digest="",
        sources=[source.model_copy(update=looked)],
    )


FULL = {"etag": '"1"', "payload_digest": "sha1:A"}
SAME = {"outcome": "not-modified"}


def test_validators_and_every_tenth_look_without(index: Index) -> None:
    assert index.validators(FEED) == {}
    index.apply(report(0, 0, **FULL))
    asked = []
    for number in range(1, 21):
        asked.append(bool(index.validators(FEED)))
        index.apply(report(number, number, **(SAME if asked[-1] else FULL)))
    assert [number for number, conditional in enumerate(asked, 2) if not conditional] == [10, 20]


@pytest.mark.parametrize("lie", [{"etag": '"1"', "payload_digest": "sha1:B"}, {"etag": '"2"', "payload_digest": "sha1:B", "late": 1}])
def test_a_source_that_lied_is_always_asked_in_full(index: Index, lie: dict[str, Any]) -> None:
    index.apply(report(0, 0, **FULL))
    index.apply(report(1, 1, **SAME))
    assert index.validators(FEED) == {"If-None-Match": '"1"'}
    index.apply(report(2, 2, **lie))
    index.apply(report(3, 3, etag='"3"', payload_digest="sha1:C"))
    assert index.validators(FEED) == {}


def test_a_run_that_broke_off_leaves_no_validators(index: Index) -> None:
    index.apply(report(0, 0, **FULL))
    index.apply(report(1, 1))
    assert index.validators(FEED) == {}


def test_a_quiet_source_is_asked_less_often(index: Index) -> None:
    index.apply(report(0, 0, new=3, **FULL))
    polls = []
    for half_hours in range(1, 48 * 4):
        if index.source_due(FEED, after(half_hours / 2)):
            polls.append(half_hours / 2)
            index.apply(report(half_hours / 2, half_hours, **SAME))
    assert polls[:3] == [0.5, 1, 1.5]
    assert max(later - earlier for earlier, later in itertools.pairwise(polls)) == 6
    assert len(polls) < 25
    index.apply(report(97, 999, new=1, poll_after=7200.0, **FULL))
    assert not index.source_due(FEED, after(98))
    assert index.source_due(FEED, after(99.5))


def test_a_source_that_failed_is_not_taken_for_an_article(index: Index) -> None:
    index.apply(CrawlLine(time=rfc3339(after(0)), url=FEED.url, outcome="timeout"))
    index.apply(CrawlLine(time=rfc3339(after(0)), url=URL, outcome="timeout", why="new"))
    assert list(index.due_again(after(9), RECHECK)) == [Due(URL, "retry")]


def test_an_article_whose_line_was_lost_is_new_again(index: Index) -> None:
    look(index, 0, "article-new")
    assert why(index, 1) == "new"


def test_what_was_stored_as_a_revisit_is_nobodys_original(index: Index) -> None:
    def captured(record_id: str, revisit_of: str | None) -> Capture:
        capture = Capture.from_response(URL, b"<p>The last ferry</p>", date=BEGUN)
        digest = capture.payload_digest
        capture.ref = RecordRef(file="demo/warc/2026/a.warc.gz", offset=0, length=1, record_id=record_id, payload_digest=digest)
        capture.revisit_of = revisit_of
        index.apply(capture)
        return capture

    digest = captured("urn:uuid:2", "urn:uuid:1").payload_digest
    assert index.original(digest) is None
    captured("urn:uuid:1", None)
    original = index.original(digest)
    assert original is not None
    assert original.record_id == "urn:uuid:1"


@pytest.mark.parametrize("clock_set_back", [False, True])
def test_a_page_judged_by_a_later_run_was_looked_at_when_it_was_fetched(index: Index, clock_set_back: bool) -> None:
    """What a source tells of between the two, nobody has seen yet; and the page is judged once, whatever the clock says then."""
    capture = Capture.from_response(URL, b"<p>The last ferry</p>", date=after(1))
    capture.ref = RecordRef(file="demo/warc/2026/a.warc.gz", offset=0, length=1, record_id="urn:uuid:1", payload_digest=None)
    index.apply(capture)
    state(index, 1)
    assert [item.url for item in index.pending()] == [URL]
    look(index, 0.5 if clock_set_back else 24, "article-new", record="urn:uuid:1")
    assert index.pending() == []
    assert why(index, 25, modified=rfc3339(after(3))) == "modified"
