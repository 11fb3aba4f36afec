"""A large body goes through a file, and bodies do not pile up."""

from __future__ import annotations

from collections.abc import Callable

from conftest import Report
from hostile_pages import HTML, NOISE, head
from hostile_server import HostileServer, Page

LARGE = head("Content-Type: video/mp4", f"Content-Length: {len(NOISE) * 50}") + NOISE * 50


def test_a_hundred_and_fifty_megabytes_take_no_memory(crawl: Callable[..., Report]) -> None:
    server = HostileServer([Page("film", LARGE), Page("plain", head(f"Content-Length: {len(HTML)}") + HTML)])
    try:
        options = {"ALLOW_PRIVATE": [server.authority], "DOWNLOAD_MAXSIZE": 1_000_000_000}
        small = crawl([f"{server.url}/plain"], **options)
        large = crawl([f"{server.url}/film"], brief=True, **options)
    finally:
        server.close()
    assert large.of("capture")[0]["length"] == len(LARGE)
    assert large.of("failure")[0]["outcome"] == "decoded-too-large"
    assert large.peak_kb - small.peak_kb < 60_000


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
