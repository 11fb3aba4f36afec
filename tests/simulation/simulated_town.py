"""Sixty news sites on loopback, large and small, in the moods of real ones, each of which meets one trouble or none."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any

import simulated_sources as sources
import trustme
from simulated_press import Post, Press, Theme
from simulated_server import Reply, SimulatedServer
from simulated_troubles import BUSY, TROUBLES, Trouble

WEEKS = ((1.2, 1.2, 1.1, 1.2, 1.0, 0.3, 0.1), (1.0,) * 7, (1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0))
"""How much is published on each day of the week: office hours, always, no Sunday papers."""
THEMES: tuple[Theme, ...] = ("wordpress", "blogger", "own")
PACES = (6.0, 2.0, 3.0, 1.0)
"""Articles a day."""
FEED_LENGTH = 30


@dataclass(frozen=True)
class Fate:
    """What happens to a site: the trouble, its first day, and how many days it lasts."""

    trouble: Trouble
    begin: int
    days: int

    def holds(self, day: int) -> bool:
        return self.begin <= day < self.begin + self.days


class Newspaper(Press):
    """A press that publishes so many articles a day, by the week, by chance and by its mood."""

    def __init__(self, number: int, pace: float) -> None:
        super().__init__(8, seed=number, themes=(THEMES[number % 3],), spacing_h=24 / max(pace, 1))
        self.week = WEEKS[number % len(WEEKS)]
        self.pace = pace

    def work(self, day: int) -> None:
        """A day passes: articles appear, now and then one is touched."""
        self.day = day
        mean = self.pace * self.week[(self.now - timedelta(days=1)).weekday()] * exp(self.chance.gauss(-0.03, 0.25))
        left = mean
        while (left := left - self.chance.expovariate(1)) > 0:
            self.publish(self.now - timedelta(minutes=self.chance.randrange(30, 24 * 60)))
        if self.chance.random() < 0.15:
            self.touch(self.posts[-2])


class Certificates:
    """A server's TLS context, whose certificate may expire."""

    def __init__(self, authority: trustme.CA) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.good = authority.issue_cert("127.0.0.1")
        past = datetime.now(UTC) - timedelta(days=2)
        self.expired = authority.issue_cert("127.0.0.1", not_before=past - timedelta(days=90), not_after=past)
        self.show(expired=False)

    def show(self, *, expired: bool) -> None:
        """Which certificate the next connection gets."""
        (self.expired if expired else self.good).configure_cert(self.context)


class TownSite(SimulatedServer):
    """One site of the town, and what happens to it."""

    def __init__(self, number: int, pace: float, fate: Fate | None, authority: trustme.CA) -> None:
        self.name = f"site{number:02}"
        self.fate = fate
        self.paper = Newspaper(number, pace)
        self._hiccup = False
        self._frozen: list[Post] | None = None
        self._certificates = Certificates(authority) if fate and fate.trouble.certificate else None
        super().__init__(self.paper, "feed alone")
        if self._certificates:
            self.server.socket = self._certificates.context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.url = self.url.replace("http:", "https:")

    @property
    def trouble(self) -> Trouble | None:
        """What is the matter with the site today."""
        return self.fate.trouble if self.fate and self.fate.holds(self.paper.day) else None

    @property
    def config(self) -> str:
        return (
            f"url: {self.url}/\ndiscover: [{{feed: {self.url}/feed/}}]\nrecheck: [1d, 7d]\n"
            f'crawl: {{delay: 0, concurrency: 4, allow_private: ["{self.host}"]}}\nschedule: "0 3 * * *"\n'
        )

    def work(self, day: int) -> None:
        """The site's next day."""
        self.paper.work(day)
        trouble = self.trouble
        self._hiccup = trouble is None and day > 1 and self.paper.chance.random() < 0.01
        self._frozen = (self._frozen or self.paper.listed()) if trouble and trouble.frozen else None
        if self._certificates:
            self._certificates.show(expired=trouble is not None)

    def reply(self, target: str, headers: Any) -> Reply:
        trouble = self.trouble
        if trouble is None:
            return BUSY if self._hiccup and target == "/feed/" else super().reply(target, headers)
        if trouble.deaf:
            raise ConnectionAbortedError
        if trouble.everything:
            return trouble.everything
        if target == "/robots.txt":
            return trouble.robots or super().reply(target, headers)
        if target == "/feed/":
            return trouble.feeds or changed(super().reply(target, headers), trouble.feed)
        return trouble.pages or changed(super().reply(target, headers), trouble.page)

    def _feed(self, path: str) -> Reply | None:
        posts = self.press.listed() if self._frozen is None else self._frozen
        return Reply(200, sources.rss(posts, self.url, length=FEED_LENGTH).encode(), "application/rss+xml") if path == "/feed/" else None


def changed(reply: Reply, change: Callable[[str], str] | None) -> Reply:
    """The answer with its text changed."""
    return replace(reply, body=change(reply.body.decode()).encode()) if change and reply.body else reply


def town(sites: int, days: int, authority: trustme.CA) -> list[TownSite]:
    """So many sites; each trouble happens to some of them in the last third of the days, to the larger ones first, and then ends."""
    found = []
    for number in range(sites):
        trouble = TROUBLES[number % len(TROUBLES)] if number < min(2 * len(TROUBLES), sites * 6 // 7) else None
        lasts = 1 if trouble and trouble.machine == "clock" else 8 if days >= 40 else 4
        fate = Fate(trouble, max(16, days - 22) + number % 7, lasts) if trouble else None
        found.append(TownSite(number, PACES[number // len(TROUBLES) % len(PACES)], fate, authority))
    return found
