"""The shape of a WARC record: how one is laid out, and how one is read from wherever it starts in a file."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from crawler.errors import ArchiveDamaged
from crawler.formats import deflate
from crawler.formats.http_message import PIECE, read_head
from crawler.formats.spool import SPOOL, Spool

GZIP_MAGIC = b"\x1f\x8b"


class Unreadable(ArchiveDamaged):
    """Raised by `records` where no whole record starts."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(f"offset {offset}: {why}")
        self.offset = offset
        self.why = why


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

VERSION = "WARC/1.1"

RECORD_END = b"\r\n\r\n"

Headers = list[tuple[str, str]]

Block = tuple[bytes, ...] | BinaryIO
"""Of a record: pieces in memory, an HTTP message's head the first of them; or a stream where it is large."""


def size_of(block: Block) -> int:
    """Bytes of `block`."""
    return sum(map(len, block)) if isinstance(block, tuple) else block.seek(0, io.SEEK_END)


def pieces_of(block: Block) -> Iterator[bytes]:
    """All of `block` from its start, in pieces of at most `SPOOL` bytes where it is a stream."""
    if isinstance(block, tuple):
        yield from block
        return
    block.seek(0)
    while piece := block.read(SPOOL):
        yield piece


def lay_out(headers: Headers, block: Block) -> Iterator[bytes]:
    """The bytes of a record. `headers` has everything but the length; its values are each on one line."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    yield f"{VERSION}\r\n{lines}Content-Length: {size_of(block)}\r\n\r\n".encode()
    yield from pieces_of(block)
    yield RECORD_END


@dataclass(slots=True)
class Record:
    """One record as it stands in a file."""

    offset: int
    length: int
    """Bytes of the gzip member, or of the record itself where the file is not compressed."""
    version: str
    headers: tuple[tuple[str, str], ...]
    block: BinaryIO
    ending: bytes
    """What follows the block: `RECORD_END` in a sound file."""
    _named: dict[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._named = {}
        for name, value in self.headers:
            self._named.setdefault(name.lower(), []).append(value)

    def get(self, name: str) -> str | None:
        """The first value of the header `name`."""
        found = self._named.get(name.lower())
        return found[0] if found else None

    def get_all(self, name: str) -> list[str]:
        """All values of the header `name`."""
        return list(self._named.get(name.lower(), ()))

    @property
    def type(self) -> str:
        """WARC-Type, an empty string where there is none."""
        return self.get("WARC-Type") or ""

    @property
    def id(self) -> str:
        """WARC-Record-ID without angle brackets."""
        return bare(self.get("WARC-Record-ID") or "")

    @property
    def url(self) -> str:
        """WARC-Target-URI; some writers put it in angle brackets."""
        return bare(self.get("WARC-Target-URI") or "")


def bare(value: str) -> str:
    """`value` without angle brackets."""
    return value[1:-1] if value.startswith("<") and value.endswith(">") else value


def one_line(value: str) -> str:
    """`value` with every control character as a space."""
    return _CONTROL.sub(" ", value)


def sha1(block: Block) -> str:
    """`sha1:` and Base32 over the whole block; a stream is left at its start."""
    digest = hashlib.sha1(usedforsecurity=False)
    for piece in pieces_of(block):
        digest.update(piece)
    if not isinstance(block, tuple):
        block.seek(0)
    return "sha1:" + base64.b32encode(digest.digest()).decode("ascii")


class _Member(io.RawIOBase):
    """One gzip member, inflated as it is read. Raises ArchiveDamaged where it does not inflate, fails its CRC or ends midway."""

    def __init__(self, source: BinaryIO, offset: int) -> None:
        super().__init__()
        self._source = source
        self._position = offset
        self._inflater: Any = None
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._inflater is None or not self._inflater.eof:
            if not self._waiting:
                self._source.seek(self._position)
                self._waiting = self._source.read(PIECE)
                self._position += len(self._waiting)
                if not self._waiting:
                    raise ArchiveDamaged("gzip member ends midway")
            if self._inflater is None:
                self._inflater = _inflater(self._waiting)
            try:
                out = self._inflater.decompress(self._waiting, len(buffer))
            except (zlib.error, deflate.fast.error) as error:  # type: ignore[misc]  # isal's types call the class an instance
                raise ArchiveDamaged(f"gzip member does not inflate: {error}") from error
            self._waiting = self._inflater.unconsumed_tail
            if out:
                buffer[: len(out)] = out
                return len(out)
        return 0

    @property
    def end(self) -> int:
        """Offset behind the member, once it has been read to its end."""
        return self._position - len(self._inflater.unused_data)


def _inflater(start: bytes) -> Any:
    """zlib where the member's reserved flags are set, which RFC 1952 calls an error: isal does not look at them."""
    return (zlib if any(byte & 0xE0 for byte in start[3:4]) else deflate.fast).decompressobj(wbits=31)


class _Plain(io.RawIOBase):
    """A file that is not compressed, read from `offset` on."""

    def __init__(self, source: BinaryIO, offset: int) -> None:
        super().__init__()
        self._source = source
        self._position = offset

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._source.seek(self._position)
        piece = self._source.read(len(buffer))
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)


def records(source: BinaryIO, offset: int = 0) -> Iterator[Record]:
    """Every record from `offset` on, compressed one by one or not at all.

    Raises Unreadable, with the offset, where no whole record starts.
    """
    while True:
        source.seek(offset)
        magic = source.read(2)
        if not magic:
            return
        try:
            record, offset = _compressed(source, offset) if magic == GZIP_MAGIC else _plain(source, offset)
        except ArchiveDamaged as damage:
            raise Unreadable(offset, str(damage)) from damage
        yield record


def _compressed(source: BinaryIO, offset: int) -> tuple[Record, int]:
    member = _Member(source, offset)
    reader = cast(BinaryIO, io.BufferedReader(member, PIECE))
    record = _record(reader, offset)
    record.ending = reader.read(PIECE)
    if record.ending.strip(b"\r\n") or reader.read(1):
        raise ArchiveDamaged("more than one record in a gzip member")
    record.length = member.end - offset
    return record, member.end


def _plain(source: BinaryIO, offset: int) -> tuple[Record, int]:
    reader = cast(BinaryIO, io.BufferedReader(_Plain(source, offset), PIECE))
    record = _record(reader, offset)
    record.ending = reader.read(len(RECORD_END))
    return record, offset + record.length + len(record.ending)


def _record(reader: BinaryIO, offset: int) -> Record:
    head = read_head(reader)
    version = head.start_line.decode("utf-8", "replace")
    if not version.startswith("WARC/"):
        raise ArchiveDamaged(f"no WARC record starts here but {head.start_line[:40]!r}")
    headers = tuple((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in head.headers)
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    if len(lengths) != 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
        raise ArchiveDamaged(f"Content-Length is {lengths}")
    length = int(lengths[0])
    block = _copy(reader, length)
    return Record(offset, head.length + length, version, headers, block, b"")


def _copy(reader: BinaryIO, length: int) -> BinaryIO:
    """The block in memory, or in a file where it is large."""
    if length <= SPOOL:
        data = reader.read(length)
        if len(data) < length:
            raise ArchiveDamaged(f"block has {len(data)} of {length} bytes")
        return io.BytesIO(data)
    block = cast(BinaryIO, Spool())
    left = length
    while left:
        piece = reader.read(min(left, SPOOL))
        if not piece:
            raise ArchiveDamaged(f"block has {length - left} of {length} bytes")
        block.write(piece)
        left -= len(piece)
    block.seek(0)
    return block
