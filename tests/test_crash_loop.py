"""`kill -9` again and again: whatever was acknowledged is there, nothing is there twice, and the site gets finished.

`make test` kills 20 times; `make soak` sets KILLS for more.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter

from fastwarc.warc import ArchiveIterator, WarcRecordType
from loopback import Project, Web
from test_crawl import BODY, blog, post

KILLS = int(os.environ.get("KILLS", "20"))
POSTS = 40


def big_blog(web: Web, posts: int = POSTS) -> list[str]:
    """The blog with so many posts in its sitemap; returns their paths."""
    blog(web)
    paths = [f"/2026/03/story-number-{number}-from-the-river.html" for number in range(posts)]
    for number, path in enumerate(paths):
        web.page(path, post(f"Story Number {number} From the River", BODY.replace("nurse", f"nurse of ward {number}")))
    locations = "".join(f"<url><loc>{web.url}{path}</loc></url>" for path in paths)
    web.page(
        "/sitemap.xml",
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locations}</urlset>',
        headers={"Content-Type": "application/xml"},
    )
    return paths


def test_killed_at_any_instant(web: Web, project: Project) -> None:
    paths = big_blog(web)
    project.loopback("tide", web)
    rng = random.Random(20260303)
    seen: dict[str, str] = {}
    for _ in range(KILLS):
        run = project.start("crawl", "tide")
        web.await_more(rng.randint(1, 12), unless=run)
        run.send_signal(signal.SIGKILL)
        run.communicate()
        for line in project.lines("tide"):  # what a reader saw once stays as it was
            assert seen.setdefault(f"{line['id']} {line['revision']}", line["content_digest"]) == line["content_digest"]
    last = project.run("crawl", "tide")
    assert last.returncode == 0, last.stderr

    lines = project.lines("tide")
    assert Counter(line["url"] for line in lines if line["change"] == "new") == Counter(
        [f"{web.url}{path}" for path in [*paths, "/2026/03/the-last-ferry.html"]]
    )
    assert all(line["change"] == "new" for line in lines)
    assert {f"{line['id']} {line['revision']}" for line in lines} >= set(seen)
    assert list(project.archive.rglob("*.open")) == []
    captured = Counter()
    for warc in project.archive.glob("tide/warc/*/*.warc.gz"):
        with warc.open("rb") as stream:
            captured.update(record.headers["WARC-Target-URI"] for record in ArchiveIterator(stream, record_types=WarcRecordType.response))
    assert all(captured[f"{web.url}{path}"] >= 1 for path in paths)
    assert sum(web.requests.count(path) for path in paths) <= POSTS + KILLS  # at most what was in flight is fetched again
    verified = project.run("verify", "tide")
    assert verified.returncode == 0, verified.stdout
