"""`scrapy savepage`: a page fetched by the real crawl, kept with the article it reads as."""

from __future__ import annotations

import json
import signal
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from loopback import Answer, Project, Web
from test_crawl import BODY, PARAGRAPH, blog

from crawler.formats.article import article_schema
from crawler.formats.site import load_site
from crawler.formats.warc.ledger import Ledger
from crawler.formats.warc.verify import verify_files
from crawler.golden import GoldenPage, golden_pages

POST = "/2026/03/the-last-ferry.html"


@pytest.fixture
def tide(web: Web, project: Project) -> Project:
    blog(web)
    project.loopback("tide", web)
    return project


def saved(project: Project) -> GoldenPage:
    return GoldenPage(project.folder / "tests" / "sites" / "tide" / "the-last-ferry")


def test_a_page_is_saved_and_shown(web: Web, tide: Project) -> None:
    run = tide.run("savepage", "tide", web.url + POST)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert web.requests == ["/robots.txt", POST]
    page = saved(tide)
    assert sorted(path.name for path in page.folder.iterdir()) == ["article.json", "page.warc.gz"]
    for word in (
        str(page.folder.relative_to(tide.folder)),
        "The Last Ferry",
        "Harbour",
        "Ines Calder",
        "before the summer timetable",
        "by hand",
    ):
        assert word in run.stdout
    article = json.loads((page.folder / "article.json").read_bytes())
    assert set(article) == set(article_schema()["properties"])
    assert (article["headline"], article["url"]) == ("The Last Ferry", web.url + POST)
    assert page.disagreements(load_site(tide.folder / "configs" / "tide.yaml")) == []
    assert not tide.archive.exists()


def test_the_warc_is_valid_alone_and_holds_nothing_but_the_page(web: Web, tide: Project) -> None:
    tide.run("savepage", "tide", web.url + POST)
    page = saved(tide)
    article = json.loads((page.folder / "article.json").read_bytes())
    with (page.folder / "page.warc.gz").open("rb") as stream:
        kinds = [record.record_type for record in ArchiveIterator(stream, verify_digests=True)]
    assert kinds == [WarcRecordType.warcinfo, WarcRecordType.response, WarcRecordType.request, WarcRecordType.metadata]
    with (page.folder / article["warc"]["file"]).open("rb") as stream:
        stream.seek(article["warc"]["offset"])
        record = next(iter(ArchiveIterator(stream, parse_http=False)))
        assert record.headers["WARC-Record-ID"] == f"<{article['warc']['record_id']}>"
    with Ledger() as ledger:
        problems = [str(problem) for problem in verify_files(page.folder, page.folder, ledger)]
    assert [problem for problem in problems if "sha256" not in problem and "cdxj" not in problem] == []


def test_a_page_that_is_there_is_not_replaced(web: Web, tide: Project) -> None:
    tide.run("savepage", "tide", web.url + POST)
    path = saved(tide).folder / "article.json"
    path.write_text("reviewed by hand", encoding="utf-8")
    web.requests.clear()
    run = tide.run("savepage", "tide", web.url + POST)
    assert run.returncode == 2
    assert "--force" in run.stderr
    assert path.read_text(encoding="utf-8") == "reviewed by hand"
    assert web.requests == []
    assert tide.run("savepage", "tide", web.url + POST, "--force").returncode == 0
    assert json.loads(path.read_bytes())["headline"] == "The Last Ferry"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Answer(b"<html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/h/b/x.js'></script></html>"), "challenge"),
        (Answer(b"<h1>Gone</h1>", 410), "410"),
        (Answer(b"%PDF-1.7 \x1b[31m", headers={"Content-Type": "application/pdf"}), "media-file"),
    ],
)
def test_a_refused_page_is_told_and_not_saved(web: Web, tide: Project, answer: Answer, word: str) -> None:
    web.pages[POST] = answer
    run = tide.run("savepage", "tide", web.url + POST)
    assert run.returncode == 69
    assert word in run.stderr
    assert web.url + POST in run.stderr
    assert "\x1b" not in run.stderr
    assert not saved(tide).folder.exists()


