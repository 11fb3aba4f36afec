"""How long a fetch waits: by the wall clock, without the time in which the program was held up and could read nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

TICK_SECONDS = 0.25
"""Between two looks at the clock."""
LATE_SECONDS = 0.1
"""A look that comes later than this was held up: by a long computation in this process, a paused machine, or other processes."""


class Patience:
    """Calls `over` once, after `seconds` in which the program was free to read.

    Of the time between two looks nothing counts where the second came late, and after it there is time for at least one more look, so
    that an answer that lies in the socket by then is read. `held_up`: seconds that did not count, at most `spare`.
    """

    def __init__(self, reactor: Any, seconds: float, over: Callable[[], None], *, spare: float) -> None:
        self.held_up = 0.0
        self._reactor = reactor
        self._over = over
        self._spare = spare
        self._left = seconds
        self._call: Any = None
        self._wait()

    @property
    def left(self) -> float:
        """Seconds that are left, from the last look on."""
        return max(self._left, 0.0)

    def shorten(self, seconds: float) -> None:
        """Wait no longer than `seconds` from now on."""
        self.stop()
        self._left = seconds
        self._wait()

    def stop(self) -> None:
        """Never call `over`."""
        if self._call is not None and self._call.active():
            self._call.cancel()

    def _wait(self) -> None:
        self._since = self._reactor.seconds()
        self._planned = min(TICK_SECONDS, self.left)
        self._call = self._reactor.callLater(self._planned, self._look)

    def _look(self) -> None:
        passed = self._reactor.seconds() - self._since
        if passed - self._planned > LATE_SECONDS and self.held_up < self._spare:
            self.held_up += min(passed, self._spare - self.held_up)
            self._left = max(self._left, TICK_SECONDS)
        else:
            self._left -= passed
        if self._left > 0:
            self._wait()
        else:
            self._over()
