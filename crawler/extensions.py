"""What only watches: which signal ended the run, and how the run is getting on."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any, Self, cast

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from scrapy import signals
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.utils.log import get_scrapy_root_handler
from twisted.python.failure import Failure

from crawler.capture.handler import call_off
from crawler.middlewares import NotSent
from crawler.store import Store

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler

    from crawler.spiders.site import SiteSpider


EVERY = 0.2
"""Seconds between two updates of the live line: counting outcomes costs more the longer the run is."""


STOPPING = (signal.SIGINT, signal.SIGTERM)


def hold_signals() -> None:
    """Hold back what would stop the run until its spider is open: Scrapy's handlers would end the event loop under a spider that opens."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)


def held_signal() -> signal.Signals | None:
    """The signal that was held back to the end, because no spider was opened."""
    return next((number for number in STOPPING if number in signal.sigpending()), None)


class Interrupts:
    """Remembers the signal that Scrapy's own handlers act on, so that the command can end with 130 or 143."""

    def __init__(self, crawler: Crawler):
        self.grace = crawler.settings.getfloat("STOP_GRACE")
        crawler.signals.connect(self.spider_opened, signals.spider_opened)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def spider_opened(self, spider: Spider) -> None:
        """Raises CloseSpider where a signal came before."""
        loop = asyncio.get_running_loop()
        if (early := held_signal()) is not None:
            cast("SiteSpider", spider).interrupted = early
            signal.sigwait([early])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        if early is not None:
            raise CloseSpider("shutdown")
        for number in STOPPING:
            handler = signal.getsignal(number)
            if callable(handler):
                signal.signal(number, remembering(cast("SiteSpider", spider), handler, loop, self.grace))


def remembering(
    spider: SiteSpider, handler: Callable[[int, FrameType | None], Any], loop: asyncio.AbstractEventLoop, grace: float
) -> Callable[[int, FrameType | None], None]:
    """A signal handler that notes the signal on the spider, does what `handler` does, and leaves what has not been sent yet.

    What is under way gets `grace` seconds to end by itself.
    """

    def note(number: int, frame: FrameType | None) -> None:
        first, spider.interrupted = getattr(spider, "interrupted", None) is None, signal.Signals(number)
        handler(number, frame)
        if first:
            if sys.stderr.isatty():
                print("Stopping after the pages in flight; once more to stop at once.", file=sys.stderr)
            loop.call_soon_threadsafe(leave_waiting, spider)
            loop.call_soon_threadsafe(loop.call_later, grace, cut_short, spider)

    return note


def leave_waiting(spider: SiteSpider) -> None:
    """Give up the requests that wait for their turn in the downloader, which Scrapy would still send before it stops."""
    for slot in spider.crawler.engine.downloader.slots.values():
        waiting = list(slot.queue)
        slot.queue.clear()
        for request, answer in waiting:
            answer.errback(Failure(NotSent(f"the run was stopped before {request.url} was asked for")))  # type: ignore[no-untyped-call]


def cut_short(spider: SiteSpider) -> None:
    """End what has not ended by itself since the run was told to stop."""
    spider.crawler.signals.send_catch_log(call_off)


class Progress:
    """On a terminal, one live line under the log: pages, articles, refusals, errors, rate, what is being fetched."""

    def __init__(self, crawler: Crawler):
        if not sys.stderr.isatty() or not crawler.settings.getbool("PROGRESS_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        self.begun = monotonic()
        self.shown = 0.0
        self.pages = 0
        self.articles = 0
        self.bar = Bar(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True), transient=True)
        crawler.signals.connect(self.spider_opened, signals.spider_opened)
        crawler.signals.connect(self.request_reached_downloader, signals.request_reached_downloader)
        crawler.signals.connect(self.response_received, signals.response_received)
        crawler.signals.connect(self.item_scraped, signals.item_scraped)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def spider_opened(self, spider: Spider) -> None:
        self.task = self.bar.add_task(f"{spider.name}: starting")
        self.bar.start()
        handler = get_scrapy_root_handler()
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(sys.stderr)  # the bar has put itself in front of stderr; log lines now go above it

    def request_reached_downloader(self, request: Request, spider: Spider) -> None:
        if monotonic() - self.shown < EVERY:
            return
        self.shown = monotonic()
        run = getattr(spider, "run", None)
        refused, failed = (run.refused, run.failed) if isinstance(run, Store) else (0, 0)
        rate = self.pages / max(monotonic() - self.begun, 0.001)
        self.bar.update(
            self.task,
            description=f"{spider.name}: {self.pages} pages, {self.articles} articles, {refused} refused, {failed} errors, "
            f"{rate:.1f}/s  {escape(printable(request.url))}",
        )

    def response_received(self) -> None:
        self.pages += 1

    def item_scraped(self) -> None:
        self.articles += 1

    def spider_closed(self) -> None:
        self.bar.stop()
        handler = get_scrapy_root_handler()
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(sys.stderr)


def printable(url: str, width: int = 80) -> str:
    """`url` as one line that is safe on a terminal: no control characters, cut to `width`."""
    text = "".join(c if c.isprintable() else "�" for c in url)
    return text if len(text) <= width else text[: width - 1] + "…"
