"""A large body goes through a file, bodies do not pile up, and nothing grows with the crawl.

FILM_MB and PAGES say how much; `make soak` takes 500 MB and 20,000 pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from conftest import Report
from hostile_pages import CHUNKED, HTML, NOISE, chunked, head, whole
from hostile_server import HostileServer, Page

TIMES = int(os.environ.get("FILM_MB", "90")) // 3
PAGES = int(os.environ.get("PAGES", "400"))
LARGE = head("Content-Type: video/mp4", f"Content-Length: {len(NOISE) * TIMES}") + NOISE * TIMES


def test_a_film_takes_no_memory(crawl: Callable[..., Report]) -> None:
    server = HostileServer([Page("film", LARGE), Page("pieces", CHUNKED + chunked(*[NOISE] * TIMES)), Page("plain", whole(HTML))])
    try:
        options = {"ALLOW_PRIVATE": [server.authority], "DOWNLOAD_MAXSIZE": 1_000_000_000, "brief": True}
        small = crawl([f"{server.url}/plain"], **options)
        large = crawl([f"{server.url}/film"], **options)
        pieces = crawl([f"{server.url}/pieces"], **options)
    finally:
        server.close()
    assert large.of("capture")[0]["length"] == len(LARGE)
    for report in (large, pieces):
        assert report.of("failure")[0]["outcome"] == "decoded-too-large"
        assert report.peak_kb - small.peak_kb < 20_000


def test_bodies_are_let_go_without_the_garbage_collector(crawl: Callable[..., Report]) -> None:
    server = HostileServer([Page("picture", head("Content-Type: image/png", f"Content-Length: {10**6}") + NOISE[: 10**6])])
    try:
        options = {"ALLOW_PRIVATE": [server.authority], "brief": True, "collect_garbage": False}
        few = crawl([f"{server.url}/picture?{number}" for number in range(5)], **options)
        many = crawl([f"{server.url}/picture?{number}" for number in range(100)], **options)
    finally:
        server.close()
    assert len(many.of("page")) == 100
    assert many.peak_kb - few.peak_kb < 30_000


def test_memory_does_not_grow_with_the_crawl(crawl: Callable[..., Report]) -> None:
    server = HostileServer([Page("plain", whole(HTML))])
    try:
        asked = [{"url": f"{server.url}/plain?{number}"} for number in range(PAGES)]
        report = crawl(asked, ALLOW_PRIVATE=[server.authority], brief=True)
    finally:
        server.close()
    held = [page["held_kb"] for page in report.of("page")]
    assert len(held) == PAGES
    assert held[-1] - held[PAGES // 4] < 5_000
