"""The system calls by which a WARC file comes to be, in one place so that a test can let any of them fail."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

OPEN = ".open"
"""What the name of a file ends in until it is whole."""


class Disk:
    """Plain calls, each of which may raise OSError."""

    def create(self, path: Path) -> int:
        """A descriptor of a file that did not exist before, locked against other processes.

        Raises FileExistsError also where a repair took the file away in the instant before it was locked.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.fstat(descriptor).st_nlink:
                raise FileExistsError(f"{path} was taken away")
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def write(self, descriptor: int, data: memoryview) -> int:
        """Bytes that were written, which may be fewer than given."""
        return os.write(descriptor, data)

    def truncate(self, descriptor: int, length: int) -> None:
        """Cuts the file and moves the position to its new end."""
        os.ftruncate(descriptor, length)
        os.lseek(descriptor, length, os.SEEK_SET)

    def sync(self, descriptor: int) -> None:
        """Returns when content and length are on the medium."""
        os.fdatasync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """Atomic within a folder."""
        os.rename(old, new)

    def sync_folder(self, folder: Path) -> None:
        """Returns when the folder's names are on the medium."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def put(self, path: Path, text: str) -> None:
        """A small file, durable and whole under its name; what stood there before is replaced."""
        beside = open_name(path)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            self.write_all(descriptor, text.encode("utf-8"))
            self.sync(descriptor)
        finally:
            os.close(descriptor)
        self.rename(beside, path)
        self.sync_folder(path.parent)

    def write_all(self, descriptor: int, data: bytes) -> None:
        """Writes on until all is written."""
        rest = memoryview(data)
        while rest:
            rest = rest[self.write(descriptor, rest) :]


def open_name(path: Path) -> Path:
    """The name that `path` has until it is whole."""
    return path.with_name(path.name + OPEN)


def lock(path: Path) -> int | None:
    """A descriptor of the existing file `path` with its lock; None where another process, which is writing it, holds that."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
