"""One run's series of WARC files."""

from __future__ import annotations

import os
import re
import socket
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from crawler.clock import Now, rfc3339
from crawler.errors import ArchiveUnwritable
from crawler.formats.archive.files import make_folder
from crawler.formats.article import RecordRef
from crawler.formats.capture import Capture
from crawler.formats.fixity import digest_path
from crawler.formats.warc.cdxj import CdxjBuilder, cdxj_path
from crawler.formats.warc.disk import Disk
from crawler.formats.warc.exchange import exchange, warcinfo
from crawler.formats.warc.open_file import OpenFile
from crawler.formats.warc.revisit import Original, revisit_original

MAX_BYTES = 1_000_000_000
"""Size at which a file is closed and the next one begun."""

SYNC_BYTES = 8_000_000
SYNC_SECONDS = 5.0
"""What a power cut may cost at most, whichever comes first."""


def new_record_id() -> str:
    """A fresh `urn:uuid:…`."""
    return f"urn:uuid:{uuid.uuid4()}"


class WarcWriter:
    """Appends captures to `folder` in files named `<site>-<time>-<serial>-<host>.<pid>.warc.gz`.

    A file appears with its first capture, ends in `.open` until it is whole, and is locked as long as it is written.
    Every method raises ArchiveUnwritable where the disk refuses; the writer then takes nothing more, and `close` keeps
    what was whole before.
    """

    def __init__(
        self,
        folder: Path,
        *,
        site: str,
        root: Path,
        info: Mapping[str, str],
        now: Now,
        max_bytes: int = MAX_BYTES,
        sync_bytes: int = SYNC_BYTES,
        sync_seconds: float = SYNC_SECONDS,
        new_id: Callable[[], str] = new_record_id,
        disk: Disk | None = None,
    ) -> None:
        """`root` is the archive folder, to which `RecordRef.file` is relative; `info` goes into each file's warcinfo record."""
        self._folder = folder
        self._site = _label(site)
        self._root = root
        self._info = info
        self._now = now
        self._max_bytes = max_bytes
        self._sync_bytes = sync_bytes
        self._sync_seconds = sync_seconds
        self._new_id = new_id
        self._disk = disk or Disk()
        self._host = f"{_label(socket.gethostname())}.{os.getpid()}"
        self._serial = 0
        self._file: OpenFile | None = None
        self._index = CdxjBuilder("")
        self._warcinfo_id = ""
        self._name = ""
        self._synced_at = now()
        self._failed: OSError | None = None
        self._closed: list[Path] = []

    def write(self, capture: Capture, *, revisit_of: Original | None = None) -> RecordRef:
        """Stores the exchange and sets `capture.ref`, which names the response or revisit record.

        It becomes a revisit of `revisit_of` where `revisit_original` allows it. The records reach the system in one write,
        or in several where they are larger than the buffer; on the medium they are after the next `sync`.
        """
        if self._failed:
            raise ArchiveUnwritable(f"{self._folder}: nothing more is written after this: {self._failed}")
        profile = revisit_original(capture, revisit_of)
        revisit = (profile, revisit_of) if profile and revisit_of else None
        with self._watched():
            capture.ref = self._append(capture, revisit)
            capture.revisit_of = revisit[1].record_id if revisit else None
            self._roll_or_sync()
        return capture.ref

    def sync(self) -> None:
        """Returns when every capture written so far is on the medium. To be called every few seconds, also when nothing comes."""
        if self._file:
            with self._watched():
                self._file.sync()
        self._synced_at = self._now()

    def close(self) -> list[Path]:
        """Ends the series and returns the files that this writer made, all under their final names, each with its CDXJ."""
        with self._watched():
            self._finish()
        return list(self._closed)

    def discard(self) -> None:
        """Removes every file that this writer made, for a run that learnt nothing worth keeping."""
        with self._watched():
            if self._file:
                self._file.discard()
                self._file = None
            for path in self._closed:
                for part in (path, digest_path(path), cdxj_path(path)):
                    part.unlink(missing_ok=True)
                self._disk.sync_folder(path.parent)
            self._closed.clear()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._failed = error
            raise ArchiveUnwritable(f"{self._folder}: {error.strerror or error}") from error

    def _append(self, capture: Capture, revisit: tuple[str, Original] | None) -> RecordRef:
        file = self._file or self._begin()
        ids = (self._new_id(), self._new_id(), self._new_id())
        offset = file.position
        try:
            answer, request, metadata = exchange(capture, ids, self._warcinfo_id, revisit)
            file.add(answer.headers, answer.block)
            length = file.position - offset
            file.add(request.headers, request.block)
            file.add(metadata.headers, metadata.block)
            file.commit()
        except BaseException:
            self._take_back(file)
            raise
        self._index.add(answer.headers, answer.block, offset, length)
        return RecordRef(
            file=self._name,
            offset=offset,
            length=length,
            record_id=ids[0],
            payload_digest=revisit[1].payload_digest if revisit else capture.payload_digest,
        )

    def _take_back(self, file: OpenFile) -> None:
        """Cuts back to the last whole capture; a file that has none yet goes, and its warcinfo record with it."""
        if file.empty:
            self._file = None
            file.discard()
        else:
            file.roll_back()

    def _begin(self) -> OpenFile:
        """A new file with its warcinfo record, which is written together with the first capture."""
        make_folder(self._folder)
        moment = self._now()
        stamp = moment.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")[:17]
        file = None
        while file is None:
            path = self._folder / f"{self._site}-{stamp}-{self._serial:05}-{self._host}.warc.gz"
            file = OpenFile.create(path, self._disk)
            self._serial += 1
        self._file = file
        self._name = path.relative_to(self._root).as_posix()
        self._index = CdxjBuilder(path.name)
        self._warcinfo_id = self._new_id()
        opening = warcinfo(self._warcinfo_id, rfc3339(moment), path.name, self._info)
        file.add(opening.headers, opening.block)
        return file

    def _roll_or_sync(self) -> None:
        if not self._file:
            return
        if self._file.position >= self._max_bytes:
            self._finish()
        elif self._file.unsynced >= self._sync_bytes or (self._now() - self._synced_at).total_seconds() >= self._sync_seconds:
            self._file.sync()
            self._synced_at = self._now()

    def _finish(self) -> None:
        if not self._file:
            return
        file, self._file = self._file, None
        if path := file.close():
            self._closed.append(path)
            self._index.finish(path, self._disk)


def _label(name: str) -> str:
    """`name` with nothing but letters, digits, `.`, `_` and `-`: WACZ allows no more."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name)
