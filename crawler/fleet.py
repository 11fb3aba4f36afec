"""Several sites at once, each in a process of its own, none of which outlives this one.

One thread, no signal handlers: SIGCHLD, SIGTERM and SIGINT are blocked and waited for by `sigtimedwait`, so that nothing can happen
between two looks. Each child leads a process group of its own: Ctrl-C on a terminal reaches it once, through here, and what it leaves
behind can be ended with it. On Linux the kernel kills a child as soon as this process is dead, however it died (`PR_SET_PDEATHSIG`).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from crawler.errors import ExitCode
from crawler.formats.archive import SiteLock

_PR_SET_PDEATHSIG = 1  # prctl(2)
_LIBC = ctypes.CDLL(None, use_errno=True)

GRACE_S = 150.0
"""Seconds between SIGTERM and SIGKILL: two pages in flight of 60 s each, `crawl.timeout`'s default, and the closing of the files."""

_LONGEST_WAIT_S = 3600.0  # a timespec has bounds, `limit_s` has none

WORST_FIRST = (
    ExitCode.UNWRITABLE,
    ExitCode.DAMAGED,
    ExitCode.USAGE,
    ExitCode.SITE_FAILED,
    ExitCode.HEALTH,
    ExitCode.TERMINATED,
    ExitCode.INTERRUPTED,
)
"""Which code stands for many: what stops the whole archive, then what only a person can mend, then what may pass by itself."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A site whose turn it is, and the lock that says so; held until the run is over."""

    site: str
    lock: SiteLock


@dataclass(frozen=True, slots=True)
class Ended:
    """How the run of one site ended."""

    site: str
    code: int
    """Exit code, or the number of the signal that killed it, negative."""
    over_time: bool = False
    """Whether it was told to stop because it took too long."""


@dataclass(slots=True)
class _Child:
    turn: Turn
    process: subprocess.Popen[bytes]
    deadline: float
    over_time: bool = False
    warned: bool = False


class Fleet:
    """Runs `command(site)` for one turn after another, `jobs` at a time, each for `limit_s` seconds at most."""

    def __init__(
        self, command: Callable[[str], Sequence[str]], *, jobs: int, limit_s: float, grace_s: float = GRACE_S, silent: bool = False
    ):
        self.command = command
        self.silent = silent
        """Whether what the runs print on standard output is nobody's business."""
        self.jobs = jobs
        self.limit_s = limit_s
        self.grace_s = grace_s
        self.interrupted: signal.Signals | None = None
        """The first signal that asked this process to end."""
        self._children: list[_Child] = []
        self._mask: set[signal.Signals] = set()

    def run(self, turns: Iterator[Turn]) -> Iterator[Ended]:
        """Gives each run as it ends. A turn is taken from `turns` only when there is a place for it.

        SIGTERM and SIGINT are passed on to every child, each time they come; no turn is taken after the first.
        """
        with _held() as (signals, self._mask):
            try:
                while self._fill(turns):
                    self._wait(signals)
                    yield from self._ended()
            finally:
                for child in self._children:
                    _kill_group(child.process.pid)
                    self._bury(child)

    def _fill(self, turns: Iterator[Turn]) -> bool:
        """Whether any child is running after every free place was offered a turn."""
        while self.interrupted is None and len(self._children) < self.jobs:
            turn = next(turns, None)
            if turn is None:
                break
            self._start(turn)
        return bool(self._children)

    def _start(self, turn: Turn) -> None:
        process = subprocess.Popen(
            self.command(turn.site),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self.silent else None,
            process_group=0,
            preexec_fn=_tied_to(os.getpid(), self._mask),  # noqa: PLW1509 - there is one thread
        )
        self._children.append(_Child(turn, process, monotonic() + self.limit_s))

    def _wait(self, signals: set[signal.Signals]) -> None:
        rest = min(child.deadline for child in self._children) - monotonic()
        came = signal.sigtimedwait(signals, min(max(0.0, rest), _LONGEST_WAIT_S))
        if came is not None and came.si_signo != signal.SIGCHLD:
            self._pass_on(signal.Signals(came.si_signo))
        for child in self._children:
            if child.deadline <= monotonic():
                self._hurry(child)

    def _pass_on(self, number: signal.Signals) -> None:
        self.interrupted = self.interrupted or number
        for child in self._children:
            child.process.send_signal(number)
            self._warn(child)

    def _hurry(self, child: _Child) -> None:
        if child.warned:
            _kill_group(child.process.pid)
            child.deadline = monotonic() + self.grace_s
            return
        child.over_time = True
        child.process.send_signal(signal.SIGTERM)
        self._warn(child)

    def _warn(self, child: _Child) -> None:
        if not child.warned:
            child.warned = True
            child.deadline = monotonic() + self.grace_s

    def _ended(self) -> Iterator[Ended]:
        for child in [child for child in self._children if _is_over(child.process.pid)]:
            _kill_group(child.process.pid)  # before it is reaped: until then its number cannot be another's
            self._bury(child)
            self._children.remove(child)
            yield Ended(child.turn.site, child.process.returncode, child.over_time)

    def _bury(self, child: _Child) -> None:
        child.process.wait()
        child.turn.lock.release()


def worst(codes: Iterable[int]) -> int:
    """The code that stands for all of `codes`, by `WORST_FIRST`; one that no command should end with counts as a failed site.

    A site that another run holds (75) is no failure.
    """
    known = {code if code in WORST_FIRST else ExitCode.SITE_FAILED for code in codes if code not in (ExitCode.DONE, ExitCode.LOCKED)}
    return next((code for code in WORST_FIRST if code in known), ExitCode.DONE)


@contextmanager
def _held() -> Iterator[tuple[set[signal.Signals], set[signal.Signals]]]:
    """Blocks the signals that are waited for; gives them and the mask as it was. What was ignored before stays ignored."""
    asked = {number for number in (signal.SIGTERM, signal.SIGINT) if signal.getsignal(number) is not signal.SIG_IGN}
    reaping = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signals = {signal.SIGCHLD, *asked}
    before = {signal.Signals(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, signals)}
    try:
        yield signals, before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGCHLD, reaping)


def _tied_to(parent: int, mask: set[signal.Signals]) -> Callable[[], None]:
    """What a child does before it becomes the command: dies with `parent`, and listens to signals again."""

    def prepare() -> None:
        if hasattr(_LIBC, "prctl"):
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the kernel was asked
            os._exit(ExitCode.TERMINATED)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    return prepare


def _is_over(process: int) -> bool:
    """Whether a child has ended; it is left to be reaped."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # nobody is left in it
