"""What a WARC file holds: each exchange to the byte, linked and dated as the standard asks, in files that are whole or absent."""

from __future__ import annotations

import base64
import fcntl
import gzip
import hashlib
import io
import os
import re
import resource
import subprocess
import sys
import tempfile
import tracemalloc
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import brotli
import pytest
from cdxj_indexer.main import write_cdx_index
from fastwarc.warc import ArchiveIterator as FastArchiveIterator
from hypothesis import given, settings
from hypothesis import strategies as st
from warc_exchanges import BEGIN, HEAD, PAGE, Ticking, exchange, page, writer
from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from crawler.errors import ArchiveDamaged
from crawler.formats.article import RecordRef
from crawler.formats.capture import Capture
from crawler.formats.warc import captures, cdxj_path, read_capture, repair
from crawler.formats.warc.ledger import Ledger
from crawler.formats.warc.verify import verify_files

AWKWARD = {
    "mixed case and duplicates": b"HTTP/1.1 200 OK\r\nsEt-cOOkie: a\r\nSET-COOKIE: b\r\nX:1\r\n\r\nbody",
    "folded": b"HTTP/1.1 200 OK\r\nX-Long: one\r\n\ttwo\r\n   three\r\n\r\nbody",
    "raw bytes in reason and header": b"HTTP/1.1 200 \xff\xfe\xc3\r\nX: \xe4\xf6\r\n\r\n\x00\xffbody",
    "no reason": b"HTTP/1.1 204\r\n\r\n",
    "line feeds only": b"HTTP/1.0 200 OK\nX: y\n\nbody",
    "no colon": b"HTTP/1.1 200 OK\r\nnothing here\r\nX : y\r\n\r\nbody",
    "chunks with extension and trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\nbody\r\n0\r\nT: x\r\n\r\n",
    "false gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip",
    "brotli": b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n" + brotli.compress(PAGE),
    "two gzip members": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"one") + gzip.compress(b"two"),
    "head cut": b"HTTP/1.1 200 OK\r\nX: y",
    "no head at all": b"<html>",
    "nothing": b"",
    "looks like a WARC record": b"HTTP/1.1 200 OK\r\n\r\nbody\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\n\r\n",
}


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def members(path: Path) -> list[bytes]:
    return [record for _, record in split(path.read_bytes())]


def split(data: bytes) -> list[tuple[bytes, bytes]]:
    """Each gzip member as stored and inflated, by the standard library alone."""
    out = []
    while data:
        inflater = zlib.decompressobj(wbits=31)
        record = inflater.decompress(data)
        assert inflater.eof
        out.append((data[: len(data) - len(inflater.unused_data)], record))
        data = inflater.unused_data
    return out


