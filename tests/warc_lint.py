"""A lint for WARC files, by the text of WARC 1.1 (ISO 28500:2017) and what this project promises beyond it.

Reads with the standard library alone, so that it shares no mistake with the code that it judges.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9._-]+-\d{17}-\d{5}-[A-Za-z0-9.-]+\.\d+\.warc\.gz")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
ID = re.compile(r"<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}>")
DIGEST = re.compile(r"sha1:[A-Z2-7]{32}")
MANDATORY = ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length")
ONCE_AT_MOST = (
    *(*MANDATORY, "Content-Type", "WARC-Target-URI", "WARC-Warcinfo-ID", "WARC-Block-Digest", "WARC-Payload-Digest", "WARC-IP-Address"),
    *("WARC-Truncated", "WARC-Filename", "WARC-Profile", "WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"),
    "WARC-Cipher-Suite",
)
TYPES = {
    "warcinfo": "application/warc-fields",
    "response": "application/http;msgtype=response",
    "request": "application/http;msgtype=request",
    "metadata": "application/warc-fields",
}
PROFILES = {
    "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
}
REFERS = ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date")


@dataclass
class LintRecord:
    head: bytes
    fields: list[tuple[str, str]]
    block: bytes
    ending: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def type(self) -> str:
        return self.get("WARC-Type")


def read(path: Path) -> list[LintRecord]:
    """Every record of a file of gzip members. Raises where a member holds anything but one record."""
    data, records = path.read_bytes(), []
    while data:
        member = zlib.decompressobj(wbits=31)
        plain = member.decompress(data)
        assert member.eof, "the last member is torn"
        data = member.unused_data
        head, _, rest = plain.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")[1:]
        fields = [(name.decode(), value.decode().strip()) for name, _, value in (line.partition(b":") for line in lines)]
        length = int(dict(fields)["Content-Length"])
        records.append(LintRecord(head, fields, rest[:length], rest[length:]))
    return records


def lint(*paths: Path) -> list[str]:
    """What is wrong with the files of one archive, each on its own and among each other."""
    files = {path: read(path) for path in paths}
    found = [f"{path.name}: {what}" for path, records in files.items() for what in [*_file(path, records), *_exchanges(records)]]
    everything = [record for records in files.values() for record in records]
    ids = Counter(record.get("WARC-Record-ID") for record in everything)
    found += [f"{name} is used {count} times" for name, count in ids.items() if count > 1]
    return [*found, *_revisits(everything)]


def _file(path: Path, records: list[LintRecord]) -> Iterator[str]:
    if not NAME.fullmatch(path.name):
        yield "the name"
    opening = records[0]
    if opening.type != "warcinfo" or opening.get("WARC-Filename") != path.name:
        yield "does not begin with its warcinfo"
    for number, record in enumerate(records):
        of_this_file = [opening.get("WARC-Record-ID")] if number else []
        if record.all("WARC-Warcinfo-ID") != of_this_file:
            yield f"record {number}: WARC-Warcinfo-ID"
        if number and record.type == "warcinfo":
            yield f"record {number}: a second warcinfo"
        yield from (f"record {number} ({record.type}): {what}" for what in _record(record))


def _record(record: LintRecord) -> Iterator[str]:
    if not record.head.startswith(b"WARC/1.1\r\n"):
        yield "version"
    if record.ending != b"\r\n\r\n":
        yield "does not end in two empty lines"
    counts = Counter(name.lower() for name, _ in record.fields)
    yield from (f"{name} is missing" for name in MANDATORY if not counts[name.lower()])
    yield from (f"{name} is repeated" for name in ONCE_AT_MOST if counts[name.lower()] > 1)
    yield from (f"{name} is empty" for name, value in record.fields if not value)
    if not ID.fullmatch(record.get("WARC-Record-ID")):
        yield "WARC-Record-ID"
    if not DATE.fullmatch(record.get("WARC-Date")):
        yield "WARC-Date"
    if record.type != "warcinfo" and not re.fullmatch(r"https?://\S+", record.get("WARC-Target-URI")):
        yield "WARC-Target-URI"
    if record.get("WARC-Block-Digest") != _sha1(record.block):
        yield "WARC-Block-Digest"
    if record.type in TYPES and record.get("Content-Type") != TYPES[record.type]:
        yield "Content-Type"
    if record.get("Content-Type") == "application/warc-fields" and any(b":" not in line for line in record.block.split(b"\r\n")[:-1]):
        yield "is not made of fields"
    if record.type == "response" and record.get("WARC-Payload-Digest") != _sha1(_entity(record.block)):
        yield "WARC-Payload-Digest"
    if record.all("WARC-Truncated") and record.type not in ("response", "revisit"):
        yield "WARC-Truncated on a record that is whole"
    if record.get("WARC-Truncated") not in ("", "time", "length", "disconnect", "unspecified"):
        yield "WARC-Truncated"
    if record.type in ("response", "request"):
        if record.all("WARC-Protocol")[:1] != ["http/1.1"]:
            yield "WARC-Protocol"
        if any("tls" in protocol for protocol in record.all("WARC-Protocol")) != record.get("WARC-Target-URI").startswith("https:"):
            yield "WARC-Protocol and scheme"


def _exchanges(records: list[LintRecord]) -> Iterator[str]:
    """Answer, request and metadata, in this order and linked to each other."""
    rest = records[1:]
    if len(rest) % 3:
        yield "an exchange lacks records"
    for answer, request, metadata in zip(rest[::3], rest[1::3], rest[2::3], strict=False):
        if (answer.type not in ("response", "revisit"), request.type, metadata.type) != (False, "request", "metadata"):
            yield f"{answer.type}, {request.type}, {metadata.type} are no exchange"
        if answer.all("WARC-Concurrent-To") or any(
            other.all("WARC-Concurrent-To") != [answer.get("WARC-Record-ID")] for other in (request, metadata)
        ):
            yield "WARC-Concurrent-To"
        for name in ("WARC-Date", "WARC-Target-URI"):
            if len({record.get(name) for record in (answer, request, metadata)}) != 1:
                yield f"{name} differs within an exchange"
        if answer.type == "response" and answer.get("WARC-IP-Address") != request.get("WARC-IP-Address"):
            yield "WARC-IP-Address differs within an exchange"


def _revisits(records: list[LintRecord]) -> Iterator[str]:
    originals = {record.get("WARC-Record-ID"): record for record in records if record.type == "response"}
    for revisit in (record for record in records if record.type == "revisit"):
        own = revisit.get("WARC-Record-ID")
        if revisit.get("WARC-Profile") not in PROFILES or not all(revisit.get(name) for name in REFERS):
            yield f"{own}: the profile is not complete"
        if revisit.get("WARC-Profile").endswith("identical-payload-digest") and revisit.get("WARC-Truncated") != "length":
            yield f"{own}: WARC-Truncated"
        original = originals.get(revisit.get("WARC-Refers-To"))
        if original is None:
            yield f"{own}: no original"
            continue
        pairs = [("WARC-Refers-To-Target-URI", "WARC-Target-URI"), ("WARC-Refers-To-Date", "WARC-Date")]
        for ours, theirs in [*pairs, ("WARC-Payload-Digest", "WARC-Payload-Digest")]:
            if revisit.get(ours) != original.get(theirs):
                yield f"{own}: {ours}"


def _sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def _entity(block: bytes) -> bytes:
    """What is behind the head, without chunk framing where the head says that there is one and it begins as one."""
    head, _, body = (block.lstrip(b"\r\n").replace(b"\n\n", b"\n\r\n", 1) if b"\n\n" in block[:4096] else block).partition(b"\n\r\n")
    codings = re.findall(rb"(?im)^transfer-encoding[ \t]*:\s*([^\r\n]*)", head)
    if not codings or codings[-1].split(b",")[-1].strip().lower() != b"chunked":
        return body
    out, position = b"", 0
    while found := re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]{0,65000})?\r?\n").match(body, position):
        size = int(found[1], 16)
        out += body[found.end() : found.end() + size]
        position = found.end() + size
        if not size:
            return out
        if not (end := re.compile(rb"\r?\n").match(body, position)):
            return out
        position = end.end()
    return out if position else body
