"""Addresses that lead elsewhere: a slug that changed, the front page in an article's place, two articles made one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from loopback import Answer, Project, Web

TEXTS = {
    "ferry": "The ferry sailed again on Monday after three weeks in dock, and two hundred people stood at the rail. ",
    "bridge": "The bridge will stay closed until the spring, the engineers told the council in a meeting of two hours. ",
    "market": "The market moved to the square behind the church, where the wind does not reach the stalls in winter. ",
    "school": "The school opened its new library on Friday, with four thousand books and a reading room for the town. ",
}


class Paper:
    """A site with a feed and nothing else; a crawl each day."""

    def __init__(self, web: Web, project: Project) -> None:
        self.web = web
        self.project = project
        self.listed = [f"/news/{name}.html" for name in TEXTS]
        self.day = 0
        self._seen = 0
        for name in TEXTS:
            self.shows(f"/news/{name}.html", name)
        feed = f"discover:\n- feed: {web.url}/feed\n"
        project.loopback("paper", web, feed)

    def shows(self, path: str, name: str, more: str = "") -> None:
        paragraphs = "".join(f"<p>{TEXTS[name] * 3}{number}</p>" for number in range(4))
        self.web.page(
            path,
            f"<html><head><title>News of the {name}</title></head><body><article><h1>News of the {name}</h1>"
            f"<time datetime='2026-03-01T05:00:00Z'>1 March 2026</time>{paragraphs}{more}</article></body></html>",
        )

    def redirects(self, path: str, target: str) -> None:
        self.web.pages[path] = Answer(b"", 301, {"Location": target})

    def crawl(self) -> list[tuple[str, str, str]]:
        """A crawl on the next day; change, path and headline of each line that it wrote.

        It begins a minute later in the day than the last one, so that a full day has passed, however long each takes to start.
        """
        items = "".join(
            f"<item><title>{path}</title><link>{self.web.url}{path}</link><pubDate>Sun, 01 Mar 2026 05:00:00 GMT</pubDate></item>"
            for path in self.listed
        )
        self.web.page("/feed", f'<rss version="2.0"><channel>{items}</channel></rss>', headers={"Content-Type": "application/rss+xml"})
        self.day += 1
        self.web.requests.clear()
        done = self.project.run("crawl", "paper", "-s", f"NOW=2026-03-{self.day:02}T06:{self.day:02}:00Z")
        assert done.returncode == 0, done.stderr
        lines = self.project.lines("paper")[self._seen :]
        self._seen += len(lines)
        return sorted((line["change"], line["url"].removeprefix(self.web.url), line["headline"]) for line in lines)

    def asked(self) -> list[str]:
        """The pages of the last crawl's requests."""
        return [path for path in self.web.requests if path not in ("/robots.txt", "/feed")]

    def ids(self) -> dict[str, str]:
        return {line["id"]: line["change"] for line in self.project.lines("paper")}


@pytest.fixture
def paper(project: Project) -> Iterator[Paper]:
    web = Web()
    yield Paper(web, project)
    web.close()


def test_a_page_that_was_edited_and_moved_on_one_day_is_one_article(paper: Paper) -> None:
    assert len(paper.crawl()) == len(TEXTS)
    assert paper.crawl() == []  # everything has reached an hour and a day
    paper.redirects("/news/ferry.html", "/news/ferry-sails.html")
    paper.shows("/news/ferry-sails.html", "ferry", "<p>The captain said that he had slept on board all the while, and not badly.</p>")
    paper.listed[0] = "/news/ferry-sails.html"
    assert paper.crawl() == [("moved", "/news/ferry-sails.html", "News of the ferry")]
    assert sorted(paper.asked()) == ["/news/ferry-sails.html", "/news/ferry.html"]
    assert len(paper.ids()) == len(TEXTS)
    assert paper.crawl() == []


def test_the_front_page_is_not_fetched_in_an_articles_place(paper: Paper) -> None:
    paper.crawl()
    paper.redirects("/news/ferry.html", "/")
    del paper.listed[0]
    assert paper.crawl() == []
    assert sorted(paper.asked()) == sorted(f"/news/{name}.html" for name in TEXTS)  # a day old: each is looked at again


def test_an_article_that_leads_to_another_one_is_gone_after_days(paper: Paper) -> None:
    paper.crawl()
    paper.redirects("/news/ferry.html", "/news/bridge.html")
    del paper.listed[0]
    assert [paper.crawl() for _ in range(3)] == [[], [], [("gone", "/news/ferry.html", "News of the ferry")]]
    assert sorted(paper.ids().values()) == ["gone", "new", "new", "new"]


FERRY, SAILS = "/news/ferry.html", "/news/ferry-sails.html"


def changes_slug(paper: Paper) -> None:
    """Two days: the ferry's article is stored, and has a new address to which the old one leads."""
    paper.crawl()
    paper.redirects(FERRY, SAILS)
    paper.shows(SAILS, "ferry")
    paper.listed[0] = SAILS
    assert paper.crawl() == [("moved", SAILS, "News of the ferry")]


@pytest.mark.parametrize(
    ("status", "changes"),
    [(404, [[], [("moved", FERRY)], []]), (410, [[("gone", SAILS)], [("restored", FERRY)], []])],
    ids=["missing", "gone"],
)
def test_a_slug_that_is_changed_back_is_followed_back(paper: Paper, status: int, changes: list[list[tuple[str, str]]]) -> None:
    changes_slug(paper)
    paper.shows(FERRY, "ferry")
    paper.web.pages[SAILS] = Answer(b"", status)
    paper.listed[0] = FERRY
    assert [[line[:2] for line in paper.crawl()] for _ in changes] == changes
    assert len(paper.ids()) == len(TEXTS)


def test_a_gone_article_that_a_source_names_anew_by_a_former_address_is_looked_for_there(paper: Paper) -> None:
    changes_slug(paper)
    paper.web.pages[SAILS] = Answer(b"", 410)
    del paper.listed[0]
    assert paper.crawl() == [("gone", SAILS, "News of the ferry")]
    paper.shows(FERRY, "ferry")
    paper.listed.insert(0, FERRY)
    assert paper.crawl() == [("restored", FERRY, "News of the ferry")]
