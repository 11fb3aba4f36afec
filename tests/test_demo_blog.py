"""The demo blog over HTTP, and the tour's judgement."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import feedparser
import lxml.etree
import lxml.html
import pytest

from crawler.demo import DemoBlog, PortBusy, Truth, judge_first, judge_second
from crawler.demo.posts import all_posts, read_post

PROJECT = Path(__file__).parent.parent
SLIPWAY = "/2026/03/old-quay-slipway-to-close.html"
CHIMNEY = "/2026/03/18/glassworks-chimney-saved/"
PARADE = "/2026/03/16/lantern-parade-draws-record-crowd/"
LIBRARY = "/2026/03/14/library-keeps-sunday-hours/"
TAX = "/2026/03/tax-letters-went-to-wrong-street.html"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture
def blog() -> Iterator[DemoBlog]:
    with DemoBlog() as blog:
        yield blog


def ask(blog: DemoBlog, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", blog.port, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def walk(blog: DemoBlog) -> dict[str, Answer]:
    """Every page that links, feeds and the sitemap lead to, by path."""
    found: dict[str, Answer] = {}
    waiting = ["/", "/robots.txt", "/sitemap.xml", "/feed/", "/feeds/posts/default"]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = answer = ask(blog, path)
        if answer.headers.get_content_type() == "text/html":
            links = [link for _, _, link, _ in lxml.html.fromstring(answer.body).iterlinks()]
        elif answer.headers.get_content_type() in {"application/xml", "application/rss+xml", "application/atom+xml"}:
            links = re.findall(rf"{blog.url}[^<\"#&]*", answer.text)
        else:
            links = []
        absolute = (urlsplit(urljoin(urljoin(blog.url, path), link)) for link in links)
        waiting += [f"{url.path}?{url.query}" if url.query else url.path for url in absolute if url.netloc == f"127.0.0.1:{blog.port}"]
    return found


def articles(blog: DemoBlog, day: int) -> list[Truth]:
    return [row for row in blog.truth() if row["kind"] == "article" and row["day"] == day]


def test_every_link_feed_and_map_leads_to_a_page_on_both_days(blog: DemoBlog) -> None:
    for day in (1, 2):
        blog.day = day
        pages = walk(blog)
        assert {path: answer.status for path, answer in pages.items() if answer.status != 200} == {}
        there = {row["url"].removeprefix(blog.url[:-1]) for row in blog.truth() if row["day"] == day and row["change"] != "gone"}
        assert there <= pages.keys()


def test_truth_stands_on_the_pages_as_a_reader_sees_them(blog: DemoBlog) -> None:
    for day in (1, 2):
        blog.day = day
        for row in articles(blog, day):
            if row["change"] == "gone":
                continue
            for url in row["urls"]:
                page = lxml.html.fromstring(ask(blog, url.removeprefix(blog.url[:-1])).body)
                text = " ".join(page.text_content().split())
                for sentence in (row["headline"], row["first_sentence"], row["last_sentence"], *row["headings"], *row["tags"]):
                    assert sentence
                    assert sentence in text
                assert page.xpath("string(//link[@rel='canonical']/@href)") == row["url"]
                assert page.get("lang") == row["language"]


def test_the_second_day_has_one_new_one_edited_one_deleted_post(blog: DemoBlog) -> None:
    changes = {row["url"].removeprefix(blog.url[:-1]): row["change"] for row in articles(blog, 2) if row["change"]}
    assert changes == {"/2026/03/22/ferry-sails-on-time-on-its-first-night/": "new", LIBRARY: "revised", TAX: "gone"}
    assert {row["change"] for row in articles(blog, 1)} == {"new"}
    assert len(articles(blog, 1)) == 14
    blog.day = 2
    assert ask(blog, TAX).status == 410
    assert TAX not in ask(blog, "/sitemap.xml").text + ask(blog, "/feeds/posts/default").text + ask(blog, "/search").text


def test_a_page_keeps_its_bytes_except_where_the_blog_changed_it(blog: DemoBlog) -> None:
    paths = [post.path for post in all_posts() if post.first_day == 1]
    first, again = ({path: ask(blog, path).body for path in paths} for _ in range(2))
    assert {path for path in paths if first[path] != again[path]} == {PARADE}
    blog.day = 2
    second = {path: ask(blog, path).body for path in paths}
    assert {path for path in paths if first[path] != second[path]} == {PARADE, LIBRARY, TAX}
    assert first[LIBRARY].count(b"dateModified") == second[LIBRARY].count(b"dateModified") == 1
    assert b'"dateModified": "2026-03-21T17:30:00+00:00"' in second[LIBRARY]


def test_only_the_sidebar_of_the_lively_post_changes(blog: DemoBlog) -> None:
    def without_sidebar(answer: Answer) -> bytes:
        page = lxml.html.fromstring(answer.body)
        for aside in page.xpath("//aside[contains(@class, 'sidebar')]"):
            aside.drop_tree()
        return bytes(lxml.html.tostring(page))

    first = ask(blog, PARADE)
    blog.day = 2
    second = ask(blog, PARADE)
    assert first.body != second.body
    assert without_sidebar(first) == without_sidebar(second)
    assert first.headers["Last-Modified"] is None


def test_the_plain_theme_decorates_headline_section_and_sub_headings(blog: DemoBlog) -> None:
    answer = ask(blog, SLIPWAY)
    text = lxml.html.fromstring(answer.body).text_content()
    row = next(row for row in articles(blog, 1) if row["url"].endswith(SLIPWAY))
    headline = f"//{row['headline']}//"
    assert text.count(headline) == 3  # in the title element and twice on the page
    assert re.search(rf"{re.escape(headline)}\s+{re.escape(str(row['section']))} /\s+{re.escape(headline)}\s+The slipway", text)
    for heading in row["headings"]:
        assert re.search(rf"{heading}\.{{6,}}", text)
    assert text.index(str(row["last_sentence"])) < text.index("0 Comments") < text.index("Post a Comment")
    assert b"ld+json" not in answer.body
    assert f"<title>The Quillhaven Lantern: {headline}</title>" in answer.text


def test_the_wordpress_theme_says_in_json_ld_what_it_shows(blog: DemoBlog) -> None:
    for row in articles(blog, 1):
        page = lxml.html.fromstring(ask(blog, urlsplit(row["url"]).path).body)
        blocks = page.xpath("//script[@type='application/ld+json']/text()")
        if row["url"].endswith(".html"):
            assert blocks == []
            continue
        graph = json.loads(blocks[0])["@graph"]
        names = {node["@id"]: node["name"] for node in graph if node["@type"] == "Person"}
        (article,) = (node for node in graph if node["@type"] == "NewsArticle")
        assert (article["headline"], article["articleSection"]) == (row["headline"], [row["section"]])
        assert [names[author["@id"]] for author in article["author"]] == row["authors"]
        assert (article["datePublished"], article["keywords"]) == (row["published"], row["tags"])
        assert page.xpath("string(//meta[@property='og:title']/@content)") == row["headline"]


def test_feeds_and_sitemap_are_well_formed_and_complete(blog: DemoBlog) -> None:
    atom = feedparser.parse(ask(blog, "/feeds/posts/default").body)
    rss = feedparser.parse(ask(blog, "/feed/").body)
    assert not atom.bozo
    assert not rss.bozo
    urls = {url for row in articles(blog, 1) for url in row["urls"]}
    assert {entry.link for entry in (*atom.entries, *rss.entries)} < urls
    assert f"{blog.url}?p=4127" in {entry.link for entry in rss.entries}
    assert len(atom.entries) == len(rss.entries) == 7
    assert all(entry.content[0].value for entry in (*atom.entries, *rss.entries))
    assert atom.entries[2].title.startswith("//Old Quay")
    places = lxml.etree.fromstring(ask(blog, "/sitemap.xml").body).xpath("//*[local-name()='loc']/text()")
    assert urls | {row["url"] for row in blog.truth() if row["kind"] in {"static-page", "soft-404"}} < set(places)
    assert ask(blog, "/robots.txt").text == f"User-agent: *\nDisallow: /drafts/\n\nSitemap: {blog.url}sitemap.xml\n"


def test_the_atom_feed_is_read_in_pages(blog: DemoBlog) -> None:
    path, titles = "/feeds/posts/default?max-results=3", []
    while path:
        feed = feedparser.parse(ask(blog, path).body)
        titles += [entry.title for entry in feed.entries]
        path = next((link.href.removeprefix(blog.url[:-1]) for link in feed.feed.links if link.rel == "next"), "")
    assert len(titles) == len(set(titles)) == 7


def test_lists_go_on_over_pages_until_all_posts_were_named(blog: DemoBlog) -> None:
    for start, css, count in (("/", "a.next", 14), ("/search", "a.blog-pager-older-link", 7)):
        path, found = start, set()
        while path:
            page = lxml.html.fromstring(ask(blog, path).body)
            found |= set(page.xpath("//main//h2/a/@href | //h3[contains(@class, 'post-title')]/a/@href"))
            path = next(iter(page.xpath(f"//a[contains(@class, '{css.split('.')[1].split()[0]}')]/@href")), "")
        assert len(found) == count
    assert ask(blog, "/page/4/").status == 404
    assert ask(blog, "/page/0/").status == 404
    assert ask(blog, "/search?updated-max=yesterday").status == 200


def test_validators_answer_304_and_if_none_match_decides_alone(blog: DemoBlog) -> None:
    for path in ("/feed/", "/feeds/posts/default", "/sitemap.xml", "/", SLIPWAY, CHIMNEY):
        plain = ask(blog, path, Accept_Encoding="gzip")
        tag, since = plain.headers["ETag"], plain.headers["Last-Modified"]
        same = ask(blog, path, If_None_Match=f'"other", {tag}')
        assert (same.status, same.body) == (304, b"")
        assert (same.headers["ETag"], same.headers["Last-Modified"]) == (tag, since)
        assert same.headers["Content-Length"] is same.headers["Transfer-Encoding"] is None
        assert ask(blog, path, If_Modified_Since=since).status == 304
        assert ask(blog, path, If_None_Match='"other"', If_Modified_Since=since).status == 200
        assert ask(blog, path, If_Modified_Since="Mon, 02 Mar 2020 00:00:00 GMT").status == 200
        assert ask(blog, path, If_Modified_Since="no date at all").status == 200
    tag, since = (ask(blog, "/feed/").headers[name] for name in ("ETag", "Last-Modified"))
    blog.day = 2
    assert ask(blog, "/feed/", If_None_Match=tag, If_Modified_Since=since).status == 200
    assert ask(blog, "/feed/", If_Modified_Since=since).status == 200
    assert ask(blog, LIBRARY, If_Modified_Since=since).status == 200
    assert ask(blog, "/nowhere", If_None_Match="*").status == 404


def test_gzip_is_sent_to_those_who_accept_it(blog: DemoBlog) -> None:
    plain, zipped = ask(blog, SLIPWAY), ask(blog, SLIPWAY, Accept_Encoding="br, gzip;q=0.5")
    assert plain.headers["Content-Encoding"] is None
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert zipped.headers["Vary"] == "Accept-Encoding"
    assert ask(blog, SLIPWAY, Accept_Encoding="gzip; q=0").headers["Content-Encoding"] is None


def test_lengths_are_told_and_cookies_come_in_two_headers(blog: DemoBlog) -> None:
    home = ask(blog, "/")
    assert home.headers["Content-Length"] == str(len(home.body))
    assert len(home.headers.get_all("Set-Cookie", [])) == 2
    assert ask(blog, SLIPWAY).headers["Content-Length"] == str(len(ask(blog, SLIPWAY).body))
    head = ask(blog, SLIPWAY, method="HEAD")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(ask(blog, SLIPWAY).body)))


def test_the_log_tells_every_request(blog: DemoBlog) -> None:
    ask(blog, "/robots.txt", User_Agent="probe/1")
    ask(blog, "/nowhere?x=1", method="HEAD")
    first, second = blog.requests
    assert (first.method, first.path, first.status, first.headers["User-Agent"]) == ("GET", "/robots.txt", 200, "probe/1")
    assert first.bytes == len(ask(blog, "/robots.txt").body)
    assert (second.method, second.path, second.status, second.bytes) == ("HEAD", "/nowhere?x=1", 404, 0)


def test_one_connection_serves_many_pages(blog: DemoBlog) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", blog.port, timeout=10)
    for path in ("/", CHIMNEY, SLIPWAY, "/feed/", "/"):
        connection.request("GET", path)
        assert connection.getresponse().read()
    connection.close()


def test_links_are_made_from_the_host_that_was_asked_for(blog: DemoBlog) -> None:
    assert "http://lantern.example:81/sitemap.xml" in ask(blog, "/robots.txt", Host="lantern.example:81").text


def test_the_soft_404_and_the_review_answer_200(blog: DemoBlog) -> None:
    kinds = {row["kind"]: row["url"] for row in blog.truth()}
    soft = ask(blog, urlsplit(kinds["soft-404"]).path)
    assert (soft.status, "Page not found" in soft.text) == (200, True)
    review = lxml.html.fromstring(ask(blog, "/2026/03/week-in-review.html").body)
    assert len(review.xpath("//div[contains(@class, 'review')]/h4/a")) == 5


def test_pictures_are_sound(blog: DemoBlog) -> None:
    png = ask(blog, "/images/chimney.png").body
    assert struct.unpack(">II", png[16:24]) == (480, 270)
    size = struct.unpack(">I", png[33:37])[0]
    assert len(zlib.decompress(png[41 : 41 + size])) == 270 * (1 + 3 * 480)
    assert lxml.etree.fromstring(ask(blog, "/images/parade.svg").body).tag.endswith("svg")
    assert ask(blog, "/images/other.png").status == 404


def test_each_post_is_as_long_as_a_short_news_story() -> None:
    for post in all_posts():
        text = lxml.html.fromstring(f"<div>{post.body}</div>").text_content()
        words = len(text) / 2 if post.language == "ja" else len(text.split())
        assert 250 <= words <= 600, post.slug


def test_a_broken_content_file_is_refused() -> None:
    with pytest.raises(KeyError, match="Theme"):
        read_post("Slug: x\n\n<p>")
    text = "Theme: blogger\nSlug: x\nHeadline: H\nPublished: 2026-03-01T00:00:00+00:00\nAuthors: A\nLabels: L\nSummary: S\n"
    assert read_post(f"{text}\n<p>Text.</p>").path == "/2026/03/x.html"
    with pytest.raises(ValueError, match="Colour"):
        read_post(f"{text}Colour: red\n\n<p>Text.</p>")
    with pytest.raises(ValueError, match="colon"):
        read_post(f"{text}Colour red\n\n<p>Text.</p>")


def test_a_port_in_use_and_a_third_day_are_refused(blog: DemoBlog) -> None:
    with pytest.raises(PortBusy, match=str(blog.port)):
        DemoBlog(blog.port)
    with pytest.raises(ValueError, match="not 3"):
        blog.day = 3


# The judgement: what an archive kept, held against what the blog says.


@dataclass(frozen=True)
class Block:
    type: str
    text: str


@dataclass(frozen=True)
class Kept:
    url: str
    canonical_url: str
    headline: str | None
    section: str | None
    published: str | None
    body: str | None
    blocks: list[Block]
    change: str = "new"
    changed_fields: list[str] = field(default_factory=list)


def kept(row: Truth) -> Kept:
    blocks = [Block("heading", text) for text in row["headings"]]
    body = f"{row['first_sentence']}\n\n{row['last_sentence']}"
    changed = ["body", "modified"] if row["change"] == "revised" else []
    url = row["urls"][-1]
    return Kept(url, row["url"], row["headline"], row["section"], row["published"], body, blocks, str(row["change"]), changed)


def test_a_perfect_archive_passes(blog: DemoBlog) -> None:
    first, second = ([kept(row) for row in articles(blog, day) if row["change"]] for day in (1, 2))
    for checks in (judge_first(blog.truth(), first), judge_second(blog.truth(), second)):
        assert checks
        assert [check for check in checks if not check.good] == []


def test_each_fault_is_found(blog: DemoBlog) -> None:
    perfect = [kept(row) for row in articles(blog, 1)]

    def faults(changed: list[Kept]) -> set[str]:
        return {check.what for check in judge_first(blog.truth(), changed) if not check.good}

    one, rest = perfect[1], [perfect[0], *perfect[2:]]
    assert faults(rest) == {"archived once, as new"}
    assert faults([*perfect, one]) == {"archived once, as new"}
    assert faults([*rest, replace(one, headline=f"//{one.headline}//")]) == {"headline"}
    assert faults([*rest, replace(one, section="Other")]) == {"section"}
    assert faults([*rest, replace(one, published="2026-03-18T08:50:00+01:00")]) == {"published"}
    assert faults([*rest, replace(one, published="2026-03-18")]) == set()
    assert faults([*rest, replace(one, published=None)]) == {"published"}
    assert faults([*rest, replace(one, body=f"{one.body} Post a Comment")]) == {"last sentence"}
    assert faults([*rest, replace(one, body=None)]) == {"first sentence", "last sentence"}
    assert faults([*rest, replace(one, blocks=one.blocks[1:])]) == {"sub-headings"}
    about = replace(one, url=f"{blog.url}p/about.html", canonical_url=f"{blog.url}p/about.html")
    assert faults([*perfect, about]) == {"is an article of this blog"}


def test_a_revision_too_many_or_too_few_is_found(blog: DemoBlog) -> None:
    second = [kept(row) for row in articles(blog, 2) if row["change"]]

    def faults(changed: list[Kept]) -> set[str]:
        return {check.what for check in judge_second(blog.truth(), changed) if not check.good}

    unchanged = next(row for row in articles(blog, 2) if row["url"].endswith(PARADE))
    assert faults([*second, replace(kept(unchanged), change="revised")]) == {"told as unchanged"}
    assert faults([line for line in second if line.change != "gone"]) == {"told as gone"}
    assert faults([replace(line, changed_fields=["tags"]) for line in second]) == {"names body as changed"}
