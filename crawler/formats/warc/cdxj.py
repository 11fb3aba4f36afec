"""The CDXJ index of a WARC file: the lines of `cdxj-indexer -s`.

While a file is written its lines are collected as the records pass, which spares reading it all again at the end. Of a response
with a plain head the line is made here, all others are left to cdxj-indexer's own code.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, TextIO

from cdxj_indexer.main import CDXJIndexer, CompressedWriter, SortingWriter  # type: ignore[import-untyped]
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]

from crawler.formats.warc.disk import Disk, open_name
from crawler.formats.warc.record import Block, Headers, size_of
from crawler.formats.warc.sort_key import sort_key

_PLAIN_HEAD = re.compile(rb"HTTP/1\.[01] (\d{3})(?: [ -~]*)?\r\n(?:[!-9;-~]+:[ -~]*\r\n)*\r\n")
"""A head that leaves nothing to a reader's patience: ASCII, a colon in each line, no line folded."""
_CONTENT_TYPE = re.compile(rb"\r\ncontent-type: *([^\r\n]*)", re.IGNORECASE)
_NO_DIGITS = str.maketrans("", "", "-:TZ")


def cdxj_path(warc: Path) -> Path:
    """Where the index of `warc` stands: beside it."""
    return warc.with_name(warc.name.removesuffix(".gz").removesuffix(".warc") + ".cdxj")


class CdxjBuilder:
    """The index of one file in the making. Lines above 32 MB wait in temporary files."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._lines = SortingWriter(None)
        self._indexer = CDXJIndexer(None, [], sort=True)
        self._indexer.curr_filename = filename
        self._loader = ArcWarcRecordLoader(verify_http=False)

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
            fields["mime"] = CDXJIndexer.RE_SPACE.split(kind[1].decode("ascii"), maxsplit=1)[0]
        fields["status"] = head[1].decode("ascii")
        fields["digest"] = headers["WARC-Payload-Digest"]
        fields["length"], fields["offset"], fields["filename"] = str(length), str(offset), self._filename
        return f"{sort_key(url)} {headers['WARC-Date'][:19].translate(_NO_DIGITS)} {json.dumps(fields)}\n"

    def _index(self, headers: Headers, block: BinaryIO, offset: int, length: int) -> None:
        """By cdxj-indexer."""
        fields = StatusAndHeaders("", headers)
        kind, size = headers[0][1], size_of(block)
        block.seek(0)
        head = self._loader.load_http_headers(kind, fields.get_header("WARC-Target-URI"), block, size)
        record = ArcWarcRecord("warc", kind, fields, block, head, None, size)
        self._indexer.process_index_entry(_Place(offset, length), record, self._filename, self._lines)

    def finish(self, warc: Path, disk: Disk) -> Path:
        """Writes the index beside `warc`. Raises OSError."""
        return _store(warc, self._lines, disk)


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
        _flush(_indexed(warc), text)
        text.detach().seek(0)
        return all(ours == theirs for ours, theirs in zip_longest(fresh, stored))


def _indexed(warc: Path) -> SortingWriter:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the indexer leaves its own temporary files to the garbage collector
        return _index_lines(warc)


def _index_lines(warc: Path) -> SortingWriter:
    lines = SortingWriter(None)
    indexer = CDXJIndexer(None, [], sort=True)
    with warc.open("rb") as source:
        indexer.process_one(source, lines, warc.name)
    return lines


def _store(warc: Path, lines: SortingWriter, disk: Disk) -> Path:
    path = cdxj_path(warc)
    with open_name(path).open("w", encoding="utf-8", newline="\n") as out:
        _flush(lines, out)
        disk.sync(out.fileno())
    disk.rename(open_name(path), path)
    disk.sync_folder(path.parent)
    return path


def _flush(lines: SortingWriter, out: TextIO) -> None:
    lines.out = out
    lines.flush()


def merge_cdxj(warcs: Iterable[Path], index: BinaryIO, summary: TextIO) -> None:
    """One compressed index of many files, as WACZ has it: sorted lines in gzip blocks to `index`, each block's first key to `summary`."""
    blocks = CompressedWriter(summary, index, num_lines=1024, data_out_name="index.cdx.gz", digest_records=True)
    lines = SortingWriter(blocks)
    for warc in warcs:
        with cdxj_path(warc).open(encoding="utf-8", newline="\n") as stored:
            for line in stored:
                lines.write(line)
    lines.flush()


def indexed(warc: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Timestamp (14 digits) and fields of each line of the index of `warc`. Raises OSError."""
    with cdxj_path(warc).open(encoding="utf-8", newline="\n") as stored:
        for line in stored:
            key, fields = line.split(" {", 1)
            yield key.rsplit(" ", 1)[1], json.loads("{" + fields)
