"""What one run may put into what leads nowhere: each limit is reached, counted, told, and the next run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_store import HOME, Newsroom

from crawler.discovery import Link, Source
from crawler.discovery.traps import path_shape
from crawler.spiders.limits import DOCUMENTS, NEW_PAGES, OF_A_SHAPE, SITEMAPS, VAIN, Limits


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "archive")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("2026/03/a-title.html", "2025/11/another.html", True),
        ("maze/1/a-title", "maze/2/other-title", True),
        ("maze/x7f3/a-title", "maze/9c/other-title", True),
        ("a/b/c/d/title", "a/b/x/y/title", True),
        ("news/a-title", "sport/a-title", False),
        ("news/a-title", "news/2026/a-title", False),
        ("news/a-title", "news/a-title?page=2", False),
        ("news/?day=1", "news/?day=2", True),
        ("news/", "news/a-title", False),
    ],
)
def test_the_shape_of_an_address(one: str, other: str, alike: bool) -> None:
    assert (path_shape(HOME + one) == path_shape(HOME + other)) is alike


@pytest.mark.parametrize("url", ["http://h", "http://h/", "http://h//", "http://h/%00/%2F/..", f"http://h/{'a/' * 500}", "http://h/?&&=&"])
def test_every_address_has_a_shape(url: str) -> None:
    assert path_shape(url).startswith("h/")


def test_a_maze_of_articles_ends(newsroom: Newsroom) -> None:
    run = newsroom.run()
    limits = Limits(run, "update")
    maze = [Link(f"{HOME}maze/{number}/a-story.html", "follow", HOME) for number in range(OF_A_SHAPE + 5)]
    assert sum(limits.admits_page(link) for link in maze) == OF_A_SHAPE
    assert limits.admits_page(Link(f"{HOME}2026/03/a-story.html", "follow", HOME))
    assert limits.admits_page(Link(f"{HOME}maze/1/told-by-a-feed.html", "feed", HOME))
    report = run.close()
    assert list(report.left_out.values()) == [5]
    assert report.end == "limit"


def test_pages_of_a_kind_that_are_no_articles_are_left(newsroom: Newsroom) -> None:
    run = newsroom.run()
    limits = Limits(run, "update")
    waiting = f"{HOME}calendar/9/day"
    for number in range(VAIN - 1):
        limits.page_came(f"{HOME}calendar/{number}/day", article=False)
    assert limits.still_admits_page(waiting)
    limits.page_came(f"{HOME}calendar/1/day", article=True)
    for number in range(VAIN):
        assert limits.still_admits_page(waiting)
        limits.page_came(f"{HOME}calendar/{number}/day", article=False)
    assert not limits.still_admits_page(waiting)
    assert limits.still_admits_page(f"{HOME}2026/03/a-story.html")
    report = run.close()
    assert list(report.left_out.values()) == [1]
    assert report.end == "finished"


@pytest.mark.parametrize(("kind", "most"), [("sitemap", SITEMAPS), ("feed", DOCUMENTS)])
def test_documents_that_name_documents_without_end(newsroom: Newsroom, kind: str, most: int) -> None:
    run = newsroom.run()
    limits = Limits(run, "update")
    found = (Source(kind, f"{HOME}{number}", number) for number in range(most + 3))
    assert sum(limits.admits_document(source) for source in found) == most
    assert list(run.close().left_out.values()) == [3]


def test_a_run_has_an_end(newsroom: Newsroom) -> None:
    run = newsroom.run()
    limits = Limits(run, "backfill")
    link = Link(f"{HOME}2026/03/a-story.html", "sitemap", HOME)
    assert sum(limits.admits_page(link) for _ in range(NEW_PAGES + 2)) == NEW_PAGES
    assert run.close().end == "limit"
