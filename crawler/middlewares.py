"""Manners: robots.txt by RFC 9309, and slowing down when the server asks for it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from crawler.capture.failures import CalledOff
from crawler.discovery import Document
from crawler.errors import AddressRefused, CaptureError
from crawler.store import ROBOTS_SECONDS, Store

if TYPE_CHECKING:
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response


logger = logging.getLogger(__name__)

ROBOTS_TOKEN = "newsarchive"
"""The product token that robots.txt may name (RFC 9309, section 2.2.1)."""
ROBOTS_BYTES = 500 * 1024
"""How much of a robots.txt is read (RFC 9309, section 2.5: at least 500 KiB)."""
CRAWL_DELAY_CAP = 60.0
"""Seconds; a longer Crawl-delay would keep a run of fifty pages busy for hours."""
RETRY_AFTER_CAP = 300.0
"""Seconds that the Retry-Afters of one host may hold a run up together; what asks for longer is met again at the next run."""
SLOWEST = 60.0
"""Seconds between two requests beyond which slowing down stops."""


class RobotsDenied(IgnoreRequest):
    """Raised by RobotsMiddleware when robots.txt disallows the URL."""


class NotSent(IgnoreRequest):
    """Raised into requests that still wait for their turn when a run is told to stop: the next run asks for them."""


class RobotsUnavailable(IgnoreRequest):
    """Raised by RobotsMiddleware when robots.txt answers with a server error or not at all: that means no, for now."""


@dataclass(frozen=True, slots=True)
class Robots:
    """What one authority's robots.txt says. `rules` is None when it could not be reached, which disallows everything."""

    rules: Protego | None
    document: Document
    expires: float
    problem: str = ""
    refused: AddressRefused | None = None
    """Where robots.txt may not be connected to, the pages beside it may not either: that is their outcome."""

    @property
    def crawl_delay(self) -> float:
        """Seconds that it asks for between two requests, capped."""
        return min(float((self.rules and self.rules.crawl_delay(ROBOTS_TOKEN)) or 0.0), CRAWL_DELAY_CAP)


