"""One exchange while it happens: the bytes sent and received so far, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

from crawler.capture.secrets import without_secrets
from crawler.formats.capture import Capture, Truncated
from crawler.formats.spool import Inbox

if TYPE_CHECKING:
    from crawler.capture.bounds import Bounds
    from crawler.capture.failures import FetchFailed
    from crawler.capture.peer import Peer


class Exchange:
    """One request as sent, and everything that came back for it.

    `ended` is called once, when the message is whole, cut off, or lost with its connection, but not when nothing came at all.
    """

    def __init__(self, bounds: Bounds, date: datetime, ended: Callable[[Exchange], None]) -> None:
        self.bounds = bounds
        self.date = date
        self.sent = b""
        self.interim: list[bytes] = []
        self.received = 0
        self.head_bytes = 0
        """Bytes before the body, interim responses included; 0 until the final response's head is whole."""
        self.peer: Peer | None = None
        self.truncated: Truncated | None = None
        self.failure: FetchFailed | None = None
        self.in_head = True
        self.over = False
        self.seconds = 0.0
        self._began = monotonic()
        self._head = bytearray()
        self._inbox = Inbox()
        self._notify: Callable[[Exchange], None] | None = ended

    @property
    def body_bytes(self) -> int:
        """Bytes received after the head."""
        return 0 if self.in_head else self.received - self.head_bytes

    @property
    def response(self) -> BinaryIO:
        """The final response, once it is over."""
        return self._inbox.stream()

    def send(self, data: bytes) -> None:
        """Note what goes out."""
        self.sent += data

    def receive(self, data: bytes) -> None:
        """Note what came in, before anything reads it."""
        self.received += len(data)
        if self.in_head:
            self._head += data
        else:
            self._inbox.write(data)

    def interim_ended(self, unread: int) -> None:
        """An interim response ends `unread` bytes before the end of what was received."""
        length = len(self._head) - unread
        self.interim.append(bytes(self._head[:length]))
        del self._head[:length]

    def head_ended(self, unread: int) -> None:
        """The final response's head ends `unread` bytes before the end of what was received."""
        self.head_bytes = self.received - unread
        self.in_head = False
        end = len(self._head) - unread
        self._inbox.begin(bytes(self._head[:end]))
        if unread:
            self._inbox.write(bytes(self._head[end:]))
        self._head = bytearray()

    def leave_out(self, count: int) -> None:
        """The last `count` bytes received are not part of it."""
        if count:
            self.received -= count
            self._inbox.leave_out(count)

    def end(self, *, truncated: Truncated | None = None, failure: FetchFailed | None = None) -> None:
        """The message is over. Called again, it says nothing new and is ignored."""
        if self.over:
            return
        self.over = True
        self.seconds = monotonic() - self._began
        self.truncated, self.failure = truncated, failure
        if self.in_head:
            self._inbox.begin(bytes(self._head))
        notify, self._notify = self._notify, None  # a ring of references would keep the body until the garbage collector comes
        if notify is not None:
            notify(self)

    def capture(self, url: str) -> Capture:
        """What is to be archived of it. The caller adds how the URL was found."""
        peer = self.peer
        return Capture(
            url=url,
            date=self.date,
            request=without_secrets(self.sent),
            response=self.response,
            interim=tuple(self.interim),
            ip_address=peer.ip_address if peer else None,
            protocols=peer.protocols if peer else ("http/1.1",),
            cipher_suite=peer.cipher_suite if peer else None,
            certificate_digest=peer.certificate_digest if peer else None,
            truncated=self.truncated,
            fetch_time_ms=round(self.seconds * 1000),
        )
