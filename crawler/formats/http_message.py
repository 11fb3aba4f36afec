"""Reading HTTP/1.1 messages as they came over the wire (RFC 9112), however badly they were made.

Nothing here raises on bad input: a message that breaks the rules is still a message that somebody published.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

HEAD_LIMIT = 1 << 20
"""A head is looked for in the first MiB; servers stop at 8 to 64 KiB, and what goes on longer is no head."""

PIECE = 1 << 16
"""Bytes moved at once when a body is too large for memory."""

_STATUS_LINE = re.compile(rb"\S*\s+(\d{3})(?:[ \t]+(.*))?", re.DOTALL)
_VERSION = re.compile(rb"(?:^|\s)(HTTP/\d+(?:\.\d+)?)(?:\s|$)", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Head:
    """Start line and header fields of one message."""

    start_line: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    """Names in the case received, values without surrounding white space, in order, duplicates kept, folded lines joined by a space."""
    length: int
    """Bytes up to and including the empty line."""

    @property
    def status(self) -> int:
        """The status code of a response, 0 where the start line has none."""
        return _status(self.start_line)

    @property
    def reason(self) -> bytes:
        """The reason phrase of a response."""
        found = _STATUS_LINE.match(self.start_line)
        return found[2] or b"" if found else b""

    @property
    def version(self) -> str:
        """Such as `HTTP/1.1`; an empty string where the start line names none."""
        found = _VERSION.search(self.start_line)
        return found[1].decode("ascii").upper() if found else ""

    def values(self, name: str) -> list[bytes]:
        """All values of the header `name`, in order."""
        wanted = name.lower().encode("latin-1")
        return [value for key, value in self.headers if key.lower() == wanted]

    def tokens(self, name: str) -> list[str]:
        """The comma-separated tokens of all headers `name`, lower-cased, without parameters: for lists of codings."""
        joined = b",".join(self.values(name)).decode("latin-1").lower()
        return [token for part in joined.split(",") if (token := part.partition(";")[0].strip())]


@lru_cache(maxsize=256)
def _status(start_line: bytes) -> int:
    found = _STATUS_LINE.match(start_line)
    return int(found[1]) if found else 0


def read_head(stream: BinaryIO) -> Head:
    """The head of the message that starts where `stream` stands. Lines end with LF, with or without CR before it.

    Empty lines before the start line are part of the head. A message that ends before its empty line is all head. A line
    without a colon says nothing and is left out.
    """
    length = 0
    lines: list[bytes] = []
    while length < HEAD_LIMIT:
        line = stream.readline(HEAD_LIMIT - length)
        length += len(line)
        text = line.rstrip(b"\n").removesuffix(b"\r")
        if text:
            lines.append(text)
        elif lines or not line:
            break
    return Head(lines[0] if lines else b"", tuple(_fields(lines[1:])), length)


def _fields(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    name: bytes | None = None
    value = b""
    for line in lines:
        if line[:1] in (b" ", b"\t") and name is not None:
            value = b" ".join(part for part in (value, line.strip(b" \t")) if part)
            continue
        if name is not None:
            yield name, value
        key, colon, rest = line.partition(b":")
        name, value = (key.strip(b" \t"), rest.strip(b" \t")) if colon else (None, b"")
    if name is not None:
        yield name, value


def dechunk(source: BinaryIO, target: BinaryIO) -> bool:
    """Copies the data of the chunks in `source` to `target`, without sizes, extensions and trailers.

    Says whether `source` is chunked at all: where not even the first line is a chunk size, nothing is copied.
    A message cut short, or gone wrong later, gives the data up to there.
    """
    first = True
    while True:
        line = source.readline(PIECE)
        found = _CHUNK_SIZE.match(line.rstrip(b"\r\n"))
        if not found or len(line) == PIECE:  # a line that goes on for 64 KiB is no size
            return not first or not line
        first = False
        left = int(found[1], 16)
        if not left:
            return True
        while left:
            piece = source.read(min(left, PIECE))
            if not piece:
                return True
            target.write(piece)
            left -= len(piece)
        if source.readline(PIECE).strip(b"\r\n"):
            return True  # the data goes on where its line should end


class Slice(io.RawIOBase):
    """The rest of a seekable stream from `start` on, read-only, with a position of its own: a body without a copy."""

    def __init__(self, source: BinaryIO, start: int, end: int) -> None:
        super().__init__()
        self._source = source
        self._start = start
        self._size = max(end - start, 0)
        self._position = 0

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As `io.IOBase.seek`, counted from the start of the slice."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's own buffer type is private
        """As `io.RawIOBase.readinto`."""
        self._source.seek(self._start + self._position)
        piece = self._source.read(min(len(buffer), max(self._size - self._position, 0)))
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
