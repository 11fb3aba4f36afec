"""Is everything recorded that will cross the wire? Asked once before a crawl, of the very pool that it will use.

The recorder rests on private names of Scrapy and Twisted. They may change in any release, and an archive that silently
records half of its exchanges is worse than none.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.testing import StringTransport
from twisted.web.client import HTTPConnectionPool
from twisted.web.http_headers import Headers
from zope.interface import implementer  # type: ignore[import-untyped]  # it comes without types

from crawler.capture.bounds import Bounds
from crawler.capture.exchange import Exchange
from crawler.capture.protocol import RecordedRequest
from crawler.errors import CaptureError

TESTED = {"scrapy": "2.19", "twisted": "26.10"}
"""The minor versions that the test suite ran on; pyproject.toml pins the same."""

_REFUSAL = "the connection pool does not record what crosses the wire: nothing is crawled"
_INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n"
_RESPONSE = b"HTTP/1.1 200 OK\r\nX-cAsE: kept \r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: t\r\n\r\n"


def check_versions() -> None:
    """Raises CaptureError when Scrapy or Twisted is not of a tested minor version."""
    for package, tested in TESTED.items():
        found = version(package)
        if found.split(".")[:2] != tested.split("."):
            raise CaptureError(
                f"the capture was tested with {package} {tested}, and {found} is installed: nothing is crawled,"
                f" because the record could be incomplete. Install '{package}=={tested}.*'"
            )


def check_recording(pool: HTTPConnectionPool) -> None:
    """Raises CaptureError when a connection that `pool` makes does not record an exchange byte for byte."""
    try:
        exact = _records(pool)
    except Exception as error:  # whatever goes wrong with the canned server would go wrong with a real one
        raise CaptureError(f"{_REFUSAL}: {type(error).__name__}: {error}") from error
    if not exact:
        raise CaptureError(_REFUSAL)


def _records(pool: HTTPConnectionPool) -> bool:
    endpoint = _Canned()
    ended: list[Exchange] = []
    request = RecordedRequest(
        b"GET", b"/", Headers({b"Host": [b"selfcheck"]}), None, exchange=lambda: _exchange(ended), doubted=lambda: None
    )
    made: Deferred[Any] = pool._newConnection(("selfcheck",), endpoint)  # type: ignore[arg-type]  # mypy knows no zope interfaces
    made.addCallback(lambda connection: connection.request(request))
    made.addErrback(lambda _: None)  # what it would say, the comparison below says
    endpoint.answer(_INTERIM + _RESPONSE[:40], _RESPONSE[40:] + b"rest")
    return bool(ended) and _is_exact(ended[0], endpoint.transport.value())


def _exchange(ended: list[Exchange]) -> Exchange:
    return Exchange(Bounds(seconds=1, body_bytes=1000), datetime.now(UTC), ended.append)


def _is_exact(exchange: Exchange, sent: bytes) -> bool:
    exchange.response.seek(0)
    received = (tuple(exchange.interim), exchange.response.read())
    return bool(sent) and exchange.sent == sent and exchange.failure is None and received == ((_INTERIM,), _RESPONSE)


class _Wire(StringTransport):
    """A transport in memory, with the two methods that connections need besides."""

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Nothing to delay."""

    def getHandle(self) -> None:
        """There is no socket."""


@implementer(IStreamClientEndpoint)
class _Canned:
    """Connects to a server that gives one answer, without a network."""

    def __init__(self) -> None:
        self.transport: Any = _Wire(peerAddress=IPv4Address("TCP", "192.0.2.1", 80))  # type: ignore[no-untyped-call]
        self._protocol: Any = None

    def connect(self, protocolFactory: Any) -> Deferred[Any]:
        self._protocol = protocolFactory.buildProtocol(None)
        self._protocol.makeConnection(self.transport)
        return succeed(self._protocol)

    def answer(self, *pieces: bytes) -> None:
        """What the server says, packet by packet."""
        for piece in pieces:
            self._protocol.dataReceived(piece)
