"""What a capture reads from the bytes of a message, good or bad."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import pickle
import random
import sys
import tempfile
import time
import zlib
from datetime import UTC, datetime
from typing import BinaryIO, cast

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import CaptureError
from crawler.formats.capture import Capture
from crawler.formats.content_coding import decode
from crawler.formats.spool import SPOOL

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DATE = datetime(2026, 3, 1, 6, 0, 0, 123456, tzinfo=UTC)
PAGE = "<!doctype html><title>Überschrift</title><p>Ein Absatz.</p>".encode() * 20


def exchange(response: bytes, request: bytes = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n") -> Capture:
    return Capture("http://a.example/", DATE, request, io.BytesIO(response))


def answer(body: bytes, *lines: bytes) -> Capture:
    return exchange(b"\r\n".join((b"HTTP/1.1 200 OK", *lines, b"", b"")) + body)


def chunked(body: bytes, size: int, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    chunks = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(c), extension, c) for c in chunks) + b"0\r\n" + trailer + b"\r\n"


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def test_a_head_is_read_as_it_was_written() -> None:
    capture = exchange(
        b"HTTP/1.1 404 Gibt es nicht \xfc\r\nsErVeR:  x \r\nSet-Cookie: a\r\nset-cookie: b\r\nX-Long: one\r\n\t two\r\n\r\nbody"
    )
    assert (capture.status, capture.reason, capture.http_version, capture.method) == (404, b"Gibt es nicht \xfc", "HTTP/1.1", "GET")
    assert capture.headers == [(b"sErVeR", b"x"), (b"Set-Cookie", b"a"), (b"set-cookie", b"b"), (b"X-Long", b"one two")]
    assert capture.header("SET-COOKIE") == "a"
    assert capture.header("absent") is None
    assert capture.raw_head.endswith(b" two\r\n\r\n")
    assert capture.entity().read() == b"body"


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        (b"HTTP/1.1 200 OK\nA: b\n\n", [(b"A", b"b")]),
        (b"HTTP/1.1 200 OK\r\nno colon here\r\nA: b\r\n\r\n", [(b"A", b"b")]),
        (b"HTTP/1.1 200 OK\r\nBad Name : b\r\n\r\n", [(b"Bad Name", b"b")]),
        (b"HTTP/1.1 200 OK\r\n folded first\r\nA: b\r\n\r\n", [(b"A", b"b")]),
        (b"HTTP/1.1 200 OK\r\nA: \xff\xfe\r\n\r\n", [(b"A", b"\xff\xfe")]),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", [(b"A", b"x" * 70_000)]),
        (b"\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n", [(b"A", b"b")]),
    ],
)
def test_bad_heads_are_read_all_the_same(head: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    capture = exchange(head + PAGE)
    assert (capture.status, capture.headers) == (200, headers)
    assert capture.body() == PAGE


@pytest.mark.parametrize(
    "response", [b"", b"\r\n\r\n", b"garbage", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nA: b", b"HTTP/1.1 2000 OK\r\n\r\n"]
)
def test_a_message_cut_in_its_head_is_all_head(response: bytes) -> None:
    capture = exchange(response)
    assert capture.raw_head + capture.entity().read() == response
    assert capture.body() in (b"", response[-2:])


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("extension", [b"", b";name=value", b' ; a="b c"'])
@pytest.mark.parametrize("trailer", [b"", b"X-Checksum: 1\r\nX-Two: 2\r\n"])
def test_chunks_are_joined(size: int, extension: bytes, trailer: bytes) -> None:
    capture = answer(chunked(PAGE, size, extension, trailer), b"Transfer-Encoding: Chunked")
    assert capture.entity().read() == PAGE
    assert capture.payload_digest == sha1(PAGE)
    assert capture.payload_length == len(PAGE)


def test_a_chunked_message_cut_short_gives_what_came() -> None:
    whole = chunked(PAGE, 50, b";x=y", b"T: 1\r\n")
    for end in range(0, len(whole), 13):
        body = answer(whole[:end], b"Transfer-Encoding: chunked").entity().read()
        assert PAGE.startswith(body) or end < 9  # a first line cut inside its size cannot be told from a body


def test_a_body_that_only_claims_to_be_chunked_is_kept() -> None:
    assert answer(PAGE, b"Transfer-Encoding: chunked").body() == PAGE


CODERS = {
    b"gzip": gzip.compress,
    b"x-gzip": gzip.compress,
    b"deflate": zlib.compress,
    b"br": brotli.compress,
    b"zstd": zstd.compress,
}


@pytest.mark.parametrize("coding", CODERS)
def test_content_codings_are_undone_but_the_digest_is_over_the_coded_body(coding: bytes) -> None:
    coded = CODERS[coding](PAGE)
    capture = answer(chunked(coded, 11), b"Content-Encoding: " + coding.upper(), b"Transfer-Encoding: chunked")
    assert capture.body() == PAGE
    assert capture.entity().read() == coded
    assert capture.payload_digest == sha1(coded)


@pytest.mark.parametrize("coding", CODERS)
def test_a_body_that_does_not_have_the_coding_it_claims_is_returned_raw(coding: bytes) -> None:
    assert answer(PAGE, b"Content-Encoding: " + coding).body() == PAGE
    assert answer(b"", b"Content-Encoding: " + coding).body() == b""


@pytest.mark.parametrize("coding", CODERS)
def test_a_coded_body_cut_short_gives_what_came(coding: bytes) -> None:
    coded = CODERS[coding](PAGE)
    for end in range(len(coded)):
        body = answer(coded[:end], b"Content-Encoding: " + coding).body()
        assert PAGE.startswith(body) or body == coded[:end]


def test_gzip_in_members_and_with_padding() -> None:
    two = gzip.compress(PAGE) + gzip.compress(b"<p>more</p>")
    assert answer(two, b"Content-Encoding: gzip").body() == PAGE + b"<p>more</p>"
    assert answer(two + b"\0" * 9 + b"junk", b"Content-Encoding: gzip").body() == PAGE + b"<p>more</p>"


def test_gzip_that_goes_wrong_midway_gives_what_was_read_before() -> None:
    noise = hashlib.shake_128(b"noise").digest(100_000)
    coded = bytearray(gzip.compress(noise))
    coded[-6] ^= 1  # the CRC
    body = answer(bytes(coded), b"Content-Encoding: gzip").body()
    assert noise.startswith(body)
    assert len(body) > 90_000


def test_deflate_without_its_zlib_wrapper() -> None:
    assert answer(raw_deflate(PAGE), b"Content-Encoding: deflate").body() == PAGE


def test_two_codings_and_no_more() -> None:
    assert answer(brotli.compress(gzip.compress(PAGE)), b"Content-Encoding: gzip, br").body() == PAGE
    assert answer(brotli.compress(gzip.compress(PAGE)), b"Content-Encoding: gzip", b"Content-Encoding: br").body() == PAGE
    assert answer(gzip.compress(PAGE), b"Content-Encoding: identity, gzip, identity").body() == PAGE
    with pytest.raises(CaptureError, match="3 content codings"):
        answer(PAGE, b"Content-Encoding: gzip, gzip, gzip").body()


def test_a_transfer_coding_besides_chunked_is_undone_too() -> None:
    assert answer(chunked(gzip.compress(PAGE), 9), b"Transfer-Encoding: gzip, chunked").body() == PAGE


@pytest.mark.parametrize("coding", CODERS)
def test_a_bomb_is_stopped_at_the_limit(coding: bytes) -> None:
    bomb = CODERS[coding](b"\0" * 3_000_000)
    with pytest.raises(CaptureError, match="larger than 1000000 bytes"):
        answer(bomb, b"Content-Encoding: " + coding).body(limit=1_000_000)
    assert len(answer(bomb, b"Content-Encoding: " + coding).body(limit=3_000_000)) == 3_000_000


def test_an_uncoded_body_has_the_same_limit() -> None:
    with pytest.raises(CaptureError, match="larger than 100 bytes"):
        answer(PAGE).body(limit=100)


def test_an_unknown_coding_is_left_alone() -> None:
    assert answer(PAGE, b"Content-Encoding: utf-8").body() == PAGE


@pytest.mark.parametrize("framing", [b"Content-Length: 3", b"Transfer-Encoding: chunked"])
def test_a_large_body_stays_in_its_file(framing: bytes) -> None:
    body = b"0123456789abcdef" * (SPOOL // 8)
    with cast(BinaryIO, tempfile.TemporaryFile()) as stream:
        stream.write(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n")
        stream.write(chunked(body, 100_000) if b"chunked" in framing else body)
        capture = Capture("http://a.example/", DATE, b"GET / HTTP/1.1\r\n\r\n", stream)
        assert capture.payload_digest == sha1(body)
        assert capture.payload_length == len(body)
        assert capture.entity().read(20) == body[:20]
        assert capture.body() == body


def test_a_capture_travels_to_another_process() -> None:
    capture = answer(gzip.compress(PAGE), b"Content-Encoding: gzip")
    capture.outlinks = ("http://a.example/2",)
    assert capture.body() == PAGE
    copy = pickle.loads(pickle.dumps(capture))
    assert copy.body() == PAGE
    assert (copy.url, copy.date, copy.outlinks) == (capture.url, capture.date, capture.outlinks)


def test_a_page_without_an_exchange_can_be_wrapped() -> None:
    capture = Capture.from_response("https://a.example/p?q=1", PAGE, date=DATE)
    assert (capture.status, capture.method, capture.header("Content-Type"), capture.body()) == (200, "GET", "text/html", PAGE)
    assert capture.request.startswith(b"GET /p?q=1 HTTP/1.1\r\nHost: a.example\r\n")


@given(st.binary(max_size=300), st.sampled_from([b"", b"gzip", b"deflate", b"br", b"zstd"]), st.booleans())
def test_no_bytes_make_it_raise(garbage: bytes, coding: bytes, with_head: bool) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: " + coding + b"\r\n\r\n" if with_head else b""
    capture = exchange(head + garbage)
    assert capture.raw_head + capture.response.read() == head + garbage
    assert isinstance(capture.body(), bytes)
    assert capture.status in range(1000)
    assert capture.payload_digest.startswith("sha1:")


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_body_of_countless_empty_pieces_takes_no_time(coding: str) -> None:
    piece = gzip.compress(b"") if coding == "gzip" else zstd.compress(b"")
    before = time.process_time()
    with pytest.raises(CaptureError, match="more than 1000 pieces"):
        decode(piece * 200_000, [coding], 16_000_000)
    assert time.process_time() - before < 5


def test_a_large_body_with_a_fault_at_its_end_takes_no_time() -> None:
    data = gzip.compress(random.Random(1).randbytes(200_000) * 60, 1)
    before = time.process_time()
    decoded = decode(data[:-8] + b"12345678", ["gzip"], 16_000_000)
    assert time.process_time() - before < 5
    assert len(decoded.data) > 11_000_000
    assert not decoded.whole


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_coding_that_ends_midway_is_not_whole(coding: str) -> None:
    text = b"<p>" + random.Random(2).randbytes(5000).hex().encode() + b"</p>"
    coded = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}[coding](text)
    assert decode(coded, [coding], 16_000_000) == (text, True)
    cut = decode(coded[: len(coded) // 2], [coding], 16_000_000)
    assert not cut.whole
    assert text.startswith(cut.data)
