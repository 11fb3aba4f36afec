"""What a crash leaves is cut to what is whole, whichever byte it ended at."""

from __future__ import annotations

import fcntl
import shutil
from itertools import accumulate
from pathlib import Path

from cdxj_indexer.main import write_cdx_index
from test_warc_writer import split
from warc_exchanges import page, writer

from crawler.formats.capture import Capture
from crawler.formats.fixity import digest_problem
from crawler.formats.warc import captures, cdxj_path, repair
from crawler.formats.warc.disk import Disk
from crawler.formats.warc.ledger import Ledger
from crawler.formats.warc.verify import verify_files


class QuickDisk(Disk):
    """Does not wait for the medium, which here only takes time."""

    def sync(self, descriptor: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


def made(tmp_path: Path, number_of_pages: int = 3) -> tuple[str, bytes, list[Capture]]:
    warc = writer(tmp_path / "made")
    for number in range(number_of_pages):
        warc.write(page(number, body=b"<p>%d</p>" % number))
    [path] = warc.close()
    return path.name, path.read_bytes(), list(captures(path))


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def member_ends(data: bytes) -> list[int]:
    return list(accumulate(len(stored) for stored, _ in split(data)))


def problems(folder: Path) -> list[str]:
    with Ledger() as ledger:
        return [str(problem) for problem in verify_files(folder, folder, ledger)]


def test_a_file_cut_at_any_byte_is_repaired_once_and_for_all(tmp_path: Path) -> None:
    """Every whole record behind the warcinfo stays, of the last exchange too; nobody finds anything wrong with what is left."""
    name, data, exchanges = made(tmp_path, 2)
    ends = member_ends(data)[1:]
    answers = [capture.ref.offset + capture.ref.length for capture in exchanges if capture.ref]
    folder = tmp_path / "cut"
    for length in range(len(data) + 1):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / f"{name}.open").write_bytes(data[:length])
        [repaired] = repair(folder, QuickDisk())
        kept = max((end for end in ends if end <= length), default=0)
        assert (repaired.captures, repaired.kept, repaired.cut) == (sum(end <= length for end in answers), kept, length - kept)
        after = snapshot(folder)
        if not kept:
            assert after == {}
        else:
            assert after[name] == data[:kept]
            assert set(after) == {name, f"{name}.sha256", cdxj_path(folder / name).name}
        if length in ends:
            assert problems(folder) == []
            assert [capture.url for capture in captures(folder / name)] == [e.url for e in exchanges][: repaired.captures]
        assert repair(folder, QuickDisk()) == []
        assert snapshot(folder) == after


def test_an_exchange_may_lack_records_only_at_the_end_of_a_file(tmp_path: Path) -> None:
    name, data, _ = made(tmp_path, 2)
    ends = member_ends(data)
    (tmp_path / "gap").mkdir()
    (tmp_path / "gap" / f"{name}.open").write_bytes(data[: ends[1]] + data[ends[3] :])
    repair(tmp_path / "gap")
    [problem] = problems(tmp_path / "gap")
    assert f"offset {ends[0]}: not a whole exchange but response" in problem


def test_a_flipped_byte_ends_what_is_kept(tmp_path: Path) -> None:
    name, data, exchanges = made(tmp_path)
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
    name, data, _ = made(tmp_path)
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
    name, data, _ = made(tmp_path)
    path = tmp_path / f"{name}.open"
    path.write_bytes(data[:-1])
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert repair(tmp_path) == []
    assert path.read_bytes() == data[:-1]


def test_an_index_that_a_crash_left_out_is_made(tmp_path: Path) -> None:
    name, _, _ = made(tmp_path)
    path = next(tmp_path.rglob(name))
    wanted = cdxj_path(path).read_bytes()
    cdxj_path(path).rename(path.with_name(cdxj_path(path).name + ".open"))
    repair(tmp_path)
    assert cdxj_path(path).read_bytes() == wanted
    assert not list(tmp_path.rglob("*.open"))
