"""Where messages wait: in memory while they are small, in an unnamed file when they are not."""

from __future__ import annotations

import io
import tempfile
from typing import BinaryIO, cast

SPOOL = 1 << 20
"""Messages above 1 MiB go to a file; nearly every page is below."""

_CRUMB = 4096
"""Pieces that together are no larger than this become one, because a server may send byte by byte."""


class Spool(tempfile.SpooledTemporaryFile[bytes]):
    """A stream that keeps up to `SPOOL` bytes in memory. Its file goes with the last reference to it."""

    def __init__(self) -> None:
        super().__init__(max_size=SPOOL)

    def __del__(self) -> None:
        self.close()


class Held(io.BufferedIOBase):
    """A stream over the head and the body of a message, which are put together only if somebody reads it."""

    def __init__(self, head: bytes, body: bytes) -> None:
        super().__init__()
        self.head = head
        self.body = body
        self._joined: io.BytesIO | None = None

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """As `io.BytesIO.seek`."""
        return self._stream.seek(offset, whence)

    def read(self, size: int | None = -1, /) -> bytes:
        """As `io.BytesIO.read`."""
        return self._stream.read(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        """As `io.BytesIO.readline`."""
        return self._stream.readline(size)

    @property
    def _stream(self) -> io.BytesIO:
        if self._joined is None:
            self._joined = io.BytesIO(self.head + self.body)
        return self._joined


class Inbox:
    """Takes a message as it comes, its head first and whole, and keeps what came without copying it."""

    def __init__(self) -> None:
        self.size = 0
        self._head = b""
        self._pieces: list[bytes] = []
        self._file: Spool | None = None

    def begin(self, head: bytes) -> None:
        """The head. What `write` takes after this is body."""
        self._head = head
        self.size = len(head)

    def write(self, data: bytes) -> None:
        """The next bytes of the body."""
        self.size += len(data)
        if self._file is not None:
            self._file.write(data)
        elif self._pieces and len(self._pieces[-1]) + len(data) <= _CRUMB:
            self._pieces[-1] += data
        else:
            self._pieces.append(data)
            if self.size > SPOOL:
                self._to_file()

    def leave_out(self, count: int) -> None:
        """The last `count` bytes of the body are not part of it."""
        self.size -= count
        if self._file is not None:
            self._file.truncate(self.size)
            self._file.seek(0, io.SEEK_END)
            return
        while count:
            last = self._pieces.pop()
            if len(last) > count:
                self._pieces.append(last[:-count])
            count -= min(count, len(last))

    def stream(self) -> BinaryIO:
        """The message. Nothing may be written after this."""
        if self._file is not None:
            return cast(BinaryIO, self._file)
        self._pieces = [b"".join(self._pieces)]
        return cast(BinaryIO, Held(self._head, self._pieces[0]))

    def _to_file(self) -> None:
        self._file = Spool()
        self._file.write(self._head)
        self._file.writelines(self._pieces)
        self._pieces.clear()


def in_memory(stream: BinaryIO) -> bytes | None:
    """All bytes of `stream`, where there are at most `SPOOL` and they are in memory; None where they are not."""
    if isinstance(stream, Held):
        return stream.head + stream.body
    held = stream._file if isinstance(stream, Spool) else stream  # `_file` is named in the documentation of tempfile
    if not isinstance(held, io.BytesIO):
        return None
    data = held.getvalue()
    return data if len(data) <= SPOOL else None
