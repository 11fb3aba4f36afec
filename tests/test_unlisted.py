"""What a source has stopped naming: deleted articles are noticed at once, and a list of the newest is not asked about its end."""

from __future__ import annotations

import pytest

from crawler.discovery import Document, Kind, Link, Source, detect, without_tracking
from crawler.discovery.links import options
from crawler.discovery.unlisted import unlisted

HOME = "https://blog.example/"


def links(*names: str) -> list[Link]:
    return [Link(HOME + name, "feed", HOME) for name in names]


def dropped(kind: Kind, before: str, now: str, **more: str) -> str:
    """The names that a source of one-letter articles has dropped."""
    source = Source(kind, HOME, options=options(**more))
    return "".join(url.removeprefix(HOME) for url in unlisted(source, links(*before), links(*now)))


@pytest.mark.parametrize(
    ("kind", "before", "now", "expected"),
    [
        ("feed", "edcba", "fedcb", ""),  # one came in, one slid out
        ("feed", "edcba", "edba", "c"),  # one was taken out of the middle
        ("feed", "edcba", "dcba", "e"),  # the newest was withdrawn
        ("feed", "edcba", "fedba", "c"),
        ("feed", "edcba", "edc", ""),  # posts of the last days only
        ("wordpress", "edcba", "aedcb", ""),  # an old post was edited: last changed first
        ("blogger", "edcba", "edcb9", ""),
        ("sitemap", "edcba", "edcb", "a"),  # a whole list that only became shorter
        ("sitemap", "edcba", "fedcb", ""),  # a news sitemap, newest first
        ("sitemap", "abcde", "bcdef", ""),  # the same, newest last
        ("sitemap", "abcde", "abcdf", "e"),  # the last one was replaced
        ("sitemap", "abcde", "xyz", ""),  # another site's, or a new system's
        ("sitemap", "abcde", "", ""),
        ("sitemap", "", "abc", ""),
        ("listing", "edcba", "edba", ""),  # a front page
        ("follow", "edcba", "edba", ""),
    ],
)
def test_what_is_dropped(kind: Kind, before: str, now: str, expected: str) -> None:
    assert dropped(kind, before, now) == expected


def test_a_listing_counts_where_the_config_says_what_its_list_is() -> None:
    assert dropped("listing", "edcba", "edba", links="h2 a") == "c"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://blog.example/a?utm_source=rss&utm_medium=feed", "https://blog.example/a"),
        ("https://blog.example/a?b=%7e&utm_source=rss#c", "https://blog.example/a?b=%7e#c"),
        ("https://blog.example/%7Ea?", "https://blog.example/%7Ea?"),
        ("https://blog.example/a?b=1&&c=2", "https://blog.example/a?b=1&&c=2"),
    ],
)
def test_clicks_are_not_counted(url: str, expected: str) -> None:
    assert without_tracking(url) == expected


def test_a_blog_that_left_blogger_keeps_its_new_feed() -> None:
    home = (
        '<html><head><meta content="blogger" name="generator"/>'
        '<link rel="alternate" type="application/rss+xml" title="News" href="/feed/"/>'
        '<link rel="alternate" type="application/atom+xml" title="Old blog" href="/feeds/posts/default"/></head><body></body></html>'
    )
    found = detect(Document(HOME, home.encode(), "text/html"))
    assert [source.kind for source in found][:2] == ["blogger", "feed"]
    assert f"{HOME}feed/" in [source.url for source in found if source.kind == "feed"]
