"""Article lines in the order of capture, whatever the order of the files that hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from crawler.clock import rfc3339
from crawler.errors import ArchiveDamaged
from crawler.formats.archive.files import lines
from crawler.formats.article import Article, decode_article

STAMP = "%Y%m%dT%H%M%S%f"
"""The time in a run's id, with microseconds."""

_CAPTURED = re.compile(rb'"captured":"([^"]+)"')

_Place = tuple[str, Path, int, bytes]
"""Capture time, file, offset and bytes of a line."""


def in_time(paths: Iterable[Path]) -> Iterator[_Place]:
    """The lines of files none of which begins before the one before it ends, in order of capture; lines of one moment keep theirs."""
    for path in paths:
        places = sorted(_places(path))
        with path.open("rb") as file:
            for captured, offset, length in places:
                file.seek(offset)
                yield captured, path, offset, file.read(length)


def in_time_together(paths: Iterable[Path]) -> Iterator[_Place]:
    """The same for files that tell of overlapping times; takes some 200 bytes of memory for each of their lines."""
    places = [
        (captured, path, offset, length) for path in sorted(paths, key=lambda path: path.name) for captured, offset, length in _places(path)
    ]
    places.sort(key=lambda place: place[0])
    for captured, path, offset, length in places:
        with path.open("rb") as file:
            file.seek(offset)
            yield captured, path, offset, file.read(length)


def _places(path: Path) -> Iterator[tuple[str, int, int]]:
    """Capture time, offset and length of each line."""
    for offset, line in lines(path):
        yield _captured(line), offset, len(line)


def _captured(line: bytes) -> str:
    found = _CAPTURED.search(line)
    return found[1].decode("utf-8", "replace") if found else ""


def tells_of_the_past(path: Path) -> bool:
    """Whether a file has lines of pages captured before its run began: imported or read anew, or the clock was set back.

    Its first line says it, as such runs write the oldest first.
    """
    first = next(lines(path), None)
    return first is not None and _captured(first[1]) < rfc3339(run_started(path.stem))


def decode_line(path: Path, offset: int, line: bytes) -> Article:
    """The article that a line at `offset` of a file holds. Raises ArchiveDamaged, naming the place."""
    try:
        return decode_article(line)
    except ArchiveDamaged as fault:
        raise ArchiveDamaged(f"{path}: byte {offset}: {fault}") from fault


def run_started(run_id: str) -> datetime:
    """The moment that is written in a run's id."""
    return datetime.strptime(run_id.partition("Z")[0] + "000", STAMP).replace(tzinfo=UTC)
