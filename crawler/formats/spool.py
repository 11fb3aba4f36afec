"""Where bodies wait: in memory while they are small, in an unnamed file when they are not."""

from __future__ import annotations

import tempfile

SPOOL = 1 << 20
"""Bodies above 1 MiB go to a file; nearly every page is below."""


class Spool(tempfile.SpooledTemporaryFile[bytes]):
    """A stream that keeps up to `SPOOL` bytes in memory. Its file goes with the last reference to it."""

    def __init__(self) -> None:
        super().__init__(max_size=SPOOL)

    def __del__(self) -> None:
        self.close()
