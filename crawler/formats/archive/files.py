"""Files that are whole or absent: lines appended to `NAME.open`, documents written beside, both renamed into place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from crawler.errors import ArchiveUnreadable, ArchiveUnwritable
from crawler.formats.fixity import digest_line, digest_path, file_digest

OPEN = ".open"
"""Suffix of a file that is still being written."""


class LineFile:
    """An append-only file of lines that comes into being with its first line and is called `PATH.open` until `close`.

    A line is one `os.write`. Every method raises ArchiveUnwritable when the disk refuses; the file then ends with its last
    whole line, keeps its `.open`, and takes nothing more.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file: int | None = None
        self._unsynced = False
        self._broken = False
        self._digest = hashlib.sha256()

    @property
    def open_path(self) -> Path:
        """Where the lines stand until `close`."""
        return self.path.with_name(self.path.name + OPEN)

    def append(self, line: bytes) -> int:
        """Adds `line`, which ends in a newline and holds no other; returns the offset at which it begins."""
        with _disk(self.open_path):
            if self._broken:
                raise OSError("an earlier write failed")
            descriptor = self._descriptor()
            try:
                written = os.write(descriptor, line)
                if written != len(line):
                    raise OSError(f"short write: {written} of {len(line)} bytes")
            except OSError:
                self._broken = True
                os.ftruncate(descriptor, self.size)
                raise
        offset, self.size, self._unsynced = self.size, self.size + len(line), True
        self._digest.update(line)
        return offset

    def sync(self) -> None:
        """Makes every line so far survive a power cut."""
        if self._file is None or not self._unsynced:
            return
        with _disk(self.open_path):
            try:
                os.fdatasync(self._file)
            except OSError:  # what the kernel dropped stays dropped: asking again would lie
                self._broken = True
                raise
        self._unsynced = False

    def close(self) -> Path | None:
        """Syncs, writes the digest beside it and renames; returns the final path, or None where no line was written.

        A broken file keeps its `.open`.
        """
        if self._file is None:
            return None
        try:
            if self._broken:
                return None
            self.sync()
            write_beside(digest_path(self.path), digest_line(self.path, self._digest.hexdigest()).encode())
            with _disk(self.path):
                os.rename(self.open_path, self.path)
                sync_folder(self.path.parent)
        finally:
            self.abandon()
        return self.path

    def abandon(self) -> None:
        """Lets go of the file as it is, under its `.open` name, for the next start to repair."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def discard(self) -> None:
        """Removes the file, which nobody has seen yet."""
        if self._file is not None:
            self.abandon()
            remove(self.open_path)

    def _descriptor(self) -> int:
        if self._file is None:
            make_folder(self.path.parent)
            if self.path.exists():
                raise FileExistsError(f"{self.path} is there already")
            self._file = os.open(self.open_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)
        return self._file


def write_beside(path: Path, data: bytes) -> None:
    """Writes a whole document under `path` by way of `PATH.open`. Raises ArchiveUnwritable; `path` is then as it was."""
    beside = path.with_name(path.name + OPEN)
    with _disk(path):
        make_folder(path.parent)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        except OSError:
            beside.unlink()
            raise
        finally:
            os.close(descriptor)
        os.rename(beside, path)
        sync_folder(path.parent)


def repair_lines(path: Path, is_whole: Callable[[bytes], bool]) -> Path | None:
    """Finishes the line file that a crash left as `path` (ending in `.open`): keeps its lines up to the first that is cut off or that
    `is_whole` refuses, cuts the rest, renames.

    Returns the final path, or None where no line was whole and the file was removed. Doing it twice changes nothing.
    """
    end = 0
    for offset, line in lines(path):
        if not is_whole(line):
            break
        end = offset + len(line)
    final = path.with_name(path.name.removesuffix(OPEN))
    if not end:
        remove(path)
        return None
    with _disk(path):
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
        digest = file_digest(path)
    write_beside(digest_path(final), digest_line(final, digest).encode())
    with _disk(path):
        os.rename(path, final)
        sync_folder(path.parent)
    return final


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of every line that has its newline."""
    offset = 0
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield offset, line
            offset += len(line)


def listed(folder: Path, pattern: str) -> list[Path]:
    """What `folder.glob(pattern)` finds, for a pattern of names with `*`, in no order.

    Raises ArchiveUnreadable, where `glob` passes over a folder that may not be read: to a crawl its articles would be new again.
    """
    *between, last = pattern.split("/")
    folders = [folder]
    for name in between:
        folders = [found for place in folders for found in _named(place, name)]
    return [found for place in folders for found in _named(place, last)]


def _named(folder: Path, pattern: str) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder) if fnmatchcase(name, pattern)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as fault:
        raise ArchiveUnreadable(f"{folder}: cannot be read: {fault.strerror or fault}") from fault


def remove(path: Path) -> None:
    """Removes a file so that it stays away after a power cut. Raises ArchiveUnwritable."""
    with _disk(path):
        path.unlink()
        sync_folder(path.parent)


def free_bytes(folder: Path) -> int:
    """Bytes that this process may still write to the file system of `folder`, or of its nearest parent that exists."""
    while not folder.exists():
        folder = folder.parent
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize


def require_space(folder: Path, needed: int) -> None:
    """Raises ArchiveUnwritable when fewer than `needed` bytes are free."""
    if (free := free_bytes(folder)) < needed:
        raise ArchiveUnwritable(f"{folder}: only {free:,} bytes are free, {needed:,} are wanted")


def make_folder(folder: Path) -> None:
    """Creates `folder` and its parents so that their names survive a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise ArchiveUnwritable(f"{path}: {fault.strerror or fault}") from fault
