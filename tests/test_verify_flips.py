"""Single bytes flipped and files cut, anywhere in an archive that real crawls made: `scrapy verify` finds every one.

`make test` tries 90; FLIPS sets another number.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from loopback import Project, Web
from test_crawl import BODY, blog, post

from crawler.formats.archive import Archive
from crawler.formats.verification import verify_site

FLIPS = int(os.environ.get("FLIPS", "90"))
CACHES = ("index.sqlite", "templates.json", "lock")
"""What may be deleted at any time is no part of what is kept."""


def kept(root: Path) -> list[Path]:
    """Every file of the archive but the caches."""
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith(CACHES))


def problems(root: Path) -> list[str]:
    return [str(problem) for problem in verify_site(Archive(root).site("tide"))]


@pytest.fixture
def archive(web: Web, project: Project) -> Path:
    """Two runs: a story that is new, and its revision."""
    blog(web)
    project.loopback("tide", web)
    assert project.run("crawl", "tide", "-s", "NOW=2026-03-03T10:00:00Z").returncode == 0
    web.page("/2026/03/the-last-ferry.html", post("The Last Ferry Sails On", BODY.replace("decision", "surprising decision")))
    assert project.run("crawl", "tide", "-s", "NOW=2026-03-05T10:00:00Z").returncode == 0
    return project.archive


def test_every_flip_and_every_cut_is_found(archive: Path, tmp_path: Path) -> None:
    assert problems(archive) == []
    names = [path.relative_to(archive) for path in kept(archive)]
    assert {"".join(name.suffixes[-2:]) for name in names} >= {".jsonl", ".crawl.jsonl", ".warc.gz", ".json", ".gz.sha256"}
    chance = random.Random(20260303)
    copy = tmp_path / "copy"
    missed = []
    for number in range(FLIPS):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(archive, copy)
        name = names[number % len(names)]
        data = bytearray((copy / name).read_bytes())
        if number % 3:
            at, bit = chance.randrange(len(data)), 1 << chance.randrange(8)
            data[at] ^= bit
            what = f"{name}: bit {bit} of byte {at} of {len(data)}"
        else:
            at = chance.randrange(len(data))
            what = f"{name}: cut from {len(data)} to {at} bytes"
            del data[at:]
        (copy / name).write_bytes(data)
        if not problems(copy):
            missed.append(what)
    assert missed == []

    missed = []
    for name in names:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(archive, copy)
        (copy / name).unlink()
        if not problems(copy):
            missed.append(name.name)
    # A run that was killed leaves no report, and one that was killed before it had an outcome no log.
    assert all(name.endswith((".json", ".crawl.jsonl")) for name in missed), missed
