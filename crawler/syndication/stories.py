"""What the cache says, as stories: who told it, in which order, in how much of the same words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from crawler.index.events import microseconds


@dataclass(frozen=True, slots=True)
class Told:
    """An article that tells a story."""

    id: str
    site: str
    url: str
    headline: str | None
    published: str | None
    """As its own page says at last."""
    captured: str
    """When it was first fetched."""


@dataclass(frozen=True, slots=True)
class Link:
    """Two articles that share their words, by id."""

    first: str
    second: str
    similarity: float
    """Runs of five words that both have, as a share of all that either has."""
    shared: float
    """The same as a share of the shorter text's."""


@dataclass(frozen=True, slots=True)
class Story:
    """Articles of different sites that are linked with each other, directly or through others; the one that came first is first."""

    articles: list[Told]
    links: list[Link]

    def as_json(self) -> dict[str, Any]:
        """The story as `scrapy syndicated --json` prints it."""
        return asdict(self)


def stories(db: sqlite3.Connection, site: str | None = None, since: str | None = None) -> Iterator[Story]:
    """The stories in the order in which the archive met them: all, or those that `site` tells, or of which an article was first
    captured at or after `since` (RFC 3339 in UTC, as `captured` is spelt)."""
    of_site = "AND EXISTS (SELECT 1 FROM articles AS one WHERE one.story=all_of.story AND one.site=:site)" if site else ""
    of_time = "AND EXISTS (SELECT 1 FROM articles AS one WHERE one.story=all_of.story AND one.captured>=:since)" if since else ""
    query = f"SELECT DISTINCT story FROM articles AS all_of WHERE story > :after {of_site} {of_time} ORDER BY story LIMIT 100"
    after = 0
    while found := db.execute(query, {"after": after, "site": site, "since": since}).fetchall():
        yield from (_story(db, number) for (number,) in found)
        after = found[-1][0]


def _story(db: sqlite3.Connection, number: int) -> Story:
    rows = db.execute("SELECT number, id, site, url, headline, published, captured FROM articles WHERE story=?", (number,)).fetchall()
    told = sorted(((row[0], Told(*row[1:])) for row in rows), key=lambda item: _when(item[1]))
    order = {article: place for place, (article, _) in enumerate(told)}
    links = []
    for article, other, similarity, shared in db.execute(
        "SELECT article, other, similarity, shared FROM links WHERE article IN (SELECT number FROM articles WHERE story=?)", (number,)
    ):
        first, second = sorted((order[article], order[other]))
        links.append((first, second, Link(told[first][1].id, told[second][1].id, round(similarity, 3), round(shared, 3))))
    return Story([article for _, article in told], [link for _, _, link in sorted(links, key=lambda item: item[:2])])


def _when(article: Told) -> tuple[int, str, str]:
    """When an article appeared: as it says, but not after it was seen."""
    seen = microseconds(article.captured) or 0
    said = microseconds(article.published)
    return (seen if said is None else min(said, seen), article.captured, article.id)
