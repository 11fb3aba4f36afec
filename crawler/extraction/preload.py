"""Imported once by the process that the workers are forked from: the tables that extraction needs, shared by all workers.

Importing this module is its effect: trafilatura and htmldate take half a second of CPU, paid once. The language model takes as much
again and 60 MB; few sites need it, and their workers load it.
"""

import gc
import os
import sys
import traceback
from types import TracebackType

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the language model multiplies small matrices; threads would take memory for nothing

import htmldate  # noqa: F401
import trafilatura  # noqa: F401

from crawler.extraction import tasks, template  # noqa: F401  # what a worker runs: it would import it with its first page


def _unless_too_late(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Says nothing of a worker that begins when its pool has closed already and finds the locks gone: there is nothing left to do."""
    frames = traceback.extract_tb(trace)
    if kind is FileNotFoundError and frames and frames[-1].filename.endswith("multiprocessing/synchronize.py"):
        return
    sys.__excepthook__(kind, error, trace)


sys.excepthook = _unless_too_late
gc.collect()
gc.freeze()  # a look for cycles writes to every object that it looks at, and what is written to is shared no more
