"""What a command costs with all the processes that it starts, as the kernel accounts for it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h: orphaned workers become our children, so that their time is counted
_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took. `memory`: samples of the resident size of all its processes, shared pages once, in bytes."""

    cpu: float
    wall: float
    memory: list[int] = field(default_factory=list)

    @property
    def peak(self) -> int:
        return max(self.memory, default=0)

    def peak_between(self, start: float, end: float) -> int:
        """The largest sample between two shares of the time, 0 to 1."""
        return max(self.memory[int(start * len(self.memory)) : int(end * len(self.memory)) + 1], default=0)


def adopt_orphans() -> None:
    """Makes this process the parent of those whose parent has ended. Called once, before the first measurement."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def measure(command: list[str], folder: Path) -> Cost:
    """Runs `command` and waits for it and every process it leaves. Raises RuntimeError when it fails."""
    begun = time.monotonic()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, start_new_session=True)
    memory: list[int] = []
    over = threading.Event()
    watch = threading.Thread(target=_sample, args=(child.pid, memory, over))
    watch.start()
    cpu, wall = 0.0, 0.0
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        if pid == child.pid:
            wall = time.monotonic() - begun
            child.returncode = os.waitstatus_to_exitcode(status)
    over.set()
    watch.join()
    if child.returncode:
        raise RuntimeError(f"{command} ended with {child.returncode}")
    return Cost(cpu, wall, memory)


def _sample(session: int, memory: list[int], over: threading.Event) -> None:
    while not over.wait(_EVERY_S):
        memory.append(sum(_share(int(name)) for name in os.listdir("/proc") if name.isdigit() and _session(int(name)) == session))


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _share(pid: int) -> int:
    """Proportional set size: a page that four processes share counts a quarter for each."""
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:")), 0)
