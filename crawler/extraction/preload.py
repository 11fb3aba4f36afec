"""Imported once by the process that the workers are forked from: the tables that extraction needs, shared by all workers.

Importing this module is its effect: trafilatura, htmldate and the language model take a second of CPU and 100 MB, paid once.
"""

import os
import sys
import traceback
from types import TracebackType

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the language model multiplies small matrices; threads would not survive the fork

import htmldate  # noqa: F401
import py3langid  # type: ignore[import-untyped]
import trafilatura  # noqa: F401

from crawler.extraction import template, workers  # noqa: F401  # what a worker runs: it would import it with its first page

py3langid.classify("a text, so that the model is loaded")


def _unless_too_late(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Says nothing of a worker that begins when its pool has closed already and finds the locks gone: there is nothing left to do."""
    frames = traceback.extract_tb(trace)
    if kind is FileNotFoundError and frames and frames[-1].filename.endswith("multiprocessing/synchronize.py"):
        return
    sys.__excepthook__(kind, error, trace)


sys.excepthook = _unless_too_late
