"""The records of one exchange, laid out by warcio: response or revisit, request, metadata.

warcio is given each block, or a revisit's head, as the bytes that were received, and every header ready made, so that
it neither parses nor re-serialises any of them.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Protocol
from urllib.parse import quote

from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from crawler.clock import rfc3339
from crawler.formats.capture import Capture
from crawler.formats.spool import SPOOL
from crawler.formats.warc.record import one_line, sha1
from crawler.formats.warc.revisit import NOT_MODIFIED, Original

VERSION = "WARC/1.1"

RESPONSE = "application/http;msgtype=response"
REQUEST = "application/http;msgtype=request"
FIELDS = "application/warc-fields"

_BREAKS_LINE = re.compile(r"[\s\x00-\x20\x7f-\xa0\ud800-\udfff]")

Headers = list[tuple[str, str]]

RecordParts = tuple[Headers, BinaryIO, str | None]
"""Headers, block, content type."""


class Sink(Protocol):
    """Where the bytes of a record go; `flush` ends the record."""

    def write(self, data: bytes) -> object:
        """Takes the next bytes."""

    def flush(self) -> None:
        """Called once behind each record."""


class _Writer(WARCWriter):  # type: ignore[misc]  # warcio is untyped
    """warcio's writer without its habit of adding digests: ours are set, and a metadata record has no payload."""

    def __init__(self) -> None:
        super().__init__(None, gzip=False, warc_version=VERSION)

    def ensure_digest(self, record: object, block: bool = True, payload: bool = True) -> None:
        """Leaves the record as it is."""


_WRITER = _Writer()
"""One for all records, because making one looks up the host's name."""


class _Block(io.BytesIO):
    """A block in memory. warcio asks for small pieces and is given all at once."""

    def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002
        """All that is left."""
        return super().read()


