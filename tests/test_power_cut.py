"""A power cut at many moments: what the medium holds then is repaired, verified, and finished by the next run.

The calls by which a run writes are recorded. For a moment in between, the archive is put together as a disk may have it: what was synced
is there; of what was not, any part of the bytes, and any of the names, may be missing.

`make test` looks at 20 moments, each twice; CUTS sets another number.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from test_store import HOME, Newsroom, index_dump, visit

from crawler.errors import ExitCode
from crawler.formats.verification import verify_site

CUTS = int(os.environ.get("CUTS", "20"))
STORIES = 6


@dataclass
class File:
    """One file, whatever it is called: its bytes, and how many of them are on the medium."""

    data: bytearray = field(default_factory=bytearray)
    synced: bytes = b""


@dataclass
class Medium:
    """What a run has written so far: names in memory, names on the medium, files behind both."""

    root: Path
    names: dict[Path, File] = field(default_factory=dict)
    durable: dict[Path, File] = field(default_factory=dict)
    moments: list[tuple[dict[Path, tuple[bytes, bytes, int]], dict[Path, tuple[bytes, bytes, int]]]] = field(default_factory=list)
    _open: dict[int, tuple[Path, File]] = field(default_factory=dict)

    def note(self) -> None:
        """Remember this moment."""
        self.moments.append(
            tuple({path: (bytes(f.data), f.synced, id(f)) for path, f in names.items()} for names in (self.names, self.durable))
        )  # type: ignore[arg-type]

    @contextmanager
    def recording(self, patch: pytest.MonkeyPatch) -> Iterator[None]:
        """Every call of this process that changes a file under `root` is noted."""
        real = {name: getattr(os, name) for name in ("open", "write", "fsync", "fdatasync", "rename", "unlink", "ftruncate", "close")}

        def opened(path: Any, flags: int, *rest: Any, **more: Any) -> int:
            descriptor: int = real["open"](path, flags, *rest, **more)
            place = Path(path)
            if place.is_relative_to(self.root) and place.is_file():
                file = self.names.setdefault(place, File()) if flags & (os.O_WRONLY | os.O_RDWR) else None
                if file is not None and flags & os.O_TRUNC:
                    file.data.clear()
                if file is not None:
                    self._open[descriptor] = (place, file)
            elif place.is_relative_to(self.root):
                self._open[descriptor] = (place, File())
            return descriptor

        def written(descriptor: int, data: Any) -> int:
            count: int = real["write"](descriptor, data)
            if descriptor in self._open:
                self._open[descriptor][1].data.extend(bytes(data)[:count])
                self.note()
            return count

        def truncated(descriptor: int, length: int) -> None:
            real["ftruncate"](descriptor, length)
            if descriptor in self._open:
                del self._open[descriptor][1].data[length:]

        def synced(name: str) -> Any:
            def sync(descriptor: int) -> None:
                real[name](descriptor)
                if descriptor in self._open:
                    place, file = self._open[descriptor]
                    file.synced = bytes(file.data)
                    if place.is_dir():
                        kept = {path: known for path, known in self.durable.items() if path.parent != place}
                        self.durable = kept | {path: known for path, known in self.names.items() if path.parent == place}
                    self.note()

            return sync

        def renamed(old: Any, new: Any) -> None:
            real["rename"](old, new)
            if Path(old) in self.names:
                self.names[Path(new)] = self.names.pop(Path(old))
                self.note()

        def unlinked(path: Any, **more: Any) -> None:
            real["unlink"](path, **more)
            self.names.pop(Path(path), None)

        def closed(descriptor: int) -> None:
            self._open.pop(descriptor, None)
            real["close"](descriptor)

        calls = {"open": opened, "write": written, "ftruncate": truncated, "rename": renamed, "unlink": unlinked, "close": closed}
        with patch.context() as patched:
            for name, call in (calls | {name: synced(name) for name in ("fsync", "fdatasync")}).items():
                patched.setattr(os, name, call)
            yield


def after_the_cut(medium: Medium, moment: int, root: Path, chance: random.Random | None) -> dict[Path, bytes]:
    """Puts together under `root` what may be left: without `chance` only what was synced, with it some of the rest as well.

    Returns the files under their final names, which must survive.
    """
    names, durable = medium.moments[moment]
    left = dict(durable)
    if chance:
        for path, content in names.items():
            if path not in durable and chance.random() < 0.5:  # a new name, or a rename, of which the old name is gone
                left = {old: known for old, known in left.items() if known[2] != content[2]} | {path: content}
    for path, (data, synced, _) in left.items():
        place = root / path.relative_to(medium.root)
        place.parent.mkdir(parents=True, exist_ok=True)
        more = data[len(synced) :] if data.startswith(synced) else b""
        lost = chance.choice([0, chance.randrange(len(more) + 1), len(more)]) if chance and more else 0
        zeros = bytes(lost) if chance and chance.random() < 0.3 else more[:lost]
        place.write_bytes(synced + zeros)
    final = {path: content for path, content in left.items() if path.name.endswith((".warc.gz", ".jsonl"))}
    return {root / path.relative_to(medium.root): content[0] for path, content in final.items()}


def crawl(newsroom: Newsroom) -> ExitCode:
    """A run that fetches every story that no closed file has, and syncs once in between."""
    store = newsroom.run()
    there = {article.url for article in newsroom.archive.articles("demo")}
    for number in range(STORIES):
        path = f"2026/03/post-{number}.html"
        if HOME + path not in there:
            visit(newsroom, store, path, headline=f"Post {number}", body=f"{number} " * 200)
            if number == 2:
                store._files.warc.sync()
                store._files.articles.sync()
    return ExitCode(store.close().exit_code)


def test_the_lights_go_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom = Newsroom(tmp_path / "whole")
    medium = Medium(newsroom.archive.root)
    with medium.recording(monkeypatch):
        assert crawl(newsroom) == ExitCode.DONE
    assert len(medium.moments) > 30
    chance = random.Random(80)
    moments = sorted(chance.sample(range(len(medium.moments)), min(CUTS, len(medium.moments))))
    for moment in moments:
        for luck in (None, chance):
            root = tmp_path / f"{moment}-{luck is None}"
            kept = after_the_cut(medium, moment, root, luck)
            again = Newsroom(root)
            again.clock.advance(hours=1)
            assert crawl(again) == ExitCode.DONE, f"moment {moment}"
            for path, data in kept.items():
                assert path.read_bytes() == data, f"moment {moment}: {path.name}"
            assert [str(problem) for problem in verify_site(again.archive.site("demo"))] == [], f"moment {moment}"
            assert sorted({article.headline for article in again.archive.articles("demo")}) == [f"Post {n}" for n in range(STORIES)]
            assert not list(root.rglob("*.open"))
            live = index_dump(again)
            assert index_dump(again, anew=True) == live
            shutil.rmtree(root)
