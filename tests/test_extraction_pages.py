"""Pages in the shapes that news blogs have, read by the whole cascade."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.discovery import Link
from crawler.extraction import Refusal, extract
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.site import ExtractRules, Rule, Site

PAGES = Path(__file__).parent / "pages"
CAPTURED = datetime(2025, 12, 1, 8, 30, tzinfo=UTC)
FERRY = "https://lantern.example/2025/02/ferry-line.html"
SITE = Site(key="lantern", url="https://lantern.example/")


def read(body: bytes | str, url: str = FERRY, site: Site = SITE, link: Link | None = None, **response: object) -> Article | Refusal:
    raw = body.encode() if isinstance(body, str) else body
    return extract(Capture.from_response(url, raw, date=CAPTURED, **response), site, link)  # type: ignore[arg-type]


def article(body: bytes | str, url: str = FERRY, site: Site = SITE, link: Link | None = None) -> Article:
    found = read(body, url, site, link)
    assert isinstance(found, Article), found
    return found


def page(name: str, url: str = FERRY, site: Site = SITE) -> Article:
    return article((PAGES / name).read_bytes(), url, site)


@pytest.mark.parametrize("theme", ["classic", "magazine", "bare", "spans", "headings"])
def test_blogger_decoration_is_stripped_and_kept_under_raw(theme: str) -> None:
    found = page(f"blogger_{theme}.html")
    assert found.headline == "Harbour Council Votes to Reopen the Old Ferry Line"
    assert found.raw.headline == "//Harbour Council Votes to Reopen the Old Ferry Line//"
    assert found.section == "Harbour news"
    headings = [block.text for block in found.blocks if block.type == "heading"]
    assert headings == ["A Narrow Majority", "What the Repairs Will Cost", "The Road to Spring"]
    assert [block.type for block in found.blocks].count("paragraph") == 6
    assert found.body is not None
    assert found.body.split("\n\n")[0].startswith("The harbour council voted on Tuesday")
    assert found.body.endswith("if they had to wait for an hour.")
    for leaked in ("//", "....", "Comment", "Posted by", "Popular", "Share", "Mill"):
        assert leaked not in found.body


@pytest.mark.parametrize("theme", ["magazine", "bare", "spans", "headings"])
def test_a_section_line_that_ends_in_a_slash_is_the_section(theme: str) -> None:
    found = page(f"blogger_{theme}.html")
    assert found.raw.section == "Harbour news /"
    assert found.provenance["section"] == "section line"


def test_blogger_dates_and_names_come_from_its_own_marks() -> None:
    found = page("blogger_classic.html")
    assert found.published == "2025-02-25T18:04:00+01:00"
    assert found.authors == ["Wilma Ostergard"]
    assert found.tags == ["Harbour news"]
    assert found.canonical_url == FERRY


def test_no_day_is_made_up_from_a_month_in_the_address() -> None:
    assert page("blogger_bare.html").published is None


def test_wordpress_with_broken_json_ld() -> None:
    found = page("wordpress.html", "https://ridge.example/2025/03/04/bridge/")
    assert found.headline == "Bridge Over the Elm Closed – Again"
    assert found.section == "Local & Regional"
    assert found.authors == ["Odile Farnham"]
    assert found.published == "2025-03-04T07:30:00Z"
    assert found.modified == "2025-03-05T09:00:00Z"
    assert found.language == "en-GB"
    assert found.tags == ["bridges", "Elm"]
    assert [block.type for block in found.blocks] == ["paragraph", "image", "paragraph", "heading", "paragraph", "list", "quote", "table"]
    assert found.blocks[5].items == ["New bearings from April", "One lane open from May"]
    assert found.blocks[7].rows == [["Year", "Closures"], ["2023", "1"], ["2024", "2"]]
    assert found.images[0].url == "https://ridge.example/wp-content/uploads/bridge.jpg"
    assert (found.images[0].caption, found.images[0].credit) == ("The closed bridge, seen from the south bank.", "The Ridge Post")
    assert "Photo" not in (found.body or "")
    assert "tired of it" not in (found.body or "")


@pytest.mark.parametrize(
    ("name", "url", "headline", "authors", "day", "sub_headings"),
    [
        (
            "ghost.html",
            "https://sleeper.example/night-trains/",
            "Why the night trains came back",
            ["Ines Halloway"],
            "2025-04-10",
            ["Eleven carriages in a shed"],
        ),
        (
            "medium.html",
            "https://medium.example/small-surveys/streetlights-1a2b3c4d5e6f",
            "I Counted Every Streetlight in My Town",
            ["Tamsin Orrell"],
            "2025-05-02",
            ["The first winter"],
        ),
        (
            "substack.html",
            "https://gauge.example/p/the-river-is-lower",
            "The river is lower than the map says",
            ["Bram Teagarden"],
            "2025-06-12",
            ["What the fishermen know"],
        ),
        (
            "tumblr.html",
            "https://signals.example/post/700000000001/the-lighthouse-keepers-last-log-entry-is-for-sale",
            "The lighthouse keeper's last log entry is for sale",
            [],
            "2025-07-03",
            [],
        ),
    ],
)
def test_other_systems(name: str, url: str, headline: str, authors: list[str], day: str, sub_headings: list[str]) -> None:
    found = page(name, url, Site(key="blog", url=url))
    assert found.headline == headline
    assert found.authors == authors
    assert (found.published or "").startswith(day)
    headings = [block.text for block in found.blocks if block.type == "heading"]
    assert headings[-len(sub_headings) :] == sub_headings or not sub_headings
    for leaked in ("Subscribe", "subscriber", "Sign up", "liked this", "More from", "min read", "Follow"):
        assert leaked not in (found.body or "")
    assert found.language == "en"


def test_an_article_is_whole_and_stable() -> None:
    first, second = (
        page("wordpress.html", "https://ridge.example/2025/03/04/bridge/"),
        page("wordpress.html", "https://ridge.example/2025/03/04/bridge/"),
    )
    assert first == second
    assert first.revision == 1
    assert first.change == "new"
    assert first.changed_fields == []
    assert first.captured == "2025-12-01T08:30:00.000000Z"
    assert set(first.extractor) >= {"newsarchive", "trafilatura", "lxml"}
    assert first.body == "\n\n".join(block.text for block in first.blocks if block.type != "image")
    assert first.content_digest.startswith("sha256:")


STORY = "<p>{}</p><p>{}</p><p>{}</p>".format(
    "The town's only cinema opens its doors again on Friday, two years after a burst pipe flooded the hall and ruined its seats.",
    "Volunteers rebuilt the floor and found four hundred seats in a theatre that was being pulled down in the next county.",
    "The first film is the one that was on the programme on the day of the flood; tickets bought then are still valid.",
)


def story(head: str = "", body: str = STORY, headline: str = "Cinema opens again after two years") -> str:
    return f'<html lang="en"><head><title>{headline}</title>{head}</head><body><article><h1>{headline}</h1>{body}</article></body></html>'


def test_rules_win_and_end_on_their_day() -> None:
    rules = [
        ExtractRules(until="2025-06-30", headline=Rule(css="h1")),  # type: ignore[arg-type]
        ExtractRules(
            headline=Rule(css="h2.real"), section=Rule(xpath="//b/text()"), body=Rule(css=".text", remove=[".ad"]), tags=Rule(css="i")
        ),
    ]
    site = Site(key="ruled", url="https://ruled.example/", extract=rules)
    html = story(
        body=f'<h2 class="real">//The real one//</h2><b>Culture</b><i>one</i><i>two</i><div class="text">{STORY}<p class="ad">Buy now!</p></div>'
    )
    found = article(html, "https://ruled.example/a", site)
    assert (found.headline, found.section, found.tags) == ("The real one", "Culture", ["one", "two"])
    assert found.provenance["headline"] == found.provenance["body"] == "rule"
    assert "Buy" not in (found.body or "")
    early = extract(Capture.from_response("https://ruled.example/a", html.encode(), date=datetime(2025, 6, 30, 23, tzinfo=UTC)), site)
    assert isinstance(early, Article)
    assert early.headline == "Cinema opens again after two years"


def test_hints_of_the_feed_speak_where_the_page_is_silent() -> None:
    link = Link(
        url=FERRY,
        source="feed",
        found_in="https://lantern.example/feed",
        section="Culture",
        authors=("Ada Quill",),
        published="2025-02-03T04:05:06Z",
        tags=("films",),
    )
    found = article(story(), link=link)
    assert (found.section, found.authors, found.published, found.tags) == ("Culture", ["Ada Quill"], "2025-02-03T04:05:06Z", ["films"])
    assert found.provenance["published"] == "feed"


def test_a_feed_makes_a_bare_day_exact_and_overrules_no_time() -> None:
    link = Link(url=FERRY, source="feed", found_in="https://lantern.example/feed", published="2025-02-03T23:30:00Z")
    assert article(story('<meta property="article:published_time" content="2025-02-04">'), link=link).published == "2025-02-03T23:30:00Z"
    assert article(story('<meta property="article:published_time" content="2025-02-20">'), link=link).published == "2025-02-20"
    stated = '<meta property="article:published_time" content="2025-02-03T20:00:00Z">'
    assert article(story(stated), link=link).published == "2025-02-03T20:00:00Z"


@pytest.mark.parametrize(
    ("stated", "zone", "published", "raw"),
    [
        ("2025-03-04T05:06:07+02:00", None, "2025-03-04T05:06:07+02:00", None),
        ("2025-03-04T05:06:07", "Europe/Paris", "2025-03-04T05:06:07+01:00", "2025-03-04T05:06:07"),
        ("2025-03-04T05:06:07", None, "2025-03-04", "2025-03-04T05:06:07"),
        ("2025-03-04", "Europe/Paris", "2025-03-04", None),
        ("Tue, 04 Mar 2025 05:06:07 GMT", None, "2025-03-04T05:06:07Z", "Tue, 04 Mar 2025 05:06:07 GMT"),
        ("2026-03-04T05:06:07Z", None, None, None),
        ("2025-12-01T08:30:02Z", None, None, None),
        ("0001-01-01T00:00:00Z", None, None, None),
        ("yesterday", None, None, None),
    ],
)
def test_dates_are_as_exact_as_the_page(stated: str, zone: str | None, published: str | None, raw: str | None) -> None:
    site = Site(key="dated", url="https://lantern.example/", timezone=zone)
    found = article(story(f'<meta property="article:published_time" content="{stated}">'), site=site)
    assert found.published == published
    assert found.raw.published == raw


def test_the_date_of_a_related_story_is_not_the_articles() -> None:
    aside = '<aside class="related"><time datetime="2025-01-01T00:00:00Z">1 January 2025</time><a href="/x">Another story</a></aside>'
    assert article(story(body=STORY + aside)).published is None


@pytest.mark.parametrize(
    ("head", "shown", "published"),
    [
        (
            '<meta property="article:published_time" content="2025-03-05T01:48:19Z">',
            '<time datetime="2025-03-04 20:48:19">March 4, 2025</time>',
            "2025-03-04T20:48:19-05:00",
        ),
        (
            '<meta property="article:published_time" content="2025-03-05T04:05:41Z">',
            "<time>Mar. 4, 2025 11:05 pm EST</time>",
            "2025-03-04T23:05:41-05:00",
        ),
        (
            '<meta property="article:published_time" content="2025-03-05T04:05:41Z">',
            "<time datetime='2025-03-04T12:31:00'>4 March 2025</time>",
            "2025-03-05T04:05:41Z",
        ),
    ],
)
def test_a_moment_in_utc_gets_the_zone_of_the_pages_own_clock(head: str, shown: str, published: str) -> None:
    assert article(story(head, f"<p>{shown}</p>" + STORY)).published == published


def stamp(published: str, modified: str) -> str:
    node = {"@type": "NewsArticle", "headline": "x", "datePublished": published, "dateModified": modified}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def test_a_stamp_of_the_publishing_program_gives_way_to_the_day_under_the_headline() -> None:
    line = "<p>January 31, 2025</p>"
    assert article(story(stamp("2025-11-05T10:00:00Z", "2025-11-05T10:00:00Z"), line + STORY)).published == "2025-01-31"
    assert article(story(stamp("2025-11-05T10:00:00Z", "2025-11-06T10:00:00Z"), line + STORY)).published == "2025-11-05T10:00:00Z"
    assert article(story(stamp("2025-11-05T10:00:00Z", "2025-11-05T10:00:00Z"))).published == "2025-11-05T10:00:00Z"


def test_a_day_behind_updated_is_not_that_of_publication() -> None:
    changed = article(story(body='<div class="date">Updated January 8, 2025</div>' + STORY))
    assert (changed.published, changed.modified) == (None, "2025-01-08")
    both = '<div class="date">Published: January 3, 2025 | Updated: January 8, 2025</div>'
    assert article(story(body=both + STORY)).published == "2025-01-03"


@pytest.mark.parametrize(
    ("encoding", "declared", "text"),
    [
        ("utf-8", "", "Große Übung am Öresund – „bestanden“"),
        ("windows-1252", "windows-1252", "Große Übung am Öresund – „bestanden“"),
        ("utf-8", "iso-8859-1", "Große Übung am Öresund – „bestanden“"),
        ("shift_jis", "shift_jis", "東京の新しい駅が開業しました"),
        ("windows-1251", "windows-1251", "В городе открыли новый мост"),
        ("utf-8-sig", "", "Große Übung am Öresund – „bestanden“"),
        ("utf-16", "utf-8", "В городе открыли новый мост"),
        ("utf-8", "base64_codec", "Große Übung am Öresund – „bestanden“"),
        ("utf-8", "idna", "A Story in Plain Letters Only"),
        ("utf-8", "utf-16", "افتتاح الجسر الجديد في المدينة"),
    ],
)
def test_encodings_leave_no_mojibake(encoding: str, declared: str, text: str) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    paragraphs = "".join(f"<p>{text} {number}. {text}, {text}, {text}, {text}.</p>" for number in range(4))
    found = article(story(meta, paragraphs, text).encode(encoding))
    assert found.headline == text
    assert text in (found.body or "")


def test_text_that_was_encoded_twice_is_mended() -> None:
    text = "The café’s “last” ferry – 5 €"
    twice = STORY.encode().replace(b"</p>", f" {text}</p>".encode().decode("latin-1").encode(), 1)
    assert text in (article(story(body="@").encode().replace(b"@", twice)).body or "")
    windows = text.encode("cp1252").decode("latin-1")
    assert text in (article(story(body=STORY.replace("</p>", f" {windows}</p>", 1))).body or "")
    plain = "Ã© is what é becomes, and â is a letter."
    assert plain in (article(story(body=STORY.replace("</p>", f" {plain}</p>", 1))).body or "")


@pytest.mark.parametrize("damage", [b"\xff", b"\xc3", b"\xff\xc0\x80\xed\xa0\x80"], ids=["one-byte", "half-a-letter", "six-bytes"])
def test_a_few_damaged_bytes_leave_a_page_the_encoding_it_declares(damage: bytes) -> None:
    markup = story('<meta charset="utf-8">').encode()
    assert markup.isascii()
    found = article(markup.replace(b"</p>", damage + b" day.</p>", 1))
    assert re.search("\ufffd+ day\\.", found.body or "")


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("nested 400 deep", "<div>" * 400 + STORY + "</div>" * 400),
        ("nested 5,000 deep", "<div>" * 5_000 + STORY + "</div>" * 5_000),
        ("60,000 attributes", "<p " + " ".join(f'data-a{number}="1"' for number in range(60_000)) + ">x</p>" + STORY),
    ],
)
def test_hostile_markup_keeps_the_right_text(name: str, markup: str) -> None:
    assert name
    found = read(story(body=markup))
    if isinstance(found, Refusal):
        assert found.reason == "extraction-failed"
    else:
        assert "Volunteers rebuilt the floor" in (found.body or "")
        assert "tickets bought then are still valid" in (found.body or "")


def test_a_text_node_of_twelve_megabytes_does_not_end_the_page() -> None:
    found = read(story(body=f"<pre>{'x ' * 6_000_000}</pre>{STORY}"))
    assert isinstance(found, Refusal) or "tickets bought then are still valid" in (found.body or "")


def test_text_is_normalised() -> None:
    found = article(
        story(
            body=STORY
            + "<p>Cafe\u0301\u00a0 and\tbar\x07 were\u200b\n  closed for good in the autumn, and nobody has said who may rent the rooms.</p>"
        )
    )
    assert "Café and bar were closed for good in the autumn" in (found.body or "")


@pytest.mark.parametrize(
    ("markup", "access"),
    [
        ('<script type="application/ld+json">{"@type":"NewsArticle","headline":"x","isAccessibleForFree":"False"}</script>', "paywalled"),
        ('<script type="application/ld+json">{"@type":"NewsArticle","headline":"x","isAccessibleForFree":true}</script>', "free"),
        ('<meta property="article:content_tier" content="metered">', "metered"),
        ("", "unknown"),
    ],
)
def test_access(markup: str, access: str) -> None:
    assert article(story(markup)).access == access
