"""What becomes of memory that is freed."""

from __future__ import annotations

import platform
import subprocess
import sys

PAGES = """
import resource, sys
from crawler.allocator import keep_freed_memory

keeps = sys.argv[1] == "keep" and keep_freed_memory()
for _ in range(70):
    faults = faults if _ > 20 else resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    pages = [b"x" * (1 << 20) for _ in range(4)]
    del pages
print(int(keeps), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults)
"""


def handle_pages(how: str) -> tuple[bool, int]:
    """Whether memory is kept in a process that handles pages of 1 MiB, four at a time, and how often it then faults memory in."""
    done = subprocess.run([sys.executable, "-c", PAGES, how], capture_output=True, text=True, check=True)
    keeps, faults = map(int, done.stdout.split())
    return bool(keeps), faults


def test_memory_that_pages_have_used_is_used_again() -> None:
    keeps, faults = handle_pages("keep")
    assert keeps == (platform.libc_ver()[0] == "glibc")
    assert not keeps or faults < 1_000 < 10_000 < handle_pages("let go")[1]


TIDY = """
from crawler.allocator import Ceiling

resident = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096
many = [bytes(2_000) for _ in range(100_000)]
last = many[-1]
del many
before = resident()
print(int(Ceiling(before * 2, 0).restore()), int(Ceiling(before // 2, 0).restore()), before - resident())
"""


def test_memory_that_one_large_page_has_used_goes_back() -> None:
    if platform.libc_ver()[0] != "glibc":
        return
    done = subprocess.run([sys.executable, "-c", TIDY], capture_output=True, text=True, check=True)
    small, large, given_back = map(int, done.stdout.split())
    assert (small, large) == (0, 1)
    assert given_back > 150_000_000


IN_USE = """
from crawler.allocator import Ceiling

kept = bytes(b"x" * 100_000_000)
ceiling = Ceiling(50 << 20, 64 << 20)
print(*[int(ceiling.restore()) for _ in range(3)])
"""


def test_what_is_in_use_is_not_looked_for_again_and_again() -> None:
    done = subprocess.run([sys.executable, "-c", IN_USE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1" if platform.libc_ver()[0] == "glibc" else "0", "0", "0"]
