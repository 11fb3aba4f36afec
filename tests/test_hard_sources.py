"""Sources that take too much: each is a failure of its own, told in the report, and the crawl goes on."""

from __future__ import annotations

from loopback import Project, Web
from test_crawl import blog
from test_extraction_workers import CUBIC

from crawler.discovery import Findings, Link, Source, parcel
from crawler.spiders.source_reading import SMALL_BYTES

HOME = "https://blog.example/"


def test_a_source_that_hangs_its_reader_is_a_failure_of_that_source(web: Web, project: Project) -> None:
    blog(web)
    web.page("/heavy/", "<html><body>" + "<p><i>x</i></p>" * (SMALL_BYTES // 14) + "</body></html>")
    sources = f"[{{feed: {web.url}/feeds/posts/default}}, {{listing: {{url: {web.url}/heavy/, links: '{CUBIC}'}}}}]"
    project.loopback("tide", web, f"discover: {sources}\n")
    run = project.run("crawl", "tide", "-s", "EXTRACTION_TIMEOUT=5")
    assert run.returncode == 0, run.stderr
    assert len(project.lines("tide")) == 1
    [report] = project.reports("tide")
    heavy = next(look for look in report["sources"] if look["kind"] == "listing")
    assert heavy["outcome"] == "unreadable"
    assert [problem.endswith("the worker was replaced") for problem in heavy["problems"]] == [True]


def test_a_parcel_holds_no_more_than_it_may() -> None:
    links = [Link(f"{HOME}{number}", "feed", HOME, content_html=f"{number} " * 400_000) for number in range(60)]
    further = [Source("feed", f"{HOME}older")]
    packed = parcel.Parcel.of(Findings(links, further, ["broken"], poll_after=60.0))
    assert sum(len(piece) for _, piece in packed.pieces) <= parcel.MOST_BYTES
    for _ in packed.unpack():
        pass
    found = packed.findings
    assert found.links == links[: len(found.links)]
    assert 40 < len(found.links) < 60
    assert (found.more, found.poll_after) == (further, 60.0)
    assert found.problems == ["broken", "its links take more than 64000000 bytes: the rest was not read"]
