"""Worker processes that read pages and sources while the crawl goes on. What hangs, exhausts or crashes a worker is refused, and the
worker replaced.

The processes are forked from a server that has loaded the tables (see `preload`) and nothing of the program that crawls; each reads
a page's capture from the archive itself, so that only references and articles travel between processes.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import popen_forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pebble
from pebble import ProcessExpired, ProcessPool

from crawler.discovery import Document, Link, Source
from crawler.discovery.parcel import Parcel
from crawler.extraction import Extracted, Refusal
from crawler.extraction.standing import Standing
from crawler.extraction.tasks import PATIENCE, DocumentTask, PageTask, detect_sources, prepare, read_source
from crawler.extraction.template import TemplateBook
from crawler.formats.article import RecordRef
from crawler.formats.site import Site

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


class ExtractionPool:
    """Reads pages and sources in `jobs` processes (left out: one for each core). To be closed; usable as a context manager.

    The processes begin with the first task. `timeout_s`: seconds of CPU that one page or source may take; on the wall
    clock, `PATIENCE` times as many, from when a worker takes it up. `memory_bytes`: address space of a worker.
    """

    def __init__(self, jobs: int | None = None, timeout_s: float = 10.0, memory_bytes: int = 1 << 30) -> None:
        self.timeout_s = timeout_s
        self.memory_bytes = memory_bytes
        self._jobs = jobs or os.cpu_count() or 1
        self._context = _Context()
        self._context.set_forkserver_preload(["crawler.extraction.preload"])
        self._lock = threading.RLock()
        self._waiting: deque[PageTask | DocumentTask[Any]] = deque()
        self._under_way: dict[Future[Any], PageTask | DocumentTask[Any]] = {}
        self._idle = threading.Condition(self._lock)
        self._pool = self._fresh()
        self._starter: threading.Thread | None = None
        self._begun = False

    def submit(
        self,
        root: Path,
        ref: RecordRef,
        site: Site,
        link: Link | None = None,
        original: RecordRef | None = None,
        book: TemplateBook | None = None,
        standing: Standing | None = None,
    ) -> Future[Extracted]:
        """The article, or refusal, of the capture that `ref` names in the archive folder `root`; `original` has the body of a revisit.

        With a `book`, the page is read by the templates that were learnt so far, and what it shows is learnt; `standing`: see `extract`.
        The future raises ArchiveDamaged where the capture cannot be read back; whatever goes wrong with the page is a Refusal.
        """
        page = PageTask((root, ref, site, link, original, standing or {}, self.timeout_s), book)
        with self._lock:
            self._waiting.append(page)
            self._hand_out()
        return page.answer

    def read(self, document: Document, source: Source) -> Future[Parcel | Refusal]:
        """What `document` says as a `source`, before the pages that wait. A Refusal where that takes too much, or crashes."""
        return self._first(DocumentTask(read_source, (document, source, self.timeout_s)))

    def detect(self, home: Document, robots: Document | None) -> Future[list[Source] | Refusal]:
        """The sources that a home page and its robots.txt announce; else as `read`."""
        return self._first(DocumentTask(detect_sources, (home, robots, self.timeout_s)))

    def _first(self, task: DocumentTask[T]) -> Future[T | Refusal]:
        with self._lock:
            self._waiting.appendleft(task)
            self._hand_out()
        return task.answer

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
        if self._starter is not None:
            self._starter.join()
        for task in left:
            task.answer.set_result(Refusal("extraction-failed", "the workers were stopped"))
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
            initializer=prepare,
            initargs=(self.memory_bytes,),
            context=self._context,
        )

    def _hand_out(self) -> None:
        """Gives the workers what they have room for, with what is known of the site's layouts by now."""
        begun = []
        with self._lock:
            if not self._begun:
                self._begin()
                return
            while self._waiting and len(self._under_way) < _HANDED_OUT * self._jobs:
                task = self._waiting.popleft()
                if not self._pool.active:
                    self._pool = self._fresh()
                inner = self._pool.schedule(task.function, args=task.arguments(), timeout=self.timeout_s * PATIENCE)
                self._under_way[inner] = task
                begun.append(inner)
        for inner in begun:
            inner.add_done_callback(self._deliver)

    def _begin(self) -> None:
        """Starts the processes in a thread of its own: they load for a second or more, and whoever hands in has a crawl to go on with."""
        if self._starter is None:
            self._starter = threading.Thread(target=self._start, name="starts the workers", daemon=True)
            self._starter.start()

    def _start(self) -> None:
        try:
            _ = self._pool.active  # asking makes pebble begin
        except OSError as error:  # no process can be made
            with self._lock:
                left, self._waiting, self._starter = self._waiting, deque(), None
                self._idle.notify_all()
            for task in left:
                task.answer.set_exception(error)
        else:
            self._begun = True
            self._hand_out()

    def _deliver(self, done: Future[Any]) -> None:
        task = self._under_way[done]
        found: Any
        try:
            found = task.received(done.result())
        except TimeoutError:
            found = Refusal("extraction-failed", f"no answer after {self.timeout_s * PATIENCE:g} s; the worker was replaced")
        except ProcessExpired as error:
            found = Refusal("extraction-failed", self._death(error.exitcode))
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
            task.answer.set_exception(found)
        else:
            task.answer.set_result(found)

    def _death(self, exitcode: int | None) -> str:
        if exitcode == -signal.SIGXCPU:
            return f"no answer after {self.timeout_s:g} s of CPU; the worker was replaced"
        return f"the worker died (exit code {exitcode}) and was replaced"