def test_the_records_of_an_exchange_to_the_byte(tmp_path: Path) -> None:
    warc = writer(tmp_path)
    ref = warc.write(
        page(
            body=b"<p>hi</p>",
            protocols=("http/1.1", "tls/1.3"),
            cipher_suite="TLS_AES_256_GCM_SHA384",
            certificate_digest="sha256:00",
            interim=(b"HTTP/1.1 103 Early Hints\r\n\r\n",),
            outlinks=("http://a.example/2", "http://a.example/\r\nforged: x"),
            attempt=2,
        )
    )
    [path] = warc.close()
    info, response, request, metadata = members(path)
    block = HEAD + b"\r\n<p>hi</p>"
    common = (
        "WARC-Date: 2026-03-01T06:00:00.123456Z\r\n"
        "WARC-Target-URI: http://a.example/1\r\n"
        "WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
    )
    wire = (
        "WARC-IP-Address: 127.0.0.1\r\nWARC-Protocol: http/1.1\r\nWARC-Protocol: tls/1.3\r\nWARC-Cipher-Suite: TLS_AES_256_GCM_SHA384\r\n"
    )
    linked = "WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
    assert f"WARC-Filename: {path.name}\r\n".encode() in info
    assert info.endswith(b"\r\n\r\nsoftware: newsarchive\r\nformat: WARC File Format 1.1\r\n\r\n\r\n")
    assert response.decode() == (
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>\r\n"
        + common
        + wire
        + f"WARC-Payload-Digest: {sha1(b'<p>hi</p>')}\r\nWARC-Block-Digest: {sha1(block)}\r\n"
        + f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
        + block.decode()
        + "\r\n\r\n"
    )
    sent = b"GET http://a.example/1 HTTP/1.1\r\nHost: a.example\r\nUser-Agent: test\r\n\r\n"
    assert request.decode() == (
        "WARC/1.1\r\nWARC-Type: request\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000003>\r\n"
        + common
        + wire
        + linked
        + f"WARC-Block-Digest: {sha1(sent)}\r\n"
        + f"Content-Type: application/http;msgtype=request\r\nContent-Length: {len(sent)}\r\n\r\n"
        + sent.decode()
        + "\r\n\r\n"
    )
    fields = (
        "via: http://a.example/\r\nhopsFromSeed: L\r\nfetchTimeMs: 12\r\nattempt: 2\r\ncertificateDigest: sha256:00\r\n"
        "interimResponse: SFRUUC8xLjEgMTAzIEVhcmx5IEhpbnRzDQoNCg==\r\n"
        "outlink: http://a.example/2\r\noutlink: http://a.example/  forged: x\r\n"
    )
    assert metadata.decode() == (
        "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000004>\r\n"
        + common
        + linked
        + f"WARC-Block-Digest: {sha1(fields.encode())}\r\n"
        + f"Content-Type: application/warc-fields\r\nContent-Length: {len(fields)}\r\n\r\n{fields}\r\n\r\n"
    )
    assert ref == RecordRef(
        file=f"demo/warc/2026/{path.name}",
        offset=len(split(path.read_bytes())[0][0]),
        length=len(split(path.read_bytes())[1][0]),
        record_id="urn:uuid:00000000-0000-4000-8000-000000000002",
        payload_digest=sha1(b"<p>hi</p>"),
    )


@pytest.mark.parametrize("name", AWKWARD)
def test_what_was_received_is_what_every_reader_finds(tmp_path: Path, name: str) -> None:
    warc = writer(tmp_path)
    ref = warc.write(exchange(AWKWARD[name]))
    assert read_capture(tmp_path, ref).response.read() == AWKWARD[name]  # while it is still open
    [path] = warc.close()
    assert read_capture(tmp_path, ref).response.read() == AWKWARD[name]
    [capture] = captures(path)
    assert capture.response.read() == AWKWARD[name]
    with path.open("rb") as file:
        blocks = {record.rec_type: record.raw_stream.read() for record in ArchiveIterator(file, no_record_parse=True)}
    assert blocks["response"] == AWKWARD[name]
    fast = {
        record.headers["WARC-Type"]: record.reader.read() for record in FastArchiveIterator(io.BytesIO(path.read_bytes()), parse_http=False)
    }
    assert fast["response"] == AWKWARD[name]


def test_programs_of_others_find_nothing_wrong(tmp_path: Path) -> None:
    warc = writer(tmp_path)
    for number in range(5):
        warc.write(page(number))
    [path] = warc.close()
    assert subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(path)], check=False).returncode == 0
    assert subprocess.run(["gzip", "-t", str(path)], check=False).returncode == 0
    assert (
        subprocess.run(
            ["sha256sum", "--check", "--strict", path.name + ".sha256"], cwd=path.parent, check=False, capture_output=True
        ).returncode
        == 0
    )


@pytest.mark.parametrize("name", AWKWARD)
def test_a_record_is_what_warcios_own_writer_makes_of_it(tmp_path: Path, name: str) -> None:
    warc = writer(tmp_path)
    warc.write(exchange(AWKWARD[name], "http://ü.example/ä b", via="http://ö.example/"))
    [path] = warc.close()
    theirs = io.BytesIO()
    warcio_writer = WARCWriter(theirs, gzip=False, warc_version="WARC/1.1")
    warcio_writer.ensure_digest = lambda *_, **__: None
    with path.open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            warcio_writer.write_record(record)
    assert theirs.getvalue() == b"".join(members(path))


