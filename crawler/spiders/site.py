"""The one spider: what a site's config says, as requests, and what comes back, as articles and outcomes."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import scrapy
from scrapy import signals
from scrapy.exceptions import CloseSpider, DontCloseSpider

from crawler import discovery, notify
from crawler.capture.selfcheck import check_versions
from crawler.clock import clock
from crawler.discovery import Document, Link, Source
from crawler.errors import ArchiveError, ArchiveUnwritable, CrawlerError, ExitCode
from crawler.extraction import Refusal
from crawler.extraction.template import TemplateBook
from crawler.extraction.workers import ExtractionPool
from crawler.formats.archive import Archive
from crawler.formats.template import read_templates, write_templates
from crawler.middlewares import NotSent, RobotsMiddleware
from crawler.pipelines import Page
from crawler.reextraction import hints_of
from crawler.spiders.answers import as_then, document, moved_permanently, older_than, outcome_of, with_hints
from crawler.spiders.arguments import Arguments
from crawler.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from crawler.clock import Now
    from crawler.errors import CrawlerError
    from crawler.extraction import Extracted
    from crawler.formats.article import Article, RecordRef
    from crawler.formats.run import Run
    from crawler.formats.site import Site

SOURCES, NEW, KNOWN = 1000, 10, 0
"""Priorities: sources before pages, so that what is newest of all of them comes first; new pages before known ones."""
API_SAYS_NO = (400, 401, 403, 404)
"""Answers of a WordPress API that discovery can read: it is closed, or there is no such page any more."""
SHORTEST_DELAY = 0.001
"""Seconds. Without any delay Scrapy 2.19 counts a transfer only when its task has begun, a turn of the loop after it was let go, so
that a waiting queue leaves all at once: eight requests were in flight where the config allows one."""
FOLLOWED_PAGES = 500
"""Pages that the kind `follow` reads in a run where its config names no `max_pages`."""
CATCH_UP_PAGES = 10
"""Older pages that an update reads while everything on them is new; a longer absence is what `-a mode=backfill` is for."""


class SiteSpider(scrapy.Spider):
    """Crawls one site. `run` is open from `start` to `finish`; in `scrapy shell` it stays None and nothing is archived."""

    site: ClassVar[Site]
    now: Now
    run: Store | None = None
    report: Run | None = None
    failure: CrawlerError | None = None
    """What kept the run from beginning or ending as it should; the command's exit code comes from it."""
    interrupted: signal.Signals | None = None

    def __init__(self, name: str | None = None, **given: Any):
        super().__init__(name)
        self.arguments = Arguments.parse(given)
        self.pool: ExtractionPool | None = None
        self.book: TemplateBook | None = None
        self._asked: set[int] = set()
        self._waiting: dict[int, Link] = {}
        self._followed = 0

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
        return spider

    # -- begin and end -------------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        try:
            self._begin()
        except CrawlerError as error:
            self.failure = error
            if isinstance(error, ArchiveUnwritable):
                await asyncio.to_thread(notify.announce_unwritable, self.site, str(error), self._archive().root)
            raise CloseSpider(type(error).__name__) from error
        await asyncio.to_thread(notify.announce_start, self.site)
        for link, ref in self._store().pending():  # captured before a crash, never extracted
            async for page in self._extracted(ref, link):
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
        self.pool = ExtractionPool(
            settings.getint("EXTRACTION_JOBS") or None,
            timeout_s=settings.getfloat("EXTRACTION_TIMEOUT"),
            memory_bytes=settings.getint("EXTRACTION_MEMORY"),
        )
        if settings.getbool("EXTRACTION_TEMPLATES"):
            self.book = TemplateBook(read_templates(self._templates_path()), self.now)

    def closed(self, reason: str) -> None:
        """Scrapy calls this when no page is under way any more: the archive's files are closed and the report is written."""
        if self.pool is not None:
            self.pool.close()
        self._keep_templates()
        if self.run is not None:
            self.report = self.run.close(self.ended_by or reason)
            self.failure = self.failure or self.run.failure
            notify.announce(self.site, self.report, self.run.past, self.run.archive.root)

    def _keep_templates(self) -> None:
        if self.book is None or not self.book.changed:
            return
        for line in self.book.dropped:
            self.logger.warning("%s: %s", self.name, line)
        try:
            write_templates(self._templates_path(), self.book.templates)
        except ArchiveUnwritable as error:
            self.failure = self.failure or error

    def _templates_path(self) -> Path:
        return self._archive().site(self.site.key).templates_path

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
        if self.arguments.url:
            yield self._article_request(Link(self.arguments.url, "seed", self.site.home))
            return
        if self.arguments.mode != "recheck":
            configured = discovery.sources(self.site)
            yield from (self._source_request(source) for source in configured if self._is_asked(source))
            if not configured:
                home = Source("listing", self.site.home)
                yield self._request(home.url, self.parse_home, SOURCES, source=home)
        yield from (self._article_request(link, priority=KNOWN) for link in self._store().due_again() if self._first_time(link.url))

    def idle(self) -> None:
        """Scrapy asks when nothing is left to do: then every source has been read, and it shows what they have stopped naming."""
        if self.run is None or self.run.failure:
            return
        requests = [self._article_request(link, KNOWN) for link in self.run.due_unlisted() if self._first_time(link.url)]
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def _request(self, url: str, callback: Any, priority: int, *, via: str | None = None, hops: str = "", **answered: Any) -> Request:
        self._store().requested(url)
        return scrapy.Request(
            url,
            callback,
            errback=self.failed,
            priority=priority,
            dont_filter=True,  # what was asked for is known here by `url_key`, which knows twins that a fingerprint does not
            meta={"via": via, "hops": hops},
            cb_kwargs=answered,
        )

    def _is_asked(self, source: Source) -> bool:
        return not self.arguments.scheduled or self.arguments.mode == "backfill" or self._store().source_due(source)

    def _source_request(self, source: Source, via: str | None = None) -> Request:
        hops = "M" if source.kind == "sitemap" else "L"
        request = self._request(source.url, self.parse_source, SOURCES - source.depth, via=via, hops=hops, source=source)
        for name, value in self._store().validators(source).items():
            request.headers[name] = value
            request.meta["conditional"] = True
        return request

    def _article_request(self, link: Link, priority: int = NEW) -> Request:
        self._waiting[hash(discovery.url_key(link.url))] = link
        return self._request(link.url, self.parse_article, priority, via=link.found_in, hops="L", link=link)

    def _first_time(self, url: str) -> bool:
        """Whether `url` or a twin of it has not been asked for in this run; from now on it has."""
        key = hash(discovery.url_key(url))
        if key in self._asked:
            return False
        self._asked.add(key)
        return True

    # -- answers -------------------------------------------------------------------------------------------------------

    async def parse_home(self, response: Response, source: Source) -> AsyncIterator[Any]:
        """The home page of a site whose config names no sources: what it announces, and its own links."""
        if not self._is_answer(response, source):
            return
        home = document(response)
        middleware = self.crawler.get_downloader_middleware(RobotsMiddleware)
        robots = await middleware.robots(home.url) if middleware else None
        for found in discovery.detect(home, robots.document if robots else None):
            if found.kind == "listing":
                for request in self._read(home, replace(found, url=source.url), response):
                    yield request
            elif self._is_asked(found):
                yield self._source_request(found, via=home.url)

    def parse_source(self, response: Response, source: Source) -> Iterator[Request]:
        """A feed, sitemap, API answer or listing."""
        if self._is_answer(response, source):
            yield from self._read(document(response), source, response)

    def _is_answer(self, response: Response, source: Source) -> bool:
        """Whether the response is to be read; what is not is settled here. A place that was only guessed may well not be there."""
        capture = response.meta["capture"]
        if response.status == 304:
            self._store().source_unchanged(source, capture)
        elif response.status in (403, 404, 410) and source.option("guess") and source.kind != "wordpress":
            self._store().source_absent(source, capture)
        elif response.status != 200 and not (source.kind == "wordpress" and response.status in API_SAYS_NO):
            self._store().source_failed(source, "http-error", f"status {response.status}", capture)
        else:
            return True
        return False

    def _read(self, page: Document, source: Source, response: Response) -> Iterator[Request]:
        findings = discovery.read(page, source)
        fresh = [due for link in findings.links if (due := self._due(link))]
        self._store().source(source, response.meta["capture"], findings, new=len(fresh))
        yield from (self._article_request(link) for link in fresh)
        for more in findings.more:
            if self._walks_on(source, more, findings.links, fresh) and self._first_time(f"{more.kind} {more.url}"):
                yield self._source_request(more, via=page.url)

    def _due(self, link: Link) -> Link | None:
        """The link as it is to be fetched, or None."""
        if self.arguments.since and older_than(link, self.arguments.since):
            return None
        if not discovery.is_article_url(link.url, self.site, listed=link.source != "follow"):
            return None
        due = self._store().due(link)
        if due is None:
            return None
        link = replace(link, url=discovery.without_tracking(due.url))
        if self._first_time(link.url):
            return link
        key = hash(discovery.url_key(link.url))
        if key in self._waiting:  # found a second time before it was fetched: what both say goes to the extraction
            self._waiting[key] = with_hints(self._waiting[key], link)
        return None

    def _walks_on(self, source: Source, more: Source, found: list[Link], fresh: list[Link]) -> bool:
        """Whether to read a further document. A sitemap's children where they may have changed; what stands in for a source that is
        closed; older pages when the whole history is wanted, and when nothing on the newer page was known, because then a known
        site has published more than one page since the last look."""
        if more.kind == "follow":
            if hash(discovery.url_key(more.url)) in self._asked:  # it is fetched as an article
                return False
            self._followed += 1
            return self._followed <= int(more.option("max_pages") or FOLLOWED_PAGES)
        if more.kind == "sitemap":
            return self.arguments.mode == "backfill" or not self._store().unchanged_child(more)
        if more.kind != source.kind or self.arguments.mode == "backfill":
            return True
        return bool(found) and len(fresh) == len(found) and self._store().knows_articles and more.depth <= CATCH_UP_PAGES

    async def parse_article(self, response: Response, link: Link) -> AsyncIterator[Page]:
        """A page that should be an article."""
        link = self._waiting.pop(hash(discovery.url_key(link.url)), link)
        capture = response.meta["capture"]
        if not self._store().answer(link, capture, response.url):
            return
        if not discovery.is_article_url(response.url, self.site) and self.arguments.url is None:
            self._store().refuse(response.url, Refusal("offsite", f"redirected to {response.url}"), capture.ref)
            return
        async for page in self._extracted(capture.ref, link, permanent=moved_permanently(response)):
            yield page

    async def _extracted(self, ref: RecordRef, link: Link, *, permanent: bool = False) -> AsyncIterator[Page]:
        result = await self._reading(ref, link, self.book)
        if isinstance(result, Refusal):
            self._store().refuse(link.url, result, ref)
        elif before := self._store().state_before(result, link, moved_permanently=permanent):
            yield await self._compared(result, before, ref, link, permanent)
        else:
            yield Page(result, link, permanent)

    async def _compared(self, result: Article, before: Article, ref: RecordRef, link: Link, permanent: bool) -> Page:
        """The page and the state before, read by the same rules and with the same hints, so that what differs is the publisher's."""
        hinted = as_then(link, hints_of(before))
        page = await self._reading(ref, hinted)
        then = await self._reading(before.warc, hinted) if before.warc else None
        if isinstance(page, Refusal) or isinstance(then, Refusal):  # a gone article's record is the answer that said so
            then = None
        return Page(result if isinstance(page, Refusal) else page, link, permanent, then)

    async def _reading(self, ref: RecordRef, link: Link, book: TemplateBook | None = None) -> Extracted:
        """What a record says, read in a process of its own; with a `book`, by the templates that were learnt."""
        assert self.pool is not None
        store = self._store()
        return await asyncio.wrap_future(self.pool.submit(store.archive.root, ref, self.site, link, store.original(ref), book))

    def failed(self, failure: Failure) -> None:
        """What no answer came of. A disk that refuses ends the run."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        error = cast("BaseException", failure.value)
        if isinstance(error, NotSent):  # it counts as cancelled, as every URL does that is asked for, until there is an answer
            return
        url = request.meta.get("redirect_urls", [request.url])[0]
        outcome, detail = outcome_of(error)
        source: Source | None = request.cb_kwargs.get("source")
        if source is None:
            self._store().outcome(url, outcome, detail, via=request.meta.get("via"))
        else:
            self._store().source_failed(source, outcome, detail)
        if isinstance(error, ArchiveError):
            self.failure = error
            raise CloseSpider("unwritable")

    def crashed(self, failure: Failure, response: Response | None) -> None:
        """A fault of the program while it dealt with an answer: logged by Scrapy, and the outcome of the page."""
        if self.run is not None and response is not None:
            self.run.outcome(response.url, "error", f"{type(failure.value).__name__}: {failure.value}", status=response.status)
