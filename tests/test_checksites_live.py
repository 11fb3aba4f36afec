"""`scrapy checksites --live`: every config tried on its site by the real crawl, with nothing stored."""

from __future__ import annotations

import json
import ssl
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
import trustme
from loopback import Answer, Project, Web
from test_crawl import blog

from crawler.formats.archive import Archive

POST = "/2026/03/the-last-ferry.html"


def checked(project: Project, *more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    run = project.run("checksites", "--live", "--json", *more)
    assert "Traceback" not in run.stderr
    return run.returncode, {check["site"]: check for check in json.loads(run.stdout)}


def test_a_good_config_is_shown_with_what_it_finds_and_nothing_is_stored(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    code, checks = checked(project, "tide")
    tide = checks["tide"]
    assert (code, tide["state"], tide["problems"]) == (0, "ok", [])
    assert sum(source["links"] for source in tide["sources"]) >= 1
    assert 1 <= len(tide["pages"]) <= 3
    assert all(page["headline"] and page["methods"]["body"] for page in tide["pages"])
    assert tide["fields"]["headline"]["found"] == len(tide["pages"])
    assert not project.archive.exists()
    assert "/robots.txt" in web.requests


def test_the_table_is_for_people(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    run = project.run("checksites", "--live")
    assert run.returncode == 0
    assert "\x1b" not in run.stdout
    [line] = [line for line in run.stdout.splitlines() if line.strip().startswith("tide ")]
    assert line.split()[1] == "ok"
    for name in ("headline", "section", "body", "published", "authors"):
        assert name in run.stdout


def many(web: Web, number: int) -> None:
    """A feed of so many posts, and the posts."""
    blog(web)
    page = web.pages[POST]
    assert isinstance(page, Answer)
    items = ""
    for post in range(number):
        path = f"/2026/03/the-last-ferry-{post}.html"
        web.pages[path] = page
        items += f"<item><title>The Last Ferry</title><link>{web.url}{path}</link></item>"
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Tide Notes</title>{items}</channel></rss>'
    web.page("/feed.xml", feed, headers={"Content-Type": "application/rss+xml"})


def test_no_more_pages_than_asked_for(web: Web, project: Project) -> None:
    many(web, 20)
    project.loopback("tide", web, f"discover: [{{feed: {web.url}/feed.xml}}]\n")
    _, checks = checked(project, "--pages", "2")
    assert len(checks["tide"]["pages"]) == 2
    assert sum(path.startswith("/2026/") for path in web.requests) == 2
    assert [source["links"] for source in checks["tide"]["sources"]] == [20]


def test_selectors_that_match_nothing_are_named(web: Web, project: Project) -> None:
    blog(web)
    rules = (
        'extract:\n  - headline: {css: "h1.no-such-title"}\n    body: {css: "body", remove: [".no-such-bar"]}\n'
        f'discover:\n  - listing: {{url: "{web.url}/", links: ".no-such-list a"}}\n  - follow: {{url: "{web.url}/"}}\n'
    )
    project.loopback("tide", web, rules)
    code, checks = checked(project)
    told = "\n".join(checks["tide"]["problems"])
    assert (code, checks["tide"]["state"]) == (70, "faulty")
    assert "headline: h1.no-such-title" in told
    assert "'.no-such-list a' finds no link" in told
    assert "body: body" not in told
    assert any(".no-such-bar" in remark for remark in checks["tide"]["remarks"])


@pytest.mark.parametrize(
    ("discover", "code"), [("", 0), ("discover: [{{wordpress: {url}/}}, {{feed: {url}/feed/}}]\n", 70)], ids=["found", "named"]
)
def test_a_closed_api_is_a_fault_only_of_a_config_that_names_it(web: Web, project: Project, discover: str, code: int) -> None:
    many(web, 3)
    web.pages["/feed/"] = web.pages["/feed.xml"]
    home = web.pages["/"]
    assert isinstance(home, Answer)
    web.pages["/"] = Answer(home.body.replace(b"</head>", b'<link rel="https://api.w.org/" href="/wp-json/"></head>'))
    project.loopback("tide", web, discover.format(url=web.url))
    ended, checks = checked(project, "--pages", "1")
    tide = checks["tide"]
    told, silent = ("problems", "remarks") if code else ("remarks", "problems")
    assert ended == code, tide["problems"]
    assert any("API is closed" in line for line in tide[told])
    assert not any("API is closed" in line for line in tide[silent])


def test_patterns_that_leave_nothing_are_named(web: Web, project: Project) -> None:
    many(web, 4)
    project.loopback("tide", web, f"discover: [{{feed: {web.url}/feed.xml}}]\narticles: {{allow: [/no-such-path/]}}\n")
    code, checks = checked(project)
    assert code == 69
    assert any("none of the 4 addresses" in problem for problem in checks["tide"]["problems"])


def test_a_site_that_refuses_one_that_fails_and_one_that_forbids(web: Web, project: Project) -> None:
    web.page("/robots.txt", "User-agent: *\nDisallow: /private/", headers={"Content-Type": "text/plain"})
    web.pages["/refusing/"] = Answer(b"<title>Forbidden</title>", 403)
    for site, url in (("refusing", f"{web.url}/refusing/"), ("denied", f"{web.url}/private/"), ("dead", "http://127.0.0.1:1/")):
        project.config(site, f'url: {url}\ncrawl: {{delay: 0, allow_private: ["{web.host}", "127.0.0.1:1"]}}\n')
    project.config("hidden", f"url: {web.url}/\ncrawl: {{delay: 0}}\n")
    code, checks = checked(project)
    assert code == 69
    told = {site: "\n".join(check["problems"]) for site, check in checks.items()}
    assert "403" in told["refusing"]
    assert "robots-denied" in told["denied"]
    assert "Connection was refused" in told["dead"]
    assert "address-refused" in told["hidden"]
    assert not project.archive.exists()


def test_a_certificate_that_does_not_verify_is_told(project: Project) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    web = Web()
    try:
        assert isinstance(web.server, ThreadingHTTPServer)
        web.server.socket = context.wrap_socket(web.server.socket, server_side=True, do_handshake_on_connect=False)
        project.config("tide", f'url: https://{web.host}/\ncrawl: {{delay: 0, allow_private: ["{web.host}"]}}\n')
        code, checks = checked(project)
        assert code == 69
        assert "certificate" in "\n".join(checks["tide"]["problems"])
    finally:
        web.close()


def test_a_run_that_holds_the_site_is_no_hindrance_and_nobody_is_told(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web, f"notify: {{ping: {{url: {web.url}/ping}}, webhook: {{url: {web.url}/hook}}}}\n")
    with Archive(project.archive).site("tide").lock:
        assert checked(project)[0] == 0
    assert not [path for path in web.requests if path.startswith(("/ping", "/hook"))]


def test_faults_of_configs_are_told_and_the_others_tried(web: Web, project: Project) -> None:
    blog(web)
    project.loopback("tide", web)
    project.config("wrong", "url: http://x.example/\nschedul: daily\n")
    run = project.run("checksites", "--live", "--json")
    assert run.returncode == 2
    assert "wrong.yaml:2" in run.stderr
    assert [check["state"] for check in json.loads(run.stdout)] == ["ok"]


@pytest.mark.parametrize("bad", [["--json"], ["--live", "--pages", "0"], ["--live", "--jobs", "0"], ["--live", "no-such-site"]])
def test_bad_usage(project: Project, bad: list[str]) -> None:
    assert project.run("checksites", *bad).returncode == 2