class RobotsMiddleware:
    """Asks robots.txt before the first request to an authority; keeps the answer for a day, or as long as its `max-age` says, and
    takes what an earlier run was given less long ago (`ROBOTS_MEMORY`).

    A 4xx answer allows all, a server error or no answer allows nothing (RFC 9309, section 2.3.1); 429 counts as a server
    error, since the server is there and refuses. More than five redirects count as no robots.txt (section 2.3.1.2).
    """

    def __init__(self, crawler: Crawler):
        self.crawler = crawler
        self.obey = crawler.settings.getbool("ROBOTS_OBEY")
        self.remember = crawler.settings.getbool("ROBOTS_MEMORY")
        self._known: dict[str, asyncio.Task[Robots]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if not self.obey or request.meta.get("dont_obey_robotstxt"):
            return
        robots = await self.robots(request.url)
        if getattr(self.crawler.spider, "interrupted", None):
            raise NotSent(f"the run was stopped before {request.url} was asked for")
        if robots.refused is not None:
            raise robots.refused
        if robots.rules is None:
            raise RobotsUnavailable(f"{robots.document.url}: {robots.problem}")
        if not robots.rules.can_fetch(request.url, ROBOTS_TOKEN):
            raise RobotsDenied(f"{robots.document.url} disallows {request.url}")
        self._keep_crawl_delay(request, robots.crawl_delay)

    async def robots(self, url: str) -> Robots:
        """The robots.txt that holds for `url`: as an earlier run got it, or fetched once and archived like any page."""
        parts = urlsplit(url)
        authority = f"{parts.scheme}://{parts.netloc}"
        task = self._known.get(authority)
        if task is None or (task.done() and task.result().expires < monotonic()):
            task = self._known[authority] = asyncio.ensure_future(self._fetch(f"{authority}/robots.txt"))
        return await asyncio.shield(task)

    async def _fetch(self, url: str) -> Robots:
        if remembered := self._remembered(url):
            return remembered
        request = Request(url, callback=NO_CALLBACK, priority=1000, meta={"dont_obey_robotstxt": True, "hops": "P"})
        expires = monotonic() + ROBOTS_SECONDS
        nothing = Document(url, b"")
        try:
            response = await self.crawler.engine.download_async(request)
        except (NotSent, CalledOff):
            raise
        except IgnoreRequest:  # RedirectMiddleware gave up after five hops
            return Robots(Protego.parse(""), nothing, expires)
        except AddressRefused as error:
            return Robots(None, nothing, expires, str(error), error)
        except Exception as error:  # noqa: BLE001  whatever kept robots.txt away means no; the outcome says what it was
            what = error.outcome if isinstance(error, CaptureError) else type(error).__name__
            return Robots(None, nothing, expires, f"{what}: {error}")
        if response.status >= 500 or response.status == 429:
            return Robots(None, nothing, expires, f"status {response.status}")
        if (run := open_run(self.crawler)) and "capture" in response.meta:
            run.robots.answered(url, response.meta["capture"])
        if response.status >= 300:
            return Robots(Protego.parse(""), nothing, expires)
        return _read(Document(response.url, response.body, "text/plain"), expires)

    def _remembered(self, url: str) -> Robots | None:
        """What an earlier run was given and still holds, until it ends."""
        run = open_run(self.crawler)
        found = run.robots.holding(url) if run and self.remember else None
        return _read(found[0], monotonic() + found[1]) if found else None

    def _keep_crawl_delay(self, request: Request, seconds: float) -> None:
        slot = download_slot(self.crawler, request)
        if slot is not None and slot.delay < seconds:
            logger.info("robots.txt of %s asks for %s s between requests", urlsplit(request.url).netloc, seconds)
            slot.delay = seconds


def _read(document: Document, expires: float) -> Robots:
    body = document.body[:ROBOTS_BYTES]
    return Robots(Protego.parse(body.decode("utf-8", "replace")), Document(document.url, body, document.content_type), expires)


class LimitsMiddleware:
    """Leaves what waits for its turn, when what came before it and was like it led nowhere."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises NotSent. Known pages are not left, and `shell` and `newsite` have no limits."""
        asked = getattr(self.crawler.spider, "requests", None)
        if asked is not None and not asked.still_wanted(request):
            raise NotSent(f"what is like {request.url} leads nowhere")


class ThrottleMiddleware:
    """Halves the rate on 429 and 503, waits as Retry-After says, and recovers slowly: one twentieth a good answer."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler
        self.usual = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self.clock = monotonic
        self._asked: dict[str, float] = {}
        self._waited: Counter[str] = Counter()
        self._busy: set[int] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        slot = download_slot(self.crawler, request)
        if slot is None:
            return response
        host = urlsplit(request.url).netloc
        if response.status in (429, 503):
            self._asked.setdefault(host, max(slot.delay, self.usual))
            self._slow_down(slot, host, request, response)
        elif host in self._asked and slot.delay > self._asked[host]:
            slot.delay = max(self._asked[host], slot.delay * 0.95)
        return response

    def _slow_down(self, slot: Slot, host: str, request: Request, response: Response) -> None:
        """Waits each time, and halves the rate once for each address: one page that is always busy says nothing of the host."""
        wait = min(retry_after(response, datetime.now(UTC)), RETRY_AFTER_CAP - self._waited[host])
        self._waited[host] += round(wait)
        slot.lastseen = max(slot.lastseen, self.clock() + wait)
        if hash(request.url) in self._busy:
            return
        self._busy.add(hash(request.url))
        slot.delay = min(max(slot.delay, 0.5) * 2, SLOWEST)
        if run := open_run(self.crawler):
            run.slowed_down()
        logger.info("%s answered %d: one request in %.1f s from now on, after %.0f s", host, response.status, slot.delay, wait)


def open_run(crawler: Crawler) -> Store | None:
    """The run that the spider writes to; None for other spiders, which have none, or one that counts nothing."""
    run = getattr(crawler.spider, "run", None)
    return run if isinstance(run, Store) else None


def download_slot(crawler: Crawler, request: Request) -> Slot | None:
    """The downloader's queue that `request` waits or waited in, or None while there is none."""
    downloader = crawler.engine.downloader
    return downloader.slots.get(downloader.get_slot_key(request))


def retry_after(response: Response, now: datetime) -> float:
    """Seconds that `Retry-After` asks for, given as seconds or as a date (RFC 9110, section 10.2.3); 0 without a usable one.

    A date is meant by the server's own clock, which its `Date` tells.
    """
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    until = _date(value)
    return max(0.0, (until - (_date((response.headers.get("Date") or b"").decode("latin-1")) or now)).total_seconds()) if until else 0.0


def _date(value: str) -> datetime | None:
    """A date of HTTP; None where it is none."""
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
