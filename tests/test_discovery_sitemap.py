"""Sitemaps of every form, whole, wrong and huge."""

import gzip
import time
import tracemalloc

import pytest

from crawler.discovery import Document, Findings, Source, read

URL = "https://example.com/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'

PLAIN = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset {NS}><url><loc>https://example.com/2024/05/a.html</loc><lastmod>2024-05-13T10:00:00+02:00</lastmod></url>
<url><loc> /2024/05/b.html#x </loc><lastmod>2024-05-14</lastmod><priority>0.5</priority></url>
<url><lastmod>2024-05-14</lastmod></url></urlset>"""


def sitemap(body: str | bytes, content_type: str = "application/xml", depth: int = 0) -> Findings:
    return read(Document(URL, body.encode() if isinstance(body, str) else body, content_type), Source("sitemap", URL, depth))


def urls(findings: Findings) -> list[str]:
    return [link.url for link in findings.links]


def test_plain() -> None:
    findings = sitemap(PLAIN)
    assert urls(findings) == ["https://example.com/2024/05/a.html", "https://example.com/2024/05/b.html"]
    assert [link.modified for link in findings.links] == ["2024-05-13T10:00:00+02:00", "2024-05-14"]
    assert findings.links[0].source == "sitemap"
    assert findings.problems == ["entries without an address"]


def test_news_sitemap_and_pictures() -> None:
    body = f"""<urlset {NS} {NEWS}><url><image:image><image:loc>/pics/1.jpg</image:loc></image:image><loc>https://example.com/n/1</loc>
    <news:news><news:publication><news:name>Post</news:name><news:language>en</news:language></news:publication>
    <news:publication_date>2024-05-13T08:00:00Z</news:publication_date><news:title>Ferry &amp; fog</news:title>
    <news:keywords>harbour, fog</news:keywords></news:news><image:loc>/pics/2.jpg</image:loc></url></urlset>"""
    (link,) = sitemap(body).links
    assert (link.url, link.headline, link.published, link.modified) == (
        "https://example.com/n/1",
        "Ferry & fog",
        "2024-05-13T08:00:00Z",
        None,
    )
    assert (link.language, link.tags, link.image) == ("en", ("harbour", "fog"), "https://example.com/pics/1.jpg")


INDEX = f"""<sitemapindex {NS}><sitemap><loc>https://example.com/sitemap-2023.xml</loc><lastmod>2023-12-31</lastmod></sitemap>
<sitemap><loc>/sitemap-2024.xml.gz</loc><lastmod>2024-05-14T09:00:00Z</lastmod></sitemap>
<sitemap><loc>https://example.com/category-sitemap.xml</loc></sitemap><sitemap><loc>https://example.com/wp-sitemap-users-1.xml</loc></sitemap></sitemapindex>"""


def test_index_gives_its_sitemaps_newest_first_with_their_dates() -> None:
    findings = sitemap(INDEX)
    assert findings.links == []
    assert findings.more == [
        Source("sitemap", "https://example.com/sitemap-2024.xml.gz", 1, (("lastmod", "2024-05-14T09:00:00Z"),)),
        Source("sitemap", "https://example.com/sitemap-2023.xml", 1, (("lastmod", "2023-12-31"),)),
    ]


def test_an_index_of_nothing_but_lists_is_read_all_the_same() -> None:
    body = f"<sitemapindex {NS}><sitemap><loc>https://example.com/sitemap-pages.xml</loc></sitemap></sitemapindex>"
    assert [source.url for source in sitemap(body).more] == ["https://example.com/sitemap-pages.xml"]


