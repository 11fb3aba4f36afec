"""Home pages in the shapes of the usual systems: their articles, their next page, what they announce."""

import time
from pathlib import Path

import pytest
from lxml import html

from crawler.discovery import Document, Source, detect, read, sources
from crawler.discovery.probe import name_of
from crawler.formats.site import Site

PAGES = Path(__file__).parent / "home_pages"
HOMES = {
    "blogger_classic": "https://quay.example/",
    "blogger_contempo": "https://tide.example/",
    "wordpress_classic": "https://hafen.example/",
    "wordpress_block": "https://light.example/",
    "ghost_casper": "https://breakwater.example/",
    "substack": "https://salt.substack.com/",
    "custom": "https://pilot.example/",
}


def home(name: str) -> Document:
    return Document(HOMES[name], (PAGES / f"{name}.html").read_bytes(), "text/html; charset=utf-8")


def marked(name: str, attribute: str) -> list[str]:
    """The links that the saved page itself marks as what should be found."""
    root = html.document_fromstring((PAGES / f"{name}.html").read_bytes(), base_url=HOMES[name])
    root.make_links_absolute()
    return [element.get("href") for element in root.xpath(f"//*[@{attribute}]")]


def announced(name: str, robots: str = "") -> list[tuple[str, str, bool]]:
    found = detect(home(name), Document(HOMES[name] + "robots.txt", robots.encode()))
    return [(source.kind, source.url.partition("?")[0], source.option("guess") is not None) for source in found]


@pytest.mark.parametrize("name", HOMES)
def test_articles_of_a_home_page(name: str) -> None:
    findings = read(home(name), Source("listing", HOMES[name]))
    assert [link.url for link in findings.links] == marked(name, "data-article")
    assert all(link.headline for link in findings.links if link.url.count("-") > 1)
    assert findings.problems == []


@pytest.mark.parametrize("name", [name for name in HOMES if name != "substack"])
def test_next_page(name: str) -> None:
    findings = read(home(name), Source("listing", HOMES[name]))
    assert [source.url for source in findings.more] == marked(name, "data-next")


def test_classes_that_tell_a_state_make_no_menu() -> None:
    post = '<div class="post hentry category-popular tag-related comments-open"><h2><a href="/2024/05/%s.html">%s</a></h2></div>'
    body = f"""<body class="has-sidebar"><div class="content-sidebar-wrap with-sidebar"><div class="content">{post % ("fog", "Fog")}{post % ("surf", "Surf")}</div>
    <div class="sidebar"><div class="related-posts"><h3><a href="/2023/01/an-old-story.html">An old story</a></h3></div></div></div>"""
    found = read(Document("https://x.example/", body.encode()), Source("listing", "https://x.example/"))
    assert [link.headline or link.url for link in found.links] == [
        "https://x.example/2024/05/fog.html",
        "https://x.example/2024/05/surf.html",
    ]


def test_headline_is_that_of_the_heading() -> None:
    assert read(home("blogger_classic"), Source("listing", HOMES["blogger_classic"])).links[0].headline == "Ferry sails again"


def test_blogger_is_asked_by_its_api_and_by_the_feed_that_it_announces() -> None:
    for name in ("blogger_classic", "blogger_contempo"):
        url = HOMES[name]
        assert announced(name, f"User-agent: *\nSitemap: {url}sitemap.xml\n") == [
            ("blogger", url + "feeds/posts/default", True),
            ("feed", url + "feeds/posts/default", False),
            ("sitemap", url + "sitemap.xml", False),
            ("listing", url, False),
        ]


def test_wordpress_offers_api_feed_and_guessed_sitemaps() -> None:
    assert announced("wordpress_classic") == [
        ("wordpress", "https://hafen.example/wp-json/wp/v2/posts", False),
        ("feed", "https://hafen.example/feed/", False),
        ("sitemap", "https://hafen.example/wp-sitemap.xml", True),
        ("sitemap", "https://hafen.example/sitemap_index.xml", True),
        ("listing", "https://hafen.example/", False),
    ]


def test_ghost_substack_and_a_site_of_its_own() -> None:
    assert announced("ghost_casper") == [
        ("feed", "https://breakwater.example/rss/", False),
        ("sitemap", "https://breakwater.example/sitemap.xml", True),
        ("listing", "https://breakwater.example/", False),
    ]
    assert announced("substack")[0] == ("feed", "https://salt.substack.com/feed", False)
    assert announced("custom")[0] == ("feed", "https://pilot.example/rss/all.xml", False)


