"""A config file becomes a Site: what is needed, what is merged, how values are read."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from crawler.errors import ConfigError
from crawler.formats.site import (
    Crawl,
    ExtractRules,
    FeedSource,
    FollowSource,
    ListingSource,
    Rule,
    Site,
    config_digest,
    load_site,
    load_sites,
    site_names,
)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_url_alone_is_a_config(tmp_path: Path) -> None:
    site = load_site(write(tmp_path, "demo", "url: https://blog.example\n"))
    assert site == Site(key="demo", url="https://blog.example")
    assert site.home == "https://blog.example/"
    assert site.crawl == Crawl()
    assert site.recheck == [timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7), timedelta(days=30)]
    assert site.zone is None


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """\
name: Example Blog
url: https://blog.example/
timezone: Europe/Paris            # for dates that name none
language: fr
contact: archive@library.example
discover:
  - feed: https://blog.example/feeds/posts/default
  - sitemap: https://blog.example/sitemap.xml
  - wordpress: https://blog.example/
  - blogger: https://blog.example/
  - listing: {url: https://blog.example/news/, links: "h2 a", next: "a.older", max_pages: 50}
  - follow: {url: https://blog.example/, depth: 3}
articles: {allow: ['/\\d{4}/\\d{2}/[^/]+\\.html$'], deny: ['/search/']}
extract:
  - until: 2025-06-30
    headline: {css: h3.post-title}
  - headline: {css: h1.post-title}
    published: {css: time, attribute: datetime}
    body: {css: .post-body, remove: [.share-links]}
crawl: {delay: 0.5, concurrency: 2, obey_robots: true, max_page_bytes: 500KB, allow_private: ["127.0.0.1:8765", "[::1]:80"]}
recheck: [30m, 6h, 1.5d, 2w]
schedule: "*/30 * * * *"
"""
    site = load_site(write(tmp_path, "example", text))
    assert isinstance(site.discover[0], FeedSource)
    assert site.discover[0].feed == "https://blog.example/feeds/posts/default"
    assert isinstance(site.discover[4], ListingSource)
    assert (site.discover[4].listing.links, site.discover[4].listing.max_pages) == ("h2 a", 50)
    assert isinstance(site.discover[5], FollowSource)
    assert (site.discover[5].follow.depth, site.discover[5].follow.max_pages) == (3, 500)
    assert site.articles.allow == [r"/\d{4}/\d{2}/[^/]+\.html$"]
    assert site.extract[0].until == date(2025, 6, 30)
    assert site.extract[1].body == Rule(css=".post-body", remove=[".share-links"])
    assert site.crawl.max_page_bytes == 500_000
    assert site.private_addresses == {("127.0.0.1", 8765), ("::1", 80)}
    assert site.recheck == [timedelta(minutes=30), timedelta(hours=6), timedelta(hours=36), timedelta(weeks=2)]
    assert site.zone == ZoneInfo("Europe/Paris")
    assert site.contact == "archive@library.example"


@pytest.mark.parametrize(
    "following", ["a.older", "//a[@rel='next']", "/news/page/{page}/", "?page={page}", "https://blog.example/page/{page}"]
)
def test_ways_to_the_next_page(tmp_path: Path, following: str) -> None:
    text = f'url: https://blog.example\ndiscover: [{{listing: {{url: https://blog.example/news, next: "{following}"}}}}]\n'
    [source] = load_site(write(tmp_path, "demo", text)).discover
    assert isinstance(source, ListingSource)
    assert source.listing.next == following


def test_words_are_read_as_their_key_means_them(tmp_path: Path) -> None:
    text = "url: http://blog.example/\nname: no\nlanguage: no\ncrawl: {cookies: yes, obey_robots: off, delay: 2}\nschedule:\nextract:\n"
    site = load_site(write(tmp_path, "norsk", text))
    assert (site.name, site.language, site.schedule, site.extract) == ("no", "no", None, [])
    assert (site.crawl.cookies, site.crawl.obey_robots, site.crawl.delay) == (True, False, 2.0)
    assert load_site(write(tmp_path, "year", "url: http://blog.example/\nname: 1984-01-01\n")).name == "1984-01-01"


def test_byte_order_mark_and_foreign_scripts_are_text(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes("\ufeffurl: https://блог.example/\nname: Новости 新聞 📰\n".encode())
    assert load_site(path).name == "Новости 新聞 📰"


def test_sites_own_value_wins_over_what_all_share(tmp_path: Path) -> None:
    write(tmp_path, "_defaults", "crawl: {delay: 5, concurrency: 2}\nrecheck: [1d, 2d]\nschedule: '0 * * * *'\ncontact: a@b.example\n")
    write(tmp_path, "one", "url: http://one.example/\ncrawl: {delay: 1}\nrecheck: [3d]\nschedule:\n")
    write(tmp_path, "two", "url: http://two.example/\n")
    sites = load_sites(tmp_path)
    assert list(sites) == ["one", "two"]
    assert (sites["one"].crawl.delay, sites["one"].crawl.concurrency) == (1.0, 2)
    assert (sites["one"].recheck, sites["one"].schedule) == ([timedelta(days=3)], None)
    assert (sites["two"].crawl.delay, sites["two"].schedule, sites["two"].contact) == (5.0, "0 * * * *", "a@b.example")


def test_defaults_may_lie_elsewhere_or_hold_comments_only(tmp_path: Path) -> None:
    config = write(tmp_path, "one", "url: http://one.example/\n")
    write(tmp_path, "_defaults", "# nothing yet\n")
    assert load_site(config).crawl.delay == 1.0
    elsewhere = tmp_path / "shared"
    elsewhere.mkdir()
    assert load_site(config, write(elsewhere, "common", "crawl: {delay: 9}\n")).crawl.delay == 9.0
    with pytest.raises(ConfigError, match=r"absent\.yaml: cannot be read"):
        load_site(config, tmp_path / "absent.yaml")


def test_names_are_listed_without_reading(tmp_path: Path) -> None:
    for name in ("b-blog", "404-media", "_defaults", "Upper", "a.b_c"):
        write(tmp_path, name, "\t not read")
    (tmp_path / "notes.txt").write_text("no config")
    assert site_names(tmp_path) == ["404-media", "a.b_c", "b-blog"]
    with pytest.raises(ConfigError, match="cannot be read"):
        site_names(tmp_path / "absent")


def test_rules_hold_until_the_last_day_of_their_time() -> None:
    old = ExtractRules(until=date(2024, 12, 31), headline=Rule(css="h3"))
    newer = ExtractRules(until=date(2025, 6, 30), headline=Rule(css="h2"))
    newest = ExtractRules(headline=Rule(css="h1"))
    site = Site(key="s", url="http://s.example/", extract=[old, newer, newest])
    assert site.rules_at(date(2000, 1, 1)) is old
    assert site.rules_at(date(2024, 12, 31)) is old
    assert site.rules_at(date(2025, 1, 1)) is newer
    assert site.rules_at(date(2025, 6, 30)) is newer
    assert site.rules_at(date(2025, 7, 1)) is newest
    ended = Site(key="s", url="http://s.example/", extract=[old])
    assert ended.rules_at(date(2025, 1, 1)) == ExtractRules()


def test_digest_tells_orders_apart_and_not_their_spelling(tmp_path: Path) -> None:
    short = load_site(write(tmp_path, "s", "url: http://s.example/\n"))
    spelt = load_site(
        write(
            tmp_path, "s", "# said outright\nrecheck: [60m, 6h, 24h, 1w, 30d]\ncrawl: {max_page_bytes: 16000000}\nurl: http://s.example/\n"
        )
    )
    slower = load_site(write(tmp_path, "s", "url: http://s.example/\ncrawl: {delay: 2}\n"))
    assert config_digest(short) == config_digest(spelt) != config_digest(slower)
    assert config_digest(short).startswith("sha256:")
    assert len(config_digest(short)) == 7 + 64


def test_a_site_does_not_change_after_loading() -> None:
    site = Site(key="s", url="http://s.example/")
    with pytest.raises(ValidationError):
        site.url = "http://other.example/"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Site(key="../s", url="http://s.example/")
