"""Worker processes that extract while the crawl goes on. A page can hang, exhaust or crash a worker: it is refused, the worker replaced.

The processes are forked from a server that has loaded the tables (see `preload`) and nothing of the program that crawls; each reads
its capture from the archive itself, so that only references and articles travel between processes.
"""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import popen_forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pebble
from pebble import ProcessExpired, ProcessPool

from crawler.allocator import collect_seldom
from crawler.discovery import Link
from crawler.extraction import Extracted, Refusal, extract
from crawler.extraction.template import Lesson, TemplateBook
from crawler.extraction.template import extract as by_templates
from crawler.formats.article import RecordRef
from crawler.formats.site import Site
from crawler.formats.warc import read_capture

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_RECYCLED_AFTER = 2_000
"""Pages after which a worker makes room for a fresh one: lxml and trafilatura's caches grow slowly."""
_HANDED_OUT = 2
"""Pages given to each worker: one that it reads and one that lies ready. What waits here is read with the latest that was learnt."""
AHEAD = 8
"""Pages for each worker that `each` hands in ahead: enough that none waits, few enough that a stop comes soon."""
T = TypeVar("T")
_main_lock = threading.Lock()


class _Process(ForkServerProcess):
    """A process that does not import its parent's main module: that would be Scrapy, in every worker."""

    @staticmethod
    def _Popen(process_obj: Any) -> popen_forkserver.Popen:
        with _main_lock:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return popen_forkserver.Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class _Context(ForkServerContext):
    Process = _Process


@dataclass(slots=True)
class _Page:
    """A page handed in: arguments of `_extract` but the last, which is what `book` knows when a worker has room."""

    arguments: tuple[Path, RecordRef, Site, Link | None, RecordRef | None]
    book: TemplateBook | None
    answer: Future[Extracted] = field(default_factory=Future)


class ExtractionPool:
    """Extracts pages in `jobs` processes (left out: one for each core). To be closed; usable as a context manager.

    `timeout_s`: seconds that one page may take, from when a worker takes it up. `memory_bytes`: address space of a worker.
    """

    def __init__(self, jobs: int | None = None, timeout_s: float = 10.0, memory_bytes: int = 1 << 30) -> None:
        self.timeout_s = timeout_s
        self.memory_bytes = memory_bytes
        self._jobs = jobs or os.cpu_count() or 1
        self._context = _Context()
        self._context.set_forkserver_preload(["crawler.extraction.preload"])
        self._lock = threading.RLock()
        self._waiting: deque[_Page] = deque()
        self._under_way: dict[Future[Any], _Page] = {}
        self._idle = threading.Condition(self._lock)
        self._pool = self._fresh()

    def submit(
        self,
        root: Path,
        ref: RecordRef,
        site: Site,
        link: Link | None = None,
        original: RecordRef | None = None,
        book: TemplateBook | None = None,
    ) -> Future[Extracted]:
        """The article, or refusal, of the capture that `ref` names in the archive folder `root`; `original` has the body of a revisit.

        With a `book`, the page is read by the templates that were learnt so far, and what it shows is learnt.
        The future raises ArchiveDamaged where the capture cannot be read back; whatever goes wrong with the page is a Refusal.
        """
        page = _Page((root, ref, site, link, original), book)
        page.answer.set_running_or_notify_cancel()
        with self._lock:
            self._waiting.append(page)
            self._hand_out()
        return page.answer

    def each(
        self, pages: Iterable[T], submit: Callable[[T], Future[Extracted]], stop: Callable[[], object]
    ) -> Iterator[tuple[T, Future[Extracted]]]:
        """Each of `pages` with its answer, in order, handed in by `submit` a little ahead; no more of them once `stop` says something."""
        ahead: deque[tuple[T, Future[Extracted]]] = deque()
        for page in pages:
            ahead.append((page, submit(page)))
            if len(ahead) >= AHEAD * self._jobs:
                yield ahead.popleft()
            if stop():
                return
        while ahead and not stop():
            yield ahead.popleft()

    @property
    def pending(self) -> int:
        """Pages handed in whose answer is not there yet."""
        return len(self._waiting) + len(self._under_way)

    def close(self, *, wait: bool = True) -> None:
        """Ends the workers: after the pages handed in, or, with `wait` off, at once; what is cut short is refused."""
        with self._lock:
            if wait:
                self._idle.wait_for(lambda: not self._waiting and not self._under_way)
            left, self._waiting = self._waiting, deque()
        for page in left:
            page.answer.set_result(Refusal("extraction-failed", "the workers were stopped"))
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        for inner in list(self._under_way):  # pebble forgets a page whose worker had not begun when it was stopped
            inner.cancel()

    def __enter__(self) -> ExtractionPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close(wait=False)

    def _fresh(self) -> ProcessPool:
        # pebble asks a process to end and kills it after this time. Workers heed nothing,
        # so that no signal to the group ends them in the middle of a page.
        pebble.CONSTS.term_timeout = 0.05
        return ProcessPool(
            max_workers=self._jobs,
            max_tasks=_RECYCLED_AFTER,
            initializer=_prepare,
            initargs=(self.memory_bytes,),
            context=self._context,
        )

    def _hand_out(self) -> None:
        """Gives the workers what they have room for, with what is known of the site's layouts by now."""
        begun = []
        with self._lock:
            while self._waiting and len(self._under_way) < _HANDED_OUT * self._jobs:
                page = self._waiting.popleft()
                if not self._pool.active:
                    self._pool = self._fresh()
                known = page.book.packed() if page.book else None
                inner = self._pool.schedule(_extract, args=(*page.arguments, known), timeout=self.timeout_s)
                self._under_way[inner] = page
                begun.append(inner)
        for inner in begun:
            inner.add_done_callback(self._deliver)

    def _deliver(self, done: Future[Any]) -> None:
        page = self._under_way[done]
        found: Extracted | BaseException
        try:
            found, lesson = done.result()
            if page.book and lesson:
                page.book.learn(lesson)
        except TimeoutError:
            found = Refusal("extraction-failed", f"no answer after {self.timeout_s:g} s; the worker was replaced")
        except ProcessExpired as error:
            found = Refusal("extraction-failed", f"the worker died (exit code {error.exitcode}) and was replaced")
        except MemoryError:
            found = Refusal("extraction-failed", f"more than {self.memory_bytes / 2**20:.0f} MiB of memory needed")
        except (CancelledError, BrokenProcessPool) as error:
            found = Refusal("extraction-failed", f"the workers were stopped ({type(error).__name__})")
        except BaseException as error:  # noqa: BLE001  # handed on to whoever waits for the answer
            found = error
        with self._lock:
            del self._under_way[done]
            self._hand_out()
            self._idle.notify_all()
        if isinstance(found, BaseException):
            page.answer.set_exception(found)
        else:
            page.answer.set_result(found)


def _prepare(memory_bytes: int) -> None:
    """Runs first in each worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    collect_seldom()
    logging.disable(logging.CRITICAL)  # what a library has to say of a page is in its answer; a worker has no log


def _extract(
    root: Path, ref: RecordRef, site: Site, link: Link | None, original: RecordRef | None, known: bytes | None
) -> tuple[Extracted, Lesson | None]:
    capture = read_capture(root, ref, lambda _: original)
    try:
        return (extract(capture, site, link), None) if known is None else by_templates(capture, site, link, known)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # one page's fault is one page's refusal, counted by the run
        return Refusal("extraction-failed", f"{type(error).__name__}: {error}"[:500]), None