def test_told_to_stop_it_ends_with_its_crawl_and_saves_nothing(web: Web, tide: Project) -> None:
    page = web.pages[POST]
    assert isinstance(page, Answer)
    page.wait = threading.Event()
    run = tide.start("savepage", "tide", web.url + POST, "-s", "STOP_GRACE=0.1")
    web.await_request(POST)
    run.send_signal(signal.SIGTERM)
    _, err = run.communicate(timeout=60)
    page.wait.set()
    assert (run.returncode, err) == (143, "")
    assert not saved(tide).folder.exists()


@pytest.mark.parametrize("arguments", [["tide"], ["nosuch", "URL"], ["tide", "ftp://x/"], ["tide", "URL", "--name", "../x"]])
def test_bad_usage_requests_nothing(web: Web, tide: Project, arguments: list[str]) -> None:
    run = tide.run("savepage", *(web.url + POST if part == "URL" else part for part in arguments))
    assert run.returncode == 2
    assert web.requests == []
    assert not (tide.folder / "tests").exists()


def test_a_disagreement_names_field_and_values(web: Web, tide: Project) -> None:
    tide.run("savepage", "tide", web.url + POST)
    page = saved(tide)
    path = page.folder / "article.json"
    path.write_bytes(path.read_bytes().replace(b'"section": "Harbour"', b'"section": "Town"'))
    [found] = page.disagreements(load_site(tide.folder / "configs" / "tide.yaml"))
    assert str(found) == "section: expected 'Town', found 'Harbour'"


def redesigned(headline: str) -> str:
    """The same blog after a redesign: the headline in another place, and a slogan where it was."""
    return (
        '<!DOCTYPE html><html lang="en"><head><title>Tide Notes</title></head><body><h1>News from the water</h1>'
        f'<div class="story"><p class="kicker-line">{headline}</p><div class="words">{BODY}<p>{PARAGRAPH * 2}</p></div></div></body></html>'
    )


def test_a_redesign_is_a_dated_rule_and_a_second_page(web: Web, tide: Project, tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    last_year, yesterday = today - timedelta(days=365), today - timedelta(days=1)
    old = 'extract:\n  - headline: {css: "h3.post-title"}\n    summary: {css: ".date-header"}\n'
    tide.loopback("tide", web, old)
    first = tide.run("savepage", "tide", web.url + POST, "-s", f"NOW={last_year}T06:00:00Z")
    assert first.returncode == 0, first.stderr

    web.page(POST, redesigned("The Last Ferry"))
    dated = (
        old.replace("  - headline", f"  - until: {yesterday}\n    headline")
        + '  - headline: {css: "p.kicker-line"}\n    body: {css: ".words"}\n'
    )
    tide.loopback("tide", web, dated)
    second = tide.run("savepage", "tide", web.url + POST, "--name", "after-the-redesign")
    assert second.returncode == 0, second.stderr

    site = load_site(tide.folder / "configs" / "tide.yaml")
    pages = {str(page): page for page in golden_pages(tide.folder / "tests" / "sites")}
    assert sorted(pages) == ["tide/after-the-redesign", "tide/the-last-ferry"]
    assert all(page.disagreements(site) == [] for page in pages.values())
    assert {page.expected().headline for page in pages.values()} == {"The Last Ferry"}
    assert pages["tide/the-last-ferry"].expected().summary == "Tuesday, 3 March 2026"

    new_rules_for_all = tmp_path / "tide.yaml"
    new_rules_for_all.write_text(f"url: {web.url}/\n" + dated.replace(f"until: {yesterday}", "until: 2001-01-01"), encoding="utf-8")
    fields = {found.field for found in pages["tide/the-last-ferry"].disagreements(load_site(new_rules_for_all))}
    assert "summary" in fields