def test_a_capture_comes_back_as_it_went(tmp_path: Path) -> None:
    capture = page(
        protocols=("http/1.1", "tls/1.2"),
        cipher_suite="TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        certificate_digest="sha256:ab",
        truncated="time",
        interim=(b"HTTP/1.1 100 Continue\r\n\r\n",),
        outlinks=("http://b.example/",),
        attempt=3,
    )
    warc = writer(tmp_path)
    ref = warc.write(capture)
    back = read_capture(tmp_path, ref)
    names = ("url", "date", "request", "interim", "ip_address", "protocols", "cipher_suite", "certificate_digest", "truncated")
    names += ("via", "hops_from_seed", "attempt", "fetch_time_ms", "outlinks", "conditional", "ref", "payload_digest")
    assert {name: getattr(back, name) for name in names} == {name: getattr(capture, name) for name in names}
    warc.close()


@pytest.mark.parametrize("reason", ["time", "length", "disconnect", "unspecified"])
def test_a_message_that_is_not_whole_says_why(tmp_path: Path, reason: Any) -> None:
    warc = writer(tmp_path)
    warc.write(page(truncated=reason))
    [path] = warc.close()
    info, response, *others = members(path)
    assert f"\r\nWARC-Truncated: {reason}\r\n".encode() in response
    assert not any(b"WARC-Truncated" in record for record in (info, *others))


def test_a_posted_body_is_in_the_request_record(tmp_path: Path) -> None:
    capture = page()
    capture.request = b"POST / HTTP/1.1\r\nHost: a.example\r\n\r\nq=1"
    warc = writer(tmp_path)
    warc.write(capture)
    [path] = warc.close()
    assert f"WARC-Payload-Digest: {sha1(b'q=1')}".encode() in members(path)[2]
    assert next(captures(path)).request == capture.request


@pytest.mark.parametrize(
    "url", ["http://a.example/A%2Fb?q=é", "http://a.example/x y", "http://a.example/\r\nWARC-Type: x", "http://a.example/\ud800"]
)
def test_a_url_cannot_break_out_of_its_line(tmp_path: Path, url: str) -> None:
    warc = writer(tmp_path)
    capture = page()
    capture.url = url
    warc.write(capture)
    [path] = warc.close()
    with path.open("rb") as file:
        uris = [record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(file)]
    assert len(set(uris[1:])) == 1
    assert not re.search(r"[\s\ud800-\udfff]", uris[1])
    assert uris[1].startswith("http://a.example/")


def test_names_and_places_of_files(tmp_path: Path) -> None:
    warc = writer(tmp_path, site="a~b c")
    warc.write(page())
    [open_file] = (tmp_path / "demo/warc/2026").iterdir()
    assert open_file.name.endswith(".warc.gz.open")
    [path] = warc.close()
    assert re.fullmatch(rf"a-b-c-20260301060000\d\d\d-00000-[A-Za-z0-9._-]+\.{os.getpid()}\.warc\.gz", path.name)
    assert sorted(file.name for file in path.parent.iterdir()) == sorted([path.name, path.name + ".sha256", cdxj_path(path).name])


def test_no_file_where_there_is_nothing_to_keep(tmp_path: Path) -> None:
    warc = writer(tmp_path)
    warc.sync()
    assert warc.close() == []
    assert list(tmp_path.iterdir()) == []


def test_a_discarded_run_leaves_no_file(tmp_path: Path) -> None:
    warc = writer(tmp_path, max_bytes=1)
    warc.write(page(1))
    warc.write(page(2))
    warc.discard()
    assert list((tmp_path / "demo/warc/2026").iterdir()) == []
    assert warc.close() == []


