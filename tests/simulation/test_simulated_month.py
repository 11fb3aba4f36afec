"""A month of a news blog through the real command line: after each day the archive says exactly what happened, and asks for hardly more
than it must. `make simulate` tells the whole month of 200 articles; `make test` its first days with fewer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

import pytest
from loopback import Project
from simulated_judge import Thrift, faults
from simulated_press import Post, Press
from simulated_server import SimulatedServer

FULL = bool(os.environ.get("SIMULATE"))
DAYS, AT_FIRST, A_DAY = (30, 140, 2) if FULL else (8, 24, 1)
SOURCES = 5
"""robots.txt, the front page, two feeds, the index of the sitemaps: what every day asks for."""


@pytest.fixture
def site() -> Iterator[SimulatedServer]:
    server = SimulatedServer(Press(AT_FIRST))
    yield server
    server.close()


def configure(project: Project, site: SimulatedServer, more: str = "") -> None:
    project.config("post", f'url: {site.url}/\ncrawl: {{delay: 0, concurrency: 4, allow_private: ["{site.host}"]}}\n{more}')


def crawl(project: Project, press: Press, *more: str) -> str:
    """The run of this day; returns what it says of itself."""
    run = project.run("crawl", "post", *more, "-s", f"NOW={press.now.isoformat()}")
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.strip()


class Cast:
    """Who plays which part. Every eight days the story begins again with other posts."""

    def __init__(self, press: Press) -> None:
        self.press = press
        self.parts: dict[str, Post] = {}
        self.flipping: list[Post] = []

    def new(self, part: str) -> Post:
        """A post to which nothing has happened yet, from somewhere in the past."""
        taken = {id(post) for post in (*self.parts.values(), *self.flipping)}
        free = [post for post in self.press.unchanged_there() if id(post) not in taken]
        self.parts[part] = self.press.chance.choice(free)
        return self.parts[part]

    def play(self, scene: int) -> None:
        """What happens before the crawl of this day."""
        press, parts = self.press, self.parts
        for _ in range(A_DAY):
            press.publish()
        for post in self.flipping:
            press.try_headlines(post)
        press.touch(self.new("commented"))
        match scene:
            case 1:
                press.edit_body(self.new("corrected"))
                press.vanish(self.new("withdrawn"), "410")
                press.vanish(self.new("lost"), "404")
                press.vanish(self.new("blinking"), "404")
            case 2:
                press.edit_headline(self.new("retitled"))
                press.come_back(parts["blinking"])
                self.flipping.append(self.new("tried out"))
                press.try_headlines(parts["tried out"])
            case 3:
                press.move(self.new("redirected"))
                press.edit_body(self.new("rewritten"), major=True)
                press.vanish(self.new("sent home"), "home")
            case 4:
                press.move(self.new("renamed"), redirect=False)
                press.edit_body(parts["corrected"])
            case 5:
                press.come_back(parts["withdrawn"])
                press.edit_headline(parts["redirected"])
            case 6:
                press.come_back(parts["lost"])
                press.touch(parts["rewritten"])
            case 7:
                press.come_back(parts["sent home"])
                press.edit_body(parts["renamed"])
            case 0:
                self.flipping.clear()


def test_a_month(site: SimulatedServer, project: Project) -> None:
    configure(project, site)
    press, thrift = site.press, Thrift()
    cast = Cast(press)
    asked = least = 0
    crawl(project, press)
    assert faults(press, project.lines("post")) == []
    thrift.pages(press)
    site.taken()
    for press.day in range(1, DAYS):
        cast.play(press.day % 8)
        site.lying = press.day % 8 in (4, 5)
        before = site.press.loads
        said = crawl(project, press)
        assert faults(press, project.lines("post")) == [], f"day {press.day}: {said}\n" + "\n".join(map(str, site.taken()))
        requests = site.taken()
        needed = thrift.pages(press) + SOURCES + sum(path.startswith("/sitemap-") for path in requests)
        print(f"day {press.day}: {len(requests)} requests, {needed} needed, {press.loads - before} pages: {said}")
        asked, least = asked + len(requests), least + needed
    print(f"{len(press.posts)} articles, {DAYS} days: {asked} requests, {least} needed, {asked / least:.2f} times the least")
    assert asked <= 1.15 * least
    verified = project.run("verify", "post")
    assert verified.returncode == 0, verified.stdout
    the_index_is_a_cache(site, project)


def the_index_is_a_cache(site: SimulatedServer, project: Project) -> None:
    """The next day with the index as it is, and with one made anew: the same requests, the same lines."""
    press = site.press
    press.day += 1
    for post in islice(cycle(press.unchanged_there()), 3):
        press.edit_body(post)
    kept = project.folder / "kept"
    shutil.copytree(project.archive, kept)
    crawl(project, press)
    with_old, lines = sorted(site.taken()), project.lines("post")
    shutil.rmtree(project.archive)
    shutil.move(kept, project.archive)
    for path in project.archive.glob("post/index.sqlite*"):
        path.unlink()
    made = project.run("reindex", "post")
    assert made.returncode == 0, made.stderr
    crawl(project, press)
    assert sorted(site.taken()) == with_old
    assert states(project.lines("post")) == states(lines)
    assert faults(press, lines) == []


def states(lines: list[dict[str, Any]]) -> list[tuple[str, int, str, str]]:
    """What the lines say, in an order that does not depend on which page came first."""
    return sorted((line["id"], line["revision"], line["change"], line["content_digest"]) for line in lines)


def test_a_feed_that_lies(project: Project) -> None:
    """The only source answers 304 for ever: found out at the tenth look at the latest, and not believed again."""
    site = SimulatedServer(Press(6), "feed alone")
    try:
        configure(project, site, f"discover: [{{feed: {site.url}/feed/}}]\n")
        press = site.press
        crawl(project, press)
        site.lying = True
        for press.day in range(1, 12):
            if press.day < 4:
                press.publish(press.now - timedelta(hours=3))
            crawl(project, press)
        assert len({line["id"] for line in project.lines("post")}) == len(press.posts)
        looks = [look for report in project.reports("post") for look in report["sources"]]
        assert not looks[-1]["conditional"]
    finally:
        site.close()
