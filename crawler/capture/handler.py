"""The download handler: what Scrapy calls for every http and https request."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urldefrag, urlsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _RequestBodyProducer
from scrapy.http import Headers as ScrapyHeaders
from scrapy.responsetypes import responsetypes
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.web.http_headers import Headers

from crawler.allocator import keep_freed_memory
from crawler.capture.addresses import Exemptions, GuardedEndpoint
from crawler.capture.bounds import CONNECT_SECONDS, HASTY_SECONDS, LOST_SECONDS, Bounds, Spent
from crawler.capture.failures import CalledOff, DecodedTooLarge, FetchFailed, RequestNotSent, TimedOut
from crawler.capture.fetch import Fetch
from crawler.capture.plain_run import PlainRun
from crawler.capture.protocol import RecordingFactory
from crawler.capture.selfcheck import check_recording, check_versions
from crawler.capture.target import Target
from crawler.clock import clock
from crawler.errors import CaptureError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.capture.exchange import Exchange
    from crawler.formats.article import RecordRef
    from crawler.formats.capture import Capture


call_off = object()
"""A signal of ours, in Scrapy's sense: the run must end now. Every fetch that is under way is cut off, and none begins."""


class CaptureSink(Protocol):
    """What a spider's `run` must be able to do."""

    def write(self, capture: Capture) -> RecordRef:
        """Append the exchange to the archive. Raises ArchiveUnwritable when it is not stored."""


class CaptureDownloadHandler(HTTP11DownloadHandler):
    """Fetches over HTTP/1.1, and hands every exchange to `spider.run` as a `Capture` before Scrapy sees the response.

    While `spider.run` is None nothing is archived, as in `scrapy shell`; a spider without that attribute is given a `PlainRun`.
    `request.meta` takes

    - `via`, `hops`: the URL that led here, and the hops from the seed in Heritrix's letters; redirects add theirs,
    - `conditional`: true when `If-None-Match` or `If-Modified-Since` is our own,
    - `download_timeout`, `download_maxsize`: as Scrapy's,

    and gets `capture` (also of answers that failed), `download_latency`, and what the URL's tries have taken of its time.
    The response's body is decoded, its class is that of the decoded content. Raises children of `FetchFailed`,
    `AddressRefused`, and whatever `run.write` raises.
    """

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        check_versions()
        keep_freed_memory()
        super().__init__(crawler)
        self._pool._factory = RecordingFactory
        check_recording(self._pool)
        self._exempt = Exemptions(crawler.settings.getlist("ALLOW_PRIVATE"))
        self._now = clock(crawler.settings.get("NOW"))
        PlainRun.begin_where_missing(crawler)
        self._under_way: set[Fetch] = set()
        self._called_off = False
        self._lost = 0.0
        crawler.signals.connect(self._call_off, signal=call_off)

    async def download_request(self, request: Request) -> Response:
        request.meta.pop("capture", None)
        if self._called_off:
            raise CalledOff(f"the run had to end before {request.url} was asked for")
        if request.meta.get("proxy"):
            raise RequestNotSent("a proxy would stand between the archive and the server: set HTTPPROXY_ENABLED to False")
        target = Target.of(request.url)
        bounds = Bounds.of(request, self.crawler.settings, most=HASTY_SECONDS if self._lost >= LOST_SECONDS else None)
        if bounds.seconds <= 0:
            raise TimedOut("earlier tries have taken all of its time")
        fetch = self._fetch(request, target, bounds)
        self._under_way.add(fetch)
        try:
            exchange = await maybe_deferred_to_future(self._start(fetch, target, bounds))
        finally:
            self._under_way.discard(fetch)
            self._account(fetch, request)
        capture = self._keep(exchange, request)
        if exchange.failure is not None:
            exchange.failure.capture = capture
            raise exchange.failure
        return _response(request, capture, exchange, bounds)

    async def close(self) -> None:
        """Ends the connections that were kept, those after a second that their servers do not let go.

        Scrapy's own fires the pool's Deferred when the second is over, also where it has fired already in the same turn of the loop.
        """
        kept = [connection for connections in self._pool._connections.values() for connection in connections]
        closing = self._pool.closeCachedConnections()  # type: ignore[no-untyped-call]
        closed = closing.asFuture(asyncio.get_running_loop())
        await asyncio.wait([closed], timeout=self._disconnect_timeout)
        for connection in kept:
            if connection.transport is not None and not closed.done():
                connection.transport.abortConnection()

    def _call_off(self) -> None:
        self._called_off = True
        for fetch in list(self._under_way):
            fetch.call_off()

    def _fetch(self, request: Request, target: Target, bounds: Bounds) -> Fetch:
        body = _RequestBodyProducer(request.body) if request.body else None
        try:
            headers = _headers(request, target)
            return Fetch(request.method.encode("ascii"), target.path, headers, cast(Any, body), bounds=bounds, now=self._now)
        except ValueError as error:  # Twisted's and the codec's way to say that HTTP does not allow this
            raise RequestNotSent(f"{type(error).__name__}: {error}") from error

    def _start(self, fetch: Fetch, target: Target, bounds: Bounds) -> Any:
        from twisted.internet import reactor  # imported here because importing it elsewhere would choose the reactor

        timeout = min(bounds.seconds, CONNECT_SECONDS)
        endpoint = GuardedEndpoint(reactor, target, self._contextFactory, timeout=timeout, exempt=target in self._exempt)
        return fetch.start(reactor, self._pool, (target.scheme, target.host, target.port), endpoint)

    def _account(self, fetch: Fetch, request: Request) -> None:
        Spent.of(request).add(request, fetch.seconds, fetch.attempts, fetch.held_up)
        self._lost += fetch.seconds * fetch.timed_out
        if fetch.head_seconds is not None:
            request.meta["download_latency"] = fetch.head_seconds
        if fetch.attempts > 1 and self.crawler.stats:
            self.crawler.stats.inc_value("capture/unanswered_attempts", fetch.attempts - 1)

    def _keep(self, exchange: Exchange, request: Request) -> Capture:
        """Archive the exchange. After this, and only then, may anybody see it."""
        capture = exchange.capture(urldefrag(request.url)[0])
        capture.via, capture.hops_from_seed = provenance(request)
        capture.attempt = Spent.of(request).attempts
        capture.conditional = bool(request.meta.get("conditional"))
        run: CaptureSink | None = getattr(self.crawler.spider, "run", None)
        if run is not None:
            capture.ref = run.write(capture)
            if capture.ref is None:
                raise CaptureError(f"{request.url} was answered, but its capture was not kept")
        request.meta["capture"] = capture
        return capture


