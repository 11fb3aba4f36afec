"""A real crawl in a process of its own: `python recorded_crawl.py JOB`, a JSON file that says what to ask for.

Writes a JSON line for every capture that the handler hands over, every page that goes up and every failure, in that order of time.
"""

from __future__ import annotations

import base64
import gc
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from resource import getpagesize
from time import monotonic
from typing import Any

import scrapy
from scrapy.crawler import Crawler, CrawlerProcess

from crawler.capture.handler import CaptureDownloadHandler
from crawler.clock import clock
from crawler.errors import ArchiveUnwritable
from crawler.formats.article import RecordRef
from crawler.formats.warc import WarcWriter

HANDLER = "crawler.capture.handler.CaptureDownloadHandler"
SETTINGS = {
    "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
    "COMPRESSION_ENABLED": False,
    "DEFAULT_REQUEST_HEADERS": {"Accept-Encoding": "gzip, deflate"},
    "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingHostnameResolver",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "COOKIES_ENABLED": False,
    "RETRY_ENABLED": False,
    "HTTPERROR_ALLOW_ALL": True,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "CONCURRENT_REQUESTS": 64,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 32,
    "REDIRECT_MAX_TIMES": 5,
    "LOG_LEVEL": "WARNING",
}


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


class Sink:
    """Notes captures, and writes them to WARC; its disk is full where the URL asks for it."""

    def __init__(self, note: Any, archive: Path, *, brief: bool) -> None:
        self.note = note
        self.brief = brief
        self.warc = WarcWriter(archive / "recorded" / "warc" / "2026", site="recorded", root=archive, info={}, now=clock())

    def write(self, capture: Any) -> RecordRef:
        if "disk-full" in capture.url:
            raise ArchiveUnwritable("No space left on device")
        ref = self.warc.write(capture)
        if self.brief:
            self.note("capture", url=capture.url, length=capture.response.seek(0, 2))
            return ref
        capture.response.seek(0)
        response = capture.response.read()
        kept = {
            name: getattr(capture, name)
            for name in (
                *("url", "method", "status", "ip_address", "protocols", "cipher_suite", "certificate_digest", "truncated"),
                *("via", "hops_from_seed", "attempt", "fetch_time_ms", "conditional"),
            )
        }
        self.note("capture", **kept, request=text(capture.request), response=text(response), interim=[text(i) for i in capture.interim])
        return ref


class HastyHandler(CaptureDownloadHandler):
    """Gives the connections that are kept no time to end."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._disconnect_timeout = 0


class RecordedSpider(scrapy.Spider):
    """Asks for the requests of each chain one after the other, for the chains at once. A request may say how long its page keeps it `busy`."""

    name = "recorded"

    def __init__(self, job: dict[str, Any]) -> None:
        super().__init__()
        self.chains = job["chains"]
        self.brief = job.get("brief", False)
        self.out = Path(job["out"]).open("w")  # noqa: SIM115  closed in `closed`
        self.run = Sink(self.note, Path(job["out"]).parent, brief=self.brief) if job.get("archive", True) else None

    def note(self, kind: str, **values: Any) -> None:
        self.out.write(json.dumps({"kind": kind, **values}) + "\n")
        self.out.flush()

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for chain in self.chains:
            yield self.request(chain)

    def request(self, chain: list[dict[str, Any]]) -> scrapy.Request:
        first, *rest = chain
        return scrapy.Request(
            first["url"],
            callback=self.page,
            errback=self.failed,
            method=first.get("method", "GET"),
            body=base64.b64decode(first.get("body", "")),
            headers=first.get("headers", {}),
            meta=first.get("meta", {}),
            cb_kwargs={"asked": first["url"], "rest": rest, "busy": first.get("busy", 0.0)},
            dont_filter=True,
        )

    def page(self, response: Any, asked: str, rest: list[dict[str, Any]], busy: float) -> Iterator[scrapy.Request]:
        until = monotonic() + busy
        while monotonic() < until:
            pass
        capture = response.meta["capture"]
        self.note(
            "page",
            asked=asked,
            url=response.url,
            status=response.status,
            body="" if self.brief else text(response.body),
            type=type(response).__name__,
            encoding=getattr(response, "encoding", None),
            held_kb=int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize() // 1024,
            headers=[[text(name), [text(value) for value in values]] for name, values in response.headers.items()],
            captured=capture.url,
            ref=capture.ref and capture.ref.record_id,
            ip_address=str(response.ip_address),
            certificate=response.certificate is not None,
        )
        if rest:
            yield self.request(rest)

    def failed(self, failure: Any) -> Iterator[scrapy.Request]:
        error, request = failure.value, failure.request
        self.note(
            "failure",
            asked=request.cb_kwargs["asked"],
            outcome=getattr(error, "outcome", None),
            error=type(error).__name__,
            message=str(error),
            capture=getattr(error, "capture", None) is not None,
        )
        if request.cb_kwargs["rest"]:
            yield self.request(request.cb_kwargs["rest"])

    def closed(self, reason: str) -> None:
        stats = self.crawler.stats.get_stats()
        status = Path("/proc/self/status").read_text(encoding="ascii")  # getrusage would include the parent's memory before `exec`
        peak_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
        self.note(
            "closed",
            reason=reason,
            peak_kb=peak_kb,
            stats={key: value for key, value in stats.items() if isinstance(value, int | float | str)},
        )
        self.out.close()
        if self.run:
            self.run.warc.close()


if __name__ == "__main__":
    with open(sys.argv[1]) as stream:
        job = json.load(stream)
    if not job.get("collect_garbage", True):
        gc.disable()
    process = CrawlerProcess({**SETTINGS, **job.get("settings", {})})
    process.crawl(RecordedSpider, job=job)
    process.start()
