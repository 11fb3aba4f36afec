"""How memory that is freed is treated, by the C library's allocator and by Python's collector of cycles, in processes that handle a page
at a time: both take it for a sign that there is something to tidy up, again and again.
"""

from __future__ import annotations

import ctypes
import gc
import os
import platform
from pathlib import Path

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
LARGE_BYTES = 4 << 20
"""What is larger than this still gets pages of its own, which go back to the system at once: a film's pieces, not a page."""
KEPT_BYTES = 32 << 20
"""Free memory at the heap's end that is kept for what comes next."""


def keep_freed_memory() -> bool:
    """Keeps up to `KEPT_BYTES` of freed memory in this process, in place of giving it back and faulting it in anew for each page.

    glibc (mallopt(3)) gives free memory back as soon as there is a little of it. In a crawl of pages of 1 MB, each then faulted
    memory in 86 to 143 times and cost a tenth more CPU; with this, 20 to 24 times. False where the C library is another one.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    return bool(libc.mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES) and libc.mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES))


_NEW_OBJECTS = 20_000
"""Objects that are made, and not freed, between two looks for cycles; Python's own 700 is less than one page makes."""


def collect_seldom() -> None:
    """Looks for cycles every few pages, in place of several times a page, and never again among what has been loaded by now.

    In a worker that saves 7 % of its CPU; in the process that crawls a full look, at half a million objects, takes a tenth of a second.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


_STATM = Path("/proc/self/statm")  # proc(5): the second number is resident pages


class Ceiling:
    """The memory, in bytes, that a process may hold from one task to the next: `least`, or `slack` more than is in use."""

    def __init__(self, least: int, slack: int) -> None:
        self._least = self._now = least
        self._slack = slack

    def restore(self) -> bool:
        """Gives freed memory back to the system where the process holds too much, and says whether it did.

        A page of 100,000 links leaves a worker with 484 MB of which 226 MB are in use; looking takes 10 microseconds, giving back 13 ms.
        False on systems other than Linux, and where the C library is not glibc.
        """
        if platform.libc_ver()[0] != "glibc" or not _STATM.exists() or _resident() <= self._now:
            return False
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        self._now = max(self._least, _resident() + self._slack)
        return True


def _resident() -> int:
    return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
