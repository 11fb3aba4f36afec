"""The seal of an index: size and checksum of its whole file, put down when it was closed, so that no byte of it changes unseen.

SQLite notices garbled pages, and by no means garbled values. A CRC-32 finds every change of up to four bytes in a row, and of four
thousand million others all but one. It is no guard against forgery: who can write the index can write its seal.
"""

from __future__ import annotations

from pathlib import Path

from crawler.errors import ArchiveDamaged
from crawler.formats import deflate

_AT_ONCE = 1 << 20


def seal_of(path: Path) -> Path:
    """Where the seal of the index at `path` is kept."""
    return path.with_name(f"{path.name}-seal")


def seal(path: Path) -> None:
    """Seals the index at `path`, which nobody has open for writing. Where the disk refuses there is no seal. Never raises for the disk."""
    try:
        seal_of(path).write_text(_state(path))
    except OSError:
        unseal(path)


def unseal(path: Path) -> None:
    """The index at `path` is about to change."""
    seal_of(path).unlink(missing_ok=True)


def is_as_sealed(path: Path) -> bool | None:
    """Whether the index at `path` is what was sealed; None where no seal is left, because its last writer did not get to it.

    To be called while this process does not have it open: closing the file would give up SQLite's locks on it. Raises ArchiveDamaged
    where it cannot be read.
    """
    try:
        sealed = seal_of(path).read_text("ascii", "replace")
        return _state(path) == sealed if sealed.endswith("\n") else None
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise ArchiveDamaged(f"it cannot be read: {fault.strerror or fault}") from fault


def _state(path: Path) -> str:
    size = checksum = 0
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_AT_ONCE):
            size += len(piece)
            checksum = deflate.fast.crc32(piece, checksum)
    return f"{size} {checksum:08x}\n"
