"""Feeds of many systems, whole and broken, become links with their hints."""

import json
import time

import pytest

from crawler.discovery import Document, Findings, Source, read

URL = "https://blog.example.com/feed/"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>Harbour Post</title><link>https://blog.example.com</link><language>en-GB</language>
<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>
<generator>https://wordpress.org/?v=6.5</generator>
<item><title>Ferry &amp;#8211; back at sea &amp; on time</title><link>https://blog.example.com/2024/05/ferry/?utm_source=rss#top</link>
<dc:creator><![CDATA[Desk One]]></dc:creator><pubDate>Mon, 13 May 2024 10:00:00 +0200</pubDate>
<category><![CDATA[Harbour]]></category><guid isPermaLink="false">https://blog.example.com/?p=11</guid>
<description><![CDATA[<p>The ferry <b>sails</b>.</p>]]></description>
<content:encoded><![CDATA[<p>The ferry sails again.</p>]]></content:encoded>
<media:content url="/pics/ferry.jpg" medium="image"/></item>
<item><title>Only a guid</title><guid>https://blog.example.com/2024/05/guid/</guid><pubDate>Mon, 13 May 2024</pubDate>
<category>One</category><category>Two</category></item>
<item><title>Through a proxy</title><link>https://feeds.example.net/~r/x/1</link><feedburner:origLink>https://blog.example.com/2024/05/origin/</feedburner:origLink></item>
<item><title>Relative</title><link>/2024/05/relative/</link></item>
<item><title>Nowhere</title></item>
</channel></rss>"""

ATOM = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns='http://www.w3.org/2005/Atom' xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/'
 xml:base='https://daily.example.org/posts/' xml:lang='fr'>
<title type='text'>Le Quai</title><link rel='self' href='https://daily.example.org/feeds/posts/default'/>
<generator uri='http://www.blogger.com'>Blogger</generator>
<openSearch:totalResults>60</openSearch:totalResults><openSearch:startIndex>1</openSearch:startIndex>
<entry><id>tag:blogger.com,1999:blog-1.post-2</id><published>2024-05-13T08:00:00.001+02:00</published><updated>2024-05-14T09:30:00.000Z</updated>
<category scheme='http://www.blogger.com/atom/ns#' term='Port'/><title type='html'>Le &lt;i&gt;bac&lt;/i&gt; repart</title>
<content type='html'>&lt;p&gt;Texte.&lt;/p&gt;</content><link rel='replies' type='text/html' href='https://daily.example.org/2024/05/bac.html#comment-form'/>
<link rel='alternate' type='text/html' href='2024/05/bac.html'/><author><name>Desk Two</name></author></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://blog.example.com/"><title>T</title></channel>
<item rdf:about="https://blog.example.com/2003/01/a.html"><title>Old news</title><link>https://blog.example.com/2003/01/a.html</link><dc:date>2003-01-05T12:00:00+01:00</dc:date></item></rdf:RDF>"""


def feed(body: str | bytes, content_type: str = "application/xml", url: str = URL, source: Source | None = None) -> Findings:
    return read(Document(url, body.encode() if isinstance(body, str) else body, content_type), source or Source("feed", url))


def test_wordpress_rss_with_all_hints() -> None:
    findings = feed(RSS)
    first, guid, proxied, relative = findings.links
    assert (first.url, first.source, first.found_in) == ("https://blog.example.com/2024/05/ferry/?utm_source=rss", "feed", URL)
    assert first.headline == "Ferry – back at sea & on time"
    assert (first.section, first.tags, first.authors) == ("Harbour", ("Harbour",), ("Desk One",))
    assert (first.published, first.modified, first.language) == ("2024-05-13T10:00:00+02:00", None, "en-GB")
    assert (first.summary, first.content_html) == ("The ferry sails.", "<p>The ferry sails again.</p>")
    assert first.image == "https://blog.example.com/pics/ferry.jpg"
    assert (guid.url, guid.published, guid.section, guid.tags) == (
        "https://blog.example.com/2024/05/guid/",
        "2024-05-13",
        None,
        ("One", "Two"),
    )
    assert proxied.url == "https://blog.example.com/2024/05/origin/"
    assert relative.url == "https://blog.example.com/2024/05/relative/"
    assert findings.problems == ["1 entries without a link"]


def test_a_feed_asks_to_be_left_alone_for_the_longer_of_its_two_words() -> None:
    assert feed(RSS).poll_after == 1800
    assert feed(RSS.replace("hourly", "daily")).poll_after == 21600
    assert feed(ATOM).poll_after is None


