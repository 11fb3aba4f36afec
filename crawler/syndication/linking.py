"""Puts a state of an article into the cache, and links its article with those of other sites that have its words."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable

from crawler.formats.archive import LinePlace
from crawler.formats.article import Article
from crawler.syndication.texts import keys, likeness, shingles

LATEST = 200
"""Texts that are looked at under one key, latest first. More than that share a key only through what a chain prints under every
article; a story that was taken over has dozens of other keys, and was taken over within days."""
COMPARED = 10
"""Texts of other sites with which one is compared word by word: those that share most keys with it. What a hundred sites have taken
over is one story all the same, as each is linked with some of the others."""

ShinglesAt = Callable[[LinePlace], frozenset[str]]
"""Reads the text of the article line at a place."""


def link(db: sqlite3.Connection, place: LinePlace, article: Article, shingles_at: ShinglesAt) -> None:
    """Notes the state `article`, whose line stands at `place`; the caller holds a transaction."""
    number = _noted(db, article)
    if article.change == "gone" or (article.revision > 1 and not {"body", "blocks"} & set(article.changed_fields)):
        return
    text = shingles(article.body or "")
    if not text:
        return
    found = keys(text)
    for other, its_place in _candidates(db, found, article.site):
        its_text = shingles_at(its_place)
        if its_text and (like := likeness(text, its_text)).is_story:
            _link(db, number, other, like.similarity, like.shared)
    row = (number, article.site, place.file, place.offset, place.length)
    text_number = db.execute("INSERT INTO texts (article, site, file, offset, length) VALUES (?,?,?,?,?)", row).lastrowid
    db.executemany("INSERT OR IGNORE INTO keys VALUES (?,?)", ((key, text_number) for key in found))


def _noted(db: sqlite3.Connection, article: Article) -> int:
    """The number of an article, which stands there as its latest state says."""
    row = (article.id, article.site, article.url, article.headline, article.published, article.captured)
    db.execute(
        """INSERT INTO articles (id, site, url, headline, published, captured) VALUES (?,?,?,?,?,?)
        ON CONFLICT (id) DO UPDATE SET url=excluded.url, headline=excluded.headline, published=excluded.published""",
        row,
    )
    return int(db.execute("SELECT number FROM articles WHERE id=?", (article.id,)).fetchone()[0])


def _candidates(db: sqlite3.Connection, found: list[int], site: str) -> list[tuple[int, LinePlace]]:
    """Articles of other sites, with the place of a text, that share keys with what was `found`: those that share most first."""
    votes: Counter[int] = Counter()
    for key in found:
        votes.update(text for (text,) in db.execute("SELECT text FROM keys WHERE key=? ORDER BY text DESC LIMIT ?", (key, LATEST)))
    candidates: list[tuple[int, LinePlace]] = []
    for text, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        article, its_site, *place = db.execute("SELECT article, site, file, offset, length FROM texts WHERE number=?", (text,)).fetchone()
        if its_site != site:
            candidates.append((article, LinePlace(*place)))
        if len(candidates) == COMPARED:
            break
    return candidates


def _link(db: sqlite3.Connection, article: int, other: int, similarity: float, shared: float) -> None:
    """Links two articles, or keeps the closer of two likenesses, and makes one story of their stories."""
    article, other = sorted((article, other))
    db.execute(
        """INSERT INTO links VALUES (?,?,?,?) ON CONFLICT (article, other) DO UPDATE
        SET similarity=excluded.similarity, shared=excluded.shared WHERE excluded.similarity > similarity""",
        (article, other, similarity, shared),
    )
    rows = db.execute("SELECT coalesce(story, number) FROM articles WHERE number IN (?,?)", (article, other)).fetchall()
    story = min(number for (number,) in rows)
    for (number,) in rows:
        db.execute("UPDATE articles SET story=? WHERE story=?", (story, number))
    db.execute("UPDATE articles SET story=? WHERE number IN (?,?)", (story, article, other))
