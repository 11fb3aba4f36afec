"""The CDXJ index of a WARC file: the lines of `cdxj-indexer -s`.

While a file is written its lines are collected as the records pass, which spares reading it all again at the end. Of a response
with a plain head the line is made here, all others are left to cdxj-indexer's own code, which is loaded when it is asked: it brings
a decoder of Flash's messages along, and takes longer to load than a small crawl.
"""

from __future__ import annotations

import gc
import heapq
import importlib
import io
import json
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import zip_longest
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, Protocol, TextIO

from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]

from crawler.formats.warc.disk import Disk, open_name
from crawler.formats.warc.record import Block, Headers, size_of
from crawler.formats.warc.sort_key import sort_key

_PLAIN_HEAD = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [ -~]*)?\r\n(?:[!-9;-~]+:[ -~]*\r\n)*\r\n")
"""A head that leaves nothing to a reader's patience: ASCII, a colon in each line, no line folded."""
_CONTENT_TYPE = re.compile(rb"\r\ncontent-type: *([^\r\n]*)", re.IGNORECASE)
_NO_DIGITS = str.maketrans("", "", "-:TZ")
_MIME_ENDS = re.compile(r"[;\s]")
_IN_MEMORY = 32 << 20
"""Characters of lines that are held in memory; what is beyond waits in temporary files, as cdxj-indexer has it."""


def cdxj_path(warc: Path) -> Path:
    """Where the index of `warc` stands: beside it."""
    return warc.with_name(warc.name.removesuffix(".gz").removesuffix(".warc") + ".cdxj")


class SortedLines:
    """Lines that are given in any order and come out sorted, each once."""

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._in_memory = in_memory
        self._lines: list[str] = []
        self._characters = 0
        self._waiting: list[TextIO] = []

    def write(self, line: str) -> None:
        """Takes one line with its line break."""
        self._lines.append(line)
        self._characters += len(line)
        if self._characters > self._in_memory:
            self._set_aside()

    def _set_aside(self) -> None:
        part = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115  closed by `write_to`
        part.writelines(sorted(self._lines))
        part.seek(0)
        self._waiting.append(part)
        self._lines, self._characters = [], 0

    def write_to(self, out: LineSink) -> None:
        """Writes all lines to `out`, and forgets them."""
        last = ""
        for line in heapq.merge(*self._waiting, sorted(self._lines)):
            if line != last:
                out.write(line)
            last = line
        out.flush()
        for part in self._waiting:
            part.close()
        self._lines, self._characters, self._waiting = [], 0, []


