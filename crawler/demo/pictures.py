"""Pictures made from their own names: the same bytes every time, and no binary file in the package."""

from __future__ import annotations

import hashlib
import struct
import zlib

WIDTH, HEIGHT = 480, 270


def png(name: str) -> bytes:
    """An evening sky over water as a PNG of 480 x 270 pixels; its colours follow from `name`."""
    seed = hashlib.sha256(name.encode()).digest()
    rows = b"".join(b"\0" + bytes(_colour(seed, y)) * WIDTH for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _colour(seed: bytes, y: int) -> tuple[int, int, int]:
    horizon = HEIGHT * 3 // 5
    share = y / horizon if y < horizon else (HEIGHT - y) / (2 * (HEIGHT - horizon))
    return (int(seed[0] // 2 + 90 * share), int(seed[1] // 2 + 60 * share), int(96 + seed[2] // 4 + 40 * share))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def svg(name: str) -> bytes:
    """A lantern as an SVG drawing; its light's colour follows from `name`."""
    hue = hashlib.sha256(name.encode()).digest()[0]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200" viewBox="0 0 320 200">'
        '<rect width="320" height="200" fill="#14202b"/><path d="M160 20v24" stroke="#c9b27c" stroke-width="4"/>'
        f'<rect x="130" y="44" width="60" height="90" rx="10" fill="hsl({hue} 80% 62%)" stroke="#c9b27c" stroke-width="4"/>'
        '<path d="M120 134h80l-10 16h-60z" fill="#c9b27c"/></svg>\n'
    ).encode()
