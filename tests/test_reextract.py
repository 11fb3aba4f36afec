"""`scrapy reextract`: better rules over stored pages, and what the next crawl makes of it."""

from __future__ import annotations

import signal
import threading

import pytest
from conftest import Answer, Project, Web
from test_crawl import BODY, PARAGRAPH, blog, post

POST = "/2026/03/the-last-ferry.html"
RULES = 'extract:\n  - summary: {xpath: "//title"}\n    tags: {css: ".post-author .fn"}\n'


def crawled(web: Web, project: Project) -> None:
    """A blog of one post in the archive."""
    blog(web)
    project.loopback("tide", web)
    run = project.run("crawl", "tide")
    assert run.returncode == 0, run.stderr


def test_a_dry_run_shows_what_would_change_and_writes_nothing(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, RULES)
    before = {path: path.read_bytes() for path in project.archive.rglob("*") if path.is_file()}
    run = project.run("reextract", "tide", "--dry-run")
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    for word in ("summary", "tags", "– → Tide", "→ Ines Calder", web.url, "would be written for 1", "--write"):
        assert word in run.stdout
    assert {path: path.read_bytes() for path in project.archive.rglob("*") if path.is_file() and path.name in {p.name for p in before}} == before
    assert project.run("reextract", "tide").stdout == run.stdout


def test_what_is_written_is_ours_and_not_the_publishers(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, RULES)
    run = project.run("reextract", "tide", "--write")
    assert run.returncode == 0, run.stderr
    first, second = project.lines("tide")
    assert (second["change"], second["revision"], second["changed_fields"]) == ("reextracted", 2, ["summary", "tags"])
    assert second["summary"].startswith("Tide Notes")
    for name in ("id", "url", "canonical_url", "captured", "warc", "headline", "body"):
        assert second[name] == first[name]
    report = project.reports("tide")[-1]
    assert (report["mode"], report["articles"], report["requests"]) == ("reextract", {"reextracted": 1}, {})
    assert project.run("verify", "tide").returncode == 0

    again = project.run("reextract", "tide", "--write")
    assert again.returncode == 0
    assert len(project.lines("tide")) == 2


def test_the_next_crawl_sees_no_revision(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, RULES)
    assert project.run("reextract", "tide", "--write").returncode == 0
    look = project.run("crawl", "tide", "-a", "mode=recheck")
    assert look.returncode == 0, look.stderr
    assert web.requests.count(POST) == 2
    assert [line["change"] for line in project.lines("tide")] == ["new", "reextracted"]

    web.page(POST, post("The Last Ferry", BODY.replace("before the summer timetable", "in the autumn, after all")))
    assert project.run("crawl", "tide", "-a", "mode=recheck").returncode == 0
    assert [line["change"] for line in project.lines("tide")] == ["new", "reextracted", "revised"]
    assert project.lines("tide")[-1]["changed_fields"] == ["blocks", "body"]


def test_an_index_made_anew_knows_the_same(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, RULES)
    assert project.run("reextract", "tide", "--write").returncode == 0
    assert project.run("reindex", "tide").returncode == 0
    assert project.run("crawl", "tide", "-a", "mode=recheck").returncode == 0
    assert [line["change"] for line in project.lines("tide")] == ["new", "reextracted"]


def test_new_rules_alone_make_no_revision_of_an_unchanged_page(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, RULES)
    assert project.run("crawl", "tide", "-a", "mode=recheck").returncode == 0
    assert [line["change"] for line in project.lines("tide")] == ["new"]