def provenance(request: Request) -> tuple[str | None, str]:
    """The URL that led to `request`, and the hops from the seed (WARC's `via` and `hopsFromSeed`).

    Every redirect is a hop R from the URL that redirected. A robots.txt that nobody asked for is a prerequisite, P.
    """
    redirects: list[str] = request.meta.get("redirect_urls") or []
    hops = request.meta.get("hops")
    if hops is None:
        hops = "P" if urlsplit(redirects[0] if redirects else request.url).path == "/robots.txt" else ""
    via = redirects[-1] if redirects else request.meta.get("via")
    return via, hops + "R" * len(redirects)


def _headers(request: Request, target: Target) -> Headers:
    """As Scrapy has them, `Host` first. Raises ValueError for a name that is no token."""
    host = request.headers.getlist(b"Host") or [target.host_header]
    headers = Headers({b"Host": host[:1]})
    for name, values in request.headers.items():
        if name != b"Host":
            headers.setRawHeaders(name, values)
    return headers


def _response(request: Request, capture: Capture, exchange: Exchange, bounds: Bounds) -> Response:
    try:
        body = capture.body(bounds.decoded_bytes)
    except CaptureError as error:
        failure: FetchFailed = DecodedTooLarge(str(error))
        failure.capture = capture
        raise failure from error
    headers = ScrapyHeaders()
    for name, value in capture.headers:
        headers.appendlist(name, value)
    headers.pop(b"Content-Encoding", None)  # the body has none any more; Scrapy's own middleware takes it away too
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    peer = exchange.peer
    return kind(
        url=urldefrag(request.url)[0],
        status=capture.status,
        headers=headers,
        body=body,
        certificate=peer.certificate if peer else None,
        ip_address=ip_address(peer.ip_address) if peer else None,
        protocol=capture.http_version or None,
    )
