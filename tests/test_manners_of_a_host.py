"""What a server says of how it wants to be asked: robots.txt by RFC 9309, Crawl-delay, Retry-After, 429 and 503. By a clock that stands still."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler.capture.failures import NoAnswer, TimedOut
from crawler.middlewares import (
    CRAWL_DELAY_CAP,
    RETRY_AFTER_CAP,
    ROBOTS_BYTES,
    SLOWEST,
    RobotsDenied,
    RobotsMiddleware,
    RobotsUnavailable,
    ThrottleMiddleware,
)

HOST = "http://blog.example"
DENIED = b"User-agent: newsarchive\nDisallow: /drafts/\n"
ALL_DENIED = b"User-agent: *\nDisallow: /\n"


class Host:
    """A host of which one request at a time is asked: Scrapy's own queue for it, and what it answers to robots.txt."""

    def __init__(self, robots: Any = None, *, delay: float = 1.0) -> None:
        self.slot = Slot(concurrency=1, delay=delay, jitter=0)
        self.robots = robots
        self.asked = 0
        self.crawler = get_crawler(settings_dict={"DOWNLOAD_DELAY": delay, "ROBOTS_OBEY": True})
        downloader = SimpleNamespace(slots={"blog.example": self.slot}, get_slot_key=lambda _: "blog.example")
        self.crawler.engine = SimpleNamespace(downloader=downloader, download_async=self.answer)  # type: ignore[assignment]
        self.throttle = ThrottleMiddleware(self.crawler)
        self.throttle.clock = lambda: 1000.0

    async def answer(self, request: Request) -> Response:
        self.asked += 1
        if isinstance(self.robots, Exception):
            raise self.robots
        return Response(request.url, **self.robots)

    def may(self, *paths: str) -> list[type[Exception] | None]:
        """For each path, why it may not be asked for, if so."""

        async def ask() -> list[type[Exception] | None]:
            middleware = RobotsMiddleware(self.crawler)
            return [await verdict(middleware, path) for path in paths]

        async def verdict(middleware: RobotsMiddleware, path: str) -> type[Exception] | None:
            try:
                await middleware.process_request(Request(HOST + path))
            except IgnoreRequest as error:
                return type(error)
            return None

        return asyncio.run(ask())

    def answers(self, status: int, path: str = "/a", **headers: str) -> None:
        """A page of the host answers."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        response = Response(HOST + path, status=status, headers=given)
        assert self.throttle.process_response(Request(HOST + path), response) is response

    @property
    def waits(self) -> float:
        """Seconds until the next request may leave, besides the delay."""
        return max(0.0, self.slot.lastseen - 1000)


@pytest.mark.parametrize(
    ("robots", "verdict"),
    [
        ({"body": DENIED}, RobotsDenied),
        ({"body": b"User-agent: *\n" + b"# nothing\n" * (ROBOTS_BYTES // 10) + DENIED}, None),
        ({"body": b"User-agent: otherbot\nDisallow: /\n"}, None),
        ({"status": 404, "body": ALL_DENIED}, None),
        ({"status": 403, "body": ALL_DENIED}, None),
        ({"status": 401}, None),
        ({"status": 410}, None),
        ({"status": 429}, RobotsUnavailable),
        ({"status": 500}, RobotsUnavailable),
        ({"status": 503, "body": b"User-agent: *\nAllow: /\n"}, RobotsUnavailable),
        (NoAnswer("the server hangs up"), RobotsUnavailable),
        (TimedOut("not done after 60.0 s"), RobotsUnavailable),
        (IgnoreRequest("more than five redirects"), None),
    ],
    ids=["rule", "after 500 KiB", "for another", "404", "403", "401", "410", "429", "500", "503", "no answer", "timeout", "redirects"],
)
def test_robots_txt(robots: Any, verdict: type[Exception] | None) -> None:
    assert Host(robots).may("/drafts/a.html") == [verdict]


def test_robots_txt_is_asked_once_for_all_pages_and_kept_for_a_day() -> None:
    host = Host({"body": DENIED})
    assert host.may("/a", "/drafts/b", "/c") == [None, RobotsDenied, None]
    assert host.asked == 1


@pytest.mark.parametrize(("asked", "delay"), [(b"10", 10), (b"0.5", 1), (b"3600", CRAWL_DELAY_CAP), (b"soon", 1), (b"-5", 1)], ids=str)
def test_crawl_delay(asked: bytes, delay: float) -> None:
    host = Host({"body": b"User-agent: *\nCrawl-delay: " + asked})
    assert host.may("/a") == [None]
    assert host.slot.delay == delay
    assert host.slot.download_delay() == delay, "no request leaves earlier than it was asked for"


@pytest.mark.parametrize("status", [429, 503])
def test_the_rate_is_halved_and_recovers_slowly(status: int) -> None:
    host = Host()
    host.answers(status, "/a")
    assert host.slot.delay == 2
    host.answers(status, "/a")
    assert host.slot.delay == 2, "one page that is always busy says nothing of the host"
    host.answers(status, "/b")
    assert host.slot.delay == 4
    delays = []
    for _ in range(40):
        host.answers(200)
        delays.append(host.slot.delay)
    assert delays == sorted(delays, reverse=True)
    assert delays[12] > 2 > delays[13], "half of the way back takes fourteen good answers"
    assert delays[-1] == 1, "and it ends where it began"


def test_a_host_that_is_always_busy_is_asked_once_a_minute() -> None:
    host = Host()
    for number in range(20):
        host.answers(429, f"/{number}")
    assert host.slot.delay == SLOWEST


def test_a_site_without_delay_gets_one() -> None:
    host = Host(delay=0)
    host.answers(503)
    assert host.slot.delay == 1


@pytest.mark.parametrize("status", [200, 404, 500])
def test_other_answers_slow_nothing_down(status: int) -> None:
    host = Host()
    host.answers(status, Retry_After="100")
    assert (host.slot.delay, host.waits) == (1, 0)


DATES = {"Date": "Tue, 03 Mar 2026 12:00:00 GMT", "Retry_After": "Tue, 03 Mar 2026 12:02:00 GMT"}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry_After": "120"}, 120), (DATES, 120), ({"Retry_After": "86400"}, RETRY_AFTER_CAP), ({}, 0)],
    ids=["seconds", "date", "capped", "none"],
)
def test_retry_after_is_waited_for(status: int, headers: dict[str, str], seconds: float) -> None:
    host = Host()
    host.answers(status, **headers)
    assert host.waits == seconds


def test_all_waits_of_a_host_together_are_capped() -> None:
    host = Host()
    for number in range(4):
        host.throttle.clock = lambda number=number: 1000.0 + 200 * number  # type: ignore[misc]
        host.answers(429, f"/{number // 2}", Retry_After="200")  # also where the same page asks for it again
    assert host.slot.lastseen == 1000 + 600, "200 seconds, then the 100 that were left from the second on, then none"
