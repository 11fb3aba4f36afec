"""Spelling of URLs: what stays apart, what becomes one, and that nothing raises."""

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.discovery import normalise, url_key
from crawler.discovery.canonical import may_be_canonical
from crawler.discovery.hosts import registrable_domain, same_site
from crawler.discovery.urls import absolute

PIECES = st.sampled_from(
    [
        *(
            "http://",
            "https://",
            "HTTP://",
            "//",
            "/",
            "?",
            "#",
            "&",
            "=",
            "%",
            "%2F",
            "%2f",
            "%41",
            "%e9",
            "%C3%A9",
            "..",
            ".",
            ";",
            ":",
            "@",
            "\\",
            "[",
            "]",
        ),
        *(
            "www.",
            "m.",
            "amp.",
            "example.com",
            "example.co.uk",
            "a.blogspot.de",
            "127.0.0.1:8080",
            "[::1]",
            "münchen.de",
            ":443",
            ":80",
            ":99999",
        ),
        *(
            "amp",
            "/amp",
            ".amp",
            ".html",
            "?amp=1",
            "m=1",
            "utm_source=x",
            "fbclid=1",
            "id=7",
            "source=rss",
            ";jsessionid=AB",
            "print",
            "é",
            "e\u0301",
            "\x00",
            "\n",
            " ",
            "\ud800",
            "例え",
        ),
    ]
)
URLS = st.one_of(
    st.text(max_size=60),
    st.lists(PIECES, max_size=12).map("".join),
    st.lists(PIECES, max_size=8).map(lambda parts: "https://example.com/" + "".join(parts)),
)


@given(URLS)
@example("HTTP://0/.;JSESSIONID=")
@settings(max_examples=600, deadline=None)
def test_spelling_is_settled_after_one_pass(url: str) -> None:
    assert normalise(normalise(url)) == normalise(url)
    assert url_key(url_key(url)) == url_key(url)
    assert url_key(normalise(url)) == url_key(url)


@pytest.mark.parametrize(
    "host", ["blo\x00g.example", "blog\x1b.example", "blog .example", 'blog".example', "blog|.example", "bl\\og.example", "\x80"]
)
def test_a_host_that_no_name_can_have_is_no_address(host: str) -> None:
    assert absolute("https://example.com/", f"https://{host}/a") is None


@given(URLS, URLS)
@settings(max_examples=300, deadline=None)
def test_links_are_absolute_or_nothing(base: str, href: str) -> None:
    found = absolute(base, href)
    assert found is None or (found.startswith(("http://", "https://")) and "#" not in found and found.isascii())
    assert same_site(base, href) in (True, False)


