"""WARC files of other programs are read too: other orders, other links, other spellings, no compression."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

from crawler.errors import ArchiveDamaged
from crawler.formats.capture import Capture
from crawler.formats.warc import captures, read_capture
from crawler.formats.warc.record import Unreadable, records

PAGE = b"<title>A page</title>"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
REQUEST = b"GET / HTTP/1.0\r\n\r\n"


def record(kind: str, number: int, block: bytes, *more: str, version: str = "WARC/1.0", url: str = "<http://a.example/>") -> bytes:
    lines = [
        version,
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:{number}>",
        "WARC-Date: 2026-03-01T06:00:00Z",
        f"WARC-Target-URI: {url}",
        *more,
        f"Content-Length: {len(block)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + block + b"\r\n\r\n"


INFO = record("warcinfo", 0, b"software: other\r\n")
FILES = {
    "request first (Wget)": [INFO, record("request", 1, REQUEST), record("response", 2, ANSWER, "WARC-Concurrent-To: <urn:uuid:1>")],
    "answer first (Heritrix)": [
        INFO,
        record("response", 1, ANSWER, url="http://a.example/"),
        record("request", 2, REQUEST, "WARC-Concurrent-To: <urn:uuid:1>"),
        record("metadata", 3, b"via: http://v.example/\r\nhopsFromSeed: LL\r\n", "WARC-Concurrent-To: <urn:uuid:1>"),
    ],
    "metadata that refers (Browsertrix)": [
        INFO,
        record("response", 1, ANSWER),
        record("request", 2, REQUEST, "WARC-Concurrent-To: <urn:uuid:1>"),
        record("metadata", 3, b"via: http://v.example/\r\n", "WARC-Refers-To: <urn:uuid:1>"),
    ],
    "between other records": [
        record("resource", 7, b"about\n", url="metadata://tool/"),
        record("response", 8, b"20260301 a.example. 1.2.3.4\n", url="dns:a.example"),
        record("request", 1, REQUEST),
        record("response", 2, ANSWER, "WARC-Concurrent-To: <urn:uuid:1>"),
        record("metadata", 9, b"x: y\r\n", url="http://c.example/"),
    ],
}


def zipped(records: list[bytes]) -> bytes:
    return b"".join(map(gzip.compress, records))


def plain(records: list[bytes]) -> bytes:
    return b"".join(records)


@pytest.mark.parametrize("pack", [zipped, plain])
@pytest.mark.parametrize("name", FILES)
def test_exchanges_are_put_together(tmp_path: Path, name: str, pack: Callable[[list[bytes]], bytes]) -> None:
    path = tmp_path / "other.warc"
    path.write_bytes(pack(FILES[name]))
    [capture] = captures(path)
    assert (capture.url, capture.request, capture.response.read(), capture.body()) == ("http://a.example/", REQUEST, ANSWER, PAGE)
    assert capture.via == ("http://v.example/" if "metadata" in name or "Heritrix" in name else None)
    assert capture.ref is not None
    assert capture.ref.file == "other.warc"
    assert read_capture(tmp_path, capture.ref).body() == PAGE


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Encoding: br", brotli.compress(PAGE)),
        ("Content-Encoding: gzip", PAGE),  # the writer decoded the body but left the header
        ("Transfer-Encoding: chunked", PAGE),
        ("Content-Encoding: br\r\nTransfer-Encoding: chunked", PAGE),
    ],
)
def test_headers_that_lie_about_the_body_lose_nothing(tmp_path: Path, headers: str, body: bytes) -> None:
    path = tmp_path / "other.warc.gz"
    path.write_bytes(zipped([record("response", 1, f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n".encode() + body)]))
    [capture] = captures(path)
    assert (capture.body(), capture.request) == (PAGE, b"")


@pytest.mark.parametrize(
    ("date", "wanted"),
    [
        ("2026-03-01T06:00:00Z", "2026-03-01T06:00:00+00:00"),
        ("2026-03-01T06:00:00.123Z", "2026-03-01T06:00:00.123000+00:00"),
        ("2026-03-01T06:00:00.123456789Z", "2026-03-01T06:00:00.123456+00:00"),
        ("2026-03-01T08:00:00+02:00", "2026-03-01T06:00:00+00:00"),
    ],
)
def test_dates_of_every_precision(tmp_path: Path, date: str, wanted: str) -> None:
    path = tmp_path / "other.warc"
    path.write_bytes(record("response", 1, ANSWER).replace(b"2026-03-01T06:00:00Z", date.encode()))
    [capture] = captures(path)
    assert capture.date.isoformat() == wanted


def test_two_exchanges_without_links_stay_two(tmp_path: Path) -> None:
    path = tmp_path / "other.warc"
    path.write_bytes(plain([record("response", n, ANSWER) for n in range(3)]))
    assert [capture.ref.record_id for capture in captures(path) if capture.ref] == ["urn:uuid:0", "urn:uuid:1", "urn:uuid:2"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"<html>", "no WARC record starts here"),
        (gzip.compress(b"not a record", mtime=0), "no WARC record starts here"),
        (record("response", 1, ANSWER)[:-30], "block has"),
        (gzip.compress(record("response", 1, ANSWER) * 2, mtime=0), "more than one record"),
        (record("response", 1, ANSWER).replace(b"Content-Length: ", b"Content-Length: -"), "Content-Length is"),
        (record("response", 1, ANSWER).replace(b"2026-03-01T06", b"yesterday"), "WARC-Date is"),
    ],
)
def test_what_is_no_warc_file_is_damage(tmp_path: Path, data: bytes, what: str) -> None:
    path = tmp_path / "other.warc.gz"
    path.write_bytes(data)
    with pytest.raises(ArchiveDamaged, match=what) as raised:
        list(captures(path))
    assert "other.warc.gz" in str(raised.value)


def test_what_stands_before_the_damage_is_read(tmp_path: Path) -> None:
    path = tmp_path / "other.warc.gz"
    path.write_bytes(zipped([record("response", 1, ANSWER), record("response", 2, ANSWER)])[:-4])
    found: list[Capture] = []
    with pytest.raises(ArchiveDamaged, match="ends midway"):
        found.extend(captures(path))
    reader = captures(path)
    assert next(reader).body() == PAGE


def test_each_flipped_bit_that_zlib_finds_is_found() -> None:
    """Records are inflated by a faster program, which must be as strict."""
    member = gzip.compress(record("response", 1, ANSWER * 3), mtime=0)
    for bit in range(8 * len(member)):
        spoilt = bytearray(member)
        spoilt[bit // 8] ^= 1 << bit % 8
        assert _is_read(bytes(spoilt)) == _inflates(bytes(spoilt)), f"bit {bit % 8} of byte {bit // 8}"


def _is_read(data: bytes) -> bool:
    try:
        return bool(list(records(io.BytesIO(data))))
    except Unreadable:
        return False


def _inflates(data: bytes) -> bool:
    inflater = zlib.decompressobj(wbits=31)
    try:
        inflater.decompress(data)
    except zlib.error:
        return False
    return inflater.eof
