"""A web server that says exactly what a page tells it to, over HTTP or HTTPS, and logs every byte both ways."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Page:
    """What a path answers, and what must come of it.

    The server writes `interim`, `answer` and `rest` in pieces of `split` bytes (all at once if 0), `pause` seconds apart, and then
    keeps the connection, closes it, resets it, or stalls. The capture must hold exactly `interim` and `answer`, or as much of
    `answer` as had come when `truncated`.
    """

    name: str
    answer: bytes
    body: bytes | None = None
    """The decoded body that goes up, None where no page goes up."""
    interim: tuple[bytes, ...] = ()
    rest: bytes = b""
    then: Literal["keep", "close", "reset", "stall"] = "keep"
    split: int = 0
    pause: float = 0.0
    outcome: str | None = None
    """Of the failure, None where there is a page."""
    truncated: str | None = None
    captured: bool = True
    method: str = "GET"
    send_body: bytes = b""
    send_headers: dict[str, str] = field(default_factory=dict)
    timeout: float = 10.0
    redirects: bool = False

    def pieces(self) -> Iterable[bytes]:
        """What is written, write by write."""
        said = b"".join(self.interim) + self.answer + self.rest
        if not self.split:
            return [said] if said else []
        return (said[start : start + self.split] for start in range(0, len(said), self.split))


@dataclass
class Exchange:
    """What the server saw and said of one request."""

    name: str
    request: bytes
    connection: int
    sent: bytearray = field(default_factory=bytearray)


class HostileServer:
    """Listens on loopback. With `tls`, over TLS; a request for `/name` gets the page of that name.

    With `dies_after`, the first connection takes that many requests and closes on the next without a word.
    """

    def __init__(
        self, pages: Iterable[Page], *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None, dies_after: int = 0
    ) -> None:
        self.dies_after = dies_after
        self.pages = {page.name: page for page in pages}
        self.log: list[Exchange] = []
        self._tls = tls
        self._stop = threading.Event()
        self._asked = threading.Event()
        self._open: set[socket.socket] = set()
        self.accepted: list[str] = []
        """The address of this machine that each connection came to."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family, backlog=128)
        name = f"[{host}]" if ":" in host else host
        self.authority = f"{name}:{self._listener.getsockname()[1]}"
        self.url = f"{'https' if tls else 'http'}://{self.authority}"
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, and cut every connection."""
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def await_request(self) -> None:
        """Return when a request has come, or after a moment."""
        self._asked.wait(0.05)
        self._asked.clear()

    def exchanges(self, name: str) -> list[Exchange]:
        """What was logged of `/name`."""
        return [exchange for exchange in self.log if exchange.name == name]

    def _accept(self) -> None:
        threads = []
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                break
            self.accepted.append(connection.getsockname()[0])
            self._open.add(connection)
            threads.append(threading.Thread(target=self._serve, args=(connection, len(self.accepted))))
            threads[-1].start()
        for connection in list(self._open):
            with suppress(OSError):  # closed in the meantime
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain = connection
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.add(connection)
            while self._answer(connection, number):
                pass
        except OSError:
            pass  # the client has had enough, which some pages are meant to make it have
        finally:
            self._open -= {connection, plain}
            connection.close()

    def _answer(self, connection: socket.socket, number: int) -> bool:
        request = _read_request(connection)
        if not request:
            return False
        name = request.split(b" ", 2)[1].decode().lstrip("/")
        exchange = Exchange(name, request, number)
        self.log.append(exchange)
        self._asked.set()
        if self.dies_after and number == 1 and len([e for e in self.log if e.connection == 1]) > self.dies_after:
            return False
        page = self.pages[name.partition("?")[0]]
        for piece in page.pieces():
            exchange.sent += piece
            connection.sendall(piece)
            if page.pause:
                self._stop.wait(page.pause)
        if page.then == "stall":
            self._stop.wait(60)
        if page.then == "reset":
            self._reset(connection)
        return page.then == "keep"

    def _reset(self, connection: socket.socket) -> None:
        self._stop.wait(0.1)  # so that what was sent is read before the reset overtakes it
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
