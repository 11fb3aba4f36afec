"""Whatever a server sends: every reader answers, and every link that it gives is an http(s) address with clean hints."""

import json
from dataclasses import fields
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery import Document, Kind, Source, detect, is_article_url, read, url_key
from crawler.formats.site import Site

URL = "https://example.com/a/"
SITE = Site(key="demo", url="https://example.com/")
TOKENS = [
    *(
        "<rss version='2.0'>",
        "<channel>",
        "<item>",
        "</item>",
        "<title>",
        "</title>",
        "<link>",
        "</link>",
        "<guid>",
        "<pubDate>",
        "</pubDate>",
    ),
    *(
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "<entry>",
        "</entry>",
        "<link href='/x'/>",
        "<link rel='next' href='?p=2'/>",
        "<updated>",
        "<id>",
    ),
    *(
        "<urlset>",
        "<sitemapindex>",
        "<url>",
        "</url>",
        "<sitemap>",
        "</sitemap>",
        "<loc>",
        "</loc>",
        "<lastmod>",
        "<news:news>",
        "</news:news>",
    ),
    *(
        "<html>",
        "<a href='",
        "'>",
        "</a>",
        "<h2>",
        "<nav>",
        "</nav>",
        "<article class=post>",
        "<base href='",
        "<link rel=alternate type=application/rss+xml href=",
    ),
    *(
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>",
        "<?xml version='1.0' encoding='utf-16'?>",
        "&a;",
        "&nbsp;",
        "&#x0;",
        "&#xD800;",
        "&",
    ),
    *(
        "https://example.com/2024/05/x-y-z.html",
        "http://[",
        "javascript:x",
        "//",
        "2024-05-13T08:00:00Z",
        "0000-00-00",
        "Mon, 99 Foo 2024 99:99 +9999",
        "9" * 30,
    ),
    *('{"items": [', '{"feed": {"entry": [', '{"url": "', '"}', "]}", "[", "{", ":", ",", "null", "1e999", "\\ud800", "Sitemap: /s.xml\n"),
    *(
        "\x00",
        "\ufeff",
        "\x1b$B",
        "\u202e",
        "é",
        "東京",
        "\n",
        "<ttl>60</ttl>",
        "<sy:updatePeriod>daily</sy:updatePeriod>",
        "<dc:creator>",
        "<a:b:c d:e='f'>",
    ),
]
TEXTS = st.lists(st.sampled_from(TOKENS), max_size=25).map("".join)
BODIES = st.one_of(
    st.binary(max_size=200),
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    TEXTS.map(lambda text: text.encode("utf-16", "replace")),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.just("https://example.com/x"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "items",
                        "url",
                        "id",
                        "title",
                        "authors",
                        "author",
                        "tags",
                        "name",
                        "feed",
                        "entry",
                        "link",
                        "rel",
                        "href",
                        "$t",
                        "category",
                        "term",
                        "next_url",
                    ),
                    *(
                        "_embedded",
                        "wp:term",
                        "rendered",
                        "excerpt",
                        "date_gmt",
                        "taxonomy",
                        "code",
                        "openSearch$totalResults",
                        "content",
                        "media$thumbnail",
                        "published",
                    ),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
TYPES = st.sampled_from(
    [
        "",
        "text/html",
        "text/xml; charset=x-unknown",
        "text/html; charset=punycode",
        "application/json",
        "application/xml; charset=utf-16",
        "\udcff",
    ]
)


@given(st.one_of(BODIES, JSON.map(lambda value: json.dumps(value).encode())), TYPES, st.integers(0, 4))
@settings(max_examples=700, deadline=None)
def test_every_reader_answers(body: bytes, content_type: str, depth: int) -> None:
    document = Document(URL, body, content_type)
    for kind in get_args(Kind):
        findings = read(document, Source(kind, URL, depth))
        for link in findings.links:
            assert link.url.startswith(("http://", "https://"))
            assert "#" not in link.url
            assert url_key(link.url)
            assert is_article_url(link.url, SITE) in (True, False)
            for field in fields(link):
                value = getattr(link, field.name)
                for text in (value,) if isinstance(value, str) else value or ():
                    text.encode()
                    assert "\x00" not in text
        for source in findings.more:
            assert source.url.startswith(("http://", "https://"))
            assert source.depth > depth
        assert all(problem.isprintable() for problem in findings.problems)
    assert detect(document, document)[-1].url == URL
