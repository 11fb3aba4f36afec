"""One process at a time writes to a site."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import filelock

from crawler.errors import ArchiveUnwritable, SiteLocked
from crawler.formats.archive.files import make_folder


class SiteLock:
    """The lock of a site; a context manager. The kernel drops it with the process, however that ends; children do not inherit it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = filelock.FileLock(path, timeout=0)

    def acquire(self) -> Self:
        """Takes the lock at once, or raises SiteLocked with the holder's process id."""
        try:
            make_folder(self._path.parent)
            self._lock.acquire()
            self._path.write_text(f"{os.getpid()}\n", encoding="ascii")
        except filelock.Timeout:
            raise SiteLocked(f"{self._path.parent.name}: another run holds the site (process {self.holder() or 'unknown'})") from None
        except OSError as fault:
            raise ArchiveUnwritable(f"{self._path}: {fault.strerror or fault}") from fault
        return self

    def release(self) -> None:
        """Gives the lock back; the file stays, because removing it would let two processes lock two files of one name."""
        self._lock.release()

    def is_held(self) -> bool:
        """Whether a process holds the lock, found out without touching it: from Linux's list of locks; elsewhere never."""
        try:
            inode, locks = self._path.stat().st_ino, Path("/proc/locks").read_text(encoding="ascii")
        except OSError:
            return False
        return any(line.split()[1] == "FLOCK" and line.split()[5].rpartition(":")[2] == str(inode) for line in locks.splitlines())

    def was_taken(self) -> bool:
        """Whether any process has ever held the lock."""
        return self._path.exists()

    def holder(self) -> int | None:
        """Process id that last took the lock, or None where it cannot be read."""
        try:
            return int(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
