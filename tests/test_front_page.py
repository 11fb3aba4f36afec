"""A site whose config names no sources, crawled each half hour: what is asked again and again, and what only now and then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from loopback import Answer, Project, Web

TEXT = "The ferry sailed again on Monday after three weeks in dock, and two hundred people stood at the rail. " * 8
API = "/wp-json/wp/v2/posts"


class Blog:
    """Made by WordPress, whose API is closed, with a feed that nothing announces."""

    def __init__(self, web: Web, project: Project) -> None:
        self.web, self.project = web, project
        self.listed: list[str] = []
        self.fed: list[str] = []
        for name in "abcdef":
            self.web.page(
                f"/2026/02/story-{name}/",
                f"<html><head><title>Story {name}</title></head><body><article><h1>Story {name}</h1><p>{TEXT}{name}</p></article></body></html>",
            )
        project.loopback("blog", web, "recheck: [900d]\n")

    def crawl(self, time: str) -> list[str]:
        """A run for which nobody waits; what it asked for, but for robots.txt."""
        places = {name: f"{self.web.url}/2026/02/story-{name}/" for name in "abcdef"}
        teasers = "".join(f'<h2><a href="{places[name]}">A story with a headline, {name}</a></h2>' for name in self.listed)
        generator = '<meta name="generator" content="WordPress 6.4">'
        self.web.page("/", f"<html><head><title>Blog</title>{generator}</head><body><main>{teasers}</main></body></html>")
        items = "".join(
            f"<item><title>Story {name}</title><link>{places[name]}</link><pubDate>Sun, 01 Feb 2026 05:00:00 GMT</pubDate></item>"
            for name in self.fed
        )
        if not isinstance(self.web.pages.get("/feed/"), Answer) or self.web.pages["/feed/"].status == 200:
            self.web.page("/feed/", f'<rss version="2.0"><channel>{items}</channel></rss>', headers={"Content-Type": "application/rss+xml"})
        self.web.requests.clear()
        done = self.project.run("crawl", "blog", "-a", "scheduled=yes", "-s", f"NOW=2026-03-{time}:00Z")
        assert "Traceback" not in done.stderr, done.stderr
        return sorted(path.partition("?")[0] for path in self.web.requests if path != "/robots.txt")


@pytest.fixture
def blog(project: Project) -> Iterator[Blog]:
    web = Web()
    yield Blog(web, project)
    web.close()


def test_what_is_known_to_serve_is_asked_alone(blog: Blog) -> None:
    blog.listed = blog.fed = ["a", "b"]
    places = ["/sitemap_index.xml", API, "/wp-sitemap.xml"]
    stories = ["/2026/02/story-a/", "/2026/02/story-b/"]
    assert blog.crawl("01T06:00") == ["/", *stories, "/feed/", *places]
    blog.fed = ["c", *blog.fed]
    assert blog.crawl("01T06:30") == ["/2026/02/story-c/", "/feed/"]
    blog.project.archive.joinpath("blog/index.sqlite").unlink()  # made anew, it remembers
    blog.web.pages["/feed/"] = Answer(b"", 500)
    assert set(blog.crawl("01T07:00")) == {"/feed/"}
    del blog.web.pages["/feed/"]
    blog.listed = ["d", *blog.listed]  # which the feed does not have
    assert blog.crawl("01T07:30") == ["/", "/2026/02/story-d/", "/feed/"]
    assert blog.crawl("09T08:32") == ["/", "/feed/", *places]  # what was not there a week ago
