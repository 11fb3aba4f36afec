"""Feeds and sitemaps that a site announces and does not have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from loopback import Answer, Project, Web

TEXT = "The ferry sailed again on Monday after three weeks in dock, and two hundred people stood at the rail. " * 8
FEED = {"Content-Type": "application/rss+xml"}


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web()
    head = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{name}/feed">' for name in ("news", "sport"))
    web.page(
        "/",
        f'<html><head>{head}</head><body><main><h2><a href="/news/ferry-sails-again.html">The ferry sails again</a></h2></main></body></html>',
    )
    web.page(
        "/news/ferry-sails-again.html",
        f"<html><head><title>The ferry sails again</title></head><body><article><h1>The ferry sails again</h1><p>{TEXT}</p></article></body></html>",
    )
    item = f"<item><title>The ferry sails again</title><link>{web.url}/news/ferry-sails-again.html</link></item>"
    web.page("/news/feed", f'<rss version="2.0"><channel>{item}</channel></rss>', headers=FEED)
    web.page("/robots.txt", f"Sitemap: {web.url}/map.xml", headers={"Content-Type": "text/plain"})
    yield web
    web.close()


def crawl(web: Web, project: Project, day: int) -> set[str]:
    """A crawl on a day of March; what it asked of sources."""
    web.requests.clear()
    done = project.run("crawl", "paper", "-s", f"NOW=2026-03-{day:02}T06:00:00Z")
    assert (done.returncode, "failed" in done.stdout) == (0, False), done.stdout
    return {path for path in web.requests if path.endswith(("feed", ".xml"))}


def test_what_is_announced_and_not_there_is_no_failure_and_asked_for_once_a_week(web: Web, project: Project) -> None:
    project.loopback("paper", web)
    assert crawl(web, project, 1) == {"/news/feed", "/sport/feed", "/map.xml"}
    assert sorted(project.reports("paper")[0]["absent"]) == [f"{web.url}/map.xml", f"{web.url}/sport/feed"]
    assert crawl(web, project, 3) == {"/news/feed"}
    project.archive.joinpath("paper/index.sqlite").unlink()  # made anew, it remembers
    assert crawl(web, project, 5) == {"/news/feed"}
    web.page("/sport/feed", '<rss version="2.0"><channel><title>Sport</title></channel></rss>', headers=FEED)
    assert crawl(web, project, 9) == {"/news/feed", "/sport/feed", "/map.xml"}
    assert crawl(web, project, 10) == {"/news/feed", "/sport/feed"}


def test_what_has_been_there_and_what_a_config_names_fails(web: Web, project: Project) -> None:
    project.loopback("paper", web)
    crawl(web, project, 1)
    web.pages["/news/feed"] = Answer(b"", 404)
    assert "1 failed" in project.run("crawl", "paper").stdout
    project.loopback("named", web, f"discover:\n- feed: {web.url}/sport/feed\n- listing: {{url: '{web.url}/'}}\n")
    assert "1 failed" in project.run("crawl", "named").stdout
