"""What the capture costs: CPU a page of bare Scrapy, with the recording handler, and with the WARC writer behind it.

    python benchmarks/capture_cost.py [--pages 300] [--rounds 5] [--kilobytes 2 30 150 1000]

Every variant crawls the same pages from the same loopback server in a process of its own, in turns. Each round gives a ratio to
the bare Scrapy of that round, and the median of the ratios counts: a busy machine slows down neighbours in time alike. Bare
Scrapy is a stock project: its own handler, its decoding of bodies. `capture` and `capture+warc` differ from it in nothing else;
`project` is the same crawl, WARC included, under this project's settings, as it runs in practice. Exits with 1 where
`capture+warc` costs more than the target over bare Scrapy at any size, for pages that a server sends gzipped (nearly all do) or as
they are.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import multiprocessing
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

TARGET = 0.25
"""How much more CPU than bare Scrapy capture and WARC together may take."""
VARIANTS = ("scrapy", "capture", "capture+warc", "project")
CODINGS = ("gzip", "identity")
DISTINCT = 50
"""Different pages on the server."""


def page(number: int, size: int) -> bytes:
    """A page of about `size` bytes. Like real ones, a third is text and the rest mark-up that repeats: gzip makes a fifth of it."""
    chance = random.Random(number)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(1500)]
    out = [f"<!doctype html><title>Article {number}</title><body>"]
    length = len(out[0])
    while length < size:
        text = " ".join(chance.choices(words, weights=range(len(words), 0, -1), k=25))
        link = f"https://news.example/2026/{chance.randint(1, 12):02}/{chance.choice(words)}-{chance.choice(words)}.html"
        out.append(
            f'<article class="teaser teaser--wide" data-tracking="teaser"><a class="teaser__link" href="{link}">'
            f'<picture class="teaser__picture"><source media="(min-width: 640px)" srcset="{link}?width=640 1x, {link}?width=1280 2x">'
            f'</picture><span class="teaser__kicker"></span></a><p class="teaser__text">{text}</p></article>\n'
        )
        length += len(out[-1])
    return "".join(out).encode()[:size]


def serve(ready: Connection, size: int) -> None:
    """Answer `/<coding>/<number>` for ever."""
    answers: dict[bytes, bytes] = {}
    for number in range(DISTINCT):
        plain = page(number, size)
        for coding in CODINGS:
            body = gzip.compress(plain, 6) if coding == "gzip" else plain
            extra = "Content-Encoding: gzip\r\n" if coding == "gzip" else ""
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
            answers[f"/{coding}/{number}".encode()] = head.encode() + body

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(65536):
            writer.write(answers[head.split(b" ", 2)[1].partition(b"?")[0]])
            await writer.drain()
        writer.close()

    async def listen() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(listen())


def crawl(variant: str, coding: str, port: int, pages: int, archive: str) -> None:
    """Crawl in this process, and print the CPU seconds between the first request and the last page."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    settings: dict[str, Any] = {
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "CONCURRENT_REQUESTS": 8,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "DEFAULT_REQUEST_HEADERS": {"Accept-Encoding": "gzip, deflate"},
        "ALLOW_PRIVATE": [f"127.0.0.1:{port}"],
    }
    if variant == "project":
        settings = in_the_project(settings)
    elif variant != "scrapy":
        handler = "crawler.capture.handler.CaptureDownloadHandler"
        settings |= {"DOWNLOAD_HANDLERS": {"http": handler, "https": handler}, "COMPRESSION_ENABLED": False}

    class Spider(scrapy.Spider):
        name = "cost"
        run = sink(variant, Path(archive))
        seen = 0

        async def start(self) -> AsyncIterator[scrapy.Request]:
            self.began = cpu()
            for number in range(pages):
                yield scrapy.Request(f"http://127.0.0.1:{port}/{coding}/{number % DISTINCT}?{number}")

        def parse(self, response: Any) -> None:
            assert response.body.startswith(b"<!doctype html>")
            self.seen += 1

        def closed(self, reason: str) -> None:
            if hasattr(self.run, "close"):
                self.run.close()
            assert self.seen == pages, reason
            print(json.dumps(cpu() - self.began))

    process = CrawlerProcess(settings)
    process.crawl(Spider)
    process.start()


def in_the_project(settings: dict[str, Any]) -> dict[str, Any]:
    """`settings` over the project's own, without what belongs to a site: its spiders, their articles, its robots.txt."""
    from crawler import settings as project

    own = {name: getattr(project, name) for name in dir(project) if name.isupper()}
    for name in ("SPIDER_LOADER_CLASS", "COMMANDS_MODULE", "ITEM_PIPELINES"):
        del own[name]
    return {**own, **settings, "ROBOTS_OBEY": False}


def sink(variant: str, archive: Path) -> Any:
    """What takes the captures: a WARC writer, or something that only counts them."""
    if variant in ("capture+warc", "project"):
        from crawler.clock import clock
        from crawler.formats.warc import WarcWriter

        folder = archive / "cost" / "warc" / "2026"
        return WarcWriter(folder, site="cost", root=archive, info={"software": "benchmark"}, now=clock())

    class Count:
        def write(self, capture: Any) -> str:
            return capture.url

    return Count()


def cpu() -> float:
    """Seconds of user and system time that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(variant: str, coding: str, port: int, pages: int) -> float:
    """CPU milliseconds a page, of one crawl in a fresh process."""
    with tempfile.TemporaryDirectory() as archive:
        command = [sys.executable, __file__, "--crawl", variant, coding, str(port), str(pages), archive]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)) * 1000 / pages


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kilobytes", type=int, nargs="+", default=[2, 30, 150, 1000])
    options = parser.parse_args()
    worst = max(compare(size, options.pages, options.rounds) for size in options.kilobytes)
    print(f"worst: {worst:+.0%}, target: at most {TARGET:+.0%}")
    return int(worst > TARGET)


def compare(kilobytes: int, pages: int, rounds: int) -> float:
    """Prints what each variant costs on pages of that size, and returns how much more than bare Scrapy capture and WARC do at worst."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs, kilobytes * 1000), daemon=True)
    server.start()
    port = ours.recv()
    worst = 0.0
    for coding in CODINGS:
        costs: dict[str, list[float]] = {variant: [] for variant in VARIANTS}
        for _ in range(rounds):
            for variant in VARIANTS:
                costs[variant].append(measure(variant, coding, port, pages))
        for variant in VARIANTS:
            ratio = median(ours / bare for ours, bare in zip(costs[variant], costs["scrapy"], strict=True))
            cost = median(costs[variant])
            print(f"{kilobytes:5} kB {coding:9} {variant:13} {cost:6.2f} ms CPU a page   {ratio:5.2f} of bare Scrapy", flush=True)
            if variant == "capture+warc":
                worst = max(worst, ratio - 1)
    server.terminate()
    return worst


if __name__ == "__main__":
    if sys.argv[1:2] == ["--crawl"]:
        crawl(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])
    else:
        sys.exit(main())
