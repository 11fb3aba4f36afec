"""`scrapy reextract`: better rules over stored pages, and what the next crawl makes of it."""

from __future__ import annotations

import threading

import pytest
from loopback import Answer, Project, Web
from test_crawl import BODY, blog, post

from crawler.clock import clock
from crawler.formats.archive import Archive
from crawler.formats.site import load_site
from crawler.reextraction import Reextraction

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
    assert {
        path: path.read_bytes() for path in project.archive.rglob("*") if path.is_file() and path.name in {p.name for p in before}
    } == before
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


def test_readers_get_every_state_in_order_of_capture(web: Web, project: Project) -> None:
    crawled(web, project)
    web.page(POST, post("The Last Ferry", BODY.replace("before the summer timetable", "in the autumn, after all")))
    assert project.run("crawl", "tide", "-a", "mode=recheck").returncode == 0
    web.page("/2026/03/the-tug.html", post("The Tug", BODY.replace("ferry", "tug")))
    assert project.run("crawl", "tide", "-a", f"url={web.url}/2026/03/the-tug.html").returncode == 0
    project.loopback("tide", web, RULES)
    assert project.run("reextract", "tide", "--write").returncode == 0
    archive = Archive(project.archive)
    told = [(article.headline, article.revision, article.change) for article in archive.articles()]
    assert told == [
        ("The Last Ferry", 1, "new"),
        ("The Last Ferry", 2, "revised"),
        ("The Last Ferry", 3, "reextracted"),
        ("The Tug", 1, "new"),
        ("The Tug", 2, "reextracted"),
    ]
    assert [article.change for article in archive.articles("tide", latest=True)] == ["reextracted", "reextracted"]


def test_a_gone_article_stays_gone(web: Web, project: Project) -> None:
    crawled(web, project)
    web.pages[POST] = Answer(b"", 410)
    project.run("crawl", "tide", "-a", "mode=recheck")
    project.loopback("tide", web, RULES)
    run = project.run("reextract", "tide", "--write")
    assert run.returncode == 0, run.stderr
    assert "1 are gone" in run.stdout
    assert [line["change"] for line in project.lines("tide")] == ["new", "gone"]


def test_what_today_takes_for_no_article_stays_as_it_is(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, 'extract:\n  - body: {css: "div.blog-posts-nowhere, form"}\n')
    run = project.run("reextract", "tide", "--write")
    assert run.returncode == 0, run.stderr
    assert [line["change"] for line in project.lines("tide")] in (["new"], ["new", "reextracted"])


def test_page_text_cannot_speak_to_the_terminal(web: Web, project: Project) -> None:
    blog(web)
    web.page(POST, post("The Last Ferry", BODY).replace(">Ines Calder<", ">Ines [red]\x1b]0;owned\x07 \u202eCalder<"))
    project.loopback("tide", web)
    project.run("crawl", "tide")
    project.loopback("tide", web, RULES)
    run = project.run("reextract", "tide")
    assert "[red]" in run.stdout
    for sign in "\x1b\x07\u202e":
        assert sign not in run.stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nosuch"], "nosuch"),
        (["tide", "--since", "soon"], "2026-03-01"),
        (["tide", "--jobs", "0"], "at least 1"),
        (["tide", "--write", "--dry-run"], "not allowed"),
        ([], "one site"),
        (["bare"], "nothing"),
    ],
)
def test_bad_usage(web: Web, project: Project, arguments: list[str], word: str) -> None:
    crawled(web, project)
    project.loopback("bare", web)
    run = project.run("reextract", *arguments)
    assert run.returncode == 2
    assert word in run.stderr + run.stdout
    assert "Traceback" not in run.stderr


def test_only_what_was_captured_since(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, RULES)
    assert "0 articles read anew" in project.run("reextract", "tide", "--since", "2100-01-01").stdout
    assert "1 articles read anew" in project.run("reextract", "tide", "--since", "2000-01-01T00:00:00Z", "--jobs", "1").stdout


def test_another_run_holds_the_site(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, RULES)
    gate = threading.Event()
    web.pages[POST] = Answer(post("The Last Ferry", BODY).encode(), wait=gate)
    crawl = project.start("crawl", "tide", "-a", "mode=recheck")
    web.requests.clear()
    web.await_request(POST)
    assert project.run("reextract", "tide", "--write").returncode == 75
    assert project.run("reextract", "tide").returncode == 0
    gate.set()
    crawl.communicate(timeout=60)
    assert [line["change"] for line in project.lines("tide")] == ["new"]


def test_a_record_that_is_gone_is_told(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, RULES)
    [warc] = project.archive.glob("tide/warc/*/*.warc.gz")
    content = bytearray(warc.read_bytes())
    place = project.lines("tide")[0]["warc"]["offset"] + 40
    content[place : place + 20] = bytes(20)
    warc.write_bytes(content)
    run = project.run("reextract", "tide")
    assert run.returncode == 65
    assert "not read back" in run.stdout
    assert warc.name in run.stdout


def test_a_stop_closes_the_files_and_says_so(web: Web, project: Project) -> None:
    crawled(web, project)
    project.loopback("tide", web, RULES)
    site = load_site(project.folder / "configs" / "tide.yaml")
    effect = Reextraction(Archive(project.archive), site, now=clock(), stop=lambda: "terminated").write()
    assert effect.changed == 0
    report = project.reports("tide")[-1]
    assert (report["end"], report["exit_code"]) == ("terminated", 143)
    assert list(project.archive.rglob("*.open")) == []
    assert project.run("reextract", "tide", "--write").returncode == 0
    assert [line["change"] for line in project.lines("tide")] == ["new", "reextracted"]
