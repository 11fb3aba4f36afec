"""Known articles that their sources have stopped naming, or name again: a cheap reason to look whether they are there."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from crawler.discovery import Link, Source
from crawler.discovery.unlisted import unlisted
from crawler.index import Due, Index
from crawler.index.events import hashed_key

logger = logging.getLogger(__name__)

MOST = 50
"""Articles that one run looks at for this reason. A source that drops more at once was rebuilt; `recheck` finds what is really gone."""


class Unlisted:
    """Compares each reading of a source with the one before, which stands in the archive.

    A source that broke off, was repaired or came back as it was says nothing. Which addresses were named in this run stands in a
    temporary table, because sitemaps name more than memory is for.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._dropped: list[str] = []
        self._returned: list[str] = []
        index.db.execute("CREATE TEMP TABLE named (key BLOB PRIMARY KEY) WITHOUT ROWID")

    def read(self, source: Source, before: Sequence[Link], links: Sequence[Link]) -> None:
        """`source` names `links`, and named `before` the last time; nothing, where it broke off or says what it said."""
        for link in links:
            self._index.db.execute("INSERT OR IGNORE INTO named VALUES (?)", (hashed_key(link.url),))
        self._dropped += unlisted(source, before, links)
        self._returned += self._gone_before(before, links)

    @property
    def has_dropped(self) -> bool:
        """Whether there may be articles to look at that sources have stopped naming."""
        return bool(self._dropped)

    def due(self) -> Iterator[Due]:
        """What to look at, once every source has been read: articles that no source named in this run, and gone ones named anew."""
        returned, self._returned = self._returned, []
        yield from (Due(url, "returned") for url in returned)
        dropped = [url for url in dict.fromkeys(self._dropped) if not self._is_named(url)]
        self._dropped = []
        if len(dropped) > MOST:
            logger.info("sources have stopped naming %d articles: only %d are looked at", len(dropped), MOST)
        for url in dropped[:MOST]:
            known = self._index.article_at(url)
            if known and known.gone is None:
                yield Due(known.url, "unlisted")

    def _gone_before(self, before: Sequence[Link], now: Sequence[Link]) -> list[str]:
        """Addresses of gone articles that are named now and were not before."""
        if not before:
            return []
        named = {hashed_key(link.url) for link in before}
        gained = (self._index.article_at(link.url) for link in now if hashed_key(link.url) not in named)
        return [known.url for known in gained if known and known.gone is not None][:MOST]

    def _is_named(self, url: str) -> bool:
        return self._index.db.execute("SELECT 1 FROM named WHERE key=?", (hashed_key(url),)).fetchone() is not None
