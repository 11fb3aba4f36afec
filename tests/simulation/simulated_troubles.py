"""What can happen to a news site, on the wire: each trouble changes what the site answers from one day to another."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from simulated_server import Reply

WALL = (
    "<!DOCTYPE html><html><head><title>Before you continue</title></head><body><h1>Your consent</h1>"
    "<p>This site uses cookies. Please accept all cookies or choose your cookie settings before you continue. You may withdraw your "
    "consent at any time.</p><button>Accept all cookies</button><button>Manage consent</button></body></html>"
)


@dataclass(frozen=True)
class Trouble:
    """One kind of sabotage. `said` must stand in what a person is told, beside the site's name."""

    name: str
    said: str
    page: Callable[[str], str] | None = None
    """What it makes of an article's page."""
    feed: Callable[[str], str] | None = None
    pages: Reply | None = None
    """What is answered instead of each article."""
    feeds: Reply | None = None
    robots: Reply | None = None
    everything: Reply | None = None
    frozen: bool = False
    """Whether the feed stands still while articles go on appearing."""
    certificate: bool = False
    deaf: bool = False
    """Whether each connection is closed before a word is said."""
    machine: str = ""
    """What is wrong with the crawling machine: `disk` or `clock`."""


def without(*patterns: str) -> Callable[[str], str]:
    """A function that takes out of a text what the patterns match."""

    def cut(text: str) -> str:
        for pattern in patterns:
            text = re.sub(pattern, "", text, flags=re.S)
        return text

    return cut


_DATES = (
    r'"date(Published|Modified)": "[^"]*",?\s*',
    r'<meta property="article:published_time"[^>]*>',
    r"<time.*?</time>",
    r"<abbr.*?</abbr>",
    r'<h2 class="date-header">.*?</h2>',
)
_SECTIONS = (
    r'"articleSection": "[^"]*"',
    r'<span class="cat-links">.*?</span>',
    r'<span class="post-labels">.*?</span>',
    r'<nav class="breadcrumbs">.*?</nav>',
    r'<a href="/category/[^>]*>.*?</a>',
)
_HEADLINES = (r'"headline": "[^"]*",?\s*', r"<h1.*?</h1>", r"<h3.*?</h3>", r"<title>.*?</title>", r"<title>.*?</title>")


def _teaser(page: str) -> str:
    """The first words of the first paragraph, and the invitation to subscribe."""
    body = re.compile(r'(<div class="(?:entry-content|post-body entry-content|story-text)">)(<p>.{110}).*?(?=</div>)', re.S)
    return body.sub(r"\1\2 …</p><p>The whole story is for subscribers.</p>", page)


def _without_commas(page: str) -> str:
    return re.sub(r",\s*}", "}", page)


NOTHING = Reply(404, b"<title>Not found</title><h1>Not found</h1>")
REFUSED = Reply(403, b"<title>Forbidden</title><h1>Forbidden</h1>")
BUSY = Reply(503, b"<title>Service unavailable</title>")

TROUBLES = (
    Trouble("section lost", r"section (was found|is missing) on .*layout", page=lambda text: _without_commas(without(*_SECTIONS)(text))),
    Trouble("headline lost", r"no-headline.*layout|headline was found", page=lambda text: _without_commas(without(*_HEADLINES)(text)), feed=without(r"(?<=<item>)<title>.*?</title>")),
    Trouble("teasers only", r"bodies were .* characters long|body was found|no-body", page=_teaser),
    Trouble("dates lost", r"published (was found|is missing) on .*layout", page=lambda text: _without_commas(without(*_DATES)(text)), feed=without(r"<pubDate>.*?</pubDate>")),
    Trouble("feed gone", r"feed .* answered 404.*gone", feeds=NOTHING),
    Trouble("feed empty", r"feed .* gave no links.*stopped", feed=without(r"<item>.*</item>")),
    Trouble("feed frozen", r"feed .* has named nothing new since .* stands still|new articles? .*silent", frozen=True),
    Trouble("consent wall", r"consent", pages=Reply(200, WALL.encode())),
    Trouble("pages forbidden", r"403.*refuses the crawler", pages=REFUSED),
    Trouble("all forbidden", r"403.*refuses the crawler", everything=REFUSED),
    Trouble("robots.txt fails", r"robots\.txt", robots=BUSY),
    Trouble("site down", r"503.*server fails", everything=BUSY),
    Trouble("server deaf", r"hangs up", deaf=True),
    Trouble("certificate", r"certificate", certificate=True),
    Trouble("full disk", r"archive could not be written", machine="disk"),
    Trouble("machine's clock", r"this machine's clock", machine="clock"),
)  # fmt: skip
