"""Whatever a server says, in whatever pieces: the exchange ends once, and holds what came and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hostile_pages import PAGES
from hostile_server import Page
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from crawler.capture.bounds import HEAD_BYTES, Bounds
from crawler.capture.exchange import Exchange
from crawler.capture.protocol import RecordedRequest, RecordingProtocol

LIMIT = 4_000_000
FRAGMENTS = [
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n", b"HTTP/1.1 304\r\n", b"HTTP/1.0 200 OK\n", b"\r\n", b"\n", b" folded\r\n"),
    *(
        b"Content-Length: 3\r\n",
        b"Content-Length: 9\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: close\r\n",
        b"junk\r\n",
        b": \r\n",
    ),
    *(b"3\r\nabc\r\n", b"0\r\n", b"a;b=c\r\n", b"zz\r\n", b"\0", b"\xff\xfe", b"abc", b"H"),
]
QUICK = [page for page in PAGES if not page.pause and len(page.answer) + sum(map(len, page.interim)) < HEAD_BYTES]
"""Pages that do not depend on the clock, nor on how large the pieces are in which they go over a bound."""


class Wire(StringTransport):
    """A transport in memory."""

    def setTcpNoDelay(self, enabled: bool) -> None:
        pass

    def getHandle(self) -> None:
        pass

    def abortConnection(self) -> None:
        self.disconnecting = True


class Talk:
    """One request on a connection, and what it is answered piece by piece."""

    def __init__(self, method: bytes = b"GET") -> None:
        self.ended: list[Exchange] = []
        self.pooled: list[Any] = []
        self.protocol = RecordingProtocol(self.pooled.append)
        self.protocol.makeConnection(Wire())
        request = RecordedRequest(method, b"/", Headers({b"Host": [b"a.example"]}), None, exchange=self._exchange, doubted=lambda: None)
        self.protocol.request(request).addErrback(lambda _: None)

    def _exchange(self) -> Exchange:
        return Exchange(Bounds(seconds=1, body_bytes=LIMIT), datetime.now(UTC), self.ended.append)

    def hears(self, said: bytes, cuts: list[int]) -> None:
        start = 0
        for cut in [*sorted(cuts), len(said)]:
            if said[start:cut] and not self.protocol.transport.disconnecting:
                self.protocol.dataReceived(said[start:cut])
            start = cut

    def is_left(self, reason: Exception) -> None:
        self.protocol.connectionLost(Failure(reason))

    def kept(self) -> bytes:
        """Interim responses and response, as the only exchange has them."""
        (exchange,) = self.ended
        exchange.response.seek(0)
        return b"".join(exchange.interim) + exchange.response.read()


@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1).map(b"".join), st.data(), st.booleans())
def test_what_is_kept_is_what_came(said: bytes, data: st.DataObject, reset: bool) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(said)), max_size=5))
    talk = Talk()
    talk.hears(said, cuts)
    talk.is_left(ConnectionLost() if reset else ConnectionDone())
    assert said.startswith(talk.kept())
    if talk.ended[0].truncated or talk.ended[0].failure:
        assert talk.kept() == said


@given(st.sampled_from(QUICK), st.data())
def test_the_pieces_do_not_matter(page: Page, data: st.DataObject) -> None:
    said = b"".join(page.interim) + page.answer + page.rest
    talk = Talk(page.method.encode())
    talk.hears(said, data.draw(st.lists(st.integers(0, len(said)), max_size=8)))
    if page.truncated == "unspecified":
        talk.protocol.settle()  # after a while of silence
    elif not talk.ended and page.truncated != "time":
        talk.is_left(ConnectionDone())
    if talk.ended:
        assert talk.ended[0].truncated == page.truncated
        assert talk.kept() == b"".join(page.interim) + page.answer


@pytest.mark.parametrize("rest", [b"", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_connection_goes_back_to_the_pool_only_when_nothing_is_left_over(rest: bytes) -> None:
    talk = Talk()
    talk.hears(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na" + rest, [])
    assert bool(talk.pooled) is (not rest)


def test_a_connection_that_speaks_unasked_is_closed() -> None:
    talk = Talk()
    talk.hears(b"HTTP/1.1 204 No Content\r\n\r\n", [])
    talk.protocol.dataReceived(b"HTTP/1.1 200 OK\r\n\r\n")
    assert talk.protocol.transport.disconnecting
    assert talk.kept() == b"HTTP/1.1 204 No Content\r\n\r\n"


def test_nothing_came() -> None:
    talk = Talk()
    talk.is_left(ConnectionDone())
    assert talk.ended == []
