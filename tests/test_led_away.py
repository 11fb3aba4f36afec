"""What a redirect says: of a page that leads elsewhere, and of a source that does."""

from __future__ import annotations

import pytest

from crawler.discovery import Findings, Link, Source
from crawler.formats.site import Site
from crawler.spiders.answers import as_told, led_away

FEED = Source("feed", "https://blog.example/feed")
SITE = Site(key="demo", url="https://blog.example/")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://blog.example/login?next=/2026/03/a.html", "login"),
        ("https://accounts.blog.example/", "login"),
        ("https://blog.example/wp-login.php", "login"),
        ("https://consent.blog.example/?to=a", "consent-wall"),
        ("https://blog.example/privacy-consent/", "consent-wall"),
        ("https://other.example/2026/03/a.html", "offsite"),
        ("https://blog.example/?from=/login", "offsite"),
    ],
)
def test_where_a_page_is_led_tells_why_it_is_none(url: str, reason: str) -> None:
    assert led_away(url).reason == reason


@pytest.mark.parametrize(
    ("found", "url", "links", "problem"),
    [
        (["https://blog.example/2026/03/a.html"], FEED.url, 1, None),
        (["https://other.example/x", "https://blog.example/2026/03/a.html"], "https://blog.example/rss", 2, None),
        (["https://other.example/2026/03/a.html"], FEED.url, 0, "none of its 1 links leads to the site, such as https://oth"),
        ([], "https://blog.example/", 0, "redirects to https://blog.example/"),
    ],
)
def test_a_source_that_leads_elsewhere_gives_nothing(found: list[str], url: str, links: int, problem: str | None) -> None:
    told = as_told(Findings([Link(each, "feed", FEED.url) for each in found]), FEED, url, SITE)
    assert len(told.links) == links
    assert [text[: len(problem or "")] for text in told.problems] == ([problem] if problem else [])
