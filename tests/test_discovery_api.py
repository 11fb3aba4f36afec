"""The APIs of WordPress and Blogger, walked to their ends."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from crawler.discovery import Document, Findings, Source, read, sources
from crawler.formats.site import Site

WORDPRESS = "https://blog.example.com/wp-json/wp/v2/posts"


def post(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "link": f"https://blog.example.com/2024/05/post-{number}/",
        "date_gmt": "2024-05-13T08:00:00",
        "modified_gmt": "2024-05-14T09:00:00",
        "title": {"rendered": f"Quay no. {number} &#8211; &#8220;open&#8221;"},
        "excerpt": {"rendered": "<p>Ships dock again. [&hellip;]</p>\n"},
        "_embedded": {
            "author": [{"id": 1, "name": "Desk One"}],
            "wp:term": [
                [{"taxonomy": "category", "name": "Harbour &amp; Sea", "slug": "harbour"}],
                [{"taxonomy": "post_tag", "name": "quay"}, {"taxonomy": "post_tag", "name": "ships"}],
            ],
        },
    }


def first_source(discover: dict[str, str]) -> Source:
    (source,) = sources(Site(key="demo", url="https://blog.example.com/", discover=[discover]))
    return source


def walk(source: Source, serve: Callable[[Source], Document]) -> tuple[list[str], list[Source], list[str]]:
    queue, read_sources, found, problems = [source], [], [], []
    while queue:
        here = queue.pop()
        findings = read(serve(here), here)
        read_sources.append(here)
        queue += findings.more
        found += [link.url for link in findings.links]
        problems += findings.problems
        assert len(read_sources) < 100
    return found, read_sources, problems


def wordpress_page(source: Source, total: int, *, counted: bool = True) -> Document:
    page = int(source.url.split("&page=")[1].split("&")[0])
    posts = [post(number) for number in range(total)][(page - 1) * 100 : page * 100]
    if not posts:
        return Document(source.url, b'{"code":"rest_post_invalid_page_number","message":"","data":{"status":400}}', "application/json")
    headers = (("x-wp-total", str(total)), ("x-wp-totalpages", str(-(-total // 100)))) if counted else ()
    return Document(source.url, json.dumps(posts).encode(), "application/json; charset=UTF-8", headers)


def test_wordpress_hints() -> None:
    source = first_source({"wordpress": "https://blog.example.com/"})
    assert source.url.startswith(WORDPRESS + "?per_page=100&page=1&orderby=modified&order=desc&_fields=")
    (link,) = read(wordpress_page(source, 1), source).links
    assert link.headline == "Quay no. 0 – “open”"
    assert (link.published, link.modified) == ("2024-05-13T08:00:00Z", "2024-05-14T09:00:00Z")
    assert (link.section, link.tags, link.authors) == ("Harbour & Sea", ("quay", "ships"), ("Desk One",))
    assert link.summary == "Ships dock again. […]"
    assert link.source == "wordpress"


@pytest.mark.parametrize(("counted", "requests"), [(True, 30), (False, 31)])
def test_wordpress_history_of_three_thousand_posts(counted: bool, requests: int) -> None:
    found, pages, problems = walk(
        first_source({"wordpress": "https://blog.example.com/"}), lambda source: wordpress_page(source, 3_000, counted=counted)
    )
    assert len(set(found)) == 3_000
    assert len(pages) == requests
    assert problems == []
    assert pages[29].depth == 29


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":"rest_forbidden","message":"no","data":{"status":401}}',
        b"<!doctype html><html>Forbidden</html>",
        b"",
        b'"x"',
        b"[" * 100_000,
    ],
)
def test_closed_wordpress_falls_back_to_its_feed(body: bytes) -> None:
    source = first_source({"wordpress": "https://blog.example.com/news"})
    findings = read(Document(source.url, body, "text/html"), source)
    assert [(more.kind, more.url) for more in findings.more] == [("feed", "https://blog.example.com/news/feed/")]
    assert "closed" in findings.problems[0]


def test_wordpress_without_pretty_addresses() -> None:
    source = first_source({"wordpress": "https://blog.example.com/index.php?rest_route=/"})
    assert "rest_route=%2Fwp%2Fv2%2Fposts" in source.url
    assert dict(source.options)["home"] == "https://blog.example.com/"


def test_wordpress_that_repeats_itself() -> None:
    body = json.dumps([post(1)]).encode()
    found, pages, problems = walk(first_source({"wordpress": "https://blog.example.com/"}), lambda source: Document(source.url, body))
    assert len(pages) == 2
    assert "paging was stopped" in problems[0]
    assert set(found) == {"https://blog.example.com/2024/05/post-1/"}


def blogger_entry(number: int) -> dict[str, Any]:
    return {
        "published": {"$t": "2024-05-13T08:00:00.000+02:00"},
        "updated": {"$t": "2024-05-14T09:00:00.000+02:00"},
        "category": [{"scheme": "http://www.blogger.com/atom/ns#", "term": "Harbour"}],
        "title": {"type": "text", "$t": f"Quay {number} opens"},
        "content": {"type": "html", "$t": "<p>Ships.</p>"},
        "link": [
            {"rel": "replies", "type": "text/html", "href": f"https://daily.example.org/2024/05/quay-{number}.html#comment-form"},
            {"rel": "alternate", "type": "text/html", "href": f"https://daily.example.org/2024/05/quay-{number}.html"},
        ],
        "author": [{"name": {"$t": "Desk Two"}}],
        "media$thumbnail": {"url": "https://pics.example.org/1.jpg"},
    }


def blogger_page(source: Source, total: int, cap: int = 150) -> Document:
    start = int(source.url.split("start-index=")[1].split("&")[0])
    entries = [blogger_entry(number) for number in range(1, total + 1)][start - 1 : start - 1 + cap]
    body = {"feed": {"openSearch$totalResults": {"$t": str(total)}, "openSearch$startIndex": {"$t": str(start)}, "entry": entries}}
    return Document(source.url, json.dumps(body).encode(), "application/json; charset=UTF-8")


def test_blogger_hints() -> None:
    source = first_source({"blogger": "https://daily.example.org/"})
    assert source.url == "https://daily.example.org/feeds/posts/default?alt=json&max-results=150&start-index=1&orderby=updated"
    (link,) = read(blogger_page(source, 1), source).links
    assert (link.url, link.headline) == ("https://daily.example.org/2024/05/quay-1.html", "Quay 1 opens")
    assert (link.section, link.tags, link.authors) == ("Harbour", ("Harbour",), ("Desk Two",))
    assert (link.published, link.modified) == ("2024-05-13T08:00:00+02:00", "2024-05-14T09:00:00+02:00")
    assert (link.content_html, link.image) == ("<p>Ships.</p>", "https://pics.example.org/1.jpg")


@pytest.mark.parametrize(("cap", "requests"), [(150, 20), (100, 30)])
def test_blogger_history_of_three_thousand_posts(cap: int, requests: int) -> None:
    found, pages, problems = walk(first_source({"blogger": "https://daily.example.org/"}), lambda source: blogger_page(source, 3_000, cap))
    assert len(set(found)) == 3_000
    assert len(pages) == requests
    assert problems == []


def test_blogger_that_ends_too_early_says_so() -> None:
    source = first_source({"blogger": "https://daily.example.org/"})
    body = b'{"feed": {"openSearch$totalResults": {"$t": "12"}, "openSearch$startIndex": {"$t": "1"}}}'
    assert read(Document(source.url, body), source).problems == ["no entries from 1 on, though there should be 12"]
    assert read(Document(source.url, b'{"feed": {"openSearch$totalResults": {"$t": "0"}}}'), source) == Findings()


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b'{"feed": 1}', b'{"feed": {"entry": [1, {"link": 5}, {"link": [{"rel": "alternate"}]}]}}', b"{" * 100_000]
)
def test_blogger_garbage(body: bytes) -> None:
    findings = read(Document("https://x.example/", body), Source("blogger", "https://x.example/feeds/posts/default"))
    assert findings.links == []
    assert findings.problems