class _RawHead:
    """A head that serialises to the bytes that were received."""

    def __init__(self, head: bytes) -> None:
        self.headers_buff = head

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Leaves the buffer as it is."""


def write_record(sink: Sink, headers: Headers, block: BinaryIO, content_type: str | None) -> None:
    """Writes one record whose block is all of `block`. `headers` has everything but content type and length."""
    length = block.seek(0, io.SEEK_END)
    block.seek(0)
    if headers[0][1] == "revisit":  # warcio takes a revisit's block from the head alone
        head, block = _RawHead(block.read()), io.BytesIO()
        record = ArcWarcRecord("warc", "revisit", _fields(headers), block, head, content_type, length, payload_length=0)
    else:
        record = ArcWarcRecord("warc", headers[0][1], _fields(headers), block, None, content_type, length)
    _WRITER.out = sink
    _WRITER.write_record(record)


def _fields(headers: Headers) -> StatusAndHeaders:
    return StatusAndHeaders("", headers, protocol=VERSION)


def warcinfo(record_id: str, date: str, filename: str, info: Mapping[str, str]) -> tuple[Headers, BinaryIO]:
    """Headers and block of the record that opens a file."""
    block = _Block(fields((name, value) for name, value in info.items()))
    headers = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", date),
        ("WARC-Filename", filename),
        ("WARC-Block-Digest", sha1(block)),
    ]
    return headers, block


def fields(pairs: Iterator[tuple[str, str]]) -> bytes:
    """`application/warc-fields`: a line for each pair; control characters cannot break out of their line."""
    return "".join(f"{name}: {one_line(value)}\r\n" for name, value in pairs).encode("utf-8", "replace")


def exchange(capture: Capture, ids: tuple[str, str, str], warcinfo_id: str, revisit: tuple[str, Original] | None) -> Iterator[RecordParts]:
    """Headers, block and content type of the exchange's three records; `ids` are theirs in the order response, request, metadata.

    `revisit` is the profile and the original, where the first record is to be a revisit.
    """
    common = _common(capture, warcinfo_id)
    wire = _wire(capture)
    concurrent = ("WARC-Concurrent-To", f"<{ids[0]}>")
    first, block, content_type = _revisit(capture, *revisit) if revisit else _response(capture)
    yield (
        [("WARC-Type", "revisit" if revisit else "response"), _record_id(ids[0]), *common, *wire, *first, _block_digest(block)],
        block,
        content_type,
    )
    request = _Block(capture.request)
    payload = capture.request.partition(b"\r\n\r\n")[2]
    digest = [("WARC-Payload-Digest", sha1(io.BytesIO(payload)))] if payload else []
    yield [("WARC-Type", "request"), _record_id(ids[1]), *common, *wire, concurrent, *digest, _block_digest(request)], request, REQUEST
    metadata = _Block(fields(_metadata(capture, revisit)))
    yield [("WARC-Type", "metadata"), _record_id(ids[2]), *common, concurrent, _block_digest(metadata)], metadata, FIELDS


def _record_id(value: str) -> tuple[str, str]:
    return "WARC-Record-ID", f"<{value}>"


def _block_digest(block: BinaryIO) -> tuple[str, str]:
    return "WARC-Block-Digest", sha1(block)


def _common(capture: Capture, warcinfo_id: str) -> Headers:
    return [
        ("WARC-Date", rfc3339(capture.date)),
        ("WARC-Target-URI", target_uri(capture.url)),
        ("WARC-Warcinfo-ID", f"<{warcinfo_id}>"),
    ]


def target_uri(url: str) -> str:
    """`url` as it was requested; only what would break the header line is percent-encoded."""
    return _BREAKS_LINE.sub(lambda found: quote(found[0], errors="surrogatepass"), url)


def _wire(capture: Capture) -> Headers:
    """How the exchange was carried; of request and response alike."""
    address = [("WARC-IP-Address", capture.ip_address)] if capture.ip_address else []
    protocols = [("WARC-Protocol", protocol) for protocol in capture.protocols]
    suite = [("WARC-Cipher-Suite", capture.cipher_suite)] if capture.cipher_suite else []
    return [*address, *protocols, *suite]


def _response(capture: Capture) -> RecordParts:
    truncated = [("WARC-Truncated", capture.truncated)] if capture.truncated else []
    size = capture.response.seek(0, io.SEEK_END)
    capture.response.seek(0)
    block = _Block(capture.response.read()) if size <= SPOOL else capture.response
    return [("WARC-Payload-Digest", capture.payload_digest), *truncated], block, RESPONSE


def _revisit(capture: Capture, profile: str, original: Original) -> RecordParts:
    """A not-modified revisit has an empty block, so that readers show the original's head, not a 304."""
    headers = [
        ("WARC-Profile", profile),
        ("WARC-Refers-To", f"<{original.record_id}>"),
        ("WARC-Refers-To-Target-URI", target_uri(original.url)),
        ("WARC-Refers-To-Date", original.date),
        ("WARC-Payload-Digest", original.payload_digest),
    ]
    if profile == NOT_MODIFIED:
        return headers, io.BytesIO(), None
    return [*headers, ("WARC-Truncated", "length")], io.BytesIO(capture.raw_head), RESPONSE


def _metadata(capture: Capture, revisit: tuple[str, Original] | None) -> Iterator[tuple[str, str]]:
    """The names `via`, `hopsFromSeed`, `fetchTimeMs` and `outlink` are Heritrix's."""
    if capture.via:
        yield "via", capture.via
    yield "hopsFromSeed", capture.hops_from_seed
    if capture.fetch_time_ms is not None:
        yield "fetchTimeMs", str(capture.fetch_time_ms)
    yield "attempt", str(capture.attempt)
    if capture.conditional:
        yield "conditional", "true"
    if capture.certificate_digest:
        yield "certificateDigest", capture.certificate_digest
    for interim in capture.interim:
        yield "interimResponse", base64.b64encode(interim).decode("ascii")
    if revisit and revisit[0] == NOT_MODIFIED:
        capture.response.seek(0)
        yield "notModifiedResponse", base64.b64encode(capture.response.read()).decode("ascii")
    for outlink in capture.outlinks:
        yield "outlink", outlink