def test_sitemaps_of_robots_txt_news_first() -> None:
    robots = "\ufeffUser-agent: *\r\nDisallow: /x\r\nSITEMAP : https://pilot.example/a.xml\r\nsitemap:/news-sitemap.xml\nSitemap:\n"
    assert [url for kind, url, _ in announced("custom", robots) if kind == "sitemap"] == [
        "https://pilot.example/news-sitemap.xml",
        "https://pilot.example/a.xml",
    ]


def test_an_unknown_site_is_asked_at_the_usual_places() -> None:
    found = detect(Document("https://plain.example/blog", b"<p>Hello</p>"), None)
    assert [source.url for source in found] == [
        *("https://plain.example/blog/feed/", "https://plain.example/blog/rss.xml", "https://plain.example/blog/atom.xml"),
        *(
            "https://plain.example/blog/feed.xml",
            "https://plain.example/blog/index.xml",
            "https://plain.example/sitemap.xml",
            "https://plain.example/blog",
        ),
    ]
    assert all(source.option("guess") for source in found[:-1])


def test_comment_feeds_and_twin_feeds_are_left_out() -> None:
    links = "".join(
        f'<link rel="alternate" type="application/{kind}+xml" href="{href}" title="{title}">'
        for kind, href, title in [
            ("rss", "/rss.xml", "News"),
            ("atom", "/atom.xml", "News"),
            ("rss", "/comments/feed/", "x"),
            ("rss", "/2024/05/storm/feed/", "Storm » Comments Feed"),
            ("rss", "/sport/rss.xml", "Sport"),
        ]
    )
    found = detect(Document("https://x.example/", f"<html><head>{links}</head>".encode()))
    assert [source.url for source in found if source.kind == "feed"] == ["https://x.example/atom.xml", "https://x.example/sport/rss.xml"]


def test_wordpress_api_in_a_header() -> None:
    headers = (("link", '<https://x.example/wp-json/>; rel="https://api.w.org/"'), ("link", "<https://x.example/>; rel=shortlink"))
    found = detect(Document("https://x.example/", b"<p>x</p>", "text/html", headers))
    assert (found[0].kind, found[0].option("guess")) == ("wordpress", None)
    assert found[0].url.startswith("https://x.example/wp-json/wp/v2/posts?")


def test_a_feed_as_home_page() -> None:
    found = detect(Document("https://x.example/", b'<?xml version="1.0"?><rss version="2.0"></rss>'))
    assert [source.kind for source in found] == ["feed"]


def test_name_of_the_site() -> None:
    assert name_of(home("ghost_casper")) == "Breakwater"
    assert name_of(home("wordpress_classic")) == "Hafenbote"
    assert name_of(home("custom")) == "Pilot Boat News"
    for title, name in (("Home – Quay Press", "Quay Press"), ("Blog | Old Mill", "Old Mill"), ("Startseite", None), ("", None)):
        assert name_of(Document("https://x.example/", f"<title>{title}</title>".encode(), "text/html")) == name


def listing(**config: object) -> Source:
    (source,) = sources(Site(key="demo", url="https://pilot.example/", discover=[{"listing": {"url": "https://pilot.example/", **config}}]))
    return source


def test_selectors() -> None:
    findings = read(home("custom"), listing(links=".newsitem:nth-child(-n+2)", next=".pagination a", max_pages=3))
    assert [(link.url, link.headline) for link in findings.links] == [
        ("https://pilot.example/news/4711/channel-dredged", "Channel dredged at last"),
        ("https://pilot.example/news/4710/buoy-adrift", "Buoy adrift near the bar"),
    ]
    (more,) = findings.more
    assert (more.url, more.depth, more.option("links")) == ("https://pilot.example/news?page=2", 1, ".newsitem:nth-child(-n+2)")


def test_pages_by_number_to_the_last_allowed() -> None:
    page, seen = home("custom"), []
    queue = [listing(next="https://pilot.example/news/page/{page}", max_pages=3)]
    while queue:
        here = queue.pop()
        seen.append(here.url)
        body = page.body.replace(b"4711", str(5000 + here.depth).encode())
        queue += read(Document(here.url, body, page.content_type), here).more
    assert seen == ["https://pilot.example/", "https://pilot.example/news/page/2", "https://pilot.example/news/page/3"]


