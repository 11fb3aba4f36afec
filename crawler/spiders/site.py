"""The one spider: what a site's config says, as requests, and what comes back, as articles and outcomes."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import scrapy
from scrapy import signals
from scrapy.exceptions import CloseSpider, DontCloseSpider
from twisted.python.failure import Failure

from crawler import discovery, notify
from crawler.capture.failures import CalledOff
from crawler.capture.handler import call_off
from crawler.capture.selfcheck import check_versions
from crawler.clock import clock
from crawler.discovery import Document, Link, Source
from crawler.errors import ArchiveError, ArchiveUnwritable, CrawlerError, ExitCode
from crawler.extraction import Refusal
from crawler.formats.archive import Archive
from crawler.middlewares import NotSent, RobotsMiddleware
from crawler.spiders.answers import as_told, document, led_away, moved_permanently, outcome_of
from crawler.spiders.arguments import Arguments
from crawler.spiders.reading import Reading
from crawler.spiders.requests import Requests
from crawler.spiders.turns import in_turns
from crawler.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from crawler.clock import Now
    from crawler.formats.run import Run
    from crawler.formats.site import Site
    from crawler.pipelines import Page

API_SAYS_NO = (400, 401, 403, 404)
"""Answers of a WordPress API that discovery can read: it is closed, or there is no such page any more."""
SHORTEST_DELAY = 0.001
"""Seconds. Without any delay Scrapy 2.19 counts a transfer only when its task has begun, a turn of the loop after it was let go, so
that a waiting queue leaves all at once: eight requests were in flight where the config allows one."""


class SiteSpider(scrapy.Spider):
    """Crawls one site. `run` is open from `start` to `finish`; in `scrapy shell` it stays None and nothing is archived."""

    site: ClassVar[Site]
    now: Now
    requests: Requests
    """What the run asks for; there from the beginning of a run on, like `reading`."""
    reading: Reading
    run: Store | None = None
    report: Run | None = None
    failure: CrawlerError | None = None
    """What kept the run from beginning or ending as it should; the command's exit code comes from it."""
    interrupted: signal.Signals | None = None

    def __init__(self, name: str | None = None, **given: Any):
        super().__init__(name)
        self.arguments = Arguments.parse(given)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        crawl, contact = cls.site.crawl, cls.site.contact
        agent = crawl.user_agent or (f"{settings['USER_AGENT']} (+{contact})" if contact else settings["USER_AGENT"])
        settings.setdict(
            {
                "DOWNLOAD_DELAY": max(crawl.delay, SHORTEST_DELAY),
                "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.concurrency,
                "ROBOTS_OBEY": crawl.obey_robots,
                "DOWNLOAD_MAXSIZE": crawl.max_page_bytes,
                "DOWNLOAD_TIMEOUT": crawl.timeout,
                "DOWNLOAD_VERIFY_CERTIFICATES": crawl.verify_certificates,
                "ALLOW_PRIVATE": crawl.allow_private,
                "COOKIES_ENABLED": crawl.cookies,
                "CLOSESPIDER_PAGECOUNT": crawl.max_pages or 0,
                "CLOSESPIDER_TIMEOUT": 60 * (crawl.max_minutes or 0),
                "USER_AGENT": agent,
            },
            priority="spider",
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.now = clock(crawler.settings["NOW"])
        crawler.signals.connect(spider.crashed, signals.spider_error)
        crawler.signals.connect(spider.idle, signals.spider_idle)
        crawler.signals.connect(spider.leave_unread, call_off)
        return spider

    # -- begin and end -------------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        try:
            self._begin()
        except CrawlerError as error:
            self.failure = error
            if error.exit_code == ExitCode.UNWRITABLE and not self.arguments.sample:
                await asyncio.to_thread(notify.announce_unwritable, self.site, str(error), self._archive().root)
            raise CloseSpider(type(error).__name__) from error
        if not self.arguments.sample:
            await asyncio.to_thread(notify.announce_start, self.site)
        for link, ref in self._store().agenda.pending():  # captured before a crash, never extracted
            if page := await self.reading.page(ref, link):
                yield page
        for request in self._seeds():
            yield request

    def _begin(self) -> None:
        settings = self.crawler.settings
        check_versions()
        self.run = Store.begin(
            self._archive(),
            self.site,
            now=self.now,
            mode=self.arguments.run_mode,
            user_agent=settings["USER_AGENT"],
            believe_vanished=self.arguments.vanished == "believed",
        )
        self.requests = Requests(
            self.site, self.run, self.arguments, source=self.parse_source, article=self.parse_article, failed=self.failed
        )
        self.reading = Reading(self.site, self.run, settings, self.now)

    def closed(self, reason: str) -> None:
        """Scrapy calls this when no page is under way any more: the archive's files are closed and the report is written."""
        if hasattr(self, "reading"):
            self._close_reading()
        if self.run is not None:
            self.requests.close()
            self.report = self.run.close(self.ended_by or reason)
            self.failure = self.failure or self.run.failure
            if not self.arguments.sample:
                notify.announce(self.site, self.report, self.run.past, self.run.archive.root)

    def leave_unread(self) -> None:
        """The run must end now: pages that were captured and are not read yet are left to the next run."""
        if hasattr(self, "reading"):
            self.reading.leave()

    def _close_reading(self) -> None:
        try:
            self.reading.close()
        except ArchiveUnwritable as error:
            self.failure = self.failure or error

    @property
    def ended_by(self) -> str | None:
        """Why the run ended before its end, in the report's words; None where it did not."""
        return {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", None: None}[self.interrupted]

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with."""
        if self.failure is not None:
            return self.failure.exit_code
        if self.report is not None:
            return ExitCode(self.report.exit_code)
        return ExitCode(128 + self.interrupted) if self.interrupted else ExitCode.SITE_FAILED

    def _archive(self) -> Archive:
        return Archive(self.crawler.settings["ARCHIVE_DIR"])

    def _store(self) -> Store:
        """The open run. A method, because feed exports read every property of a spider, before there is a run too."""
        if self.run is None:
            raise CloseSpider("no run is open")
        return self.run

    # -- requests ------------------------------------------------------------------------------------------------------

    def _seeds(self) -> Iterator[Request]:
        ask = self.requests
        if self.arguments.url:
            yield ask.article(Link(self.arguments.url, "seed", self.site.home))
            return
        if self.arguments.mode != "recheck":
            known = ask.known_sources()
            yield from ask.begun(known)
            if not known:
                yield ask.home(self.parse_home)
        yield from ask.first(self._store().agenda.due_again())

    def idle(self) -> None:
        """Scrapy asks when nothing is left to do: then every source has been read, and it shows what they have stopped naming."""
        if self.run is None or self.run.failure:
            return
        requests = self.requests.at_last()
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    # -- answers -------------------------------------------------------------------------------------------------------

    async def parse_home(self, response: Response, source: Source) -> AsyncIterator[Any]:
        """The home page of a site whose config names no sources: what it announces, and its own links."""
        if not self._is_answer(response, source):
            return
        home = document(response)
        middleware = self.crawler.get_downloader_middleware(RobotsMiddleware)
        robots = await middleware.robots(home.url) if middleware else None
        found = await self.reading.sources.detect(home, robots.document if robots else None)
        if isinstance(found, Refusal):
            self._unread(source, found, response)
            return
        found = [replace(one, url=source.url) if one.kind == "listing" else one for one in found]
        front = (one for one in found if one.kind == "listing")
        pages = [request for one in front async for request in self._read(home, one, response)]  # its news is a reason to ask the others
        for request in (*self.requests.detected(found, home.url), *pages):
            yield request

    async def parse_source(self, response: Response, source: Source) -> AsyncIterator[Request]:
        """A feed, sitemap, API answer or listing."""
        if self._is_answer(response, source):
            async for request in self._read(document(response), source, response):
                yield request

    def _is_answer(self, response: Response, source: Source) -> bool:
        """Whether the response is to be read; what is not is settled here."""
        capture = response.meta["capture"]
        if response.status == 304:
            self._store().source_unchanged(source, capture)
        elif self._is_absent(response, source):
            self._store().source_absent(source, capture)
        elif response.status != 200 and not (source.kind == "wordpress" and response.status in API_SAYS_NO):
            self._store().source_failed(source, "http-error", f"status {response.status}", capture)
        else:
            return True
        return False

    def _is_absent(self, response: Response, source: Source) -> bool:
        """Whether no source stands where one was announced or only guessed, and none ever did. That of a config is there, or fails."""
        if response.status not in (403, 404, 410) or source.kind == "wordpress" or source in discovery.sources(self.site):
            return False
        return (response.status != 403 or source.option("guess") is not None) and not self._store().agenda.has_answered(source)

    async def _read(self, page: Document, source: Source, response: Response) -> AsyncIterator[Request]:
        run, capture, sources = self._store(), response.meta["capture"], self.reading.sources
        findings = await sources.read(page, source)
        if isinstance(findings, Refusal):
            self._unread(source, findings, response)
            return
        self.requests.limits.document_came(source, len(findings.links))
        comparison = await sources.compare(source, run.source_before(source, capture), findings)
        async for _ in in_turns(run.compared(source, findings, comparison)):
            pass
        fresh = await self.requests.fresh(source, findings.links)
        news = await self.requests.fresh_among(findings.links)
        run.source(source, capture, as_told(findings, source, page.url, self.site), new=len(news))
        for request in self.requests.named(source, fresh):
            yield request
        for request in self.requests.further(source, findings.more, findings.links, news, via=page.url):
            yield request

    def _unread(self, source: Source, refusal: Refusal, response: Response) -> None:
        """A source that its reader could not cope with; no word of it where the reader was stopped with the run."""
        if not self.reading.left:
            self._store().source_failed(source, "unreadable", refusal.detail, response.meta["capture"])

    async def parse_article(self, response: Response, link: Link) -> AsyncIterator[Page]:
        """A page that should be an article."""
        link = self.requests.arrived(link)
        capture = response.meta["capture"]
        if not self._store().answer(link, capture, response.url):
            return
        if not discovery.is_article_url(response.url, self.site) and self.arguments.url is None:
            self._store().pages.refuse(response.url, led_away(response.url), capture.ref)
            return
        page = await self.reading.page(capture.ref, link, permanent=moved_permanently(response))
        self.requests.limits.page_came(link.url, article=page is not None)
        if page:
            yield page

    def failed(self, failure: Failure) -> None:
        """What no answer came of. A disk that refuses ends the run."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        error = cast("BaseException", failure.value)
        if isinstance(error, NotSent):  # it counts as cancelled, as every URL does that is asked for, until there is an answer
            return
        url = request.meta.get("redirect_urls", [request.url])[0]
        outcome, detail = outcome_of(error)
        source: Source | None = request.cb_kwargs.get("source")
        try:
            if source is None or isinstance(error, CalledOff):  # which says nothing of a source
                self._store().outcome(url, outcome, detail, via=request.meta.get("via"))
            else:
                self._store().source_failed(source, outcome, detail)
        except ArchiveError as fault:
            error = fault
        if isinstance(error, ArchiveError):
            self.failure = error
            raise CloseSpider("unwritable")

    def crashed(self, failure: Failure, response: Response | Failure) -> None:
        """A fault of the program while it dealt with an answer: logged by Scrapy, and the outcome of the page, if there is one."""
        if self.run is not None and not isinstance(response, Failure):
            self.run.outcome(response.url, "error", f"{type(failure.value).__name__}: {failure.value}", status=response.status)
