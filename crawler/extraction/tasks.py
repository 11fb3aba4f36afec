"""What a worker process is asked for, and what it then does: read one page, or one source."""

from __future__ import annotations

import ctypes
import logging
import math
import resource
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any, Generic, TypeVar

from crawler import discovery
from crawler.allocator import Ceiling, collect_seldom
from crawler.discovery import Document, Link, Source
from crawler.discovery.parcel import Parcel
from crawler.extraction import Extracted, Refusal, extract
from crawler.extraction.standing import Standing
from crawler.extraction.template import Lesson, TemplateBook
from crawler.extraction.template import extract as by_templates
from crawler.extraction.turn import Turn
from crawler.formats.article import RecordRef
from crawler.formats.site import Site
from crawler.formats.warc import read_capture

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_KEPT_BYTES = 200 << 20
"""Memory that a worker keeps from one page to the next. With its tables, a language model and an ordinary page it holds 160 to 190 MB."""
_SLACK_BYTES = 64 << 20
"""What it may hold beyond that where so much is in use: looking for more to give back after each page would cost 15 ms."""
_memory = Ceiling(_KEPT_BYTES, _SLACK_BYTES)
T = TypeVar("T")


PATIENCE = 6.0
"""Times the seconds of CPU, on the wall clock, after which a worker that does not even compute is given up: a machine may be busy."""


class PageTask:
    """A page handed in: arguments of `extract_page` but the last, which is what `book` knows when a worker has room."""

    def __init__(
        self, given: tuple[Path, RecordRef, Site, Link | None, RecordRef | None, Standing, float], book: TemplateBook | None
    ) -> None:
        self._given = given
        self._book = book
        self.answer: Future[Extracted] = _awaited()

    @property
    def function(self) -> Callable[..., Any]:
        """What the worker calls."""
        return extract_page

    def arguments(self) -> tuple[Any, ...]:
        """With what, by now."""
        return (*self._given, self._book.packed() if self._book else None)

    def received(self, result: tuple[Extracted, Lesson | None]) -> Extracted:
        """The answer in what the worker returned; the rest of it is learnt."""
        found, lesson = result
        if self._book and lesson:
            self._book.learn(lesson)
        return found


class DocumentTask(Generic[T]):
    """A source handed in."""

    def __init__(self, function: Callable[..., T], given: tuple[Any, ...]) -> None:
        self.function = function
        self._given = given
        self.answer: Future[T | Refusal] = _awaited()

    def arguments(self) -> tuple[Any, ...]:
        """With what the worker calls `function`."""
        return self._given

    def received(self, result: T) -> T:
        """The answer in what the worker returned."""
        return result


def _awaited() -> Future[Any]:
    answer: Future[Any] = Future()
    answer.set_running_or_notify_cancel()
    return answer


def prepare(memory_bytes: int) -> None:
    """Runs first in each worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    collect_seldom()
    logging.disable(logging.CRITICAL)  # what a library has to say of a page is in its answer; a worker has no log


def extract_page(
    root: Path,
    ref: RecordRef,
    site: Site,
    link: Link | None,
    original: RecordRef | None,
    standing: Standing,
    seconds: float,
    known: bytes | None,
) -> tuple[Extracted, Lesson | None]:
    """The article, or refusal, of the capture that `ref` names, within `seconds` of CPU; what else a page does wrong is a refusal too."""
    capture = read_capture(root, ref, lambda _: original)
    turn = Turn(root / site.key)

    def read() -> tuple[Extracted, Lesson | None]:
        with closing(capture.response):
            if known is None:
                return extract(capture, site, link, standing, turn.take_if_large), None
            return by_templates(capture, site, link, known, standing, turn.take_if_large)

    try:
        return _within(seconds, read)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # one page's fault is one page's refusal, counted by the run
        return Refusal("extraction-failed", f"{type(error).__name__}: {error}"[:500]), None
    finally:
        turn.leave()


def read_source(document: Document, source: Source, seconds: float) -> Parcel:
    """What `discovery.read` finds, within `seconds` of CPU."""
    return _within(seconds, lambda: Parcel.of(discovery.read(document, source)))


def detect_sources(home: Document, robots: Document | None, seconds: float) -> list[Source]:
    """What `discovery.detect` finds, within `seconds` of CPU."""
    return _within(seconds, lambda: discovery.detect(home, robots))


def _within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns; the system ends the process (SIGXCPU) where that takes more CPU."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time() + seconds), hard))
    try:
        return work()
    finally:
        _memory.restore()
        resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
