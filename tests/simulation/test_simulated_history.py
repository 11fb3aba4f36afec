"""Long histories: WordPress by a hundred, Blogger by a hundred and fifty, killed on the way; a sitemap index of sixty thousand addresses."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from loopback import Project
from simulated_judge import faults
from simulated_press import Press
from simulated_server import SimulatedServer, System

from crawler.clock import rfc3339
from crawler.formats.archive import Archive, CrawlLine, LineFile, new_run_id
from crawler.formats.article import Article, Raw, article_id, content_digest, encode_article

FULL = bool(os.environ.get("SIMULATE"))
HISTORY = 3_000 if FULL else 220
LISTED = 60_000 if FULL else 6_000
A_MONTH = 1_500
KILLED_AFTER = (3, 60, 100) if not FULL else (3, 400, 1_000)
MEMORY = 400_000_000
"""Bytes that the crawl of a history may take at its peak, without its workers."""


@pytest.mark.parametrize("system", ["wordpress", "blogger"])
def test_a_history_is_walked_to_its_end(system: System, project: Project) -> None:
    """Killed three times on the way: every post is archived once, and asked for hardly more than once."""
    site = SimulatedServer(Press(HISTORY, themes=(system,), spacing_h=20), system)  # type: ignore[arg-type]  # theme and system have one name
    press = site.press
    try:
        discover = f"discover: [{{{system}: {site.url}/}}]\n"
        project.config("post", f'url: {site.url}/\n{discover}crawl: {{delay: 0, concurrency: 8, allow_private: ["{site.host}"]}}\n')
        command = ("crawl", "post", "-a", "mode=backfill", "-s", f"NOW={press.now.isoformat()}")
        asked: Counter[str] = Counter()
        for number in KILLED_AFTER:
            run = project.start(*command)
            site.await_requests(number)
            run.send_signal(signal.SIGKILL)
            run.communicate()
            asked.update(site.taken())
        begun = time.perf_counter()
        last = project.start(*command)
        peak = peak_of(last)
        seconds = time.perf_counter() - begun
        assert last.returncode == 0
        left = site.taken()
        asked.update(left)
        assert faults(press, project.lines("post")) == []
        posts = {post.path for post in press.posts}
        pages = sum(number for path, number in asked.items() if path in posts)
        rest = sum(asked.values()) - pages
        print(
            f"{system}: {HISTORY} posts, {pages} pages asked for and {rest} other requests in four runs; "
            f"the last asked for {len(left)} in {seconds:.1f} s; peak {peak / 1e6:.0f} MB"
        )
        assert HISTORY <= pages <= HISTORY + 3 * 16  # what was in flight when it was killed
        assert peak < MEMORY
        press.day += 1
        press.edit_body(press.posts[3])
        press.publish()
        assert project.run("crawl", "post", "-s", f"NOW={press.now.isoformat()}").returncode == 0
        assert faults(press, project.lines("post")) == []
        due_again = 4  # posts of the last days, at the ages of `recheck`
        assert len(site.taken()) <= 2 + 2 + due_again
    finally:
        site.close()


def peak_of(run: subprocess.Popen[str]) -> int:
    """Bytes of memory that `run` took at its peak, watched until its end: what `wait4` tells includes the parent's before `exec`."""
    peak = 0
    while run.returncode is None:
        for line in Path(f"/proc/{run.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                peak = int(line.split()[1]) * 1024
        with suppress(subprocess.TimeoutExpired):
            run.communicate(timeout=0.2)
    return peak


def test_a_sitemap_index_of_sixty_thousand(project: Project) -> None:
    """All of it known: a day without news reads the index of the sitemaps, a day with one new address one sitemap more."""
    press = Press(0)
    site = SimulatedServer(press)
    try:
        first = press.now - timedelta(hours=1.2 * LISTED)
        for number in range(LISTED):
            press.publish(first + timedelta(hours=1.2 * number))
        project.config("post", f'url: {site.url}/\ncrawl: {{delay: 0, concurrency: 4, allow_private: ["{site.host}"]}}\nrecheck: []\n')
        known(project.archive, press, site.url)
        assert project.run("reindex", "post").returncode == 0
        for press.day in range(1, 4):
            if press.day == 3:
                press.publish()
                press.edit_body(press.posts[17])
            begun = time.perf_counter()
            run = project.run("crawl", "post", "-s", f"NOW={press.now.isoformat()}")
            assert run.returncode == 0, run.stderr
            asked = site.taken()
            pages = [path for path in asked if "note-" in path]
            children = [path for path in asked if path.startswith("/sitemap-")]
            print(
                f"day {press.day}: {len(asked)} requests, {len(children)} sitemaps of {LISTED} addresses, {time.perf_counter() - begun:.1f} s"
            )
            assert len(pages) == (2 if press.day == 3 else 0)
            assert not children or press.day in (1, 3)
            if press.day == 3:
                assert len(children) == 2
    finally:
        site.close()


def known(folder: Path, press: Press, base: str) -> None:
    """An archive that has every post, as a run would have left it: article lines and their log."""
    paths = Archive(folder).site("post")
    run_id = new_run_id(press.now, None)
    lines, log = LineFile(paths.articles_path(run_id)), LineFile(paths.crawl_log_path(run_id))
    told = rfc3339(press.now)
    for post in press.posts:
        url = base + post.path
        own = {"headline": post.headline, "section": None, "body": f"Note {post.number}.", "blocks": [], "summary": None, "authors": []}
        own |= {"published": rfc3339(post.published), "tags": [], "access": "free"}
        article = Article.model_construct(
            **own, schema_version=1, id=article_id("post", url), site="post", url=url, canonical_url=url, revision=1, change="new",
            changed_fields=[], substance=[], modified=rfc3339(post.modified), language=None, images=[], raw=Raw(), provenance={},
            content_digest=content_digest(**own), captured=told, warc=None, extractor={},
        )  # fmt: skip
        lines.append(encode_article(article))
        log.append(
            CrawlLine(time=told, url=url, outcome="article-new", article=article.id, why="new", modified=rfc3339(post.modified)).encode()
        )
    lines.close()
    log.close()
