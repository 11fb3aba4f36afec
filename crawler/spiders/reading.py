"""Captured pages and sources, read by worker processes; a page is compared with the state before, read by the same rules."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

from crawler.discovery import Kind
from crawler.errors import ArchiveDamaged
from crawler.extraction import Refusal
from crawler.extraction.standing import Standing
from crawler.extraction.template import TemplateBook
from crawler.extraction.workers import ExtractionPool
from crawler.formats.template import read_templates, write_templates
from crawler.pipelines import Page
from crawler.spiders.source_reading import SourceReading
from crawler.store.hints import as_then, hints_of

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.clock import Now
    from crawler.discovery import Link
    from crawler.extraction import Extracted
    from crawler.formats.article import Article, RecordRef
    from crawler.formats.site import Site
    from crawler.store import Store


class Reading:
    """The worker processes of one run and, where `EXTRACTION_TEMPLATES` is on, what was learnt of the site's layouts."""

    def __init__(self, site: Site, run: Store, settings: BaseSettings, now: Now) -> None:
        """Raises CrawlerError for a file of templates that cannot be read."""
        self._site = site
        self._run = run
        self._templates_path = run.archive.site(site.key).templates_path
        self._pool = ExtractionPool(
            settings.getint("EXTRACTION_JOBS") or None,
            timeout_s=settings.getfloat("EXTRACTION_TIMEOUT"),
            memory_bytes=settings.getint("EXTRACTION_MEMORY"),
        )
        learns = settings.getbool("EXTRACTION_TEMPLATES")
        self.left = False
        """Whether the run had to end, so that what the processes say from then on means nothing."""
        self.sources = SourceReading(self._pool)
        self._book = TemplateBook(read_templates(self._templates_path), now) if learns else None

    async def page(self, ref: RecordRef, link: Link, *, permanent: bool = False) -> Page | None:
        """What a captured page says; None for one that is no article, which is settled here, or after `leave`. `permanent`: see `Page`."""
        if self.left:
            return None
        link = self._run.retellings.with_said(link)
        standing = self._run.standing()  # the same for all readings of this page, so that what was learnt meanwhile makes no difference
        result = await self._read(ref, link, standing, self._book)
        if self.left:  # its worker was stopped, which says nothing of the page
            return None
        if isinstance(result, Refusal):
            self._run.pages.refuse(link.url, result, ref)
            return None
        if before := self._run.pages.state_before(result, link, moved_permanently=permanent):
            page = await self._compared(result, before, ref, link, permanent, standing)
            return None if self.left else page
        return Page(result, link, permanent, unlike_known=False)

    def leave(self) -> None:
        """Ends the processes at once: what they have not read is left to the next run, without an outcome."""
        self.left = True
        self._pool.close(wait=False)

    def close(self) -> None:
        """Ends the processes and keeps what was learnt. Raises ArchiveUnwritable where it cannot be kept."""
        self._pool.close()
        if self._book is None or not self._book.changed:
            return
        self._run.changed_layouts.update(self._book.dropped)
        write_templates(self._templates_path, self._book.templates)

    async def _compared(self, result: Article, before: Article, ref: RecordRef, link: Link, permanent: bool, standing: Standing) -> Page:
        """The page and the state before, read by the same rules and with the same hints, so that what differs is the publisher's."""
        hinted = as_then(link, hints_of(before))
        page = await self._retold(ref, hinted, self._run.retellings.said(before.id), standing)
        then = await self._then(before.warc, hinted, standing) if before.warc else None
        if isinstance(page, Refusal) or isinstance(then, Refusal):  # a gone article's record is the answer that said so
            then = None
        return Page(result if isinstance(page, Refusal) else page, link, permanent, then)

    async def _then(self, ref: RecordRef, hinted: Link, standing: Standing) -> Extracted | None:
        """The state before, read again; None where its record is damaged."""
        try:
            return await self._read(ref, hinted, standing)
        except ArchiveDamaged as fault:
            self._run.found_damaged(fault)
            return None

    async def _retold(self, ref: RecordRef, hinted: Link, said: dict[str, Any], standing: Standing) -> Extracted:
        """The page with what sources say now. A field that it states itself by now, or as it did (a bare day, which the time of a feed made
        exact), is read with what they said then."""
        page = await self._read(ref, replace(hinted, **said), standing)
        if isinstance(page, Refusal):
            return page
        believed = {name: value for name, value in said.items() if page.provenance.get(name) in get_args(Kind)}
        return page if believed == said else await self._read(ref, replace(hinted, **believed), standing)

    async def _read(self, ref: RecordRef, link: Link, standing: Standing, book: TemplateBook | None = None) -> Extracted:
        """What a record says, read in a process of its own; with a `book`, by the templates that were learnt."""
        reading = self._pool.submit(self._run.archive.root, ref, self._site, link, self._run.original(ref), book, standing)
        return await asyncio.wrap_future(reading)
