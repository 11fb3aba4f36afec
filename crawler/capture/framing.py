"""Where a message's body ends (RFC 9112 section 6). Bodies are only measured here: the recorder has the bytes already."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Protocol

from crawler.capture.bounds import CHUNK_LINE_BYTES

_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)


class FramingError(Exception):
    """Raised by `Chunked.feed` where the bytes are not chunks. `begun`: whether there had been a proper chunk before."""

    def __init__(self, reason: str, *, begun: bool) -> None:
        super().__init__(reason)
        self.begun = begun


class Framing(Protocol):
    """How the end of a body is known."""

    def feed(self, data: bytes) -> int | None:
        """Take the next bytes. Returns how many of them belong to the body when it ends here, None when it goes on."""

    def whole_at_close(self) -> bool:
        """Whether a connection that closes now has delivered the body whole."""


class UntilClose:
    """The body ends with the connection (rule 8)."""

    def feed(self, data: bytes) -> int | None:  # noqa: ARG002  the protocol's signature
        return None

    def whole_at_close(self) -> bool:
        return True


class Broken(UntilClose):
    """The body's chunks broke off: nobody knows where it ends, and it has not come whole (section 8)."""

    def whole_at_close(self) -> bool:
        return False


class Counted:
    """The body is as long as Content-Length says (rule 6)."""

    def __init__(self, length: int) -> None:
        self._left = length

    def feed(self, data: bytes) -> int | None:
        if len(data) < self._left:
            self._left -= len(data)
            return None
        taken, self._left = self._left, 0
        return taken

    def whole_at_close(self) -> bool:
        return not self._left


class _At(Enum):
    SIZE = auto()
    DATA_END = auto()
    TRAILER = auto()


class Chunked:
    """The body ends with the empty line after the chunk of size 0 (section 7.1). Bare LF ends a line, as in browsers."""

    def __init__(self) -> None:
        self._at = _At.SIZE
        self._left = 0
        self._line = bytearray()
        self._begun = False
        self._trailers = 0

    def feed(self, data: bytes) -> int | None:
        """As `Framing.feed`. Raises FramingError."""
        position = 0
        while position < len(data):
            if self._left:
                step = min(self._left, len(data) - position)
                self._left -= step
                position += step
                continue
            end = data.find(b"\n", position)
            self._line += data[position : end if end >= 0 else len(data)]
            if len(self._line) + self._trailers > CHUNK_LINE_BYTES:
                raise FramingError(f"over {CHUNK_LINE_BYTES} bytes of chunk extensions or trailers", begun=self._begun)
            if end < 0:
                return None
            position = end + 1
            line = bytes(self._line).removesuffix(b"\r")
            self._line.clear()
            if self._ends_with(line):
                return position
        return None

    def whole_at_close(self) -> bool:
        """True once the last chunk has come, since only trailers can be missing, and for what never began with a chunk."""
        return self._at is _At.TRAILER or (
            not self._begun and bool(self._line) and not _CHUNK_SIZE.fullmatch(self._line.removesuffix(b"\r"))
        )

    def _ends_with(self, line: bytes) -> bool:
        if self._at is _At.TRAILER:
            self._trailers += len(line)
            return not line
        if self._at is _At.DATA_END:
            if line:
                raise FramingError("chunk data goes on after its size", begun=True)
            self._at = _At.SIZE
            return False
        found = _CHUNK_SIZE.fullmatch(line)
        if not found:
            raise FramingError(f"{line[:40]!r} is no chunk size", begun=self._begun)
        self._begun = True
        self._left = int(found[1], 16)
        self._at = _At.DATA_END if self._left else _At.TRAILER
        return False
