"""A config written for a site that was never seen before."""

from pathlib import Path

import pytest

from crawler.discovery import Document, Findings, Link, Source, is_article_url, sources
from crawler.discovery.probe import Probe, key_of, probe, site_yaml, suffices, summary
from crawler.formats.site import Site, load_site

HOME = Document("https://www.example.com/", b'<html lang="en_GB"><head><title>Quay: "News" - from the harbour</title></head></html>')


def look(kind: str, url: str, count: int, total: int | None = None, more: int = 0, problem: str | None = None) -> Probe:
    links = tuple(
        Link(f"https://www.example.com/2024/05/{number}.html", "feed", url, headline=f"No. {number}\x1b") for number in range(count)
    )
    return Probe(Source(kind, url), links, total, more, problem)  # type: ignore[arg-type]


WORDPRESS = look("wordpress", "https://www.example.com/wp-json/wp/v2/posts?page=1", 100, total=3_000, more=1)
FEED = look("feed", "https://www.example.com/feed/", 10, more=1)
SITEMAP = look("sitemap", "https://www.example.com/sitemap.xml", 0, more=12)
LISTING = look("listing", "https://www.example.com/", 7)
EMPTY = look("feed", "https://www.example.com/empty", 0, problem="not a feed")


@pytest.mark.parametrize(
    ("probes", "chosen"),
    [
        ([WORDPRESS, FEED, SITEMAP, LISTING], [WORDPRESS]),
        ([EMPTY, FEED, SITEMAP, LISTING], [FEED, SITEMAP]),
        ([EMPTY, SITEMAP, LISTING], [SITEMAP]),
        ([EMPTY, LISTING], [LISTING]),
        ([EMPTY], []),
    ],
)
def test_the_fewest_sources_that_suffice(probes: list[Probe], chosen: list[Probe], tmp_path: Path) -> None:
    assert suffices(probes) == chosen
    path = tmp_path / "example.yaml"
    path.write_text(site_yaml(HOME, probes), encoding="utf-8")
    site = load_site(path)
    assert (site.name, site.url, site.language) == ('Quay: "News"', "https://www.example.com/", "en-GB")
    assert [source.kind for source in sources(site)] == [probe.source.kind for probe in chosen]


def test_comments_show_counts_and_examples() -> None:
    text = site_yaml(HOME, [WORDPRESS, FEED, EMPTY])
    assert "3000 articles; for example\n#   https://www.example.com/2024/05/0.html  No. 0\n" in text
    assert "# Not needed: feed https://www.example.com/feed/: 10 articles, 1 further pages" in text
    assert "no articles (not a feed)" in text
    assert summary(SITEMAP).endswith("no articles, 12 further sitemaps")


def test_only_articles_count() -> None:
    site = Site(key="demo", url="https://www.example.com/")
    links = [Link(url, "feed", "x") for url in ("https://www.example.com/2024/05/a.html", "https://www.example.com/tag/a")]
    found = probe(Source("feed", "x"), Findings(links=links, problems=["odd"], total=4), lambda url: is_article_url(url, site))
    assert (len(found.links), found.total, found.problem) == (1, 4, "odd")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.example.co.uk/blog", "example"),
        ("https://daily-quay.blogspot.com/", "daily-quay"),
        ("http://127.0.0.1:8765/", "127.0.0.1-8765"),
        ("http://localhost/", "localhost"),
        ("http://münchen.de/", "xn--mnchen-3ya"),
    ],
)
def test_names_for_configs(url: str, key: str) -> None:
    assert key_of(url) == key
    assert Site(key=key, url=url)