def test_blogger_atom() -> None:
    findings = feed(ATOM, url="https://daily.example.org/feeds/posts/default")
    (link,) = findings.links
    assert link.url == "https://daily.example.org/posts/2024/05/bac.html"
    assert (link.headline, link.section, link.authors, link.language) == ("Le bac repart", "Port", ("Desk Two",), "fr")
    assert (link.published, link.modified) == ("2024-05-13T08:00:00+02:00", "2024-05-14T09:30:00Z")
    assert link.content_html == "<p>Texte.</p>"
    (older,) = findings.more
    assert older.url == "https://daily.example.org/feeds/posts/default?start-index=2&max-results=150"
    assert older.depth == 1


def test_rdf_and_old_rss() -> None:
    (link,) = feed(RDF).links
    assert (link.url, link.headline, link.published) == ("https://blog.example.com/2003/01/a.html", "Old news", "2003-01-05T12:00:00+01:00")
    for version in ("0.91", "0.92"):
        (link,) = feed(
            f'<rss version="{version}"><channel><title>T</title><item><title>A</title><link>https://blog.example.com/a</link></item></channel></rss>'
        ).links
        assert link.headline == "A"


def test_json_feed_with_next_page() -> None:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "language": "de",
        "next_url": "/feed.json?page=2",
        "items": [
            {
                "id": "1",
                "url": "/2024/fähre",
                "title": "Fähre \ud800fährt",
                "date_published": "2024-05-13T10:00:00Z",
                "tags": ["Hafen"],
                "authors": [{"name": "Desk"}],
                "content_html": "<p>x</p>",
            },
            {"id": "https://blog.example.com/b", "author": {"name": "Old Style"}},
            {"id": "3"},
            7,
        ],
    }
    findings = feed(json.dumps(body), "application/feed+json")
    first, second = findings.links
    assert first.url == "https://blog.example.com/2024/f%C3%A4hre"
    assert (first.headline, first.section, first.authors, first.language, first.content_html) == (
        "Fähre fährt",
        "Hafen",
        ("Desk",),
        "de",
        "<p>x</p>",
    )
    assert second.authors == ("Old Style",)
    assert [source.url for source in findings.more] == ["https://blog.example.com/feed.json?page=2"]
    assert findings.problems


def test_wordpress_pages_are_counted_on() -> None:
    (second,) = feed(RSS).more
    assert second.url == "https://blog.example.com/feed/?paged=2"
    (third,) = feed(RSS.replace("2024/05", "2024/04"), source=second).more
    assert (third.url, third.depth) == ("https://blog.example.com/feed/?paged=3", 2)


def test_paging_stops_where_pages_repeat_or_end() -> None:
    (second,) = feed(RSS).more
    findings = feed(RSS, source=second)
    assert findings.more == []
    assert any("paging was stopped" in problem for problem in findings.problems)
    assert feed(RSS.split("<item>", maxsplit=1)[0] + "</channel></rss>", source=second).more == []


def test_a_link_blog_keeps_its_own_addresses() -> None:
    body = """<feed xmlns='http://www.w3.org/2005/Atom'><link href='https://blog.example.com/'/><entry><link rel='alternate' href='https://other.example/x'/>
    <link rel='related' href='https://blog.example.com/linked/2024/x'/></entry><entry><link href='https://other.example/y'/></entry></feed>"""
    assert [link.url for link in feed(body).links] == ["https://blog.example.com/linked/2024/x", "https://other.example/y"]


def test_rel_next() -> None:
    body = ATOM.replace("<entry>", "<link rel='next' href='/older?x=1'/><entry>", 1)
    body = body.replace("Blogger", "Quayside").replace("http://www.blogger.com'", "https://quayside.example'")
    assert feed(body).more[0].url == "https://daily.example.org/older?x=1"


@pytest.mark.parametrize(
    "breakage",
    [
        lambda text: text.replace("Ferry", "Ferry &nbsp; &ccedil; & Co <br> <b>"),
        lambda text: "\n\n \ufeff" + text,
        lambda text: text[: text.index("<item><title>Only")],
        lambda text: text.replace("<channel>", "<channel>\x00\x08\x1b"),
        lambda text: text.replace(' xmlns:dc="http://purl.org/dc/elements/1.1/"', ""),
        lambda text: text.replace("</item>", "", 1),
        lambda text: text.replace('encoding="UTF-8"', 'encoding="utf-16"'),
        lambda text: '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://192.0.2.1/rss.dtd">' + text.split("?>", 1)[1],
        lambda text: "<html>junk before" + text,
    ],
)
def test_broken_feeds_still_give_their_links(breakage) -> None:  # type: ignore[no-untyped-def]
    links = feed(breakage(RSS)).links
    assert links[0].url.startswith("https://blog.example.com/2024/05/ferry/")
    assert "Desk One" in links[0].authors


