"""Exchanges for the tests of WARC files: made-up messages, a fixed clock and fixed record ids, so that bytes can be compared."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.formats.capture import Capture
from crawler.formats.warc import Original, WarcWriter

BEGIN = datetime(2026, 3, 1, 6, 0, 0, 123456, tzinfo=UTC)
PAGE = b"<!doctype html><title>A page</title>" + b"".join(b"<p>Paragraph number %d.</p>" % n for n in range(80))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


class Ticking:
    """A clock that moves on by `step` seconds at each look."""

    def __init__(self, step: float = 0.001) -> None:
        self.moment = BEGIN
        self.step = step

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=self.step)
        return self.moment


def counted_ids() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"urn:uuid:00000000-0000-4000-8000-{next(numbers):012x}"


def page(number: int = 1, body: bytes = PAGE, headers: bytes = b"", **more: Any) -> Capture:
    response = HEAD + headers + b"\r\n" + body
    return exchange(response, f"http://a.example/{number}", **more)


def exchange(response: bytes, url: str = "http://a.example/", **more: Any) -> Capture:
    request = b"GET " + url.encode() + b" HTTP/1.1\r\nHost: a.example\r\nUser-Agent: test\r\n\r\n"
    values = {"date": BEGIN, "ip_address": "127.0.0.1", "via": "http://a.example/", "hops_from_seed": "L", "fetch_time_ms": 12}
    return Capture(url=url, request=request, response=io.BytesIO(response), **{**values, **more})


def writer(root: Path, **more: Any) -> WarcWriter:
    values: dict[str, Any] = {
        "site": "demo",
        "root": root,
        "info": {"software": "newsarchive", "format": "WARC File Format 1.1"},
        "now": Ticking(),
        "new_id": counted_ids(),
    }
    return WarcWriter(root / "demo" / "warc" / "2026", **{**values, **more})


def original_of(capture: Capture) -> Original:
    assert capture.ref is not None
    assert capture.ref.payload_digest is not None
    return Original(
        record_id=capture.ref.record_id,
        url=capture.url,
        date=capture.date.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        payload_digest=capture.ref.payload_digest,
        transfer_encoding=capture.header("transfer-encoding"),
        content_encoding=capture.header("content-encoding"),
    )
