"""Pages for the benchmarks: a news site of any size, the same at every call."""

from __future__ import annotations

import random
from collections.abc import Iterator

from layouts import LAYOUTS
from stories import path, story

__all__ = ["home", "page", "path", "sitemap"]

_SCRIPT_NUMBERS = 60


def page(number: int, kilobytes: int, siblings: int = 1_000, layouts: tuple[str, ...] = tuple(LAYOUTS)) -> bytes:
    """Story `number` of a site of `siblings`, in one of `layouts`, in turn, filled up to `kilobytes` with inline script."""
    markup = LAYOUTS[layouts[number % len(layouts)]](story(number, siblings))
    room = kilobytes * 1024 - len(markup.encode())
    return markup.replace("</body>", f"{_scripts(number, room)}</body>").encode()


def _scripts(number: int, room: int) -> str:
    rng = random.Random(number)
    rows: list[str] = []
    while room > 0:
        rows.append(f"<script>var s{len(rows)}={[rng.randrange(10**9) for _ in range(_SCRIPT_NUMBERS)]};</script>")
        room -= len(rows[-1])
    return "".join(rows)


def home(count: int) -> bytes:
    """The front page, which links every story."""
    links = "".join(f'<li><a href="{path(number)}">Story {number}</a></li>' for number in range(count))
    return f"<!DOCTYPE html><title>Bench News</title><h1>Bench News</h1><ul>{links}</ul>".encode()


def sitemap(base: str, count: int) -> bytes:
    def entries() -> Iterator[str]:
        for number in range(count):
            yield f"<url><loc>{base}{path(number)}</loc></url>"

    return ('<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' + "".join(entries()) + "</urlset>").encode()