@pytest.mark.parametrize("tag", ["title00:00 GMT", "a:-b", "a:", "a::b", "a:·"])
def test_a_tag_that_is_no_name_stops_nothing(tag: str) -> None:
    found = feed(
        f"<rss version='2.0'><channel><item><link>https://tide.example/2025/03/a/</link></item><item><{tag}></item></channel></rss>"
    )
    assert [link.url for link in found.links] == ["https://tide.example/2025/03/a/"]


def test_a_feed_whose_reader_trips_is_a_problem() -> None:
    raw = (
        b'<rss ve00:00Zrsion="2.0"><channel><title>T</title><item><title>A</title><link>ion="2.0"><chanl><tit>T</title><item><title>A</title>'
        b"<link>io07 03/a.ht\x01\x00<hannel></rss>"
    )
    assert feed(raw).problems


def test_wrong_labels_do_not_garble() -> None:
    body = RSS.replace("Harbour]]", "Fähre – ½]]")
    for content_type in ("text/xml", "text/html; charset=iso-8859-1", "application/octet-stream", "text/plain", ""):
        assert feed(body, content_type).links[0].section == "Fähre – ½"
    latin = body.replace("–", "-").replace('encoding="UTF-8"', 'encoding="iso-8859-1"').encode("latin-1")
    assert feed(latin, "text/xml").links[0].section == "Fähre - ½"
    assert feed(body.encode("utf-16"), "text/xml").links[0].section == "Fähre – ½"


@pytest.mark.parametrize("charset", ["rot13", "idna", "punycode", "undefined", "unicode_escape", "utf-7", "zlib", "x-none", "\x00", "'"])
def test_no_charset_is_believed_that_is_none(charset: str) -> None:
    body = RSS.replace("Harbour]]", "Fähre]]").replace("UTF-8", charset).encode("latin-1")
    assert feed(body, f"text/xml; charset={charset}").links[0].section == "Fähre"


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://blog.example.com/comments/feed/", RSS),
        ("https://blog.example.com/feeds/comments/default", ATOM),
        ("https://blog.example.com/feeds/12345/comments/default", ATOM),
        (
            "https://blog.example.com/f",
            RSS.replace("/?utm_source=rss#top", "/#comment-12").split("<item><title>Only")[0] + "</channel></rss>",
        ),
    ],
)
def test_comments_are_no_articles(url: str, body: str) -> None:
    findings = feed(body, url=url)
    assert findings.links == []
    assert "comments" in findings.problems[0]


@pytest.mark.parametrize(
    "body", ["", "<html><body>Not found</body></html>", "{}", "[1]", "plain words", "<rss", "\x1f\x8b", "{" * 100_000, '{"items": 5}']
)
def test_what_is_no_feed_is_said(body: str) -> None:
    findings = feed(body)
    assert findings.links == []
    assert findings.problems


def test_entities_are_never_resolved() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item><title>&b;&c;x</title><link>https://blog.example.com/a</link></item></channel></rss>'
    (link,) = feed(bomb).links
    assert link.headline is not None
    assert "ha" not in link.headline
    assert "root" not in link.headline


@pytest.mark.parametrize(
    "body",
    [
        "<rss><channel><item>" + "<b>" * 200_000,
        "<rss><channel>" + "<item><link>https://blog.example.com/a</link></item>" * 100_000,
        "<rss><channel><item><title>" + "<" * 1_000_000,
        "<rss><channel><item><title>" + "&" * 1_000_000,
        "<rss><channel><item><title>" + "&lt;" * 500_000 + "</title><link>https://blog.example.com/a</link></item>",
        "<rss><channel><item " + " ".join(f"a{number}='1'" for number in range(60_000)) + ">",
        "<rss><channel><item><b/>" + "<b/>" * 1_000_000,
        "<rss>" + "&lt;" * 3_000_000,
        "<rss><channel><item><title>" + "\n" * 9_000_000,
        "<!DOCTYPE rss [" + "]" * 1_000_000 + "<rss><item>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>"
        + "<div><p>x</p></div>" * 50_000
        + "</content></entry></feed>",
    ],
    ids=["nesting", "entries", "angles", "ampersands", "escaped angles", "attributes", "elements", "escapes", "lines", "doctype", "xhtml"],
)
def test_hostile_feeds_take_seconds_at_most(body: str) -> None:
    begun = time.process_time()
    feed(body)
    assert time.process_time() - begun < 10
