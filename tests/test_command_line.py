"""Scrapy's own commands inside the project: unchanged, and archiving nothing."""

from __future__ import annotations

import json

from loopback import Project, Web
from test_crawl import blog


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
