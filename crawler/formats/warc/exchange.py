"""The records of one exchange: response or revisit, request, metadata.

Each block, or a revisit's head, is the bytes that were received: nothing parses and re-serialises any of them. The records are
those that warcio's writer would make of the same headers and blocks, at a fraction of its time; the tests compare them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from crawler.clock import rfc3339
from crawler.formats.capture import Capture
from crawler.formats.warc.record import Block, Headers, one_line, sha1
from crawler.formats.warc.revisit import NOT_MODIFIED, Original

RESPONSE = "application/http;msgtype=response"
REQUEST = "application/http;msgtype=request"
FIELDS = "application/warc-fields"

_BREAKS_LINE = re.compile(r"[\s\x00-\x20\x7f-\xa0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A record that is to be written."""

    headers: Headers
    """All but the length."""
    block: Block


def warcinfo(record_id: str, date: str, filename: str, info: Mapping[str, str]) -> Draft:
    """The record that opens a file."""
    block = (fields(iter(info.items())),)
    headers = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", date),
        ("WARC-Filename", filename),
        ("WARC-Block-Digest", sha1(block)),
        ("Content-Type", FIELDS),
    ]
    return Draft(headers, block)


def fields(pairs: Iterator[tuple[str, str]]) -> bytes:
    """`application/warc-fields`: a line for each pair; control characters cannot break out of their line."""
    return "".join([f"{name}: {one_line(value)}\r\n" for name, value in pairs]).encode("utf-8", "replace")


def exchange(capture: Capture, ids: tuple[str, str, str], warcinfo_id: str, revisit: tuple[str, Original] | None) -> tuple[Draft, ...]:
    """The exchange's three records; `ids` are theirs in the order response, request, metadata.

    `revisit` is the profile and the original, where the first record is to be a revisit.
    """
    common = _common(capture, warcinfo_id)
    wire = [*common, *_wire(capture)]
    concurrent = ("WARC-Concurrent-To", f"<{ids[0]}>")
    payload = capture.request.partition(b"\r\n\r\n")[2]
    request = [concurrent, ("WARC-Payload-Digest", sha1((payload,)))] if payload else [concurrent]
    answer = _revisit(ids[0], wire, capture, *revisit) if revisit else _response(ids[0], wire, capture)
    metadata = (fields(_metadata(capture, revisit)),)
    return (
        answer,
        _record("request", ids[1], [*wire, *request], (capture.request,), REQUEST),
        _record("metadata", ids[2], [*common, concurrent], metadata, FIELDS),
    )


def _record(kind: str, record_id: str, headers: Headers, block: Block, content_type: str | None) -> Draft:
    ending = [("WARC-Block-Digest", sha1(block))]
    if content_type:
        ending.append(("Content-Type", content_type))
    return Draft([("WARC-Type", kind), ("WARC-Record-ID", f"<{record_id}>"), *headers, *ending], block)


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


def _response(record_id: str, wire: Headers, capture: Capture) -> Draft:
    truncated = [("WARC-Truncated", capture.truncated)] if capture.truncated else []
    block = capture.parts() or capture.response
    return _record("response", record_id, [*wire, ("WARC-Payload-Digest", capture.payload_digest), *truncated], block, RESPONSE)


def _revisit(record_id: str, wire: Headers, capture: Capture, profile: str, original: Original) -> Draft:
    """A not-modified revisit has an empty block, so that readers show the original's head, not a 304."""
    headers = [
        *wire,
        ("WARC-Profile", profile),
        ("WARC-Refers-To", f"<{original.record_id}>"),
        ("WARC-Refers-To-Target-URI", target_uri(original.url)),
        ("WARC-Refers-To-Date", original.date),
        ("WARC-Payload-Digest", original.payload_digest),
    ]
    if profile == NOT_MODIFIED:
        return _record("revisit", record_id, headers, (), None)
    return _record("revisit", record_id, [*headers, ("WARC-Truncated", "length")], (capture.raw_head,), RESPONSE)


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
