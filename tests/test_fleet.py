"""Several processes at once, none of which is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import await_end

from crawler.errors import SiteLocked
from crawler.fleet import Ended, Fleet, Turn, worst
from crawler.formats.archive import SiteLock

STUBBORN = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"


def turns(folder: Path, *sites: str) -> Iterator[Turn]:
    for site in sites:
        yield Turn(site, SiteLock(folder / site / "due.lock").acquire())


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_every_code_comes_back_and_every_lock_is_given_back(tmp_path: Path) -> None:
    fleet = Fleet(lambda site: python(f"raise SystemExit({int(site)})"), jobs=2, limit_s=60)
    ended = list(fleet.run(turns(tmp_path, "0", "69", "70", "75")))
    assert sorted((each.site, each.code) for each in ended) == [("0", 0), ("69", 69), ("70", 70), ("75", 75)]
    assert fleet.interrupted is None
    for site in ("0", "69", "70", "75"):
        SiteLock(tmp_path / site / "due.lock").acquire().release()


def test_no_more_than_jobs_at_a_time(tmp_path: Path) -> None:
    """Each child waits until another is there; three that waited for each other could not end if only two ran."""
    program = (
        f"import pathlib, os, sys; place = pathlib.Path({str(tmp_path)!r}); mine = place / f'{{os.getpid()}}.up'; mine.touch()\n"
        "most = len(list(place.glob('*.up'))); mine.unlink(); sys.exit(most)"
    )
    ended = list(Fleet(lambda _: python(program), jobs=2, limit_s=60).run(turns(tmp_path, *"abcdef")))
    assert len(ended) == 6
    assert max(each.code for each in ended) <= 2


def test_a_run_that_takes_too_long_is_told_to_finish(tmp_path: Path) -> None:
    program = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)); print('up', flush=True); signal.pause()"
    [ended] = Fleet(lambda _: python(program), jobs=1, limit_s=1).run(turns(tmp_path, "slow"))
    assert ended == Ended("slow", 143, over_time=True)


def test_a_run_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    [ended] = Fleet(lambda _: python(STUBBORN), jobs=1, limit_s=0.5, grace_s=0.5).run(turns(tmp_path, "deaf"))
    assert ended == Ended("deaf", -signal.SIGKILL, over_time=True)


def test_what_a_run_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = (
        f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}], stdout=subprocess.PIPE)\n"
        f"child.stdout.readline(); open({str(note)!r}, 'w').write(str(child.pid))"
    )
    [ended] = Fleet(lambda _: python(program), jobs=1, limit_s=60).run(turns(tmp_path, "messy"))
    assert ended.code == 0
    assert await_end(int(note.read_text()))


FLEET = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background hands on that it is ignored
from crawler.fleet import Fleet, Turn
from crawler.formats.archive import SiteLock
child = '''
import os, signal, sys
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda number, _: sys.exit(128 + number))
os.write(1, str(os.getpid()).encode() + bytes([10]))
while True:
    signal.pause()
'''
fleet = Fleet(lambda site: [sys.executable, "-c", child], jobs=2, limit_s=600)
locks = (Turn(site, SiteLock(Path(sys.argv[1]) / site / "due.lock").acquire()) for site in "abc")
for ended in fleet.run(locks):
    print(ended.site, ended.code, flush=True)
print("interrupted", int(fleet.interrupted or 0), flush=True)
"""


def start(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A process with a fleet of two runs under way and a third waiting, and the process ids of the two."""
    process = subprocess.Popen([*python(FLEET), str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, [int(process.stdout.readline()) for _ in range(2)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_passed_on_and_waited_for(tmp_path: Path, number: signal.Signals) -> None:
    process, children = start(tmp_path)
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    codes = {line.split()[0]: int(line.split()[1]) for line in out.splitlines()}
    assert codes == {"a": 128 + number, "b": 128 + number, "interrupted": number}
    assert all(await_end(child) for child in children)


def test_killed_it_leaves_no_orphan_and_no_lock(tmp_path: Path) -> None:
    process, children = start(tmp_path)
    with pytest.raises(SiteLocked):
        SiteLock(tmp_path / "a" / "due.lock").acquire()
    process.kill()
    process.communicate(timeout=60)
    assert all(await_end(child) for child in children)
    for site in ("a", "b"):
        SiteLock(tmp_path / site / "due.lock").acquire().release()


@pytest.mark.parametrize(
    ("codes", "code"),
    [([], 0), ([0, 75], 0), ([0, 70, 69], 69), ([70, 143], 70), ([69, 2, 65], 65), ([65, 74], 74), ([1], 69), ([130, 143], 143)],
)
def test_one_code_stands_for_all(codes: list[int], code: int) -> None:
    assert worst(codes) == code