def test_pages_that_repeat_are_noticed() -> None:
    first = listing(next="https://pilot.example/news/page/{page}", max_pages=50)
    (second,) = read(home("custom"), first).more
    findings = read(home("custom"), second)
    assert findings.more == []
    assert findings.problems == ["every further page has the same links: paging was stopped"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Older entries", True),
        ("&larr; Older  posts", True),
        ("ältere Beiträge »", True),
        ("Articles plus anciens", True),
        ("página siguiente &gt;", True),
        ("Next", False),  # the next of pictures or stories
        ("Previous page", False),  # the newer one, as WordPress counts
        ("Older posts by the same author of this newspaper", False),
    ],
)
def test_older_posts_by_their_name_on_a_page_made_by_hand(words: str, found: bool) -> None:
    rows = "".join(f'<li><a href="the-ferry-sails-again-{day}.html">The ferry sails again, day {day}</a>' for day in range(5))
    body = f'<h1>Blog</h1><ul>{rows}</ul><a href="#top">Older posts</a> <a href="older.html">{words}</a>'
    findings = read(Document("https://mill.example/blog/", body.encode(), "text/html"), Source("listing", "https://mill.example/blog/"))
    assert [more.url for more in findings.more] == (["https://mill.example/blog/older.html"] if found else [])


def test_a_selector_that_finds_nothing_is_said() -> None:
    assert read(home("custom"), listing(links=".gone a")).problems == ["the selector '.gone a' finds no link"]


def test_follow_takes_the_sites_own_links_and_no_traps() -> None:
    page = b"""<a href="/a-b-c-d">Article</a><a href="/sport">Sport</a><a href="https://other.example/x">Away</a>
    <a href="/pic.jpg">x</a><a href="/login">x</a>
    <a href="/events/2024/05/">c</a><a href="/x?month=5&year=2024">c</a><a href="/a/b/a/b/a/b/">g</a><a href="/s;jsessionid=AB12">s</a>
    <a href="/s?sid=0123456789abcdef0">s</a><a href="/f?filter=a">f</a><a href="/f?a=1&b=2&c=3&d=4&e=5">e</a><a href="/?m=1">twin</a>"""
    page += b"".join(b'<a href="/same?x=%d">s</a>' % number for number in range(250))
    source = Source("follow", "https://pilot.example/", 0, (("depth", "1"),))
    findings = read(Document("https://pilot.example/", page), source)
    pages = [more.url for more in findings.more if "same" not in more.url]
    assert pages == ["https://pilot.example/a-b-c-d", "https://pilot.example/sport"]
    assert [more.depth for more in findings.more[:1]] == [1]
    assert findings.links[0].headline == "Article"
    assert findings.problems == [
        "2 links into a trap left out: calendar",
        "1 links into a trap left out: endless parameters",
        "1 links into a trap left out: facets",
        "1 links into a trap left out: growing path",
        "50 links into a trap left out: one page under too many parameters",
        "2 links into a trap left out: session id",
    ]
    deepest = read(Document("https://pilot.example/sport", page), findings.more[0])
    assert deepest.more == []
    assert deepest.links


@pytest.mark.parametrize(
    "body",
    [
        "<a href=/x>" * 100_000,
        "<div class=post>" * 100_000 + "<a href=/2024/05/x.html>x y z</a>",
        "<p " + " ".join(f"a{number}='1'" for number in range(60_000)) + ">x",
        "<p " + " ".join(f"a{number}" for number in range(60_000)) + "=\"><a href='",
        "".join(f"<p {' '.join(f'a{number}=1' for number in range(400))}>" for _ in range(1_000)),
        "<a href='/" + "x" * 3_000_000 + "'>x</a>",
        "<h2><a href='/a-b-c-d-e'>" + "<b>x</b>" * 300_000,
        "<" * 4_000_000,
        '<a ="' * 600_000,
        "<!--" * 900_000,
        "<link rel=alternate type=application/rss+xml href=/a>" * 50_000,
        "<li class='" + "post " * 500_000 + "'><a href=/x>",
        "".join(f"<a href='/news/{number}/some-long-title-here'>Some long title here</a>" for number in range(20_000)),
    ],
    ids=[
        "links",
        "nesting",
        "attributes",
        "names",
        "tags",
        "address",
        "children",
        "angles",
        "quotes",
        "comments",
        "feeds",
        "classes",
        "articles",
    ],
)
def test_hostile_pages_take_seconds_at_most(body: str) -> None:
    document = Document("https://x.example/", body.encode(), "text/html")
    begun = time.process_time()
    for kind in ("listing", "follow"):
        read(document, Source(kind, document.url))  # type: ignore[arg-type]
    detect(document, Document("https://x.example/robots.txt", body.encode()))
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("body", [b"", b"\x00", b"<", b"plain", b"\xff\xfe\x00", b"<html></html>", b"<!-- -->", b"<?xml?>"])
def test_garbage_is_no_reason_to_fail(body: bytes) -> None:
    document = Document("https://x.example/", body)
    assert read(document, Source("listing", document.url)).links == []
    assert read(document, Source("follow", document.url)).links == []
    assert detect(document, document)[-1].kind == "listing"
