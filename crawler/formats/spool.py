"""Where bodies wait: in memory while they are small, in an unnamed file when they are not."""

from __future__ import annotations

import io
import tempfile
from typing import BinaryIO

SPOOL = 1 << 20
"""Bodies above 1 MiB go to a file; nearly every page is below."""


class Spool(tempfile.SpooledTemporaryFile[bytes]):
    """A stream that keeps up to `SPOOL` bytes in memory. Its file goes with the last reference to it."""

    def __init__(self) -> None:
        super().__init__(max_size=SPOOL)

    def __del__(self) -> None:
        self.close()


def in_memory(stream: BinaryIO) -> bytes | None:
    """All bytes of `stream`, not copied, where there are at most `SPOOL` and they are in memory; None where they are not."""
    held = stream._file if isinstance(stream, Spool) else stream  # `_file` is named in the documentation of tempfile
    if not isinstance(held, io.BytesIO):
        return None
    data = held.getvalue()
    return data if len(data) <= SPOOL else None
