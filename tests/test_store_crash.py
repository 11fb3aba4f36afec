"""Killed at any instant, refused by the disk at any call: nothing kept is lost, nothing is written twice."""

from __future__ import annotations

import errno
import gzip
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from test_store import HOME, Newsroom, article, crawl, index_dump, visit

from crawler.discovery import Link
from crawler.errors import ArchiveUnwritable, ExitCode
from crawler.formats.warc import captures, read_capture
from crawler.index.seal import seal_of

PAGES = 60
KILLS = 20


def crawl_all(newsroom: Newsroom, told: Callable[[str], object] = lambda _: None) -> None:
    """One run that fetches what is due of `PAGES` articles, and says what is safe as soon as it is."""
    store = newsroom.run()
    told("begun")
    for link, ref in store.agenda.pending():
        store.pages.commit(page_of(read_capture(newsroom.archive.root, ref)), link)
        told(f"article {link.url}")
    for number in range(PAGES):
        link = Link(f"{HOME}2026/03/post-{number}.html", "feed", HOME)
        if store.agenda.due(link):
            capture = newsroom.capture(link.url, b"<html>" + os.urandom(2000).hex().encode())
            store.write(capture)
            told(f"capture {link.url}")
            store.pages.commit(page_of(capture), link)
            told(f"article {link.url}")
    store.close()


def page_of(capture: Any) -> Any:
    number = capture.url.rpartition("-")[2]
    return article(capture, headline=f"Post {number}", body=f"Post number {number}. " * 30)


def say(line: str) -> None:
    """On the way to whoever waits, even if this process dies at the next instruction."""
    os.write(1, f"{line}\n".encode())


def check(newsroom: Newsroom, acknowledged: list[str]) -> None:
    """What must hold of an archive after a run that went well."""
    lines = list(newsroom.archive.articles("demo"))
    assert max(Counter((line.id, line.revision) for line in lines).values()) == 1
    assert [line.change for line in lines] == ["new"] * PAGES
    captured = Counter(capture.url for path in newsroom.archive.site("demo").warc_files() for capture in captures(path))
    for line in acknowledged:
        kind, _, url = line.partition(" ")
        assert captured[url] if kind == "capture" else any(article.url == url for article in lines)
    for line in lines:
        assert line.warc
        assert read_capture(newsroom.archive.root, line.warc).url == line.url
    live = index_dump(newsroom)
    assert index_dump(newsroom, anew=True) == live
    assert not list(newsroom.archive.root.rglob("*.open"))


def test_twenty_kills(tmp_path: Path) -> None:
    newsroom = Newsroom(tmp_path / "archive")
    chance = random.Random(20)
    acknowledged: list[str] = []
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, __file__, str(newsroom.archive.root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parent,
        ) as child:
            assert child.stdout is not None
            acknowledged += [child.stdout.readline().decode().strip() for _ in range(chance.randrange(1, 8))]
            child.kill()
            acknowledged += child.stdout.read().decode().split("\n")[:-1]
        for path in newsroom.archive.root.rglob("*.warc.gz"):
            gzip.decompress(path.read_bytes())
        for path in newsroom.archive.root.rglob("*.jsonl"):
            assert all(json.loads(line) for line in path.read_bytes().splitlines())
    newsroom.clock.advance(hours=1)
    crawl_all(newsroom)
    check(newsroom, [line for line in acknowledged if line.startswith(("capture", "article"))])
    asked = Counter(capture.url for path in newsroom.archive.site("demo").warc_files() for capture in captures(path))
    assert asked.total() <= PAGES + KILLS


class Refusal(OSError):
    """What the disk says in these tests."""


