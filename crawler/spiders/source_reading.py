"""Sources, read without holding anything up: small ones where the crawl runs, all others in a process of their own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crawler import discovery
from crawler.discovery.comparison import Comparison, compare
from crawler.extraction import Refusal
from crawler.spiders.turns import in_turns

if TYPE_CHECKING:
    from crawler.discovery import Document, Findings, Source
    from crawler.extraction.workers import ExtractionPool

SMALL_BYTES = 128 * 1024
"""What is read in place. Of 75 documents that are made to be slow, as every kind of source, the worst took 0.4 s at half this size and
1.4 s at twice this size; an honest feed or front page takes 0.05 s. The worker processes take 1.3 s of CPU to begin with, which most
runs that find nothing new never pay. Reading takes time in proportion to the size: a feed of 16 MB is 4 s in which no other answer would
be read."""


class SourceReading:
    """Reads sources with the processes of `pool`, which begin when the first large one comes."""

    def __init__(self, pool: ExtractionPool) -> None:
        self._pool = pool

    async def read(self, document: Document, source: Source) -> Findings | Refusal:
        """What `document` says as a `source`; a Refusal where reading it took too much time or memory, or crashed the process."""
        if len(document.body) <= SMALL_BYTES:
            return discovery.read(document, source)
        parcel = await asyncio.wrap_future(self._pool.read(document, source))
        if isinstance(parcel, Refusal):
            return parcel
        async for _ in in_turns(parcel.unpack()):
            pass
        return parcel.findings

    async def detect(self, home: Document, robots: Document | None) -> list[Source] | Refusal:
        """What a home page and its robots.txt announce; else as `read`."""
        if len(home.body) <= SMALL_BYTES:
            return discovery.detect(home, robots)
        return await asyncio.wrap_future(self._pool.detect(home, robots))

    async def compare(self, source: Source, before: Document | None, now: Findings) -> Comparison:
        """How `source` differs from what it was `before`; empty where there is no such document that can be read."""
        found = await self.read(before, source) if before else None
        if found is None or isinstance(found, Refusal):
            return Comparison()
        return await asyncio.to_thread(compare, source, found.links, now.links, whole=not now.problems)
