"""Undoing `Content-Encoding` (RFC 9110 section 8.4) within bounds: a few kilobytes may inflate to gigabytes.

`br` is RFC 7932 and `zstd` RFC 8878, whose window RFC 9659 limits to 8 MB on the web.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import brotli  # type: ignore[import-untyped]  # Scrapy requires it; it comes without types

from crawler.errors import CaptureError
from crawler.formats import deflate

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_CODINGS = 2
"""More than two codings on one body are an attack, not a page."""

MAX_MEMBERS = 1_000
"""Gzip members or zstd frames of one body. What follows a member is copied for the next: of a million empty ones it would take hours.
A sitemap of 50 MB in the blocks of 64 KiB that bgzip makes has 800."""

_ZSTD_WINDOW_LOG = 23


class _Spoilt(Exception):
    """Raised by a decoder that met bytes that are not of its coding. `so_far` is what had been decoded before."""

    def __init__(self, so_far: bytes) -> None:
        super().__init__()
        self.so_far = so_far


class Decoded(NamedTuple):
    """A body without its codings."""

    data: bytes
    whole: bool
    """Whether every coding came to its own end; a coding that the body only claims to have is none."""


def decode(data: bytes, codings: list[str], limit: int) -> Decoded:
    """`data` without its content codings, which are named in the order in which they were put on.

    A body that claims a coding it does not have is returned as it is; one that goes wrong or ends midway gives what could
    be decoded, and is not whole.
    Raises CaptureError where there are more than `MAX_CODINGS` or `MAX_MEMBERS`, or more than `limit` bytes after any decoding.
    """
    real = [coding for coding in codings if coding != "identity"]
    if len(real) > MAX_CODINGS:
        raise CaptureError(f"{len(real)} content codings on one body, at most {MAX_CODINGS} are decoded")
    check_length(len(data), limit)
    whole = True
    for coding in reversed(real):
        decoder = _DECODERS.get(coding)
        if decoder is None:
            break
        try:
            data, ended = decoder(data, limit + 1)
        except _Spoilt as spoilt:
            return Decoded(spoilt.so_far or data, whole and not spoilt.so_far)
        whole = whole and ended
        check_length(len(data), limit)
    return Decoded(data, whole)


def _check_members(count: int) -> None:
    if count >= MAX_MEMBERS:
        raise CaptureError(f"body is compressed in more than {MAX_MEMBERS} pieces")


def check_length(length: int, limit: int) -> None:
    """Raises CaptureError where a body of `length` bytes is larger than `limit`."""
    if length > limit:
        raise CaptureError(f"body is larger than {limit} bytes")


def _gzip(data: bytes, limit: int) -> Decoded:
    """All members. What follows the last one is padding, as the gzip program takes it too."""
    out: list[bytes] = []
    size, whole = 0, True
    while data[:2] == b"\x1f\x8b" and size < limit:
        _check_members(len(out))
        try:
            piece, rest, whole = _member(data, limit - size)
        except zlib.error:
            piece = _inflated_before_fault(data, 31, limit - size)
            raise _Spoilt(b"".join([*out, piece])) from None
        out.append(piece)
        size += len(piece)
        data = rest.lstrip(b"\0")
    if not out and data:
        raise _Spoilt(b"")
    return Decoded(b"".join(out), whole)


def _member(data: bytes, limit: int) -> tuple[bytes, bytes, bool]:
    """One gzip member, what follows it, and whether it came to its end. Raises zlib.error.

    Of what isal finds unsound, zlib says how far it goes.
    """
    with suppress(deflate.fast.error):  # type: ignore[arg-type]  # its types call the class an instance
        fast = deflate.fast.decompressobj(wbits=31)
        piece = fast.decompress(data, limit)
        if fast.eof or len(piece) == limit:
            return piece, fast.unused_data, fast.eof
    slow = zlib.decompressobj(wbits=31)
    return slow.decompress(data, limit), slow.unused_data, slow.eof


def _inflated_before_fault(data: bytes, wbits: int, limit: int) -> bytes:
    """What inflates before the first bad byte. zlib throws away a whole call's output at a fault, so it is fed in small steps."""
    step = 256
    member = zlib.decompressobj(wbits=wbits)
    out: list[bytes] = []
    size = 0
    for start in range(0, len(data), step):
        try:
            out.append(member.decompress(data[start : start + step], limit))
        except zlib.error:
            break
        size += len(out[-1])
        if member.eof or size >= limit:
            break
    return b"".join(out)[:limit]


def _deflate(data: bytes, limit: int) -> Decoded:
    """zlib format as the standard says, or raw deflate as some servers send it."""
    for wbits in (15, -15):
        member = zlib.decompressobj(wbits=wbits)
        try:
            out = member.decompress(data, limit)
        except zlib.error:
            continue
        if out or not data:
            return Decoded(out, member.eof or not data)
    raise _Spoilt(b"")


def _brotli(data: bytes, limit: int) -> Decoded:
    """Brotli has no magic number: a fault anywhere means that the body never was brotli."""
    member = brotli.Decompressor()
    out: list[bytes] = []
    size = 0
    try:
        piece = member.process(data, output_buffer_limit=limit)
        while piece and size < limit:
            out.append(piece)
            size += len(piece)
            piece = member.process(b"", output_buffer_limit=limit)
    except brotli.error:
        raise _Spoilt(b"") from None
    if data and not out and not member.is_finished():
        raise _Spoilt(b"")
    return Decoded(b"".join(out), member.is_finished() or not data)


def _zstd(data: bytes, limit: int) -> Decoded:
    """All frames."""
    out: list[bytes] = []
    size, whole = 0, True
    while data and size < limit:
        _check_members(len(out))
        frame = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})
        try:
            piece = frame.decompress(data, limit - size)
        except zstd.ZstdError:
            raise _Spoilt(b"".join(out)) from None
        out.append(piece)
        size += len(piece)
        whole = frame.eof
        data = frame.unused_data if frame.eof else b""
    return Decoded(b"".join(out), whole)


_DECODERS: dict[str, Callable[[bytes, int], Decoded]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
