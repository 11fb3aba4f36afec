"""What a crash leaves is cut to what is whole, whichever byte it ended at."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

from cdxj_indexer.main import write_cdx_index
from warc_exchanges import page, writer

from crawler.formats.capture import Capture
from crawler.formats.fixity import digest_problem
from crawler.formats.warc import captures, cdxj_path, repair
from crawler.formats.warc.disk import Disk


class QuickDisk(Disk):
    """Does not wait for the medium, which here only takes time."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


def three(tmp_path: Path) -> tuple[str, bytes, list[Capture]]:
    warc = writer(tmp_path / "made")
    for number in range(3):
        warc.write(page(number, body=b"<p>%d</p>" % number))
    [path] = warc.close()
    return path.name, path.read_bytes(), list(captures(path))


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_cut_at_any_byte_is_repaired_once_and_for_all(tmp_path: Path) -> None:
    name, data, exchanges = three(tmp_path)
    ends = [capture.ref.offset for capture in exchanges[1:] if capture.ref] + [len(data)]
    folder = tmp_path / "cut"
    for length in range(len(data) + 1):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / f"{name}.open").write_bytes(data[:length])
        [repaired] = repair(folder, QuickDisk())
        whole = [end for end in ends if end <= length]
        kept = max(whole, default=0)
        assert (repaired.captures, repaired.kept, repaired.cut) == (len(whole), kept, length - kept)
        after = snapshot(folder)
        if not kept:
            assert after == {}
        else:
            assert after[name] == data[:kept]
            assert set(after) == {name, f"{name}.sha256", cdxj_path(folder / name).name}
        assert repair(folder, QuickDisk()) == []
        assert snapshot(folder) == after


def test_a_flipped_byte_ends_what_is_kept(tmp_path: Path) -> None:
    name, data, exchanges = three(tmp_path)
    second = exchanges[1].ref
    assert second is not None
    spoilt = bytearray(data)
    spoilt[second.offset + second.length - 6] ^= 1  # in the CRC of the second response
    folder = tmp_path / "spoilt"
    folder.mkdir()
    (folder / f"{name}.open").write_bytes(spoilt)
    [repaired] = repair(folder)
    assert (repaired.captures, repaired.kept) == (1, second.offset)


def test_a_repaired_file_is_as_if_it_had_been_closed(tmp_path: Path) -> None:
    name, data, _ = three(tmp_path)
    folder = tmp_path / "torn"
    folder.mkdir()
    (folder / f"{name}.open").write_bytes(data + data[:100])
    repair(folder)
    path = folder / name
    assert path.read_bytes() == data
    assert digest_problem(path) is None
    write_cdx_index(str(tmp_path / "theirs"), [str(path)], {"sort": True})
    assert cdxj_path(path).read_bytes() == (tmp_path / "theirs").read_bytes()


def test_a_file_that_another_process_writes_is_left_alone(tmp_path: Path) -> None:
    name, data, _ = three(tmp_path)
    path = tmp_path / f"{name}.open"
    path.write_bytes(data[:-1])
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert repair(tmp_path) == []
    assert path.read_bytes() == data[:-1]


def test_an_index_that_a_crash_left_out_is_made(tmp_path: Path) -> None:
    name, _, _ = three(tmp_path)
    path = next(tmp_path.rglob(name))
    wanted = cdxj_path(path).read_bytes()
    cdxj_path(path).rename(path.with_name(cdxj_path(path).name + ".open"))
    repair(tmp_path)
    assert cdxj_path(path).read_bytes() == wanted
    assert not list(tmp_path.rglob("*.open"))
