"""One fetch: from a connection, new or pooled, to the end of the answer, within its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost, DNSLookupError
from twisted.web._newclient import RequestGenerationFailed, _WrapperException

from crawler.capture.bounds import DOUBT_SECONDS
from crawler.capture.exchange import Exchange
from crawler.capture.failures import (
    BadAddress,
    CalledOff,
    FetchFailed,
    HostNotFound,
    NoAnswer,
    RequestNotSent,
    TimedOut,
    TLSFailed,
    Unreachable,
)
from crawler.capture.patience import Patience
from crawler.capture.protocol import RecordedRequest
from crawler.errors import CaptureError

if TYPE_CHECKING:
    from twisted.python.failure import Failure
    from twisted.web.client import HTTPConnectionPool
    from twisted.web.http_headers import Headers
    from twisted.web.iweb import IBodyProducer

    from crawler.capture.addresses import GuardedEndpoint
    from crawler.capture.bounds import Bounds
    from crawler.formats.capture import Truncated


class Fetch:
    """Sends one request and waits for its answer.

    `seconds` tells how long that took, without the `held_up` seconds in which the program was too busy to read, and `head_seconds` how
    long it was until the answer's head had come, None if it never did.
    """

    def __init__(
        self,
        method: bytes,
        target: bytes,
        headers: Headers,
        body: IBodyProducer | None,
        *,
        bounds: Bounds,
        now: Callable[[], datetime],
    ) -> None:
        self._bounds = bounds
        self._now = now
        self._request = RecordedRequest(method, target, headers, body, exchange=self._exchange, doubted=self._doubted)
        self._result: Deferred[Exchange] = Deferred(lambda _: self.call_off())
        self._attempt: Deferred[Any] | None = None
        self._patience: Patience | None = None
        self._settles = False
        self._began = monotonic()
        self.head_seconds: float | None = None
        self.seconds = 0.0
        self.attempts = 0
        """How often the request was written to a connection: twice where a pooled one turned out to be dead."""
        self.timed_out = False

    @property
    def held_up(self) -> float:
        """Seconds that do not count, because the program could not read in them."""
        return self._patience.held_up if self._patience else 0.0

    def start(self, reactor: Any, pool: HTTPConnectionPool, key: tuple[Any, ...], endpoint: GuardedEndpoint) -> Deferred[Exchange]:
        """The exchange, whole or cut, once it is over. Fails with FetchFailed or AddressRefused when not a byte came."""
        self._patience = Patience(reactor, self._bounds.seconds, self._time_out, spare=self._bounds.spare)
        self._result.addBoth(self._stop)
        self._attempt = pool.getConnection(key, endpoint)  # type: ignore[arg-type]  # mypy knows no zope interfaces
        self._attempt.addCallback(lambda connection: connection.request(self._request))
        self._attempt.addCallbacks(self._head_came, self._failed)
        return self._result

    def _exchange(self) -> Exchange:
        self.attempts += 1
        return Exchange(self._bounds, self._now(), self._ended)

    def _head_came(self, _: object) -> None:
        self.head_seconds = monotonic() - self._began

    def _ended(self, exchange: Exchange) -> None:
        if not self._result.called:
            self._result.callback(exchange)

    def _failed(self, failure: Failure) -> None:
        if not self._result.called:
            self._result.errback(reason_for(failure))

    def _doubted(self) -> None:
        if self._patience is None:
            return
        left = self._began + self._bounds.seconds + self.held_up - monotonic()
        self._settles = left > DOUBT_SECONDS
        self._patience.shorten(min(DOUBT_SECONDS, max(left, 0.0)))

    def _time_out(self) -> None:
        if self._settles and self._request.connection is not None:
            self._request.connection.settle()
            return
        self.timed_out = True
        self._abandon("time", TimedOut(f"not done after {self._bounds.seconds:.1f} s"))

    def call_off(self) -> None:
        """End it now: what has come of the answer is the exchange, cut off; where not a byte came, the fetch fails with CalledOff."""
        self._abandon("unspecified", CalledOff("the run had to end before the answer did"))

    def _abandon(self, truncated: Truncated, failure: FetchFailed) -> None:
        """Close the connection, made or not. What has come of the answer becomes the exchange; else the fetch fails."""
        if self._request.connection is not None:
            self._request.connection.cut(truncated, failure)
        if not self._result.called:
            self._result.errback(failure)
        if self._attempt is not None:
            self._attempt.cancel()

    def _stop(self, result: Any) -> Any:
        self.seconds = monotonic() - self._began - self.held_up
        if self._patience is not None:
            self._patience.stop()
        return result


def reason_for(failure: Failure) -> Exception:
    """What a failure of Twisted means, as an error of ours."""
    error: Any = failure.value
    while isinstance(error, _WrapperException) and error.reasons and not isinstance(error, RequestGenerationFailed):
        error = error.reasons[-1].value
    if isinstance(error, CaptureError):
        return error
    kinds: list[tuple[tuple[type[BaseException], ...], type[FetchFailed]]] = [
        ((DNSLookupError,), HostNotFound),
        ((SSL.Error, VerificationError), TLSFailed),
        ((ConnectError,), Unreachable),
        ((ConnectionDone, ConnectionLost), NoAnswer),
        ((RequestGenerationFailed,), RequestNotSent),
        ((ValueError,), BadAddress),
    ]
    for types, kind in kinds:
        if isinstance(error, types):
            return kind(f"{type(error).__name__}: {error}")
    return FetchFailed(f"{type(error).__name__}: {error}")