def test_files_are_rolled_between_captures_only(tmp_path: Path) -> None:
    warc = writer(tmp_path, max_bytes=3000)
    for number in range(9):
        warc.write(page(number))
    paths = warc.close()
    assert len(paths) > 2
    for path in paths:
        kinds = [re.search(rb"WARC-Type: (\w+)", record)[1] for record in members(path)]  # type: ignore[index]
        assert kinds[0] == b"warcinfo"
        assert kinds[1:] == [b"response", b"request", b"metadata"] * ((len(kinds) - 1) // 3)
    assert [int(capture.url.rsplit("/", 1)[1]) for path in paths for capture in captures(path)] == list(range(9))


def test_two_writers_at_one_moment_write_two_files(tmp_path: Path) -> None:
    still = Ticking(step=0)
    first, second = writer(tmp_path, now=still), writer(tmp_path, now=still)
    first.write(page(1))
    second.write(page(2))
    first.close()
    third = writer(tmp_path, now=still)  # the clock was set back, and the first name is taken by a closed file
    third.write(page(3))
    names = {path.name for warc in (first, second, third) for path in warc.close()}
    assert len(names) == 3


def test_a_file_being_written_is_locked(tmp_path: Path) -> None:
    warc = writer(tmp_path)
    warc.write(page())
    [path] = (tmp_path / "demo/warc/2026").iterdir()
    with path.open("rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert repair(tmp_path) == []
    assert len(warc.close()) == 1


def test_a_body_of_hundreds_of_megabytes_goes_through_files(tmp_path: Path) -> None:
    """64 MB stand for 500: what matters is that memory does not follow."""
    size, piece = 64_000_000, hashlib.shake_128(b"film").digest(1_000_000)
    with cast(BinaryIO, tempfile.TemporaryFile()) as response:
        response.write(HEAD + b"\r\n")
        for _ in range(size // len(piece)):
            response.write(piece)
        capture = Capture("http://a.example/film", BEGIN, b"GET / HTTP/1.1\r\n\r\n", response)
        warc = writer(tmp_path)
        tracemalloc.start()
        try:
            ref = warc.write(capture)
            back = read_capture(tmp_path, ref)
            assert back.payload_digest == capture.payload_digest
            assert tracemalloc.get_traced_memory()[1] < 24_000_000
        finally:
            tracemalloc.stop()
        warc.close()
    assert back.payload_length == size


def test_what_is_stored_wrong_is_not_read(tmp_path: Path) -> None:
    warc = writer(tmp_path)
    ref = warc.write(page())
    [path] = warc.close()
    data = path.read_bytes()
    with pytest.raises(ArchiveDamaged, match="is not here"):
        read_capture(tmp_path, ref.model_copy(update={"record_id": "urn:uuid:other"}))
    with pytest.raises(ArchiveDamaged, match="no such file"):
        read_capture(tmp_path, ref.model_copy(update={"file": "demo/warc/2026/none.warc.gz"}))
    path.write_bytes(data[: ref.offset + ref.length - 3])
    with pytest.raises(ArchiveDamaged, match="ends midway"):
        read_capture(tmp_path, ref)
    for position in range(ref.offset + 10, ref.offset + ref.length, 37):
        path.write_bytes(data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :])
        with pytest.raises(ArchiveDamaged, match=f"offset {ref.offset}"):
            read_capture(tmp_path, ref)


def test_the_limit_of_open_files_is_not_touched(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    warc = writer(tmp_path, max_bytes=1)
    for number in range(20):
        read_capture(tmp_path, warc.write(page(number)))
    warc.close()
    assert len(os.listdir("/proc/self/fd")) == before
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > before


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000), st.binary(max_size=200), st.lists(st.binary(max_size=50), max_size=2).map(tuple), st.text(max_size=60))
def test_any_bytes_come_back(response: bytes, request: bytes, interim: tuple[bytes, ...], url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warc = writer(Path(folder))
        capture = exchange(response, interim=interim, via=url, outlinks=(url,))
        capture.request = request
        ref = warc.write(capture)
        [path] = warc.close()
        back = read_capture(Path(folder), ref)
        assert (back.response.read(), back.request, back.interim) == (response, request, interim)
        with Ledger() as ledger:
            assert list(verify_files(Path(folder), Path(folder), ledger)) == []
        write_cdx_index(str(path.with_name("theirs")), [str(path)], {"sort": True})
        assert cdxj_path(path).read_bytes() == path.with_name("theirs").read_bytes()
