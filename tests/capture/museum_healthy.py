"""The healthy articles of the museum: two hundred stories, served in every honest way."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass

import brotli
from hostile_pages import CHUNKED, chunked, head, whole
from hostile_server import Page

WORDS = [
    *("harbour", "bridge", "council", "ferry", "winter", "engine", "timetable", "riders", "budget", "debate", "evening"),
    *("market", "library", "school", "nurse", "window", "letter", "river", "station", "garden", "painter", "festival"),
    *("weather", "record", "printer", "archive", "morning", "tower", "bakery", "workshop", "committee", "summer", "engineer"),
]


@dataclass(frozen=True)
class Story:
    """One article as its author wrote it."""

    number: int
    path: str
    headline: str
    paragraphs: tuple[str, ...]

    @classmethod
    def of(cls, number: int) -> Story:
        """The story with this number: the same each time, and like no other."""
        word = [WORDS[(number * 7 + step * 5) % len(WORDS)] for step in range(12)]
        paragraphs = tuple(
            f"In report {number}, part {part}, the {word[part]} and the {word[part + 1]} were discussed for {number + part} minutes by the "
            f"{word[part + 2]} committee, which then turned to the {word[part + 3]}. Nobody had expected the {word[part + 4]} to matter so "
            f"much to the people who live near the {word[part + 5]}, and the vote was put off by {number % 9 + 2} weeks."
            for part in range(5)
        )
        return cls(number, f"2026/03/story-{number}-of-the-{word[0]}.html", f"Story {number}: the {word[0]} and the {word[1]}", paragraphs)

    @property
    def html(self) -> str:
        """The page."""
        return page_of(self.headline, "".join(f"<p>{text}</p>" for text in self.paragraphs))

    @property
    def page(self) -> Page:
        """As it is served: in one of eight ways."""
        body = self.html.encode()
        ways = [
            whole(body),
            head("Content-Type: text/html", "Transfer-Encoding: chunked") + chunked(body[:700], body[700:]),
            whole(gzip.compress(body, mtime=0), "Content-Encoding: gzip"),
            whole(zlib.compress(body), "CONTENT-ENCODING: deflate"),
            whole(brotli.compress(body), "Content-Encoding: br"),
            typed("text/html; charset=utf-16", self.html.encode("utf-16")),
            CHUNKED + chunked(*(body[start : start + 97] for start in range(0, len(body), 97)), extension=b";x=y"),
            whole(body, "Set-Cookie: a=1", "Set-Cookie: b=2", "X-Odd:  kept  "),
        ]
        return Page(self.path, ways[self.number % len(ways)])


def typed(content_type: str, body: bytes, *lines: str, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    """A whole answer of another type than HTML in UTF-8."""
    fields = [f"Content-Type: {content_type}"] if content_type else []
    return head(*fields, f"Content-Length: {len(body)}", *lines, status=status) + body


def page_of(headline: str, body: str, *, more_head: str = "", language: str = "en") -> str:
    """An article's page, with its menus."""
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{headline} - Harbour Post</title>{more_head}'
        f'<meta property="og:type" content="article"><meta property="article:published_time" content="2026-03-03T09:00:00+01:00"></head>'
        f'<body><nav><a href="/">Home</a> <a href="/about">About</a></nav><main><article><h1>{headline}</h1>'
        f'<div class="entry-content">{body}</div></article></main><footer>Harbour Post</footer></body></html>'
    )


STORIES = [Story.of(number) for number in range(200)]
