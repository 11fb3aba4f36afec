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
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import popen_forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from types import ModuleType
from typing import Any

import pebble
from pebble import ProcessExpired, ProcessPool

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
    """Extracts pages in `jobs` processes (left out: one for each core). To be closed; usable as a context manager.

    `timeout_s`: seconds that one page may take, from when a worker takes it up. `memory_bytes`: address space of a worker.
    """

    def __init__(self, jobs: int | None = None, timeout_s: float = 10.0, memory_bytes: int = 1 << 30) -> None:
        self.timeout_s = timeout_s
        self.memory_bytes = memory_bytes
        self._jobs = jobs or os.cpu_count() or 1
        self._context = _Context()
        self._context.set_forkserver_preload(["crawler.extraction.preload"])
        self._lock = threading.Lock()
        self._under_way: set[Future[Any]] = set()
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
        known = book.packed() if book else None
        outer: Future[Extracted] = Future()
        outer.set_running_or_notify_cancel()
        with self._lock:
            if not self._pool.active:
                self._pool = self._fresh()
            inner = self._pool.schedule(_extract, args=(root, ref, site, link, original, known), timeout=self.timeout_s)
            self._under_way.add(inner)
        inner.add_done_callback(lambda done: self._deliver(done, outer, book))
        return outer

    @property
    def pending(self) -> int:
        """Pages handed in whose answer is not there yet."""
        return len(self._under_way)

    def close(self, *, wait: bool = True) -> None:
        """Ends the workers: after the pages handed in, or, with `wait` off, at once; what is cut short is refused."""
        if wait:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
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

    def _deliver(self, done: Future[Any], outer: Future[Extracted], book: TemplateBook | None) -> None:
        with self._lock:
            self._under_way.discard(done)
        try:
            found, lesson = done.result()
            if book and lesson:
                book.learn(lesson)
            outer.set_result(found)
        except TimeoutError:
            outer.set_result(Refusal("extraction-failed", f"no answer after {self.timeout_s:g} s; the worker was replaced"))
        except ProcessExpired as error:
            outer.set_result(Refusal("extraction-failed", f"the worker died (exit code {error.exitcode}) and was replaced"))
        except MemoryError:
            outer.set_result(Refusal("extraction-failed", f"more than {self.memory_bytes / 2**20:.0f} MiB of memory needed"))
        except (CancelledError, BrokenProcessPool) as error:
            outer.set_result(Refusal("extraction-failed", f"the workers were stopped ({type(error).__name__})"))
        except BaseException as error:  # noqa: BLE001  # handed on to whoever waits for the answer
            outer.set_exception(error)


def _prepare(memory_bytes: int) -> None:
    """Runs first in each worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
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
