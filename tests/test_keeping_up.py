"""A feed that stands still while the site goes on: the front page is asked, and tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from loopback import Answer, Project, Web
from reports import report, store

from crawler.formats.run import Run, SourceReport

BEGIN = datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.fixture
def tide(web: Web, project: Project) -> Project:
    """A blog with three weeks of two articles a day behind it, whose feed names what is in `feed` below."""
    project.loopback("tide", web, f"discover: [{{feed: {web.url}/feed}}]\nrecheck: []\n")
    store(project.archive, *(past(web, day) for day in range(21)))
    return project


def past(web: Web, day: int) -> Run:
    started = (BEGIN + timedelta(days=day)).isoformat()
    look = SourceReport(
        kind="feed", url=f"{web.url}/feed", time=started, outcome="source", status=200, links=20, new=2, newest=started, named=2
    )
    return report(
        "tide", started, known_articles=2 * day + 20, articles={"new": 2}, urls={"source": 1, "article-new": 2}, sources=[look],
        requests={"200": 3},
    )  # fmt: skip


def publish(web: Web, day: int, hour: int) -> str:
    """An article of that day and hour; its path."""
    moment = BEGIN + timedelta(days=day, hours=hour)
    path = f"/2026/03/what-the-tide-left-on-day-{day}-at-{hour}.html"
    words = " ".join(f"Wave {number} brought driftwood to pier {day * 24 + hour}." for number in range(60))
    web.page(
        path,
        f'<html lang="en"><head><title>Tide {day}.{hour}</title><meta property="article:published_time" content="{moment.isoformat()}"></head>'
        f"<body><article><h1>What the tide left on day {day} at {hour}</h1><p>{words}</p></article></body></html>",
    )
    return path


def list_in_feed(web: Web, day: int | None, *paths: str) -> None:
    """As of that day; without one the feed dates nothing."""
    date = f"<pubDate>{format_datetime(BEGIN + timedelta(days=day))}</pubDate>" if day is not None else ""
    items = "".join(f"<item><link>{web.url}{path}</link>{date}</item>" for path in paths)
    text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Tide</title><link>{web.url}/</link>{items}</channel></rss>'
    web.pages["/feed"] = Answer(text.encode(), headers={"Content-Type": "application/rss+xml"})


def list_on_front_page(web: Web, *paths: str) -> None:
    links = "".join(f'<article><h2><a href="{path}">{path[9:-5].replace("-", " ")}</a></h2></article>' for path in paths)
    web.page("/", f"<html lang='en'><head><title>Tide</title></head><body><main>{links}</main></body></html>")


def crawl(project: Project, web: Web, day: float) -> tuple[int, list[str]]:
    """The exit code of a run on that day, and what it asked for besides robots.txt and the feed."""
    web.requests.clear()
    run = project.run("crawl", "tide", "-s", f"NOW={(BEGIN + timedelta(days=day)).isoformat()}")
    assert not run.stderr, run.stderr
    return run.returncode, sorted(path for path in web.requests if path not in ("/robots.txt", "/feed"))


def test_a_feed_that_stands_still_is_told_after_one_day_and_its_articles_are_kept(web: Web, tide: Project) -> None:
    first = [publish(web, 20, hour) for hour in (8, 14)]
    list_in_feed(web, 21, *first)
    list_on_front_page(web, *first, "/2026/03/a-page-that-was-never-written.html")
    assert crawl(tide, web, 21) == (0, sorted(first)), "there is news: nobody doubts it"

    assert crawl(tide, web, 22) == (0, ["/", "/2026/03/a-page-that-was-never-written.html"]), "silent for a day, and so is the front page"
    assert tide.reports("tide")[-1]["tried_in_vain"] == 1
    assert crawl(tide, web, 22.2) == (0, []), "it is not asked again on the same day"

    unfed = [publish(web, 22, hour) for hour in (6, 8, 10, 12, 14, 16, 20)]
    list_on_front_page(web, *unfed, *first)
    assert crawl(tide, web, 23) == (70, sorted(["/", *unfed]))
    [finding] = tide.reports("tide")[-1]["findings"]
    assert finding["message"] == (
        f"the feed {web.url}/feed has named nothing new since 2026-03-22, while 7 newer articles were found without it; "
        "it named 99 % of new articles for 23 days: it stands still, or the site has another one now"
    )
    assert {line["url"] for line in tide.lines("tide")} == {web.url + path for path in (*first, *unfed)}

    list_in_feed(web, 24, *first, *unfed, publish(web, 23, 20))
    assert crawl(tide, web, 24)[0] == 0


def test_a_feed_without_dates_goes_as_far_as_what_it_names(web: Web, tide: Project) -> None:
    first = [publish(web, 20, hour) for hour in (8, 14)]
    list_in_feed(web, None, *first)
    assert crawl(tide, web, 21) == (0, sorted(first))
    unfed = [publish(web, 21, hour) for hour in (2, 6, 10, 20)]
    list_on_front_page(web, *unfed, *first)
    assert crawl(tide, web, 22) == (70, sorted(["/", *unfed]))
    [finding] = tide.reports("tide")[-1]["findings"]
    assert "has named nothing new since 2026-03-21, while 4 newer articles were found without it" in finding["message"]
