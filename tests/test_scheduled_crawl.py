"""Runs for which nobody waits, and what a person may say about a site of which much has vanished."""

from __future__ import annotations

import pytest
from loopback import Project, Web

from crawler.errors import ConfigError
from crawler.spiders.arguments import Arguments

FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>Tide</title><link>{0}/</link><ttl>120</ttl><item><link>{0}/2026/03/a-story.html</link></item></channel></rss>'
PAGE = f"<html lang='en'><head><title>A Story</title></head><body><article><h1>A Story</h1><p>{'The ferry came late and nobody minded. ' * 12}</p></article></body></html>"


def test_a_source_that_asks_to_be_left_alone(web: Web, project: Project) -> None:
    project.loopback("tide", web, f"discover: [{{feed: {web.url}/feed}}]\nrecheck: []\n")
    web.page("/feed", FEED.format(web.url), headers={"Content-Type": "application/rss+xml"})
    web.page("/2026/03/a-story.html", PAGE)
    for minute, asked in ((0, 3), (30, 0), (59, 0)):
        web.requests.clear()
        run = project.run("crawl", "tide", "-a", "scheduled=yes", "-s", f"NOW=2026-03-01T06:{minute:02}:00Z")
        assert run.returncode == 0, run.stderr
        assert len(web.requests) == asked
    web.requests.clear()
    assert project.run("crawl", "tide", "-s", "NOW=2026-03-01T07:10:00Z").returncode == 0
    assert web.requests == ["/feed"]


@pytest.mark.parametrize("given", [{"scheduled": "maybe"}, {"vanished": "gone"}, {"mode": "all"}, {"shceduled": "yes"}])
def test_arguments_that_mean_nothing(given: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=rf"-a {next(iter(given))}"):
        Arguments.parse(given)


def test_arguments() -> None:
    assert Arguments.parse({"scheduled": "yes", "vanished": "believed"}) == Arguments(scheduled=True, vanished="believed")
    assert Arguments.parse({}) == Arguments()