def test_nesting_is_bounded() -> None:
    assert len(sitemap(INDEX, depth=2).more) == 2
    findings = sitemap(INDEX, depth=3)
    assert findings.more == []
    assert findings.problems == ["sitemaps nested deeper than 3 were not read"]


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(PLAIN.encode(), mtime=0),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        b"\r\n  " + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace('encoding="UTF-8"', 'encoding="utf-16"').encode(),
        PLAIN.replace(f" {NS}", "").encode(),
        PLAIN.replace(NS, 'xmlns="https://wrong.example/"').encode(),
        PLAIN.replace("<urlset", "<s:urlset")
        .replace("/urlset", "/s:urlset")
        .replace("xmlns=", "xmlns:s=")
        .replace("url>", "s:url>")
        .replace("<loc", "<s:loc")
        .replace("</loc", "</s:loc")
        .encode(),
        PLAIN.split("</urlset>")[0].encode(),
        PLAIN.encode() + b"<!-- tail --> & <junk",
        PLAIN.replace("b.html#x", "b.html?x=1&y=2#x").encode(),
        PLAIN.replace("<urlset", "<!DOCTYPE urlset [<!ENTITY a 'b'>]><urlset").encode(),
        PLAIN.replace("https://example.com/2024/05/a.html", "<![CDATA[https://example.com/2024/05/a.html]]>").encode(),
        b"https://example.com/2024/05/a.html\r\nhttps://example.com/2024/05/b.html\n\n",
        b'<rss version="2.0"><channel><item><link>https://example.com/2024/05/a.html</link></item><item><link>https://example.com/2024/05/b.html</link></item></channel></rss>',
    ],
    ids=[
        "gzip",
        "bom",
        "leading space",
        "utf-16",
        "utf-16 in name only",
        "no namespace",
        "wrong namespace",
        "prefix",
        "cut",
        "junk tail",
        "bare ampersand",
        "doctype",
        "cdata",
        "text",
        "rss",
    ],
)
@pytest.mark.parametrize("content_type", ["application/xml", "text/html; charset=utf-8", "application/octet-stream", ""])
def test_every_form_and_label(body: bytes, content_type: str) -> None:
    found = urls(sitemap(body, content_type))
    assert found[0] == "https://example.com/2024/05/a.html"
    assert found[1].startswith("https://example.com/2024/05/b.html")
    assert len(found) == 2


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"<!doctype html><html><body>Not found", "HTML page"),
        (b"<html><head>", "HTML page"),
        (b"Not found", "neither XML"),
        (b"<urlset/>", "no entries"),
        (b"<", "no entries"),
        (gzip.compress(PLAIN.encode(), mtime=0)[:60], "gzip ends too early"),
        (b"\x1f\x8b\x08\x00garbage-garbage", "broken gzip"),
    ],
)
def test_what_is_no_sitemap_is_said(body: bytes, problem: str) -> None:
    findings = sitemap(body)
    assert findings.links == []
    assert any(problem in text for text in findings.problems), findings.problems


def test_entities_are_never_resolved() -> None:
    bomb = '<!DOCTYPE urlset [<!ENTITY a "haha"><!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://example.com/x&a;&f;y</loc></url></urlset>'
    assert "haha" not in str(sitemap(bomb))
    assert "haha" not in str(sitemap(bomb.replace("<urlset>", "<!DOCTYPE urlset [<!ENTITY a 'haha'>]><urlset>")))
    assert "haha" not in str(sitemap(bomb.encode("utf-16")))
    assert "root" not in str(sitemap(bomb))


def test_fifty_thousand_entries_in_bounded_memory() -> None:
    entry = "<url><loc>https://example.com/2024/05/%06d-{}.html</loc><lastmod>2024-05-13</lastmod></url>".format("x" * 800)
    body = gzip.compress(("<urlset>" + "".join(entry % number for number in range(60_000)) + "</urlset>").encode(), mtime=0)
    begun = time.process_time()
    findings = sitemap(body)
    assert time.process_time() - begun < 20
    assert len(findings.links) == 50_000
    assert findings.problems == ["more than 50000 entries: the rest was not read"]


def test_a_packed_sitemap_without_end_is_cut() -> None:
    body = gzip.compress(b"<urlset><url><loc>https://example.com/a</loc></url>" + b"<url></url>" * 10 + b" " * 80_000_000, mtime=0)
    tracemalloc.start()
    findings = sitemap(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    assert urls(findings) == ["https://example.com/a"]
    assert any("the rest was not read" in problem for problem in findings.problems)


@pytest.mark.parametrize(
    "body",
    [
        "<urlset>" + "<url>" * 500_000,
        "<urlset><url>" + "<loc>x</loc>" * 500_000,
        "<urlset><url><loc>" + "x" * 9_000_000,
        "<urlset><url><loc>https://example.com/" + "&" * 1_000_000,
        "<urlset " + " ".join(f"a{number}='1'" for number in range(60_000)) + ">",
        "https://" * 1_000_000,
    ],
    ids=["nesting", "children", "text", "ampersands", "attributes", "text sitemap"],
)
def test_hostile_sitemaps_take_seconds_at_most(body: str) -> None:
    begun = time.process_time()
    sitemap(body)
    assert time.process_time() - begun < 10
