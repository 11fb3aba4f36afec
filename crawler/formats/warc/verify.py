"""Checking WARC files against all that they promise: bytes, members, digests, links, indexes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from crawler.formats.capture import Capture
from crawler.formats.fixity import digest_problem
from crawler.formats.warc.cdxj import cdxj_agrees, cdxj_path
from crawler.formats.warc.disk import OPEN, lock
from crawler.formats.warc.ledger import Ledger, Problem
from crawler.formats.warc.reader import ANSWERS, groups
from crawler.formats.warc.record import RECORD_END, VERSION, Record, Unreadable, bare, records, sha1

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_ID = re.compile(r"<urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>")
_MEMBER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00"
"""How every gzip member of ours begins: deflate, no flags, no time."""


class Orphan(Problem):
    """An index or a digest file whose WARC file is gone."""

    @property
    def warc(self) -> str:
        """The WARC file, relative to the archive folder."""
        return self.file.removesuffix(".sha256") if self.file.endswith(".sha256") else f"{self.file.removesuffix('.cdxj')}.warc.gz"


def verify_files(folder: Path, root: Path, ledger: Ledger, *, foreign: Path | None = None) -> Iterator[Problem]:
    """What is wrong with the WARC files under `folder` one by one; their records go into `ledger`. `root` is the archive folder.

    A file that another process is writing is read as far as it is whole, and nothing is held against its end. Open files
    come first: one that is closed meanwhile is then found among the closed ones. What stands in the folder `foreign` is left out.
    """
    for pattern, check in (("*.warc.gz" + OPEN, _open_file), ("*.warc.gz", _closed_file)):
        for path in sorted(path for path in folder.rglob(pattern) if path.parent != foreign):
            file = path.relative_to(root).as_posix()
            try:
                yield from check(path, file, ledger)
            except FileNotFoundError:
                continue  # closed or discarded by the run that made it
            except OSError as error:
                yield Problem(file, None, f"it cannot be read: {error.strerror}")
    for path in sorted([*folder.rglob("*.cdxj"), *folder.rglob("*.warc.gz.sha256")]):
        stem = path.name.removesuffix(".cdxj").removesuffix(".warc.gz.sha256")
        if path.parent != foreign and not any(path.with_name(stem + suffix).exists() for suffix in (".warc.gz", ".warc.gz" + OPEN)):
            yield Orphan(path.relative_to(root).as_posix(), None, "the WARC file that it belongs to is gone")


def _closed_file(path: Path, file: str, ledger: Ledger) -> Iterator[Problem]:
    if what := digest_problem(path):
        yield Problem(file, None, what)
    readable = True
    with path.open("rb") as source:
        for problem in _contents(source, file, path.name, ledger):
            readable = readable and not isinstance(problem, _Hole)
            yield problem
    if not cdxj_path(path).exists():
        yield Problem(file, None, f"its index {cdxj_path(path).name} is missing")
    elif readable and not cdxj_agrees(path):
        yield Problem(file, None, f"its index {cdxj_path(path).name} is not that of this file")


def _open_file(path: Path, file: str, ledger: Ledger) -> Iterator[Problem]:
    left = lock(path)
    if left is not None:
        os.close(left)
    name = path.name.removesuffix(OPEN)
    with path.open("rb") as source:
        found = list(_contents(source, file.removesuffix(OPEN), name, ledger))
    if left is not None:
        yield Problem(file, None, f"a crash left it open; `scrapy repair` keeps what is whole ({len(found)} problems inside)")


class _Hole(Problem):
    """A place where no record can be read."""


def _contents(source: BinaryIO, file: str, name: str, ledger: Ledger) -> Iterator[Problem]:
    """Reads on behind a damaged place at the next thing that looks like a member of ours."""
    offset: int | None = 0
    warcinfo_id = ""
    torn: Problem | None = None
    while offset is not None:
        start, offset = offset, None
        try:
            for group in groups(records(source, start)):
                if group[0].offset == 0:
                    warcinfo_id = group[0].id
                    yield from _opening(group[0], file, name)
                if torn:
                    yield torn
                for record in group:
                    yield from _record(record, file, warcinfo_id)
                    if record.type in ANSWERS and (twice := ledger.add(file, record)):
                        yield twice
                torn = _torn(group, file)
                if group[0].type != "warcinfo":
                    yield from _group(group, file)
        except Unreadable as hole:
            yield _Hole(file, hole.offset, hole.why)
            offset = _next_member(source, hole.offset + 1)


def _next_member(source: BinaryIO, offset: int) -> int | None:
    """Where the next member of ours seems to start, at `offset` or later."""
    source.seek(offset)
    kept = b""
    while piece := source.read(1 << 20):
        found = (kept + piece).find(_MEMBER)
        if found >= 0:
            return offset - len(kept) + found
        offset += len(piece)
        kept = (kept + piece)[1 - len(_MEMBER) :]
    return None


def _opening(record: Record, file: str, name: str) -> Iterator[Problem]:
    if record.type != "warcinfo":
        yield Problem(file, 0, "the first record is not a warcinfo")
    elif record.get("WARC-Filename") != name:
        yield Problem(file, 0, f"WARC-Filename is {record.get('WARC-Filename')}")


def _record(record: Record, file: str, warcinfo_id: str) -> Iterator[Problem]:
    """One record by itself."""
    for what in _faults(record, warcinfo_id):
        yield Problem(file, record.offset, f"{record.type or 'record'} {record.id}: {what}")


def _faults(record: Record, warcinfo_id: str) -> Iterator[str]:
    if record.version != VERSION:
        yield f"version is {record.version}"
    if not _ID.fullmatch(record.get("WARC-Record-ID") or ""):
        yield "WARC-Record-ID is not a urn:uuid"
    if not _DATE.fullmatch(record.get("WARC-Date") or ""):
        yield f"WARC-Date is {record.get('WARC-Date')}"
    if record.ending != RECORD_END:
        yield "does not end in two empty lines"
    if record.get("WARC-Block-Digest") != sha1(record.block):
        yield "block digest does not match"
    if record.type != "warcinfo" and bare(record.get("WARC-Warcinfo-ID") or "") != warcinfo_id:
        yield "WARC-Warcinfo-ID is not that of this file"
    if record.type == "response" and record.get("WARC-Payload-Digest") != _payload_digest(record):
        yield "payload digest does not match"


def _payload_digest(record: Record) -> str:
    return Capture(record.url, datetime.min.replace(tzinfo=UTC), b"", record.block).payload_digest


def _torn(group: list[Record], file: str) -> Problem | None:
    """What is wrong with an exchange that lacks records, unless the file ends with it: so a repair may leave it after a crash."""
    types = [record.type for record in group]
    if types[0] == "warcinfo" or types[1:] == ["request", "metadata"]:
        return None
    return Problem(file, group[0].offset, f"not a whole exchange but {', '.join(types)}")


def _group(group: list[Record], file: str) -> Iterator[Problem]:
    """The records of one exchange among themselves."""
    answer = group[0]
    if answer.type not in ANSWERS:
        yield Problem(file, answer.offset, f"a {answer.type or 'record'} without its exchange")
    for record in group[1:]:
        if [bare(value) for value in record.get_all("WARC-Concurrent-To")] != [answer.id]:
            yield Problem(file, record.offset, f"{record.type} is not linked to {answer.id} alone")
        for name in ("WARC-Date", "WARC-Target-URI"):
            if record.get(name) != answer.get(name):
                yield Problem(file, record.offset, f"{record.type} has another {name} than its {answer.type}")