PATHS = st.text(
    st.characters(codec="utf-8", exclude_characters="/?#\\%;", exclude_categories=("Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda text: text.lower() not in {".", "..", "amp", "print", "printpage"} and not text.lower().endswith(".amp"))


@given(PATHS, PATHS)
@settings(max_examples=300, deadline=None)
def test_different_names_stay_different(one: str, other: str) -> None:
    keys = [url_key(f"https://example.com/posts/{name}.html") for name in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/News/A", "https://example.com/news/a"),
        ("https://example.com/" + unicodedata.normalize("NFC", "café"), "https://example.com/" + unicodedata.normalize("NFD", "café")),
        ("https://example.com/?p=1", "https://example.com/?p=2"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com/a?id=1&id=2", "https://example.com/a?id=2&id=1"),
        ("https://example.com/a?x", "https://example.com/a"),
        ("https://m.com/a", "https://com/a"),
        ("https://one.blogspot.com/a", "https://two.blogspot.com/a"),
        ("http://127.0.0.1:8001/a", "http://127.0.0.1:8002/a"),
        ("https://example.com/a?amp=2", "https://example.com/a"),
        ("https://example.com/amp", "https://example.com/"),
        ("https://example.com/a%00", "https://example.com/a"),
        ("https://example.com/...", "https://example.com/.."),
    ],
)
def test_what_stays_two(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)
    assert normalise(one) != normalise(other)


ARTICLE = "https://example.com/2024/05/storm.html"


@pytest.mark.parametrize(
    "twin",
    [
        *(
            "http://example.com/2024/05/storm.html",
            "https://www.example.com/2024/05/storm.html",
            "https://EXAMPLE.com:443/2024/05/storm.html",
        ),
        *(
            "http://example.com:80/2024/05/storm.html",
            "https://m.example.com/2024/05/storm.html",
            "https://mobile.example.com/2024/05/storm.html",
        ),
        *("https://amp.example.com/2024/05/storm.html", ARTICLE + "#more", ARTICLE + "?", ARTICLE + "?utm_source=feed&utm_medium=rss"),
        *(
            ARTICLE + "?fbclid=abc",
            ARTICLE + "?gclid=1&mc_cid=2",
            ARTICLE + "?m=1",
            ARTICLE + "?amp=1",
            ARTICLE + "?amp",
            ARTICLE + "/amp",
            ARTICLE + "/amp/",
        ),
        *(
            ARTICLE + "?print=1",
            ARTICLE + "/print/",
            "https://example.com/amp/2024/05/storm.html",
            "https://example.com/2024/05/storm.amp.html",
        ),
        *(
            ARTICLE + ";jsessionid=0AF3",
            ARTICLE + "?PHPSESSID=ab12",
            "https://example.com/2024/x/../05/storm.html",
            "https://example.com/2024/05/s%74orm.html",
        ),
        *(ARTICLE + "/", " " + ARTICLE + "\n", "https://user:secret@example.com/2024/05/storm.html"),
    ],
)
def test_twins_have_one_key(twin: str) -> None:
    assert url_key(twin) == url_key(ARTICLE)


def test_order_of_parameters_makes_no_second_article() -> None:
    assert url_key("https://example.com/a?b=1&c=2") == url_key("https://example.com/a?c=2&b=1")


def test_national_blogger_hosts_are_one() -> None:
    assert url_key("http://daily.blogspot.de/2012/01/a.html") == url_key("https://daily.blogspot.com/2012/01/a.html")


def test_canonical_spelling_keeps_what_leads_elsewhere() -> None:
    assert normalise("HTTP://Example.COM:80/A/../b%7Ec/%e9?Q=1&utm_source=x#top") == "http://example.com/b~c/%E9?Q=1"
    assert normalise("https://www.example.com/amp/?m=1") == "https://www.example.com/amp/?m=1"
    assert normalise("http://münchen.de/straße") == "http://xn--mnchen-3ya.de/stra%C3%9Fe"
    assert normalise("mailto:desk@example.com") == "mailto:desk@example.com"


def test_owners_by_the_public_suffix_list() -> None:
    assert registrable_domain("news.example.co.uk") == "example.co.uk"
    assert registrable_domain("one.blogspot.com") == "one.blogspot.com"
    assert registrable_domain("127.0.0.1") is None
    assert same_site("https://www.example.com/", "http://live.example.com:8080/a")
    assert not same_site("https://one.substack.com/", "https://two.substack.com/")
    assert not same_site("http://127.0.0.1:8001/", "http://127.0.0.1:8002/")
    assert same_site("http://localhost/", "http://localhost:80/")
    assert not same_site("https://example.com/", "https://example.com.evil.net/")
    assert same_site("https://münchen.de/", "https://www.xn--mnchen-3ya.de/")


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("../b.html?x=1#c", "https://example.com/b.html?x=1"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        (" /a\n b ", "https://example.com/a%20b"),
        ("javascript:void(0)", None),
        ("#top", None),
        ("", None),
        (None, None),
        ("http://[::1", None),
        ("ftp://example.com/a", None),
    ],
)
def test_links_of_a_page(href: str | None, expected: str | None) -> None:
    assert absolute("https://example.com/a/index.html", href) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/" + "amp/" * 500_000,
        "https://example.com/a" + ".amp" * 500_000,
        "https://example.com/?" + "&" * 2_000_000,
        "/" * 2_000_000,
        "https://" + "é" * 60_000 + ".com/",
        "https://" + "www." * 15_000 + "com/",
        "https://" + "a" * 60_000 + "/",
    ],
)
def test_endless_addresses_take_no_time(url: str) -> None:
    begun = time.process_time()
    url_key(url)
    absolute("https://example.com/", url)
    same_site(url, "https://example.com/")
    assert time.process_time() - begun < 3


@pytest.mark.parametrize(
    ("path", "canonical", "expected"),
    [
        ("/print/2026/02/the-ferry.html", "/2026/02/the-ferry.html", True),
        ("/2026/02/the-ferry/print/", "/2026/02/the-ferry/", True),
        ("/2026/02/the-ferry/2/", "/2026/02/the-ferry/", True),
        ("/sport/the-ferry-4127", "/news/the-ferry-4127", True),
        ("/news/the-ferry-sails", "/news/ferry-sails-again", True),  # a slug that changed
        ("/?p=4127", "/2026/02/the-ferry/", True),
        ("/node/4127", "/news/the-ferry", True),
        ("/2026/02/the-ferry.html", "/2026/02/the-bridge-is-closed.html", False),
        ("/2026/02/ferry.html", "/2026/02/bridge.html", False),
        ("/news/story-2.html", "/news/story-1.html", False),
        ("/news/2026/the-ferry/", "/news/", False),
        ("/news/the-ferry", "/everything", False),
    ],
)
def test_a_canonical_address_has_the_name_of_its_article(path: str, canonical: str, expected: bool) -> None:
    assert may_be_canonical(f"https://blog.example{path}", f"https://blog.example{canonical}") is expected
