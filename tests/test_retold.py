"""Fields that only a feed or an API states, and that change later: a revision of what the publisher says, and none of its counters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from loopback import Answer, Project, Web

from crawler.discovery import Link, Source
from crawler.discovery.retold import retold

TEXT = "The ferry sailed again on Monday after three weeks in dock, and two hundred people stood at the rail. "
DAY = '<meta property="article:published_time" content="2026-03-01">'
FEED = "https://blog.example/feed"
POSTS = (
    "/wp-json/wp/v2/posts?per_page=100&page=1&orderby=modified&order=desc"
    "&_fields=id%2Clink%2Cdate_gmt%2Cmodified_gmt%2Ctitle%2Cexcerpt%2C_links%2C_embedded&_embed=author%2Cwp%3Aterm"
)
SAID = Link(
    "https://blog.example/a", "feed", FEED, headline="A ferry", section="Harbour", authors=("Ines Calder",), summary="Seen by 7 people"
)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, ()),
        ({"section": "Town"}, ("section",)),
        ({"headline": "A  FERRY!"}, ()),
        ({"headline": "Two ferries", "authors": ("Tomas Wren",)}, ("headline", "authors")),
        ({"summary": "Seen by 12 people"}, ()),  # a counter
        ({"summary": "Seen by nobody"}, ("summary",)),
        ({"section": None, "tags": ("Boats",)}, ()),  # shortened and enriched
        ({"modified": "2026-03-02T10:00:00Z"}, ()),  # which the index asks after itself
    ],
)
def test_what_one_entry_says_otherwise(change: dict[str, object], fields: tuple[str, ...]) -> None:
    told = retold(Source("feed", FEED), [SAID], [replace(SAID, **change)])
    assert [one.fields for one in told] == ([fields] if fields else [])


def test_what_changes_in_all_entries_at_once_is_the_systems_doing() -> None:
    before = [replace(SAID, url=f"https://blog.example/{number}") for number in range(4)]
    now = [replace(link, headline=f"{link.headline} | The Post", section="Town") for link in before]
    assert [one.fields for one in retold(Source("feed", FEED), before, now)] == [("section",)] * 4
    assert retold(Source("listing", FEED), before, now) == []


class Paper:
    """A site whose pages name neither section nor authors: its feed does for the story of the ferry, its API for that of the bridge."""

    def __init__(self, web: Web, project: Project) -> None:
        self.web, self.project = web, project
        self.day = self.seen = 0
        self.section, self.title, self.views, self.category, self.dated = "Harbour", "The ferry sails again", 1, "Roads", 1
        for name in ("ferry", "bridge", "market", "school"):
            self.shows(name)
        project.loopback("paper", web, f"discover:\n- feed: {web.url}/feed\n- wordpress: {web.url}/\nrecheck: [900d]\n")

    def shows(self, name: str) -> None:
        self.web.page(
            f"/news/{name}.html",
            f"<html><head><title>The {name}</title>{DAY if name == 'market' else ''}</head><body><article><h1>The {name}</h1><p>{TEXT * 8}{name}</p></article></body></html>",
        )

    def entry(self, name: str, title: str, section: str, day: int = 1) -> str:
        return (
            f"<item><title>{title}</title><link>{self.web.url}/news/{name}.html</link><category>{section}</category>"
            f"<description>Read by {self.views} people</description><pubDate>0{day} Mar 2026 05:00:00 GMT</pubDate></item>"
        )

    def speaks(self) -> None:
        entries = (
            self.entry("ferry", self.title, self.section)
            + self.entry("market", "A market", "Town", self.dated)
            + self.entry("school", "A school", "Town")
        )
        self.web.page("/feed", f'<rss version="2.0"><channel>{entries}</channel></rss>', headers={"Content-Type": "application/rss+xml"})
        terms = [[{"taxonomy": "category", "name": self.category, "slug": "c"}]]
        posts = [
            {
                "link": f"{self.web.url}/news/bridge.html",
                "date_gmt": "2026-02-28T05:00:00",
                "modified_gmt": "2026-02-28T05:00:00",
                "title": {"rendered": "A bridge"},
                "_embedded": {"author": [{"name": "Maud Okoro"}], "wp:term": terms},
            }
        ]
        self.web.page(POSTS, json.dumps(posts), headers={"Content-Type": "application/json"})

    def crawl(self) -> tuple[list[str], list[tuple[str, list[str], str]]]:
        """A crawl on the next day: the pages it asked for, and the lines that it wrote."""
        self.speaks()
        self.day += 1
        self.web.requests.clear()
        done = self.project.run("crawl", "paper", "-s", f"NOW=2026-03-{self.day:02}T06:00:00Z")
        assert done.returncode == 0, done.stdout + done.stderr
        lines = self.project.lines("paper")[self.seen :]
        self.seen += len(lines)
        asked = sorted(path for path in self.web.requests if path.startswith("/news/"))
        return asked, sorted((line["change"], line["changed_fields"], line["section"]) for line in lines)


@pytest.fixture
def paper(project: Project) -> Iterator[Paper]:
    web = Web()
    yield Paper(web, project)
    web.close()


def test_what_only_sources_state_is_followed(paper: Paper) -> None:
    assert len(paper.crawl()[1]) == 4
    paper.section, paper.category = "Boats", "Bridges"
    asked, lines = paper.crawl()
    assert asked == ["/news/bridge.html", "/news/ferry.html"]
    assert lines == [("revised", ["section"], "Bridges"), ("revised", ["section", "tags"], "Boats")]
    paper.views, paper.title, paper.dated = 1000, "The ferry sails once more", 5  # but the pages have a headline and a day of their own
    assert paper.crawl() == (["/news/ferry.html", "/news/market.html"], [])
    paper.section, page = "Ships", paper.web.pages["/news/ferry.html"]
    paper.web.pages["/news/ferry.html"] = Answer(b"", 500)
    asked = set(paper.crawl()[0])
    assert "/news/ferry.html" in asked
    assert len(asked) == 2, "another article shows that the site is well"
    paper.project.archive.joinpath("paper/index.sqlite").unlink()  # made anew, it remembers
    paper.web.pages["/news/ferry.html"] = page
    assert paper.crawl() == (["/news/ferry.html"], [("revised", ["section", "tags"], "Ships")])
    assert paper.crawl() == ([], [])
