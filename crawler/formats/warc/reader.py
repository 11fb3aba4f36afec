"""Captures read back from WARC files, ours or others'."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast, get_args

from crawler.errors import ArchiveDamaged
from crawler.formats.article import RecordRef
from crawler.formats.capture import Capture, Truncated
from crawler.formats.http_message import read_head
from crawler.formats.warc.disk import open_name
from crawler.formats.warc.record import Record, Unreadable, bare, records, sha1
from crawler.formats.warc.revisit import IDENTICAL

Lookup = Callable[[str], RecordRef | None]
"""Where the record with a given id stands."""


def read_capture(root: Path, ref: RecordRef, lookup: Lookup | None = None) -> Capture:
    """The capture whose response or revisit record is `ref`; `root` is the archive folder.

    The file may still be open for writing. A revisit gets the body of its original, which `lookup` finds by record id.
    Raises ArchiveDamaged where the record is not there, is not whole, contradicts its digest, or its original is missing.
    """
    path = root / ref.file
    try:
        source = _opened(path)
    except FileNotFoundError as error:
        raise ArchiveDamaged(f"{ref.file}: no such file") from error
    with source:
        try:
            group = group_at(source, ref, _READ)
        except ArchiveDamaged as damage:
            raise ArchiveDamaged(f"{ref.file}: {damage}") from damage
    capture = _capture(group, ref.file)
    if group[0].type == "revisit":
        capture.response = _revisited(root, group[0], capture, lookup)
    return capture


def _opened(path: Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        return open(open_name(path), "rb")


def captures(path: Path, root: Path | None = None) -> Iterator[Capture]:
    """Every exchange of the file `path`, in order. A revisit comes as it is stored: with `revisit_of` set, and without the body.

    `ref.file` is relative to `root`, or the bare file name where no root is given. Raises ArchiveDamaged, with file and
    offset, where the file stops being readable.
    """
    file = path.relative_to(root).as_posix() if root else path.name
    with path.open("rb") as source:
        try:
            for group in groups(records(source)):
                if any(record.type in ANSWERS and record.url.startswith(("http:", "https:")) for record in group):
                    yield _capture(group, file)
        except ArchiveDamaged as damage:
            raise ArchiveDamaged(f"{file}: {damage}") from damage


ANSWERS = ("response", "revisit")


def groups(stream: Iterator[Record]) -> Iterator[list[Record]]:
    """Neighbouring records that belong to one exchange, the answer first; every other record alone.

    Where the stream ends in damage, what was gathered before comes first.
    """
    group: list[Record] = []
    damage: ArchiveDamaged | None = None
    try:
        for record in stream:
            if group and not _belongs(record, group):
                yield _answer_first(group)
                group = []
            group.append(record)
    except ArchiveDamaged as fault:
        damage = fault
    if group:
        yield _answer_first(group)
    if damage:
        raise damage


def _belongs(record: Record, group: list[Record]) -> bool:
    """Linked by WARC-Concurrent-To or, for metadata of other writers, WARC-Refers-To, in either direction."""
    if any(record.type == other.type for other in group):
        return False
    own = {record.id, *_links(record)}
    others = {name for other in group for name in (other.id, *_links(other))}
    return bool(own & others)


def _links(record: Record) -> list[str]:
    linked = record.get_all("WARC-Concurrent-To")
    if record.type == "metadata":
        linked += record.get_all("WARC-Refers-To")
    return [bare(value) for value in linked]


def _answer_first(group: list[Record]) -> list[Record]:
    return sorted(group, key=lambda record: record.type not in ANSWERS)


_READ = frozenset({"request", "metadata"})
"""What a capture is made of besides the answer."""


def group_at(source: BinaryIO, ref: RecordRef, wanted: frozenset[str] = frozenset()) -> list[Record]:
    """The answer at the offset, which must be the record meant, and what belongs to it behind it. Raises ArchiveDamaged.

    Once the types `wanted` are there, what follows is left unread: mostly it is the next answer, which would be inflated for nothing.
    """
    group: list[Record] = []
    try:
        for record in records(source, ref.offset):
            if not (_belongs(record, group) if group else record.id == ref.record_id):
                break
            group.append(record)
            if wanted and wanted.issubset({one.type for one in group}):
                break
    except Unreadable:
        if not group:  # damage behind the answer is none of the answer's
            raise
    if not group:
        raise ArchiveDamaged(f"offset {ref.offset}: record {ref.record_id} is not here")
    digest = group[0].get("WARC-Block-Digest") or ""
    if digest.startswith("sha1:") and digest != sha1(group[0].block):
        raise ArchiveDamaged(f"offset {ref.offset}: block digest does not match")
    return group


def _capture(group: list[Record], file: str) -> Capture:
    answer = group[0]
    request = next((record.block.read() for record in group if record.type == "request"), b"")
    told = _Told(next((record.block.read() for record in group if record.type == "metadata"), b""))
    not_modified = told.decoded("notModifiedResponse")
    return Capture(
        url=answer.url,
        date=warc_date(answer.get("WARC-Date") or ""),
        request=request,
        response=io.BytesIO(not_modified[0]) if not_modified else answer.block,
        interim=tuple(told.decoded("interimResponse")),
        ip_address=answer.get("WARC-IP-Address"),
        protocols=tuple(answer.get_all("WARC-Protocol")) or ("http/1.1",),
        cipher_suite=answer.get("WARC-Cipher-Suite"),
        certificate_digest=told.first("certificateDigest"),
        truncated=_truncated(answer),
        via=told.first("via") or None,
        hops_from_seed=told.first("hopsFromSeed") or "",
        attempt=told.number("attempt") or 1,
        fetch_time_ms=told.number("fetchTimeMs"),
        outlinks=tuple(told.all("outlink")),
        conditional=told.first("conditional") == "true",
        ref=RecordRef(
            file=file,
            offset=answer.offset,
            length=answer.length,
            record_id=answer.id,
            payload_digest=answer.get("WARC-Payload-Digest"),
        ),
        revisit_of=bare(answer.get("WARC-Refers-To") or "") if answer.type == "revisit" else None,
    )


def _truncated(answer: Record) -> Truncated | None:
    """A revisit is always cut at its head, which says nothing about the message."""
    reason = answer.get("WARC-Truncated")
    if not reason or answer.type == "revisit":
        return None
    return cast(Truncated, reason) if reason in get_args(Truncated) else "unspecified"


class _Told:
    """The fields of a metadata record, ours or another writer's."""

    def __init__(self, block: bytes) -> None:
        head = read_head(io.BytesIO(b"metadata\r\n" + block))
        self._fields = [(name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in head.headers]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self._fields if key == name]

    def first(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    def number(self, name: str) -> int | None:
        value = self.first(name) or ""
        return int(value) if value.isascii() and value.isdigit() else None

    def decoded(self, name: str) -> list[bytes]:
        try:
            return [base64.b64decode(value, validate=True) for value in self.all(name)]
        except ValueError as error:
            raise ArchiveDamaged(f"metadata field {name} is not Base64") from error


def warc_date(value: str) -> datetime:
    """A WARC-Date, which has up to nine digits of a second; microseconds are kept. Raises ArchiveDamaged."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ArchiveDamaged(f"WARC-Date is {value!r}") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _revisited(root: Path, revisit: Record, capture: Capture, lookup: Lookup | None) -> BinaryIO:
    """The revisit's own head where it has one that fits, and the original's body.

    Other writers leave the id of the original out, or store a head that speaks of codings which the original was stored without.
    """
    original_id = bare(revisit.get("WARC-Refers-To") or "")
    where = lookup(original_id) if lookup else None
    if where is None:
        raise ArchiveDamaged(f"{revisit.id} is a revisit of {original_id or 'an unnamed record'}, which was not found")
    original = read_capture(root, where)
    capture.response.seek(0)
    head = read_head(capture.response)
    codings = [[each.values(name) for name in ("transfer-encoding", "content-encoding")] for each in (head, original.head)]
    if revisit.get("WARC-Profile") != IDENTICAL or not head.length or codings[0] != codings[1]:
        original.response.seek(0)
        return original.response
    capture.response.seek(0)
    own = capture.response.read(head.length)
    original.response.seek(original.head.length)
    return io.BytesIO(own + original.response.read())
