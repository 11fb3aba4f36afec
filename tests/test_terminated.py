"""SIGTERM at any instant while a reader watches: whole lines only, closed and gone in time, and resuming doubles nothing.

`make test` terminates 4 times; `make soak` sets TERMS for more.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from collections import Counter
from pathlib import Path
from time import monotonic

from loopback import Project, Web
from test_crash_loop import big_blog

TERMS = int(os.environ.get("TERMS", "4"))
REQUESTS = 14
"""The latest signal comes after so many requests: robots.txt, home page, feed, sitemap, stories."""
LONGEST = 0.3
"""Seconds that it may wait after that, so that it comes anywhere between two requests."""


class Reader(threading.Thread):
    """Reads the files of articles over and over, as a program does that follows them, until told to stop."""

    def __init__(self, archive: Path) -> None:
        super().__init__(daemon=True)
        self.archive = archive
        self.stop = threading.Event()
        self.rounds = 0
        self.seen: dict[Path, bytes] = {}
        self.wrong: list[str] = []

    def run(self) -> None:
        while not self.stop.wait(0.002):
            self.rounds += 1
            for file in self.archive.glob("*/articles/*/*/*.jsonl"):
                self.look(file)

    def look(self, file: Path) -> None:
        """Note what is wrong with `file` now: half a line, or a beginning other than it was."""
        raw = file.read_bytes()
        if raw == self.seen.get(file):
            return
        if not raw.startswith(self.seen.get(file, b"")):
            self.wrong.append(f"{file.name} was rewritten")
        if not raw.endswith(b"\n"):
            self.wrong.append(f"{file.name} ends in {raw[-80:]!r}")
        for line in raw.splitlines():
            try:
                json.loads(line)
            except ValueError:
                self.wrong.append(f"{file.name} holds {line[-80:]!r}")
        self.seen[file] = raw


def test_terminated_at_any_instant(web: Web, project: Project) -> None:
    paths = big_blog(web, 15 * TERMS)
    project.loopback("tide", web)
    rng = random.Random(20260304)
    reader = Reader(project.archive)
    reader.start()
    codes: Counter[int] = Counter()
    for _ in range(TERMS):
        run = project.start("crawl", "tide")
        web.await_more(rng.randint(0, REQUESTS), unless=run)
        threading.Event().wait(rng.uniform(0, LONGEST))
        run.send_signal(signal.SIGTERM)
        since = monotonic()
        _, err = run.communicate(timeout=60)
        assert monotonic() - since < 30
        assert err == ""
        assert list(project.archive.rglob("*.open")) == []
        codes[run.returncode] += 1
    last = project.run("crawl", "tide")
    reader.stop.set()
    reader.join()
    assert last.returncode == 0, last.stderr
    assert set(codes) <= {-signal.SIGTERM, 143, 0}, "before Python listens, stopped, done already"
    assert reader.wrong == []
    assert sum(map(len, reader.seen.values())) > 0
    assert Counter(line["url"] for line in project.lines("tide")) == Counter(
        [f"{web.url}{path}" for path in [*paths, "/2026/03/the-last-ferry.html"]]
    )
    assert all(web.requests.count(path) <= 1 + TERMS for path in paths)
    assert sum(web.requests.count(path) for path in paths) <= len(paths) + 16 * TERMS  # only what was in flight is asked for again
    verified = project.run("verify", "tide")
    assert verified.returncode == 0, verified.stdout
