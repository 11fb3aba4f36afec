"""Politeness, against a server that counts."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from loopback import Answer, Project, Web
from scrapy.http import Response
from test_crash_loop import POSTS, big_blog
from test_crawl import BODY, blog, post

from crawler.middlewares import retry_after

NOW = datetime(2026, 3, 3, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Tue, 03 Mar 2026 12:01:00 GMT", 60), ("Tue, 03 Mar 2026 11:00:00 GMT", 0), ("soon", 0), ("-5", 0), ("", 0), ("９", 0)],
)
def test_retry_after_as_seconds_and_as_a_date(value: str, seconds: float) -> None:
    assert retry_after(Response("http://blog.example/", headers={"Retry-After": value}), NOW) == seconds


def test_no_retry_after() -> None:
    assert retry_after(Response("http://blog.example/"), NOW) == 0


def test_a_server_that_asks_to_wait_is_asked_again(web: Web, project: Project) -> None:
    blog(web)
    answers = iter([Answer(b"", 429, {"Retry-After": "1"}), Answer(post("The Last Ferry", BODY).encode())])
    web.pages["/2026/03/the-last-ferry.html"] = lambda _: next(answers)
    project.loopback("tide", web)
    run = project.run("crawl", "tide")
    assert run.returncode == 0, run.stderr
    assert len(project.lines("tide")) == 1
    [report] = project.reports("tide")
    assert report["slow_downs"] == 1
    assert report["retries"] == 1


def test_robots_txt_behind_a_redirect(web: Web, project: Project) -> None:
    blog(web)
    web.page("/rules.txt", "User-agent: *\nDisallow: /2026/\n", headers={"Content-Type": "text/plain"})
    web.pages["/robots.txt"] = Answer(b"", 301, {"Location": "/rules.txt"})
    project.loopback("tide", web)
    project.run("crawl", "tide")
    assert "/2026/03/the-last-ferry.html" not in web.requests


def test_no_more_requests_are_in_flight_than_the_config_allows(web: Web, project: Project) -> None:
    big_blog(web)
    project.loopback("tide", web)
    assert project.run("crawl", "tide").returncode == 0
    assert len(project.lines("tide")) == POSTS + 1
    assert web.most_at_once == 1


def test_robots_txt_is_asked_once_a_run(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    project.run("crawl", "tide")
    assert web.requests.count("/robots.txt") == 1


@pytest.mark.parametrize(
    ("headers", "head", "kept"),
    [
        ({"X-Robots-Tag": "noarchive"}, "", False),
        ({"X-Robots-Tag": "newsarchive: noindex, noarchive"}, "", False),
        ({"X-Robots-Tag": "otherbot: noarchive"}, "", True),
        ({}, '<meta name="robots" content="index, NOARCHIVE">', False),
        ({}, '<meta name="robots" content="noindex">', True),
    ],
)
def test_noarchive_is_obeyed_where_the_config_says_so(web: Web, project: Project, headers: dict[str, str], head: str, kept: bool) -> None:
    blog(web)
    page = post("The Last Ferry", BODY).replace("<head>", f"<head>{head}")
    web.page("/2026/03/the-last-ferry.html", page, headers={"Content-Type": "text/html", **headers})
    project.config("tide", f'url: {web.url}/\ncrawl: {{delay: 0, allow_private: ["{web.host}"], obey_noarchive: true}}\n')
    project.run("crawl", "tide")
    assert len(project.lines("tide")) == kept
    stored = b"".join(gzip.decompress(file.read_bytes()) for file in project.archive.glob("tide/warc/*/*.warc.gz"))
    assert (b"A nurse on her way home" in stored) == kept
    [report] = project.reports("tide")
    assert ("noarchive" in report["urls"]) != kept
