"""When a capture is stored as a revisit, what the record says, and that the body is found again."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from warc_exchanges import HEAD, PAGE, exchange, original_of, page, writer
from warc_lint import lint
from warcio.archiveiterator import ArchiveIterator

from crawler.errors import ArchiveDamaged
from crawler.formats.capture import Capture
from crawler.formats.warc import captures, read_capture, revisit_original
from crawler.formats.warc.revisit import IDENTICAL, NOT_MODIFIED

CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)


def stored(tmp_path: Path, capture: Capture) -> Capture:
    warc = writer(tmp_path)
    warc.write(capture)
    warc.close()
    return capture


@pytest.mark.parametrize(
    ("later", "profile"),
    [
        (page(2), IDENTICAL),
        (page(2, headers=b"Date: later\r\nX-New: 1\r\n"), IDENTICAL),
        (page(2, body=PAGE + b" "), None),
        (page(2, truncated="time"), None),
        (page(2, headers=b"Content-Encoding: identity\r\n"), None),
        (exchange(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED), None),
        (exchange(HEAD.replace(b"200", b"203") + b"\r\n" + PAGE), None),
        (exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n", conditional=True), NOT_MODIFIED),
        (exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n"), None),
        (exchange(b"HTTP/1.1 304 Not Modified\r\nX: ", conditional=True, truncated="disconnect"), None),
    ],
)
def test_what_may_be_a_revisit(tmp_path: Path, later: Capture, profile: str | None) -> None:
    assert revisit_original(later, original_of(stored(tmp_path, page(1)))) == profile


def test_a_small_body_or_no_original_is_no_revisit(tmp_path: Path) -> None:
    small = stored(tmp_path, page(1, body=b"x" * 1024))
    assert revisit_original(page(2, body=b"x" * 1024), original_of(small)) is None
    assert revisit_original(page(2), None) is None


def test_an_identical_payload_keeps_its_head_and_names_its_original(tmp_path: Path) -> None:
    first, second = page(1), page(2, headers=b"X-New: \xff\r\n")
    warc = writer(tmp_path)
    warc.write(first)
    ref = warc.write(second, revisit_of=original_of(first))
    [path] = warc.close()
    with path.open("rb") as file:
        [(record, block)] = [(r, r.raw_stream.read()) for r in ArchiveIterator(file, no_record_parse=True) if r.rec_type == "revisit"]
    assert first.ref is not None
    assert block == HEAD + b"X-New: \xff\r\n\r\n"
    wanted = {
        "WARC-Profile": IDENTICAL,
        "WARC-Refers-To": f"<{first.ref.record_id}>",
        "WARC-Refers-To-Target-URI": "http://a.example/1",
        "WARC-Refers-To-Date": "2026-03-01T06:00:00.123456Z",
        "WARC-Payload-Digest": first.payload_digest,
        "WARC-Truncated": "length",
        "Content-Type": "application/http;msgtype=response",
    }
    assert {name: record.rec_headers.get_header(name) for name in wanted} == wanted
    assert ref.payload_digest == first.payload_digest
    assert second.revisit_of == first.ref.record_id
    back = read_capture(tmp_path, ref, {first.ref.record_id: first.ref}.get)
    assert back.response.read() == HEAD + b"X-New: \xff\r\n\r\n" + PAGE
    assert (back.body(), back.truncated, back.revisit_of) == (PAGE, None, first.ref.record_id)


def test_a_coded_body_is_found_again(tmp_path: Path) -> None:
    noise = "".join(f"<p>{n * 7919 % 10007}</p>" for n in range(900)).encode()
    coded = b"Content-Encoding: gzip\r\n"
    first, second = page(1, body=gzip.compress(noise), headers=coded), page(2, body=gzip.compress(noise), headers=coded)
    warc = writer(tmp_path)
    first_ref = warc.write(first)
    ref = warc.write(second, revisit_of=original_of(first))
    assert second.revisit_of
    assert read_capture(tmp_path, ref, lambda _: first_ref).body() == noise
    warc.close()


def test_not_modified_shows_the_original(tmp_path: Path) -> None:
    first = page(1)
    answer = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
    second = exchange(answer, "http://a.example/1", conditional=True)
    warc = writer(tmp_path)
    first_ref = warc.write(first)
    ref = warc.write(second, revisit_of=original_of(first))
    [path] = warc.close()
    with path.open("rb") as file:
        [(record, block)] = [(r, r.raw_stream.read()) for r in ArchiveIterator(file) if r.rec_type == "revisit"]
    assert block == b""
    assert record.rec_headers.get_header("WARC-Profile") == NOT_MODIFIED
    assert record.rec_headers.get_header("WARC-Payload-Digest") == first.payload_digest
    assert record.rec_headers.get_header("WARC-Truncated") is None
    assert read_capture(tmp_path, ref, lambda _: first_ref).response.read() == HEAD + b"\r\n" + PAGE
    *_, as_it_was = captures(path)
    assert as_it_was.response.read() == answer
    assert (as_it_was.status, as_it_was.conditional) == (304, True)


def test_a_revisit_without_its_original_is_damage(tmp_path: Path) -> None:
    first = page(1)
    warc = writer(tmp_path)
    warc.write(first)
    ref = warc.write(page(2), revisit_of=original_of(first))
    warc.close()
    for lookup in (None, lambda _: None):
        with pytest.raises(ArchiveDamaged, match="was not found"):
            read_capture(tmp_path, ref, lookup)


def test_revisits_are_by_the_book(tmp_path: Path) -> None:
    first = page(1)
    warc = writer(tmp_path, max_bytes=2000)
    warc.write(first)
    warc.write(page(2), revisit_of=original_of(first))
    warc.write(exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n", conditional=True), revisit_of=original_of(first))
    assert lint(*warc.close()) == []
