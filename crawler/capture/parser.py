"""Reading an answer as a browser would: enough of it to know where it ends, and nothing that a bad header could stop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, HTTPClientParser, ResponseFailed, ResponseNeverReceived

from crawler.capture.bounds import HEAD_BYTES
from crawler.capture.failures import Malformed
from crawler.capture.framing import Broken, Chunked, Counted, Framing, FramingError, UntilClose

if TYPE_CHECKING:
    from crawler.capture.exchange import Exchange
    from crawler.capture.failures import FetchFailed

_STATUS_LINE = re.compile(rb"HTTP(?:/(\d+)(?:\.(\d+))?)?[ \t]+(\d{3})(?:[ \t].*)?", re.IGNORECASE | re.DOTALL)
_BODILESS = (204, 304)


class TolerantParser(HTTPClientParser):
    """Twisted's response parser, which tells an `Exchange` where heads and message end instead of making objects of them.

    Objects of this class are made by Twisted as `HTTPClientParser`; the protocol then changes their class and calls `begin`.
    """

    MAX_LENGTH = HEAD_BYTES  # of a line; LineReceiver's own 16 KiB is less than real Content-Security-Policies

    exchange: Exchange
    problem: FetchFailed | None
    """What is wrong with the answer, where it can be archived but not used."""
    in_doubt: bool
    """Whether the message says something about its end that cannot be true."""
    _framing: Framing | None
    _field: list[bytes]
    """Lines of the header field that is being read."""
    _fields: dict[bytes, list[bytes]]

    def begin(self, exchange: Exchange) -> None:
        """Start to read the answer that `exchange` records."""
        self.exchange = exchange
        self.problem = None
        self.in_doubt = False
        self._framing = None
        self._answered = False
        self._forget_head()

    @property
    def keep_alive(self) -> bool:
        """Whether the server will take another request on this connection (RFC 9112, section 9.3)."""
        options = self._list(b"connection")
        return b"close" not in options and (self._version >= (1, 1) or b"keep-alive" in options)

    def whole_at_close(self) -> bool:
        """Whether a connection that closes now has delivered the message whole. What never began like HTTP is whole, whatever it is."""
        if self.state == STATUS and not b"HTTP/".startswith(self._buffer[:5].upper()):
            self.problem = Malformed(f"{self._buffer[:60]!r} is no status line")
            return True
        return self._framing is not None and self._framing.whole_at_close()

    def lineReceived(self, line: bytes) -> None:
        line = line.removesuffix(b"\r")
        if self.state == STATUS:
            if line:  # an empty line before the status line is left over from the message before
                self._status_received(line)
        elif not line:
            self._field_ended()
            self._head_ended()
        elif line[0] in b" \t" and self._field:
            self._field.append(line)
        else:
            self._field_ended()
            self._field = [line]

    def rawDataReceived(self, data: bytes) -> None:
        assert self._framing is not None
        try:
            taken = self._framing.feed(data)
        except FramingError as error:
            self._framing = Broken() if error.begun else UntilClose()
            self.in_doubt = True
            if error.begun:
                self.problem = Malformed(f"chunked coding breaks off: {error}")
            return
        if taken is not None:
            self._finished(data[taken:])  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:
        """Nothing to do: the protocol cuts off a head that is over its bound, and so over this line."""

    def connectionLost(self, reason: Failure | None = None) -> None:
        if not self._answered:
            self._answered = True
            kind = ResponseFailed if self._everReceivedData else ResponseNeverReceived
            self._responseDeferred.errback(Failure(kind([reason])))  # type: ignore[no-untyped-call]

    def _status_received(self, line: bytes) -> None:
        found = _STATUS_LINE.fullmatch(line)
        if not found:
            self.problem = Malformed(f"{line[:60]!r} is no status line")
            self.exchange.head_ended(self.exchange.received)
            self.in_doubt = True
            self._read_body(UntilClose())
            return
        self._version = (int(found[1] or 1), int(found[2] or 0))
        self._status = int(found[3])
        self.state = HEADER

    def _field_ended(self) -> None:
        name, colon, value = b" ".join(self._field).partition(b":")
        if colon:
            self._fields.setdefault(name.strip(b" \t").lower(), []).append(value.strip(b" \t"))
        self._field = []

    def _head_ended(self) -> None:
        unread = len(self._buffer)
        if 100 <= self._status < 200:
            self.exchange.interim_ended(unread)
            self._forget_head()
            self.state = STATUS
            return
        self.exchange.head_ended(unread)
        self._answered = True
        framing = self._find_framing()
        if framing is None:
            self._finished(self.clearLineBuffer())  # type: ignore[no-untyped-call]
        else:
            self._read_body(framing)
        self._responseDeferred.callback(None)

    def _find_framing(self) -> Framing | None:
        """RFC 9112, section 6.3, with the leniency of browsers; None where there is no body."""
        if self.request.method == b"HEAD" or self._status in _BODILESS:
            return None
        codings = self._list(b"transfer-encoding")
        if codings and codings != [b"identity"]:
            return Chunked() if codings[-1].partition(b";")[0].strip() == b"chunked" else UntilClose()
        lengths = set(self._list(b"content-length"))
        if len(lengths) != 1 or not (value := lengths.pop()).isdigit():
            self.in_doubt = b"content-length" in self._fields  # contradicting or unreadable lengths are no lengths
            return UntilClose()
        return Counted(int(value[:18])) if value.strip(b"0") else None

    def _read_body(self, framing: Framing) -> None:
        self._framing = framing
        self.setRawMode()  # type: ignore[no-untyped-call]

    def _forget_head(self) -> None:
        self._version = (1, 0)
        self._status = 0
        self._field = []
        self._fields = {}

    def _list(self, name: bytes) -> list[bytes]:
        return [item for value in self._fields.get(name, ()) for part in value.lower().split(b",") if (item := part.strip(b" \t"))]
