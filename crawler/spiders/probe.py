"""The spider that looks at a site without a config: what it offers, asked for through the real crawl, with nothing archived."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import scrapy

from crawler import discovery
from crawler.capture.target import Target
from crawler.discovery import Document, Findings, Source
from crawler.discovery.probe import Probe, key_of, probe
from crawler.extraction import Refusal
from crawler.extraction.workers import ExtractionPool
from crawler.formats.site import Crawl, Site
from crawler.middlewares import RobotsMiddleware
from crawler.spiders.answers import document, outcome_of
from crawler.spiders.source_reading import SourceReading

if TYPE_CHECKING:
    import signal

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

MOST_SOURCES = 25
"""Sources that are asked: a site announces a handful, a hostile one any number."""


class ProbeSpider(scrapy.Spider):
    """Asks the home page, robots.txt and every source that they announce; of a sitemap of sitemaps, one child as well."""

    name = "newsite"
    run = None
    """Nothing is archived."""
    interrupted: signal.Signals | None = None

    def __init__(self, url: str, **given: Any):
        super().__init__(**given)
        self.url = url
        self.home: Document | None = None
        """The home page, once it has answered."""
        self.problem: str | None = None
        """Why there is no home page, in plain words."""
        self._site = Site(key="newsite", url=url)
        self._sources: list[Source] = []
        self._looks: dict[Source, Probe] = {}
        self._pool = ExtractionPool(1)
        self._reading = SourceReading(self._pool)

    @property
    def probes(self) -> list[Probe]:
        """What each source gave, best kind first."""
        return [self._looks[source] for source in self._sources if source in self._looks]

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The pace of a site whose config says nothing of it."""
        super().update_settings(settings)
        pace = Crawl()
        settings.setdict({"DOWNLOAD_DELAY": pace.delay, "CONCURRENT_REQUESTS_PER_DOMAIN": pace.concurrency}, priority="spider")

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield scrapy.Request(self.url, self.parse_home, errback=self.home_failed, dont_filter=True)

    async def parse_home(self, response: Response) -> AsyncIterator[scrapy.Request]:
        """The home page: what it and robots.txt announce."""
        if response.status != 200:
            self.problem = f"{response.url} answers with status {response.status}"
            return
        self.home = home = document(response)
        self._site = Site(key=key_of(home.url), url=home.url)
        middleware = self.crawler.get_downloader_middleware(RobotsMiddleware)
        robots = await middleware.robots(home.url) if middleware else None
        announced = await self._reading.detect(home, robots.document if robots else None)
        if isinstance(announced, Refusal):
            self.problem = f"{response.url}: {announced.detail}"
            return
        self._sources = announced[:MOST_SOURCES]
        for source in self._sources:
            if source.kind == "listing":
                await self._note(source, home)
            else:
                yield scrapy.Request(
                    source.url, self.parse_source, errback=self.failed, dont_filter=True, cb_kwargs={"source": source, "under": source}
                )

    async def parse_source(self, response: Response, source: Source, under: Source) -> AsyncIterator[scrapy.Request]:
        """An answer for `source`, which counts for `under`: itself, or the sitemap that lists it."""
        if response.status != 200:
            self._looks.setdefault(under, Probe(under, problem=f"status {response.status}"))
            return
        found = await self._note(source, document(response), under)
        if source is under and not found.links and source.kind == "sitemap" and found.first is not None:
            child = found.first
            yield scrapy.Request(
                child.url, self.parse_source, errback=self.failed, dont_filter=True, cb_kwargs={"source": child, "under": under}
            )

    async def _note(self, source: Source, answer: Document, under: Source | None = None) -> _Noted:
        findings = await self._reading.read(answer, source)
        if isinstance(findings, Refusal):
            findings = Findings(problems=[findings.detail])
        listed = source.kind != "follow"
        look = probe(source, findings, lambda url: discovery.is_article_url(url, self._site, listed=listed))
        if under is not None and under is not source:
            look = replace(look, source=under, total=None, more=self._looks[under].more)
        self._looks[look.source] = look
        return _Noted(look, findings.more[0] if findings.more else None)

    def closed(self, reason: str) -> None:  # noqa: ARG002  as Scrapy calls it
        """The processes end with the spider."""
        self._pool.close(wait=False)

    def home_failed(self, failure: Failure) -> None:
        """No answer from the home page."""
        outcome, detail = outcome_of(cast("BaseException", failure.value))
        self.problem = f"{self.url}: {outcome}: {detail}"
        if outcome == "address-refused":
            self.problem += f"; --allow-private {Target.of(failure.request.url).authority} permits it"  # type: ignore[attr-defined]  # Scrapy sets it

    def failed(self, failure: Failure) -> None:
        """No answer from a source."""
        under: Source = failure.request.cb_kwargs["under"]  # type: ignore[attr-defined]  # Scrapy sets it
        outcome, detail = outcome_of(cast("BaseException", failure.value))
        self._looks.setdefault(under, Probe(under, problem=f"{outcome}: {detail}"))


class _Noted:
    """What a document gave, and the first further document that it leads to."""

    def __init__(self, look: Probe, first: Source | None) -> None:
        self.links = look.links
        self.first = first
