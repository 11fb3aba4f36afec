"""A robots.txt that an earlier run was given holds for a day, against a server that counts."""

from __future__ import annotations

import json

import pytest
from loopback import Answer, Project, Web
from test_crawl import blog

from crawler.store.robots import holds

PLAIN = {"Content-Type": "text/plain"}


def at(project: Project, moment: str, *more: str) -> int:
    """The exit code of a run of the site `tide` at `moment`."""
    return project.run("crawl", "tide", "-s", f"NOW={moment}:00Z", *more).returncode


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        (None, 86_400),
        ("", 86_400),
        ("public, max-age=3600", 3600),
        ("max-age=31536000, immutable", 86_400),
        ("s-maxage=60", 86_400),
        ('Max-Age="600"', 600),
        ("no-cache", 0),
        ("private, no-store, max-age=600", 0),
        ("max-age=soon", 86_400),
    ],
)
def test_how_long_a_robots_txt_holds(cache_control: str | None, seconds: int) -> None:
    assert holds(cache_control) == seconds


def test_runs_ask_for_robots_txt_once_a_day(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    for moment in ("05T06:00", "06T05:55", "06T06:00", "06T12:00"):
        assert at(project, f"2026-03-{moment}") == 0
    assert web.requests.count("/robots.txt") == 2
    reports = project.reports("tide")
    assert [report["urls"].get("robots", 0) for report in reports] == [1, 0, 1, 0]
    assert [report["warc_files"] for report in reports[2:]] == [[], []]  # a quiet run is remembered by its report


def test_each_run_tells_which_robots_txt_it_obeyed(web: Web, project: Project) -> None:
    blog(web)
    web.page("/robots.txt", "User-agent: *\nDisallow: /drafts/\n", headers=PLAIN | {"Cache-Control": "max-age=3600"})
    project.loopback("tide", web)
    for moment in ("06:00", "06:30", "07:30"):
        assert at(project, f"2026-03-05T{moment}") == 0
    assert web.requests.count("/robots.txt") == 2
    asked, remembered, again = (report["robots"][0] for report in project.reports("tide"))
    assert remembered == asked | {"remembered": True}
    assert (asked["holds"], asked["remembered"], again["remembered"]) == (3600, False, False)
    [record] = [line for line in records(project) if line["url"] == f"{web.url}/robots.txt"][:1]
    assert asked["record"] == record["record"]


def test_what_robots_txt_forbade_stays_forbidden_for_runs_that_do_not_ask(web: Web, project: Project) -> None:
    blog(web)
    web.pages["/robots.txt"] = Answer(b"", 301, {"Location": "/rules.txt"})
    web.page("/rules.txt", "User-agent: *\nDisallow: /2026/\n", headers=PLAIN)
    project.loopback("tide", web)
    for moment in ("2026-03-05T06:00", "2026-03-05T08:30"):
        at(project, moment)
        assert project.reports("tide")[-1]["urls"]["robots-denied"] == 1
    assert project.run("reindex", "tide").returncode == 0
    at(project, "2026-03-05T15:00")
    assert project.reports("tide")[-1]["urls"]["robots-denied"] == 1
    assert web.requests.count("/robots.txt") == web.requests.count("/rules.txt") == 1
    assert "/2026/03/the-last-ferry.html" not in web.requests


@pytest.mark.parametrize(("status", "asked"), [(404, 1), (500, 2)])
def test_only_an_answer_is_kept(web: Web, project: Project, status: int, asked: int) -> None:
    blog(web)
    project.loopback("tide", web)
    web.pages["/robots.txt"] = Answer(b"", status)
    at(project, "2026-03-05T06:00")
    before = web.requests.count("/robots.txt")
    web.pages["/robots.txt"] = Answer(b"", 404)
    at(project, "2026-03-05T08:00")
    assert web.requests.count("/robots.txt") - before == asked - 1


def test_a_run_may_be_told_to_ask(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    at(project, "2026-03-05T06:00")
    web.pages["/robots.txt"] = Answer(b"", 500)
    assert at(project, "2026-03-05T08:00") == 0
    assert at(project, "2026-03-05T08:30", "-s", "ROBOTS_MEMORY=0") == 69
    assert project.reports("tide")[-1]["robots"] == []


def records(project: Project) -> list[dict[str, str]]:
    """The lines of the crawl logs."""
    logs = sorted(project.archive.glob("tide/runs/*.crawl.jsonl"))
    return [json.loads(line) for log in logs for line in log.read_text().splitlines()]
