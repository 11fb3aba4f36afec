"""Imported once by the process that the workers are forked from: the tables that extraction needs, shared by all workers.

Importing this module is its effect: trafilatura, htmldate and the language model take a second of CPU and 100 MB, paid once.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the language model multiplies small matrices; threads would not survive the fork

import htmldate  # noqa: E402, F401
import py3langid  # noqa: E402
import trafilatura  # noqa: E402, F401

from crawler.extraction import assembly  # noqa: E402, F401

py3langid.classify("a text, so that the model is loaded")
