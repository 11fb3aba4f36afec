"""Pages far larger than any article are read by one worker at a time, so that what they need at their peak does not add up."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from crawler.extraction.page import Page

MANY_ELEMENTS = 20_000
"""Elements from which a page waits for its turn. Articles have hundreds to some thousand; reading 100,000 links takes 340 MB."""
MANY_BYTES = 4 << 20
"""The same in bytes of mark-up."""
LONGEST_WAIT_S = 15.0
"""Seconds after which it is read all the same: more than one large page takes, and far less than a worker's patience."""
_LOOK_S = 0.05


class Turn:
    """The turn of one worker among those that read for the site whose folder is `folder`, from `take_if_large` to `leave`.

    A lock on the folder itself (flock(2)), which ends with the process that holds it, however that ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None

    def take_if_large(self, page: Page) -> None:
        """Waits while another worker has the turn, when `page` is a large one; for at most `LONGEST_WAIT_S`.

        Where the folder cannot be locked, it does not wait.
        """
        if len(page.every) > MANY_ELEMENTS or page.size > MANY_BYTES:
            self._take()

    def _take(self) -> None:
        if self._descriptor is not None:
            return
        try:
            self._descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return
        until = time.monotonic() + LONGEST_WAIT_S
        while time.monotonic() < until:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_LOOK_S)
            except OSError:  # a file system without locks on folders
                return
            else:
                return

    def leave(self) -> None:
        """Lets the next worker have its turn."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
