"""Scrapy's own commands inside the project: unchanged, and archiving nothing but what a spider asks for."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from loopback import Project, Web
from test_crawl import blog
from warc_lint import lint

import crawler.commands
from crawler.formats.archive import Archive
from crawler.formats.warc import captures


def test_list_shows_the_sites(web: Web, project: Project) -> None:
    project.loopback("tide", web)
    project.config("_defaults", "crawl: {delay: 2}\n")
    run = project.run("list")
    assert (run.returncode, run.stdout) == (0, "tide\n")


def test_a_missing_folder_of_configs_is_said_plainly(project: Project) -> None:
    (project.folder / "configs").rmdir()
    run = project.run("list")
    assert run.returncode == 2
    assert "configs" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_reader_who_has_gone_ends_a_command_without_a_word(project: Project) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [Path(sys.executable).with_name("scrapy"), "siteschema"],
            cwd=project.folder,
            env={**os.environ, "SCRAPY_SETTINGS_MODULE": "crawler.settings"},
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


COMMANDS = sorted(path.stem for path in Path(crawler.commands.__path__[0]).glob("[a-z]*.py"))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_ends_plainly(name: str) -> None:
    run = importlib.import_module(f"crawler.commands.{name}").Command.run
    assert run.__wrapped__.__code__.co_name == "run"


def test_shell_fetches_and_archives_nothing(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    run = project.run("shell", "--spider=tide", f"{web.url}/2026/03/the-last-ferry.html", "-c", "response.css('h3::text').get()")
    assert "//The Last Ferry//" in run.stdout, run.stderr
    assert not project.archive.exists()


def test_fetch_prints_the_page(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    run = project.run("fetch", "--spider=tide", f"{web.url}/2026/03/the-last-ferry.html")
    assert "The Last Ferry" in run.stdout, run.stderr
    assert not project.archive.exists()


def test_feed_exports_get_what_was_archived(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    out = project.folder / "new.jsonl"
    project.run("crawl", "tide", "-o", str(out))
    [article] = project.lines("tide")
    assert json.loads(out.read_text(encoding="utf-8")) == article
    project.run("crawl", "tide", "-O", str(out))
    assert out.read_text(encoding="utf-8") == ""


SPIDER = """
import scrapy

class Tides(scrapy.Spider):
    name = "tide tables"

    def __init__(self, url):
        super().__init__()
        self.url = url

    async def start(self):
        yield scrapy.Request(self.url, method="HEAD")
        yield scrapy.Request(self.url, dont_filter=True)

    def parse(self, response):
        yield {"captured": response.meta["capture"].ref.record_id}
"""


def test_a_spider_of_another_kind_is_archived_too(web: Web, project: Project) -> None:
    blog(web)
    (project.folder / "tides.py").write_text(SPIDER)
    out = project.folder / "out.jsonl"
    options = ["-s", f"ALLOW_PRIVATE={web.host}", "-s", "DOWNLOAD_DELAY=0", "-o", str(out)]
    run = project.run("runspider", "tides.py", "-a", f"url={web.url}/2026/03/the-last-ferry.html", *options)
    assert run.stderr == ""
    [file] = project.archive.glob("tide-tables/warc/*/*.warc.gz")
    stored = list(captures(file))
    asked = [json.loads(line)["captured"] for line in out.read_text().splitlines()]
    assert {capture.ref.record_id for capture in stored if capture.ref} >= set(asked)
    assert sorted(capture.url.removeprefix(web.url) for capture in stored) == ["/2026/03/the-last-ferry.html"] * 2 + ["/robots.txt"]
    assert lint(file) == []
    assert (project.run("verify", "tide-tables").stdout, project.run("wacz", "tide-tables").returncode) == ("no problems\n", 0)


def test_two_processes_never_write_for_one_spider(web: Web, project: Project) -> None:
    (project.folder / "tides.py").write_text(SPIDER)
    with Archive(project.archive).site("tide-tables").lock:
        run = project.run("runspider", "tides.py", "-a", f"url={web.url}/", "-s", f"ALLOW_PRIVATE={web.host}")
    assert "another run holds the site" in run.stderr
    assert web.requests == []