@contextmanager
def refusing(call: str, at: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Lets the `at`-th call of `os.<call>` by this process fail for want of space, and every later one; yields the number of calls."""
    real, count = getattr(os, call), [0]

    def counted(*args: Any, **kwargs: Any) -> Any:
        count[0] += 1
        if count[0] >= at:
            raise Refusal(errno.ENOSPC, "No space left on device")
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, counted)
        yield count


def three_articles(newsroom: Newsroom) -> ExitCode:
    """A run as a command makes it; returns its exit code."""
    try:
        store = newsroom.run()
    except ArchiveUnwritable as fault:
        return fault.exit_code
    try:
        for number in range(3):
            visit(newsroom, store, f"2026/03/post-{number}.html", headline=f"Post {number}", body=f"{number} " * 200)
    except ArchiveUnwritable:
        pass
    return ExitCode(store.close().exit_code)


@pytest.mark.parametrize("call", ["write", "fdatasync", "fsync", "rename"])
def test_the_disk_refuses_from_the_nth_call_on(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = 0
    while True:
        at += 1
        newsroom = Newsroom(tmp_path / f"{call}-{at}")
        with refusing(call, at, monkeypatch) as count:
            code = three_articles(newsroom)
        if count[0] < at:
            assert code == ExitCode.DONE
            break
        assert code == ExitCode.UNWRITABLE, f"{call} number {at}"
        torn = [path for path in newsroom.archive.root.rglob("*.jsonl") if not path.read_bytes().endswith(b"\n")]
        assert not torn
        assert three_articles(newsroom) == ExitCode.DONE
        assert sorted(newsroom.lines()) == [(f"Post {number}", 1, "new") for number in range(3)], f"{call} number {at}"
        live = index_dump(newsroom)
        assert index_dump(newsroom, anew=True) == live
    assert at > 3


def test_too_little_room_is_seen_before_anything_is_written(newsroom: Newsroom) -> None:
    with pytest.raises(ArchiveUnwritable, match="bytes are free"):
        newsroom.run(reserve=1 << 60)
    crawl(newsroom, lambda store: visit(newsroom, store))


def test_a_disk_that_fills_ends_the_run_within_one_record(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    store = newsroom.run()
    visit(newsroom, store, "2026/03/post-0.html", headline="Post 0")
    with monkeypatch.context() as patch:
        patch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=0, f_frsize=4096))
        with pytest.raises(ArchiveUnwritable, match="only 0 bytes are free"):
            visit(newsroom, store, "2026/03/post-1.html", headline="Post 1")
    with pytest.raises(ArchiveUnwritable):
        store.write(newsroom.capture(f"{HOME}2026/03/post-2.html"))
    run = store.close()
    assert (run.exit_code, run.end) == (ExitCode.UNWRITABLE, "unwritable")
    assert newsroom.lines() == [("Post 0", 1, "new")]
    assert not list(newsroom.archive.root.rglob("*.open"))
    assert three_articles(newsroom) == ExitCode.DONE


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path / "archive")


def test_a_garbled_index_is_made_anew_and_said_so(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store))
    live = index_dump(newsroom)
    path = newsroom.archive.site("demo").index_path
    path.write_bytes(b"garbage" * 1000)
    assert index_dump(newsroom) == live
    assert "is made anew: " in caplog.text
    caplog.clear()
    path.unlink()
    assert index_dump(newsroom) == live
    assert "it is made anew from the archive" in caplog.text


def test_an_index_that_is_no_file_ends_the_run(newsroom: Newsroom) -> None:
    newsroom.archive.site("demo").index_path.mkdir(parents=True)
    with pytest.raises(ArchiveUnwritable, match="unable to open"):
        crawl(newsroom, lambda store: visit(newsroom, store))


def test_every_changed_byte_of_an_index_is_noticed(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store))
    live = index_dump(newsroom)
    path = newsroom.archive.site("demo").index_path
    raw = path.read_bytes()
    for place in range(0, len(raw), len(raw) // 40):
        caplog.clear()
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        assert index_dump(newsroom) == live
        assert "is made anew: " in caplog.text
    caplog.clear()
    seal_of(path).unlink()  # as where its writer was killed: the file is checked in another way, and sealed
    assert index_dump(newsroom) == live
    assert seal_of(path).exists()
    assert caplog.text == ""


def test_a_clock_set_back_overwrites_nothing(newsroom: Newsroom) -> None:
    crawl(newsroom, lambda store: visit(newsroom, store))
    newsroom.clock.advance(days=-30)
    crawl(newsroom, lambda store: visit(newsroom, store, headline="Council meets again"))
    first, second = newsroom.archive.runs("demo")
    assert first.id < second.id
    assert len(list(newsroom.archive.articles())) == 2


if __name__ == "__main__":
    child = Newsroom(Path(sys.argv[1]))
    child.clock.advance(seconds=int.from_bytes(os.urandom(2)) % 1000)
    crawl_all(child, say)
