"""Pages for the benchmarks: a news site of any size, made from a word list, the same at every call."""

from __future__ import annotations

import random
from collections.abc import Iterator

WORDS = tuple(
    "harbour council ferry timetable bridge engine morning resident market budget station library engineer report winter school "  # noqa: SIM905
    "committee vote tide lantern orchard baker repair street figure promise answer decision neighbour archive evening summer road".split()
)


def sentence(rng: random.Random) -> str:
    words = [rng.choice(WORDS) for _ in range(rng.randint(8, 22))]
    return " ".join(words).capitalize() + "."


def paragraph(rng: random.Random) -> str:
    return " ".join(sentence(rng) for _ in range(rng.randint(3, 6)))


def page(number: int, kilobytes: int) -> bytes:
    """Article `number`: JSON-LD, a body of about 700 words, navigation, related links, and script to fill it up to `kilobytes`."""
    rng = random.Random(number)
    headline = sentence(rng)[:-1]
    body = "".join(f"<p>{paragraph(rng)}</p>" + (f"<h2>{sentence(rng)}</h2>" if i % 3 == 2 else "") for i in range(11))
    related = "".join(f'<li><a href="{path(rng.randrange(10_000))}">{sentence(rng)}</a></li>' for _ in range(40))
    nav = "".join(f'<li><a href="/section/{word}">{word.title()}</a></li>' for word in WORDS[:20])
    day = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T08:00:00+00:00"
    html = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{headline} - Bench News</title>'
        f'<link rel="canonical" href="{path(number)}"><meta property="og:title" content="{headline}">'
        f'<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{headline}",'
        f'"datePublished":"{day}","articleSection":"Town","author":{{"@type":"Person","name":"Bench Author"}}}}</script></head>'
        f'<body><nav><ul>{nav}</ul></nav><main><article><h1>{headline}</h1><p class="byline">By <a rel="author">Bench Author</a> '
        f'<time datetime="{day}">{day[:10]}</time></p><div class="entry-content">{body}</div></article></main>'
        f"<aside><h3>Related</h3><ul>{related}</ul></aside><footer>Bench News</footer>"
    )
    filler = "".join(f"<script>var s{i}={[rng.randrange(10**9) for _ in range(60)]};</script>" for i in range(kilobytes * 2))
    room = max(0, kilobytes * 1024 - len(html) - 20)
    return (html + filler[:room].rpartition("<script>")[0] + "</body></html>").encode()


def path(number: int) -> str:
    return f"/2026/{number % 12 + 1:02}/{number}-town-news-story.html"


def sitemap(base: str, count: int) -> bytes:
    def entries() -> Iterator[str]:
        for number in range(count):
            yield f"<url><loc>{base}{path(number)}</loc></url>"

    return ('<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' + "".join(entries()) + "</urlset>").encode()
