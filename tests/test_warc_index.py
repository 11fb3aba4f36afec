"""The index beside a WARC file is that of cdxj-indexer, whether its code made a line or ours."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from cdxj_indexer.main import CDXJIndexer, write_cdx_index
from hypothesis import given, settings
from hypothesis import strategies as st
from test_warc_writer import AWKWARD
from warc_exchanges import exchange, original_of, page, writer

from crawler.formats.warc import cdxj_path
from crawler.formats.warc.cdxj import SortedLines
from crawler.formats.warc.sort_key import sort_key

HEADS = [
    b"Content-Type: text/html; charset=utf-8\r\n",
    b"content-TYPE:text/html\r\n",
    b"Content-Type:  application/json  \r\n",
    b"Content-Type:\r\n",
    b"Content-Type: ;x\r\n",
    b"Content-Type: a/b c\r\n",
    b"Content-Type : text/html\r\n",
    b"Content-Type: text/html\r\nContent-Type: image/png\r\n",
    b"X: y\r\nContent-Type: a/b\r\n folded\r\n",
    b"X-Content-Type: a/b\r\n",
    b"",
]
STATUS = [
    b"HTTP/1.1 200 OK",
    b"HTTP/1.0 404 Not Found",
    b"HTTP/1.1 200",
    b"HTTP/1.1 200 ",
    b"HTTP/1.1  200 OK",
    b"HTTP/2 200 OK",
    b"HTTP/1.1 200OK",
]


@pytest.mark.parametrize("name", AWKWARD)
def test_the_index_is_that_of_cdxj_indexer(tmp_path: Path, name: str) -> None:
    warc = writer(tmp_path)
    first = page()
    warc.write(exchange(AWKWARD[name], "http://a.example/z?b=2&a=1"))
    warc.write(first)
    warc.write(page(2), revisit_of=original_of(first))
    warc.write(exchange(b"HTTP/1.1 304 Not Modified\r\n\r\n", conditional=True), revisit_of=original_of(first))
    warc.write(exchange(b"HTTP/1.1 200 OK\r\nContent-Type: image/png;x\r\n\r\n.", "http://ü.example/ä b"))
    [path] = warc.close()
    write_cdx_index(str(tmp_path / "theirs"), [str(path)], {"sort": True})
    assert cdxj_path(path).read_bytes() == (tmp_path / "theirs").read_bytes()
    assert len(cdxj_path(path).read_text().splitlines()) == 5


def test_heads_that_are_nearly_plain_are_indexed_alike(tmp_path: Path) -> None:
    warc = writer(tmp_path)
    for line in STATUS:
        for fields in HEADS:
            warc.write(exchange(line + b"\r\n" + fields + b"\r\nbody", "http://a.example/2026/A.html"))
    [path] = warc.close()
    write_cdx_index(str(tmp_path / "theirs"), [str(path)], {"sort": True})
    assert cdxj_path(path).read_text() == (tmp_path / "theirs").read_text()


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.from_regex(
            r"https?://(www1?\.)?[A-Za-z0-9.-]{1,20}(:[0-9]{1,4})?(/[A-Za-z0-9_.%-]{0,8}){0,4}(\?[A-Za-z0-9=_.&-]{0,40})?", fullmatch=True
        ),
        st.sampled_from(
            ["http://a.example/?jsessionid=" + "0" * 32, "http://a.example/x?sid=" + "a" * 32, "http://0x7f.1/A/", "http://[::1]/A/"]
        ),
        st.text(max_size=30),
    )
)
def test_the_sort_key_is_surts(url: str) -> None:
    assert sort_key(url) == CDXJIndexer(None, []).get_url_key(url)


def test_lines_that_outgrow_memory_come_out_as_they_would_otherwise() -> None:
    lines = [f"a,example)/{number % 40} 2026 {{}}\n" for number in (7, 3, 99, 41, 1, 3, 81, 20)]
    small, out = SortedLines(in_memory=50), io.StringIO()
    for line in lines:
        small.write(line)
    small.write_to(out)
    assert out.getvalue() == "".join(sorted(set(lines)))
