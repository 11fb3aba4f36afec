"""The demo blog on the wire: HTTP/1.1 on loopback with validators, gzip and a log of every request."""

from __future__ import annotations

import errno
import gzip
import hashlib
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self

from crawler.demo.edition import Edition
from crawler.demo.pages import Page, page
from crawler.demo.truth import Truth, truth

HOST = "127.0.0.1"
DEFAULT_PORT = 8765
_WORTH_ZIPPING = 512
"""Bytes below which gzip gains nothing, as in common server settings."""


class PortBusy(OSError):
    """Raised by `DemoBlog` when another program listens on the port."""


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request. `path` is the target with its query; `bytes` counts the body as sent, content coding included."""

    method: str
    path: str
    headers: Mapping[str, str]
    status: int
    bytes: int


class DemoBlog:
    """The blog, serving in the background as long as the `with` block lasts.

    `port` 0 takes a free one. `day` (1 or 2) may be set while serving; `requests` is the log, in the order of the answers.
    Raises PortBusy, or ValueError for a day that is not told.
    """

    def __init__(self, port: int = 0, day: int = 1) -> None:
        self._edition = Edition(day)
        self._lock = threading.Lock()
        self._visits = 0
        self.requests: list[Request] = []
        self._server = _listen(port, self)
        self.port: int = self._server.server_address[1]
        self.url = f"http://{HOST}:{self.port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-blog", daemon=True)

    @property
    def day(self) -> int:
        """The day that is told now."""
        return self._edition.day

    @day.setter
    def day(self, day: int) -> None:
        self._edition = Edition(day)

    @property
    def edition(self) -> Edition:
        """What stands on the blog now."""
        return self._edition

    def truth(self) -> list[Truth]:
        """What the blog says on each of its days, and which of its pages are no articles."""
        return truth(self.url.rstrip("/"))

    def log(self, request: Request) -> None:
        """Adds one answered request."""
        with self._lock:
            self.requests.append(request)

    def count_visit(self) -> int:
        """The number that the visitor counter shows next."""
        with self._lock:
            self._visits += 1
            return self._visits

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # an idle kept-alive connection must not hold the end back

    def __init__(self, port: int, blog: DemoBlog) -> None:
        self.blog = blog
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        """Binds without HTTPServer's reverse look-up of the host's name, which asks the network."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a browser that hung up; the rest as the base class does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _listen(port: int, blog: DemoBlog) -> _Server:
    try:
        return _Server(port, blog)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortBusy(error.errno, f"port {port} on {HOST} is in use by another program") from error


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "LanternPress/1"
    sys_version = ""
    timeout = 30  # seconds that an idle connection is kept
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the log is `DemoBlog.requests`."""

    def _answer(self, *, with_body: bool) -> None:
        host = self.headers.get("Host") or f"{HOST}:{self.server.server_port}"
        blog = self.server.blog
        found = page(blog.edition, self.path, f"http://{host}", blog.count_visit())
        tag = f'W/"{hashlib.sha1(found.body).hexdigest()[:16]}"'
        status = 304 if found.status == 200 and self._has_it(tag, found.modified) else found.status
        coding, body = self._coded(found)
        sent = b"" if status == 304 or not with_body else body
        blog.log(Request(self.command, self.path, dict(self.headers.items()), status, len(sent)))  # before the client can see an answer
        self.send_response(status)
        self._validators(found, tag)
        if status == 304:
            self.end_headers()
        else:
            self._content(found, coding, body, with_body=with_body)

    def _validators(self, found: Page, tag: str) -> None:
        if found.status == 200:
            self.send_header("ETag", tag)
            self.send_header("Cache-Control", "no-cache")
        if found.modified:
            self.send_header("Last-Modified", _http_date(found.modified))
        self.send_header("Vary", "Accept-Encoding")
        for name, value in found.headers:
            self.send_header(name, value)

    def _content(self, found: Page, coding: str | None, body: bytes, *, with_body: bool) -> None:
        self.send_header("Content-Type", found.content_type)
        if coding:
            self.send_header("Content-Encoding", coding)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _has_it(self, tag: str, modified: datetime | None) -> bool:
        """RFC 9110, section 13.2.2: If-None-Match decides alone where it is given; If-Modified-Since only without it."""
        if (wanted := self.headers.get("If-None-Match")) is not None:
            tags = {part.strip().removeprefix("W/") for part in wanted.split(",")}
            return "*" in tags or tag.removeprefix("W/") in tags
        since = _read_http_date(self.headers.get("If-Modified-Since"))
        return since is not None and modified is not None and modified.replace(microsecond=0) <= since

    def _coded(self, found: Page) -> tuple[str | None, bytes]:
        packed = found.content_type.startswith("image/png") or len(found.body) < _WORTH_ZIPPING
        if packed or not _accepts_gzip(self.headers.get("Accept-Encoding", "")):
            return None, found.body
        return "gzip", gzip.compress(found.body, mtime=0)


def _accepts_gzip(accept: str) -> bool:
    for part in accept.lower().split(","):
        name, _, quality = part.partition(";")
        if name.strip() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _read_http_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:  # RFC 9110, section 13.1.3: a date that cannot be read is ignored
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
