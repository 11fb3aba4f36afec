"""Twisted's HTTP/1.1 client protocol with a recorder in it.

Rests on private names of Twisted (`_parser`, `_currentRequest`, `_finishResponse`, `_disconnectParser`); `selfcheck` says
whether they still mean what they did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from OpenSSL import SSL
from twisted.internet.error import ConnectionClosed, ConnectionDone, ConnectionLost
from twisted.web._newclient import HTTP11ClientProtocol
from twisted.web._newclient import Request as TxRequest
from twisted.web.client import _HTTP11ClientFactory

from crawler.capture.bounds import HEAD_BYTES, READ_BYTES
from crawler.capture.failures import BodyTooLarge, Disconnected, HeadTooLarge, Malformed
from crawler.capture.parser import TolerantParser
from crawler.capture.peer import Peer

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure
    from twisted.web.http_headers import Headers
    from twisted.web.iweb import IBodyProducer, IResponse

    from crawler.capture.exchange import Exchange
    from crawler.capture.failures import FetchFailed
    from crawler.formats.capture import Truncated


class RecordedRequest(TxRequest):
    """A request that knows where its exchanges go, so that nothing on the wire has to say it.

    Twisted sends the same object again when a reused connection turns out dead: then `exchange` is called twice. `doubted` is
    called for each piece of an answer whose end cannot be told.
    """

    def __init__(
        self,
        method: bytes,
        target: bytes,
        headers: Headers,
        body: IBodyProducer | None,
        *,
        exchange: Callable[[], Exchange],
        doubted: Callable[[], None],
    ) -> None:
        super().__init__(method, target, headers, body, persistent=True)  # type: ignore[no-untyped-call]
        self.connection: RecordingProtocol | None = None
        """Where it was sent last; None while there is no connection for it."""
        self.new_exchange = exchange
        self.doubted = doubted

    def writeTo(self, transport: Any) -> Deferred[None]:
        assert self.connection is not None
        assert self.connection.exchange is not None
        return super().writeTo(_Tee(transport, self.connection.exchange))  # type: ignore[no-any-return, no-untyped-call]


class _Tee:
    """The transport, as far as a request needs it, noting what is written."""

    def __init__(self, transport: Any, exchange: Exchange) -> None:
        self._transport = transport
        self._exchange = exchange
        self.registerProducer = transport.registerProducer
        self.unregisterProducer = transport.unregisterProducer

    def write(self, data: bytes) -> None:
        self._exchange.send(data)
        self._transport.write(data)

    def writeSequence(self, pieces: Iterable[bytes]) -> None:
        self.write(b"".join(pieces))


class RecordingProtocol(HTTP11ClientProtocol):
    """One connection. Keeps every byte of each exchange, and cuts off answers that are over their bounds."""

    exchange: Exchange | None = None
    """Of the request under way; None while the connection waits in the pool."""
    _peer: Peer | None = None

    def connectionMade(self) -> None:
        getattr(self._wire, "transport", self._wire).bufferSize = READ_BYTES  # of the TCP connection, also below TLS
        super().connectionMade()

    def request(self, request: RecordedRequest) -> Deferred[IResponse]:  # type: ignore[override]  # no other kind can be sent unrecorded
        """As Twisted's, and the Deferred fires with None instead of a response when its head has come."""
        if self.state != "QUIESCENT":
            return super().request(request)  # which fails: RequestNotSent
        request.connection = self
        self.exchange = request.new_exchange()
        answered = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = TolerantParser
            self._reading.begin(self.exchange)
        return answered

    def dataReceived(self, data: bytes) -> None:
        exchange = self.exchange
        if exchange is None:
            self._wire.loseConnection()  # it speaks without being asked: no next answer could be told from this
            return
        if exchange.over:
            return
        if self._peer is None:
            self._peer = Peer.of(self._wire)
        exchange.peer = self._peer
        exchange.receive(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if exchange.over:
            return
        if failure := self._over_bounds(exchange):
            self.cut("length", failure)
        elif self._reading.in_doubt:
            cast(RecordedRequest, self._currentRequest).doubted()

    def cut(self, truncated: Truncated, failure: FetchFailed) -> None:
        """End the exchange under way if any of it has come, and the connection with it."""
        exchange = self.exchange
        if exchange is not None and exchange.received:
            self._wire.abortConnection()
            exchange.end(truncated=truncated, failure=failure)

    def settle(self) -> None:
        """Take the answer as far as it came: its end cannot be told, and nothing more has come for a while."""
        exchange = self.exchange
        if exchange is not None and exchange.received:
            self._wire.abortConnection()
            exchange.end(truncated="unspecified", failure=self._reading.problem)

    def _finishResponse(self, rest: bytes) -> None:
        """The parser has found the message's end; `rest` came after it, so that the connection cannot be trusted any more."""
        exchange, self.exchange = self.exchange, None
        reading = self._reading
        if rest or not reading.keep_alive:
            self._currentRequest.persistent = False  # type: ignore[union-attr]
        super()._finishResponse(rest)
        if exchange is not None and not exchange.over:
            exchange.leave_out(len(rest))
            whole = exchange.body_bytes
            failure = self._over_bounds(exchange) or reading.problem
            exchange.end(truncated="length" if exchange.body_bytes < whole else None, failure=failure)

    def _disconnectParser(self, reason: Failure) -> None:
        """Every other way in which an answer can end: lost connection, abort, unreadable answer."""
        exchange, self.exchange = self.exchange, None
        if exchange is not None and exchange.received and self._parser is not None:
            self._end_with_connection(exchange, reason)
        super()._disconnectParser(reason)  # type: ignore[no-untyped-call]

    def _end_with_connection(self, exchange: Exchange, reason: Failure) -> None:
        cause: Any = reason.value
        reason_to_doubt = not isinstance(cause, (ConnectionDone, ConnectionLost) if self._secure else ConnectionDone)
        if not isinstance(cause, ConnectionClosed | SSL.Error):
            exchange.end(truncated="unspecified", failure=Malformed(f"{type(cause).__name__}: {cause}"))
        elif reason_to_doubt or not self._reading.whole_at_close():
            failure = self._reading.problem or Disconnected(f"the connection ended before the message did: {cause}")
            exchange.end(truncated="disconnect", failure=failure)
        else:
            exchange.end(failure=self._reading.problem)

    def _over_bounds(self, exchange: Exchange) -> FetchFailed | None:
        """What the answer has too much of, if anything; of its body, it keeps as much as it may."""
        before_body = exchange.received if exchange.in_head else exchange.head_bytes
        if before_body > HEAD_BYTES:
            return HeadTooLarge(f"more than {HEAD_BYTES} bytes before the body")
        limit = exchange.bounds.body_bytes
        if limit and exchange.body_bytes > limit:
            exchange.leave_out(exchange.body_bytes - limit)
            return BodyTooLarge(f"more than {limit} bytes of body")
        return None

    @property
    def _reading(self) -> TolerantParser:
        return cast(TolerantParser, self._parser)

    @property
    def _wire(self) -> Any:
        return self.transport

    @property
    def _secure(self) -> bool:
        """Whether this is TLS. Many servers end it without a close_notify: a lost connection to Twisted, and nothing to browsers."""
        return self._peer is not None and len(self._peer.protocols) > 1


class RecordingFactory(_HTTP11ClientFactory):
    """Makes the pool's connections."""

    noisy = False

    def buildProtocol(self, addr: IAddress | None) -> RecordingProtocol:  # noqa: ARG002  the factory's signature
        return RecordingProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