class CdxjBuilder:
    """The index of one file in the making."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._lines = SortedLines()

    def add(self, headers: Headers, block: Block, offset: int, length: int) -> None:
        """Indexes a response or revisit record that stands at `offset`, `length` bytes long."""
        line = self._plain_line(dict(headers), block, offset, length) if isinstance(block, tuple) else None
        if line:
            self._lines.write(line)
        else:
            self._index(headers, io.BytesIO(b"".join(block)) if isinstance(block, tuple) else block, offset, length)

    def _plain_line(self, headers: dict[str, str], block: tuple[bytes, ...], offset: int, length: int) -> str | None:
        """The line of a response with a plain head; None for all others."""
        head = _PLAIN_HEAD.fullmatch(block[0]) if headers["WARC-Type"] == "response" else None
        if not head:
            return None
        url = headers["WARC-Target-URI"]
        fields = {"url": url}
        if kind := _CONTENT_TYPE.search(block[0]):
            fields["mime"] = _MIME_ENDS.split(kind[1].decode("ascii"), maxsplit=1)[0]
        fields["status"] = head[1].decode("ascii")
        fields["digest"] = headers["WARC-Payload-Digest"]
        fields["length"], fields["offset"], fields["filename"] = str(length), str(offset), self._filename
        return f"{sort_key(url)} {headers['WARC-Date'][:19].translate(_NO_DIGITS)} {json.dumps(fields)}\n"

    def _index(self, headers: Headers, block: BinaryIO, offset: int, length: int) -> None:
        """By cdxj-indexer."""
        fields = StatusAndHeaders("", headers)
        kind, size = headers[0][1], size_of(block)
        block.seek(0)
        head = _loader().load_http_headers(kind, fields.get_header("WARC-Target-URI"), block, size)
        record = ArcWarcRecord("warc", kind, fields, block, head, None, size)
        indexer = _cdxj_indexer().CDXJIndexer(None, [], sort=True)
        indexer.curr_filename = self._filename
        indexer.process_index_entry(_Place(offset, length), record, self._filename, self._lines)

    def finish(self, warc: Path, disk: Disk) -> Path:
        """Writes the index beside `warc`. Raises OSError."""
        return _store(warc, self._lines, disk)


class LineSink(Protocol):
    """Where sorted lines go."""

    def write(self, line: str, /) -> object:
        """Takes one line."""

    def flush(self) -> object:
        """Called behind the last."""


@cache
def _cdxj_indexer() -> ModuleType:
    return importlib.import_module("cdxj_indexer.main")


@cache
def _loader() -> ArcWarcRecordLoader:
    return ArcWarcRecordLoader(verify_http=False)


class _Place:
    """What the indexer asks warcio's iterator for."""

    def __init__(self, offset: int, length: int) -> None:
        self._place = offset, length

    def get_record_offset(self) -> int:
        """Where the record starts."""
        return self._place[0]

    def get_record_length(self) -> int:
        """How long it is in the file."""
        return self._place[1]


def write_cdxj(warc: Path, disk: Disk | None = None) -> Path:
    """Indexes the closed file `warc` by reading it; what a reader finds is whole. Raises OSError."""
    return _store(warc, _indexed(warc), disk or Disk())


def cdxj_agrees(warc: Path) -> bool:
    """Whether the index of `warc` is what indexing it now gives. Raises OSError, such as where there is none."""
    with tempfile.TemporaryFile("w+b") as fresh, cdxj_path(warc).open("rb") as stored:
        text = io.TextIOWrapper(fresh, encoding="utf-8", newline="\n")
        _indexed(warc).write_to(text)
        text.detach().seek(0)
        return all(ours == theirs for ours, theirs in zip_longest(fresh, stored))


def _indexed(warc: Path) -> SortedLines:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the indexer leaves its own temporary files to the garbage collector
        lines = _index_lines(warc)
        gc.collect()  # now, and not when the warnings are heard again
        return lines


def _index_lines(warc: Path) -> SortedLines:
    lines = SortedLines()
    indexer = _cdxj_indexer().CDXJIndexer(None, [], sort=True)
    with warc.open("rb") as source:
        indexer.process_one(source, lines, warc.name)
    return lines


def _store(warc: Path, lines: SortedLines, disk: Disk) -> Path:
    path = cdxj_path(warc)
    with open_name(path).open("w", encoding="utf-8", newline="\n") as out:
        lines.write_to(out)
        disk.sync(out.fileno())
    disk.rename(open_name(path), path)
    disk.sync_folder(path.parent)
    return path


def merge_cdxj(warcs: Iterable[Path], index: BinaryIO, summary: TextIO) -> None:
    """One compressed index of many files, as WACZ has it: sorted lines in gzip blocks to `index`, each block's first key to `summary`."""
    blocks = _cdxj_indexer().CompressedWriter(summary, index, num_lines=1024, data_out_name="index.cdx.gz", digest_records=True)
    lines = SortedLines()
    for warc in warcs:
        with cdxj_path(warc).open(encoding="utf-8", newline="\n") as stored:
            for line in stored:
                lines.write(line)
    lines.write_to(blocks)


def indexed(warc: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Timestamp (14 digits) and fields of each line of the index of `warc`. Raises OSError."""
    with cdxj_path(warc).open(encoding="utf-8", newline="\n") as stored:
        for line in stored:
            key, fields = line.split(" {", 1)
            yield key.rsplit(" ", 1)[1], json.loads("{" + fields)
