"""The capture: one HTTP exchange as the bytes that crossed the wire. What they mean is read from them on demand."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, BinaryIO, Literal, Self, cast
from urllib.parse import urlsplit

from crawler.formats.article import RecordRef
from crawler.formats.content_coding import Decoded, check_length, decode
from crawler.formats.http_message import PIECE, Head, Slice, dechunk, read_head
from crawler.formats.spool import SPOOL, Held, Spool, in_memory

__all__ = ["BODY_LIMIT", "SPOOL", "Capture", "Truncated"]

Truncated = Literal["time", "length", "disconnect", "unspecified"]
"""Why a message is not whole, in the words of WARC-Truncated."""

BODY_LIMIT = 16_000_000
"""Bytes of a body after each decoding."""


@dataclass(slots=True)
class Capture:
    """One HTTP exchange. Reading it never raises on bad messages; `response` must not change once it has been read."""

    url: str
    """As requested: absolute, without fragment."""
    date: datetime
    """When the request was sent, aware UTC with microseconds."""
    request: bytes
    """Request head and body as sent, before TLS."""
    response: BinaryIO
    """Seekable: head and body of the final response as received, after TLS, without interim responses."""
    interim: tuple[bytes, ...] = ()
    """1xx responses, each as received."""
    ip_address: str | None = None
    protocols: tuple[str, ...] = ("http/1.1",)
    """Such as `("http/1.1", "tls/1.3")`."""
    cipher_suite: str | None = None
    """IANA name."""
    certificate_digest: str | None = None
    """`sha256:` and hex of the peer's DER certificate."""
    truncated: Truncated | None = None
    via: str | None = None
    """URL that led here."""
    hops_from_seed: str = ""
    """One letter a hop: L link, E embed, R redirect, X speculative, P prerequisite, I inferred, M manifest, S synthesised."""
    attempt: int = 1
    fetch_time_ms: int | None = None
    outlinks: tuple[str, ...] = ()
    conditional: bool = False
    """The request carried an `If-None-Match` or `If-Modified-Since` of our own."""
    ref: RecordRef | None = None
    """Where the response or revisit record stands, once written."""
    revisit_of: str | None = None
    """Id of the response record that holds the body, where the capture was stored as a revisit of it."""
    _head: Head | None = field(default=None, init=False, repr=False, compare=False)
    _entity: bytes | BinaryIO | None = field(default=None, init=False, repr=False, compare=False)
    _digest: str | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def from_response(
        cls,
        url: str,
        body: bytes,
        *,
        date: datetime,
        status: int = 200,
        headers: Iterable[tuple[str, str]] = (("Content-Type", "text/html"),),
    ) -> Self:
        """A capture made up around a page, for programs that have nothing but the page, such as an evaluation.

        Its heads never crossed a wire: it must not be written to an archive.
        """
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"HTTP/1.1 {status} ", *(f"{name}: {value}" for name, value in headers), "", ""]
        request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n"
        response = "\r\n".join(lines).encode("utf-8", "surrogateescape") + body
        return cls(url, date, request.encode("utf-8", "surrogateescape"), io.BytesIO(response))

    @property
    def head(self) -> Head:
        """The response's head."""
        if self._head is None:
            self._head = _held_head(self.response)
        if self._head is None:
            self.response.seek(0)
            self._head = read_head(self.response)
        return self._head

    @property
    def raw_head(self) -> bytes:
        """The response's head as received, with the empty line that ends it."""
        if parts := self.parts():
            return parts[0]
        length = self.head.length
        self.response.seek(0)
        return self.response.read(length)

    def parts(self) -> tuple[bytes, bytes] | None:
        """Head and body of the response as received, where they are in memory; None where they are in a file."""
        if isinstance(self.response, Held) and self.head.length == len(self.response.head):
            return self.response.head, self.response.body
        data = in_memory(self.response)
        return None if data is None else (data[: self.head.length], data[self.head.length :])

    @property
    def method(self) -> str:
        """The request's method."""
        return self.request[:64].lstrip().partition(b" ")[0].decode("latin-1")

    @property
    def status(self) -> int:
        """The status code, 0 where there is none."""
        return self.head.status

    @property
    def reason(self) -> bytes:
        """The reason phrase as received."""
        return self.head.reason

    @property
    def http_version(self) -> str:
        """The response's version, such as `HTTP/1.1`."""
        return self.head.version

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Names as received, values stripped, in order, duplicates kept."""
        return list(self.head.headers)

    def header(self, name: str) -> str | None:
        """The first value of the response header `name`, decoded as Latin-1."""
        values = self.head.values(name)
        return values[0].decode("latin-1") if values else None

    def entity(self) -> BinaryIO:
        """The body without chunk framing and trailers, with its content coding, from its start. Calls share one stream above `SPOOL`."""
        if self._entity is None:
            self._entity = self._read_entity()
        if isinstance(self._entity, bytes):
            return io.BytesIO(self._entity)
        self._entity.seek(0)
        return self._entity

    def body(self, limit: int = BODY_LIMIT) -> bytes:
        """The body without content coding: gzip, deflate (zlib or raw), br, zstd, at most two of them.

        A body that claims a coding it does not have is returned as received. Raises CaptureError for more than two codings,
        and where the body is larger than `limit` bytes before or after any decoding.
        """
        return self.decoded(limit).data

    def decoded(self, limit: int = BODY_LIMIT) -> Decoded:
        """`body`, and whether its codings came to their end. Raises as `body`."""
        check_length(self.payload_length, limit)  # before a film is read into memory
        data = self.entity().read()
        transfer = [coding for coding in self.head.tokens("transfer-encoding") if coding != "chunked"]
        return decode(data, self.head.tokens("content-encoding") + transfer, limit)

    @property
    def payload_length(self) -> int:
        """Bytes of `entity()`."""
        return self.entity().seek(0, io.SEEK_END)

    @property
    def payload_digest(self) -> str:
        """`sha1:` and Base32 over `entity()`."""
        if self._digest is None:
            entity = self.entity()
            digest = hashlib.sha1(usedforsecurity=False)
            while piece := entity.read(SPOOL):
                digest.update(piece)
            self._digest = "sha1:" + base64.b32encode(digest.digest()).decode("ascii")
        return self._digest

    def _read_entity(self) -> bytes | BinaryIO:
        """The end of the message was found by whoever recorded it, so all that follows the head is the body.

        `Content-Length` has no say: of two truths about a length, the recorded bytes are the better one.
        """
        parts = self.parts()
        if self.head.tokens("transfer-encoding")[-1:] == ["chunked"]:
            source = io.BytesIO(parts[1]) if parts else self.response
            target = cast(BinaryIO, Spool())
            source.seek(0 if parts else self.head.length)
            if dechunk(source, target):
                whole = in_memory(target)
                return target if whole is None else whole
        if parts:
            return parts[1]
        end = self.response.seek(0, io.SEEK_END)
        return cast(BinaryIO, io.BufferedReader(Slice(self.response, self.head.length, end), PIECE))

    def __reduce__(self) -> tuple[Any, ...]:
        """Captures go to worker processes: the response travels as bytes, so only captures within `BODY_LIMIT` should."""
        self.response.seek(0)
        values = {item.name: getattr(self, item.name) for item in fields(self) if item.init}
        return _restore, ({**values, "response": self.response.read()},)


def _held_head(response: BinaryIO) -> Head | None:
    """The head, read without the body, where the response is held in two parts and the first of them is all of the head."""
    if isinstance(response, Held) and response.head.endswith((b"\n\r\n", b"\n\n")):
        return read_head(io.BytesIO(response.head))
    return None


def _restore(values: dict[str, Any]) -> Capture:
    return Capture(**{**values, "response": io.BytesIO(values["response"])})
