"""What a crash left: `.open` files that nobody writes any more are cut to what is whole, and closed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.errors import ArchiveDamaged, ArchiveUnwritable
from crawler.formats.fixity import digest_line, digest_path, file_digest
from crawler.formats.warc.cdxj import cdxj_path, write_cdxj
from crawler.formats.warc.disk import OPEN, Disk, lock, open_name
from crawler.formats.warc.reader import ANSWERS, groups
from crawler.formats.warc.record import RECORD_END, Record, records


@dataclass(frozen=True, slots=True)
class Repaired:
    """What became of one `.open` file."""

    path: Path
    """The final name."""
    captures: int
    """Answers that were kept, of the last perhaps without request or metadata; a file with none was removed."""
    kept: int
    """Bytes kept."""
    cut: int
    """Bytes cut off its end."""

    def __str__(self) -> str:
        what = (
            f"closed with {self.captures} capture{'s' * (self.captures != 1)} in {self.kept:,} bytes"
            if self.captures
            else "removed, it held no whole capture"
        )
        return f"{what}; {self.cut:,} bytes cut off"


def repair(folder: Path, disk: Disk | None = None) -> list[Repaired]:
    """Repairs every `.open` WARC file under `folder` that no process has locked, and makes missing indexes.

    Kept are the gzip members from the start on that inflate, pass their CRC and hold one whole record: also an answer whose
    request or metadata are torn. A file without an answer goes. Doing it twice changes nothing. Raises ArchiveUnwritable.
    """
    disk = disk or Disk()
    try:
        found = [_repair(path, disk) for path in sorted(folder.rglob("*.warc.gz" + OPEN))]
        for leftover in [*folder.rglob("*.cdxj" + OPEN), *folder.rglob("*.sha256" + OPEN)]:
            if not open_name(_warc_of(leftover)).exists():
                leftover.unlink()
        for path in sorted(folder.rglob("*.warc.gz")):
            if not cdxj_path(path).exists():
                write_cdxj(path, disk)
    except OSError as error:
        raise ArchiveUnwritable(f"{folder}: {error}") from error
    return [repaired for repaired in found if repaired]


def _warc_of(leftover: Path) -> Path:
    return leftover.with_name(
        leftover.name.removesuffix(OPEN).removesuffix(".sha256").removesuffix(".cdxj").removesuffix(".warc.gz") + ".warc.gz"
    )


def _repair(path: Path, disk: Disk) -> Repaired | None:
    descriptor = lock(path)
    if descriptor is None:
        return None
    final = path.with_name(path.name.removesuffix(OPEN))
    try:
        size = os.fstat(descriptor).st_size
        with os.fdopen(os.dup(descriptor), "rb") as source:
            captures, end = _whole(source)
        if not captures:
            path.unlink()
            digest_path(final).unlink(missing_ok=True)
            disk.sync_folder(path.parent)
            return Repaired(final, 0, 0, size)
        if final.exists():
            raise ArchiveUnwritable(f"{path} cannot be closed: {final.name} is there already")
        disk.truncate(descriptor, end)
        disk.sync(descriptor)
        disk.put(digest_path(final), digest_line(final, file_digest(path)))
        disk.rename(path, final)
        disk.sync_folder(path.parent)
    finally:
        os.close(descriptor)
    write_cdxj(final, disk)
    return Repaired(final, captures, end, size - end)


def _whole(source: BinaryIO) -> tuple[int, int]:
    """With how many captures the file begins, and where the last whole record of them ends."""
    captures, end = 0, 0
    for group in groups(_readable(source)):
        if group[0].type == "warcinfo":
            continue
        if group[0].type not in ANSWERS:
            break
        captures += 1
        end = group[-1].offset + group[-1].length
    return captures, end


def _readable(source: BinaryIO) -> Iterator[Record]:
    """The records up to the first that is not whole."""
    try:
        for record in records(source):
            if record.ending != RECORD_END:
                return
            yield record
    except ArchiveDamaged:
        return  # where the file stops being readable is what was asked
