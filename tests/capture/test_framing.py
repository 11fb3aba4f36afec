"""Where a body ends does not depend on how it was cut into packets."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.capture.framing import Chunked, Counted, Framing, FramingError, UntilClose
from crawler.formats.capture import Capture

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PIECES = st.lists(st.binary(min_size=1, max_size=40), max_size=6)
ENDS = st.sampled_from([b"\r\n", b"\n"])
EXTENSIONS = st.from_regex(re.compile(rb"(?: ?;[a-z]{1,5}(?:=\"?[a-z;]{0,5}\"?)?)?"), fullmatch=True)


@st.composite
def chunked_bodies(draw: st.DrawFn) -> tuple[bytes, bytes, int]:
    """A body, its chunks on the wire, and where the line of the last chunk ends in them."""
    pieces = draw(PIECES)
    end = draw(ENDS)
    wire = b"".join(b"%x%b%b%b%b" % (len(piece), draw(EXTENSIONS), end, piece, end) for piece in pieces)
    trailers = draw(st.lists(st.sampled_from([b"X: 1", b"Digest: a=b", b" folded"]), max_size=2))
    wire += b"0" + draw(EXTENSIONS) + end
    return b"".join(pieces), wire + b"".join(trailer + end for trailer in trailers) + end, len(wire)


def feed(framing: Framing, wire: bytes, cuts: list[int]) -> int | None:
    """Where the body ends, when `wire` comes cut at these places."""
    start = 0
    for cut in [*sorted(cuts), len(wire)]:
        taken = framing.feed(wire[start:cut])
        if taken is not None:
            return start + taken
        start = cut
    return None


@given(chunked_bodies(), st.binary(max_size=20), st.data())
def test_chunks_end_at_the_same_place_however_they_are_cut(made: tuple[bytes, bytes, int], rest: bytes, data: st.DataObject) -> None:
    _, wire, _ = made
    cuts = data.draw(st.lists(st.integers(0, len(wire)), max_size=8))
    assert feed(Chunked(), wire + rest, cuts) == len(wire)


@given(chunked_bodies())
def test_the_reader_finds_the_body_that_the_framing_measured(made: tuple[bytes, bytes, int]) -> None:
    body, wire, _ = made
    head = (("Transfer-Encoding", "chunked"),)
    assert Capture.from_response("http://a.example/", wire, date=NOW, headers=head).body() == body


@given(chunked_bodies(), st.data())
def test_chunks_cut_short_are_whole_from_the_last_one_on(made: tuple[bytes, bytes, int], data: st.DataObject) -> None:
    _, wire, last = made
    cut = data.draw(st.integers(0, len(wire) - 1))
    framing = Chunked()
    assert feed(framing, wire[:cut], []) is None
    assert framing.whole_at_close() == (cut >= last)


@given(st.integers(1, 100), st.lists(st.integers(0, 100), max_size=5))
def test_a_counted_body_ends_after_its_count(length: int, cuts: list[int]) -> None:
    framing = Counted(length)
    assert feed(framing, b"x" * 150, cuts) == length
    assert framing.whole_at_close()


def test_a_body_until_close_never_ends_before() -> None:
    framing = UntilClose()
    assert feed(framing, b"x" * 100, [10, 50]) is None
    assert framing.whole_at_close()


@pytest.mark.parametrize(
    ("wire", "begun"), [(b"<html>\n", False), (b"1\r\naa\r\n", True), (b"1\r\na\r\n-1\r\n", True), (b"0x5\r\n", False)]
)
def test_what_is_no_chunk_is_said(wire: bytes, begun: bool) -> None:
    with pytest.raises(FramingError) as raised:
        Chunked().feed(wire)
    assert raised.value.begun is begun


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4))
def test_any_bytes_are_survived(wire: bytes, cuts: list[int]) -> None:
    try:
        end = feed(Chunked(), wire, cuts)
    except FramingError:
        return
    assert end is None or end <= len(wire)
