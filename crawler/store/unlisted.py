"""Known articles that their sources have stopped naming, or name again: a cheap reason to look whether they are there."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from crawler.discovery.comparison import Comparison
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

    def named(self, url: str) -> None:
        """A source names `url` in this run."""
        self._index.db.execute("INSERT OR IGNORE INTO named VALUES (?)", (hashed_key(url),))

    def read(self, comparison: Comparison) -> Iterator[None]:
        """Takes in how a source differs from its last reading, step by step."""
        self._dropped += comparison.dropped
        found = 0
        for url in comparison.gained:  # gone articles among what is named now and was not before
            known = self._index.article_at(url)
            if known and known.gone is not None and found < MOST:
                found += 1
                self._returned.append(url)
            yield

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

    def _is_named(self, url: str) -> bool:
        return self._index.db.execute("SELECT 1 FROM named WHERE key=?", (hashed_key(url),)).fetchone() is not None
