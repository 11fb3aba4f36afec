"""A WARC file that is being written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Self

from crawler.formats import deflate
from crawler.formats.fixity import digest_line, digest_path
from crawler.formats.warc.disk import Disk, open_name
from crawler.formats.warc.record import Block, Headers, lay_out, size_of

BUFFER = 4 << 20
"""Bytes that may wait in memory for one write: far more than a page, far less than a film."""

BATCH = 1 << 16
"""Bytes of a block that is put together for one call of the compressor: for less, calls cost more than copies."""

GZIP = 31
"""zlib's number for the gzip format with the largest window."""


class OpenFile:
    """Grows by whole captures: what was not committed is cut off again.

    Methods raise OSError as the system gives it. After a failed `sync` nobody knows what the medium holds, so that the file
    keeps its `.open` for the next repair to look at.
    """

    def __init__(self, path: Path, descriptor: int, disk: Disk) -> None:
        self.path = path
        """The final name, without `.open`."""
        self._descriptor = descriptor
        self._disk = disk
        self._waiting: list[bytes] = []
        self._waits = 0
        self._written = 0
        self._whole = 0
        self._synced = 0
        self._trusted = True
        self._digest = hashlib.sha256(usedforsecurity=False)
        self._whole_digest = self._digest.copy()

    @classmethod
    def create(cls, path: Path, disk: Disk) -> Self | None:
        """The file `path` + `.open`, locked; None where it, or `path` itself, exists already."""
        if path.exists():
            return None
        try:
            return cls(path, disk.create(open_name(path)), disk)
        except FileExistsError:
            return None

    @property
    def position(self) -> int:
        """Offset at which the next record will start."""
        return self._written + self._waits

    @property
    def empty(self) -> bool:
        """No capture was committed yet."""
        return not self._whole

    @property
    def unsynced(self) -> int:
        """Bytes committed since the last `sync`."""
        return self._whole - self._synced

    def add(self, headers: Headers, block: Block) -> None:
        """Appends a record as one gzip member. It reaches the system when the capture is committed, or the buffer is full."""
        if size_of(block) <= BATCH:
            self._wait(deflate.fast.compress(b"".join(lay_out(headers, block)), deflate.LEVEL, GZIP))
            return
        member = deflate.fast.compressobj(deflate.LEVEL, deflate.fast.DEFLATED, GZIP)
        for piece in lay_out(headers, block):
            self._wait(member.compress(piece))
        self._wait(member.flush())

    def commit(self) -> None:
        """A capture is whole: hands what waits to the system."""
        self._drain()
        self._whole = self._written
        self._whole_digest = self._digest.copy()

    def roll_back(self) -> None:
        """Cuts back to the last whole capture."""
        self._forget()
        self._trusted = False
        self._disk.truncate(self._descriptor, self._whole)
        self._trusted = True
        self._written = self._whole
        self._digest = self._whole_digest.copy()

    def sync(self) -> None:
        """Returns when all that was committed is on the medium."""
        if not self.unsynced:
            return
        self._trusted = False
        self._disk.sync(self._descriptor)
        if not self._synced:
            self._disk.sync_folder(self.path.parent)  # else a power cut could take the file's name
        self._trusted = True
        self._synced = self._whole

    def discard(self) -> None:
        """Removes the file."""
        try:
            open_name(self.path).unlink()
        finally:
            os.close(self._descriptor)

    def close(self) -> Path | None:
        """Gives the file its final name, which it returns; None where a repair must look at it first.

        The digest file comes first, so that no closed file is ever without one.
        """
        try:
            if not self._trusted:
                return None
            self.sync()
            self._disk.put(digest_path(self.path), digest_line(self.path, self._digest.hexdigest()))
            self._disk.rename(open_name(self.path), self.path)
            self._disk.sync_folder(self.path.parent)
        finally:
            os.close(self._descriptor)
        return self.path

    def _wait(self, data: bytes) -> None:
        self._waiting.append(data)
        self._waits += len(data)
        if self._waits >= BUFFER:
            self._drain()

    def _forget(self) -> None:
        self._waiting.clear()
        self._waits = 0

    def _drain(self) -> None:
        rest = memoryview(b"".join(self._waiting))
        self._forget()
        while rest:
            count = self._disk.write(self._descriptor, rest)
            self._digest.update(rest[:count])
            self._written += count
            rest = rest[count:]
