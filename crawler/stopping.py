"""Commands that work through the archive end between two pages when they are asked to: their files are closed, their code says why."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any, Self

from crawler.errors import ExitCode
from crawler.formats.run import End

_ENDS: dict[int, End] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


class Stopping:
    """Notes SIGINT and SIGTERM while the context is open. A second one is not caught: it ends the process at once."""

    def __init__(self) -> None:
        self._came: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._note) for number in _ENDS}
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def __call__(self) -> End | None:
        """Why to stop, in the words of a run's report; None while there is no reason."""
        return None if self._came is None else _ENDS[self._came]

    @property
    def exit_code(self) -> ExitCode | None:
        """What the command ends with; None where no signal came."""
        return None if self._came is None else ExitCode(128 + self._came)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a handler
        self._came = number
        for each in _ENDS:
            signal.signal(each, signal.SIG_DFL)
