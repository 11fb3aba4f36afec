"""Which pieces of text stand in many articles of the site: counted from the first line of each article, in the order of the lines.

A piece is counted from where it first stood, so that an invitation that came with a new design is known after a few articles, however
many were stored before. What is known is left out of later articles (see `crawler.extraction.standing`), so that it stays known.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from crawler.extraction.standing import Standing, pieces
from crawler.formats.article import Article

MANY = 8
"""Articles in which a piece must stand, by at least ..."""
SHARE = 3
"""... one in three of those since it first stood."""
EVERYWHERE, NEARLY_ALL = 12, 0.8
"""Articles, and share of them, from which a piece stands everywhere."""
WINDOW = 128
"""Articles after which a piece that did not come again is forgotten: one in three would have come forty times."""
MOST = 500
"""Known pieces, the last learnt ones."""
_TEXT = 200
"""Characters of a piece that are kept for people to read."""


class StandingText:
    """Questions about standing text. None of them changes the index."""

    db: sqlite3.Connection

    def standing(self) -> Standing:
        """What is known to be the site's standing text: by digest, whether it stands everywhere whoever wrote the article."""
        return {key: bool(everywhere) for key, everywhere in self.db.execute("SELECT digest, everywhere FROM standing WHERE known")}

    def standing_texts(self) -> list[tuple[str, int]]:
        """The beginnings of the known pieces and in how many articles each stood until it was known, most first."""
        query = "SELECT text, articles FROM standing WHERE known ORDER BY articles DESC, digest"
        return [(text, articles) for text, articles in self.db.execute(query)]


def learn(db: sqlite3.Connection, article: Article, number: int) -> None:
    """Counts the pieces of a new article, the `number`-th of the site."""
    found = pieces((block.type, block.text) for block in article.blocks or ())
    keys = list(found)
    seen: dict[int, tuple[int, int, str | None]] = {}
    for start in range(0, len(keys), 500):  # SQLite's bound on variables
        some = keys[start : start + 500]
        marks = ",".join("?" * len(some))
        seen.update(
            (row[0], row[1:])
            for row in db.execute(f"SELECT digest, articles, first, authors FROM standing WHERE digest IN ({marks})", some)
        )
    signed = _authors(article.authors)
    fresh = [(key, number, number, signed, found[key][:_TEXT]) for key in keys if key not in seen]
    db.executemany("INSERT INTO standing (digest, articles, first, last, authors, text) VALUES (?,1,?,?,?,?)", fresh)
    for key, (articles, first, authors) in seen.items():
        _count(db, key, articles + 1, number - first + 1, number, _common(authors, article.authors))
    if number % WINDOW == 0:
        _forget(db, number)


def _count(db: sqlite3.Connection, key: int, articles: int, since: int, number: int, authors: str | None) -> None:
    known = articles >= MANY and articles * SHARE >= since
    everywhere = articles >= EVERYWHERE and articles >= NEARLY_ALL * since and authors == "[]"
    db.execute(
        "UPDATE standing SET articles=?, last=?, authors=?, known=known OR ?, everywhere=everywhere OR ? WHERE digest=?",
        (articles, number, authors, known, everywhere, key),
    )


def _authors(names: Sequence[str] | None) -> str | None:
    return json.dumps(sorted(names), ensure_ascii=False) if names else None


def _common(before: str | None, names: Sequence[str] | None) -> str | None:
    """The authors that all signed articles with a piece share, as JSON; None while none of them was signed."""
    if before is None or not names:
        return before or _authors(names)
    return json.dumps(sorted(set(json.loads(before)) & set(names)), ensure_ascii=False)


def _forget(db: sqlite3.Connection, number: int) -> None:
    db.execute("DELETE FROM standing WHERE NOT known AND last <= ?", (number - WINDOW,))
    db.execute(
        "DELETE FROM standing WHERE known AND digest NOT IN (SELECT digest FROM standing WHERE known ORDER BY last DESC, digest LIMIT ?)",
        (MOST,),
    )
