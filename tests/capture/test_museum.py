"""A crawl of the museum: hostile pages, sources and mazes among healthy stories. Every story is kept, nothing hostile is taken for one.

`make test` meets what is quick, `make museum` (MUSEUM=all) all of it, with 200 stories and the limits that every crawl has.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from museum_exhibits import EXHIBITS, Exhibit
from museum_halls import ODD_STORIES, STORIES
from museum_healthy import Story
from museum_visit import SIZES

from crawler.formats.article import article_schema
from crawler.formats.capture import Capture
from crawler.formats.warc import captures

SIZE = os.environ.get("MUSEUM", "some")
SHOWN = [exhibit for exhibit in EXHIBITS if SIZE == "all" or not exhibit.slow]
HEALTHY = [*STORIES[: SIZES[SIZE][0]], *ODD_STORIES]
CUT = {
    exhibit.name
    for exhibit in SHOWN
    if exhibit.name.startswith(("drip", "stall", "endless", "too-long", "shorter", "absurd-length", "chunk-cut"))
}


UNMARKED = ("invalid-utf-8", "utf-32")
"""Exhibits whose text is not there letter by letter."""


class Visit:
    """What a crawl of the museum left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.how: dict[str, Any] = json.loads((folder / "visit.json").read_text())
        self.url: str = self.how["url"]
        files = sorted(folder.glob("archive/museum/articles/*/*/*.jsonl"))
        self.lines = [json.loads(line) for file in files for line in file.read_bytes().splitlines()]
        self.warcs = sorted(folder.glob("archive/museum/warc/*/*.warc.gz"))
        self.captures: dict[str, list[Capture]] = {}
        for warc in self.warcs:
            for capture in captures(warc):
                self.captures.setdefault(capture.url, []).append(capture)
        [report] = folder.glob("archive/museum/runs/*Z-????????.json")
        self.report = json.loads(report.read_bytes())

    def said_of(self, path: str) -> list[dict[str, Any]]:
        """The lines of JSON of one page."""
        return [line for line in self.lines if line["url"] == f"{self.url}/{path}"]


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    folder = tmp_path_factory.mktemp("museum")
    program = Path(__file__).with_name("museum_visit.py")
    subprocess.run(["unshare", "--map-root-user", "--net", sys.executable, program, folder, SIZE], check=True)
    return Visit(folder)


def test_it_ends_quietly(visit: Visit) -> None:
    assert (visit.how["code"], visit.how["err"]) == (0, "")
    assert visit.how["out"].removesuffix("\n").isprintable()
    assert visit.report["urls"].get("error", 0) == 0
    assert visit.how["own"] < 1 << 29, "the crawl itself"
    assert visit.how["together"] < 1 << 30, "with its workers"
    assert visit.how["seconds"] < 15 * 60


def test_no_internal_service_was_connected_to(visit: Visit) -> None:
    assert visit.how["internal"] == []


@pytest.mark.parametrize("story", HEALTHY, ids=lambda story: str(story.number))
def test_every_story_is_kept_to_the_byte(visit: Visit, story: Story) -> None:
    [kept] = visit.captures[f"{visit.url}/{story.path}"]
    [asked] = [request for name, request in visit.how["asked"] if name == story.path]
    kept.response.seek(0)
    assert kept.response.read() == story.page.answer
    assert kept.request == base64.b64decode(asked)


@pytest.mark.parametrize("story", HEALTHY, ids=lambda story: str(story.number))
def test_every_story_is_read_right(visit: Visit, story: Story) -> None:
    [line] = visit.said_of(story.path)
    assert line["headline"] == story.headline
    assert line["body"] == "\n\n".join(story.paragraphs)
    assert line["published"] == "2026-03-03T09:00:00+01:00"


@pytest.mark.parametrize("exhibit", SHOWN, ids=lambda exhibit: exhibit.name)
def test_a_hostile_page_is_refused_or_read_right(visit: Visit, exhibit: Exhibit) -> None:
    lines = visit.said_of(exhibit.path)
    assert len(lines) <= 1
    for line in lines:
        assert exhibit.name not in CUT
        assert exhibit.name in UNMARKED or exhibit.text in line["body"]
        assert "root:" not in line["body"]
        assert "Forged" not in line["body"]


@pytest.mark.parametrize("exhibit", [exhibit for exhibit in SHOWN if exhibit.name in CUT], ids=lambda exhibit: exhibit.name)
def test_what_was_cut_is_kept_as_cut(visit: Visit, exhibit: Exhibit) -> None:
    if exhibit.name == "stall-silent":
        assert f"{visit.url}/{exhibit.path}" not in visit.captures
        return
    kept = visit.captures[f"{visit.url}/{exhibit.path}"]
    assert all(capture.truncated for capture in kept)


def test_what_goes_out_is_sound(visit: Visit) -> None:
    validator = jsonschema.Draft202012Validator(article_schema())
    for line in visit.lines:
        validator.validate(line)
        for text in texts(line):
            text.encode("utf-8")
            assert not any((sign < " " and sign not in "\n\t") or "\x7f" <= sign < "\xa0" for sign in text), ascii(text[:80])
    places = ["-s", f"CONFIGS_DIR={visit.folder}/configs", "-s", f"ARCHIVE_DIR={visit.folder}/archive"]
    verified = subprocess.run([sys.executable, "-m", "crawler", "verify", "museum", *places], capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout


def texts(value: object) -> list[str]:
    """Every text in a value of JSON."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in inner for text in texts(each)]


def test_mazes_were_left_and_told(visit: Visit) -> None:
    asked = [name.partition("/")[0] for name, _ in visit.how["asked"]]
    for hall, most in (("maze", 1_100), ("calendar", 100), ("grow", 100), ("paging", 25), ("tag", 10)):
        assert asked.count(hall) <= most, hall
    assert sum("sitemap-recursive" in name or "sitemap-broad" in name for name, _ in visit.how["asked"]) < 200
    assert any("without a link" in why for why in visit.report["left_out"])
