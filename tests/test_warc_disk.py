"""What fails on the disk, at any call: the run ends, nothing acknowledged is lost, and a repair makes the rest good."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from warc_exchanges import Ticking, page, writer

from crawler.errors import ArchiveUnwritable
from crawler.formats.warc import captures, cdxj_path, repair
from crawler.formats.warc.disk import Disk


class CountingDisk(Disk):
    """Counts calls, and raises at the n-th of them. `write` takes only `portion` bytes at once; nothing waits for the medium."""

    def __init__(self, fail_at: int = 0, portion: int = 1 << 30) -> None:
        self.fail_at = fail_at
        self.portion = portion
        self.calls: list[str] = []

    def _count(self, name: str) -> None:
        self.calls.append(name)
        if len(self.calls) == self.fail_at:
            raise OSError(28, "No space left on device")

    def create(self, path: Path) -> int:
        self._count("create")
        return super().create(path)

    def write(self, descriptor: int, data: memoryview) -> int:
        self._count("write")
        return super().write(descriptor, data[: self.portion])

    def truncate(self, descriptor: int, length: int) -> None:
        self._count("truncate")
        super().truncate(descriptor, length)

    def sync(self, descriptor: int) -> None:  # noqa: ARG002  the disk's signature
        self._count("sync")

    def rename(self, old: Path, new: Path) -> None:
        self._count("rename")
        super().rename(old, new)

    def sync_folder(self, folder: Path) -> None:  # noqa: ARG002  the disk's signature
        self._count("sync_folder")


def test_a_capture_is_one_write(tmp_path: Path) -> None:
    disk = CountingDisk()
    warc = writer(tmp_path, disk=disk)
    warc.write(page(1))
    warc.write(page(2))
    assert disk.calls == ["create", "write", "write"]
    warc.close()


def test_bytes_and_seconds_make_it_sync(tmp_path: Path) -> None:
    disk, now = CountingDisk(), Ticking()
    warc = writer(tmp_path, disk=disk, now=now, sync_seconds=5, sync_bytes=3000)
    for _ in range(6):
        warc.write(page())
    assert disk.calls.count("sync") == 2
    now.step = 6
    warc.write(page())
    assert disk.calls.count("sync") == 3
    warc.sync()
    assert disk.calls.count("sync") == 3  # nothing new
    warc.close()


@pytest.mark.parametrize("portion", [100, 1 << 30])
def test_whatever_fails_nothing_acknowledged_is_lost(tmp_path: Path, portion: int) -> None:
    """Every call of the disk fails once: the run ends with its error, what was acknowledged is found, and a repair makes it good."""
    disk = CountingDisk(portion=portion)
    scenario(tmp_path / "whole", disk)
    assert len(disk.calls) > 15
    for fail_at in range(1, len(disk.calls) + 1):
        root = tmp_path / str(fail_at)
        kept, failed = scenario(root, CountingDisk(fail_at, portion))
        assert failed
        repair(root, CountingDisk())
        files = sorted(root.rglob("*.warc.gz"))
        found = {capture.url for path in files for capture in captures(path)}
        assert kept <= found, f"call {fail_at}: {disk.calls[fail_at - 1]}"
        assert not list(root.rglob("*.open"))
        for path in files:
            assert cdxj_path(path).exists()
            assert path.with_name(path.name + ".sha256").exists()


def scenario(root: Path, disk: Disk) -> tuple[set[str], bool]:
    warc = writer(root, disk=disk, max_bytes=1500, sync_bytes=500)
    kept: set[str] = set()
    failed = False
    try:
        for number in range(4):
            capture = page(number)
            warc.write(capture)
            kept.add(capture.url)
    except ArchiveUnwritable:
        failed = True
        with pytest.raises(ArchiveUnwritable, match="nothing more is written"):
            warc.write(page(9))
    try:
        warc.close()
    except ArchiveUnwritable:
        failed = True
    return kept, failed


def test_a_full_disk_cuts_back_to_the_last_whole_capture(tmp_path: Path) -> None:
    """The real thing: a process that may not make files larger than 20 kB."""
    program = """
import resource, signal, sys
from pathlib import Path
from crawler.errors import ArchiveUnwritable
from warc_exchanges import page, writer
import hashlib
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
warc = writer(Path(sys.argv[1]))
written = 0
try:
    for number in range(100):
        warc.write(page(number, body=hashlib.shake_128(b"%d" % number).digest(1500)))
        written += 1
except ArchiveUnwritable as error:
    print(written, len(warc.close()), error)
    sys.exit(error.exit_code)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])}
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 74, run.stderr
    written, closed, *_ = run.stdout.split()
    assert (5 < int(written) < 12, closed) == (True, "1")
    [path] = tmp_path.rglob("*.warc.gz")
    assert len(list(captures(path))) == int(written)
    assert repair(tmp_path) == []


def test_the_first_capture_that_fails_leaves_no_file(tmp_path: Path) -> None:
    warc = writer(tmp_path, disk=CountingDisk(fail_at=2))
    with pytest.raises(ArchiveUnwritable, match="No space left"):
        warc.write(page())
    assert list((tmp_path / "demo/warc/2026").iterdir()) == []
