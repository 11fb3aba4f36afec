"""Pages far larger than any article: one worker at a time reads one."""

from __future__ import annotations

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path

import pytest

from crawler.extraction import turn
from crawler.extraction.page import Page, parse
from crawler.extraction.turn import MANY_ELEMENTS, Turn

ADDRESS = "http://blog.example/"


@pytest.fixture(scope="module")
def large() -> Page:
    return parse(b"<p>" + b"<a href=/>x</a>" * MANY_ELEMENTS, "text/html", ADDRESS)


@pytest.fixture
def taken(tmp_path: Path) -> int:
    """The turn, in another's hands until the descriptor is closed."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def test_a_large_page_waits_and_an_ordinary_one_does_not(tmp_path: Path, taken: int, large: Page) -> None:
    mine = Turn(tmp_path)
    mine.take_if_large(parse(b"<p>Two words", "text/html", ADDRESS))
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(mine.take_if_large, large)
        with pytest.raises(NotYet):
            waiting.result(0.2)
        os.close(taken)
        waiting.result(turn.LONGEST_WAIT_S)
    with pytest.raises(BlockingIOError):
        lock(tmp_path)
    mine.leave()
    lock(tmp_path)


def test_nobody_waits_for_ever(tmp_path: Path, taken: int, large: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "LONGEST_WAIT_S", 0.1)
    mine = Turn(tmp_path)
    mine.take_if_large(large)
    mine.leave()
    with pytest.raises(BlockingIOError):
        lock(tmp_path)
    os.close(taken)


def test_where_there_is_no_folder_nobody_waits(tmp_path: Path, large: Page) -> None:
    nowhere = Turn(tmp_path / "elsewhere")
    nowhere.take_if_large(large)
    nowhere.leave()


def lock(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)
