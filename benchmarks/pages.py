"""Pages for the benchmarks: a news site of any size, the same at every call."""

from __future__ import annotations

import random
from collections.abc import Iterable

from layouts import LAYOUTS
from stories import path, story

__all__ = ["home", "page", "path", "sitemaps"]

_SCRIPT_NUMBERS = 60
_LISTED = 50_000


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


def sitemaps(base: str, count: int) -> dict[str, bytes]:
    """Path and text of `/sitemap.xml`, and of those that it names where there are more stories than one sitemap may list (50,000,
    https://www.sitemaps.org/protocol.html#index)."""
    parts = [range(first, min(first + _LISTED, count)) for first in range(0, count, _LISTED)]
    if len(parts) <= 1:
        return {"/sitemap.xml": _xml("urlset", "url", (base + path(number) for number in range(count)))}
    listed = (_xml("urlset", "url", (base + path(number) for number in part)) for part in parts)
    children = {f"/sitemap-{place}.xml": text for place, text in enumerate(listed)}
    return {"/sitemap.xml": _xml("sitemapindex", "sitemap", (base + child for child in children)), **children}


def _xml(root: str, entry: str, addresses: Iterable[str]) -> bytes:
    entries = "".join(f"<{entry}><loc>{address}</loc></{entry}>" for address in addresses)
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{root}>'.encode()
