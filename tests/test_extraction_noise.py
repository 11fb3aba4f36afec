"""What stands round and between an article's paragraphs: comments, teasers, folded text, notes behind the end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extraction import cascade, extract, opinions
from crawler.extraction.page import parse
from crawler.extraction.segments import segments
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.site import Site

PARTS = [
    "The weir below the old tannery was opened on Monday for the first time since the flood, and the river has fallen by half a metre.",
    "Engineers had spent the summer replacing the gates, which dated from the year in which the railway came and were eaten by rust.",
    "Anglers feared for the pike in the upper pool, but the county says that enough water will be left to them even in a dry August.",
    "A second gate follows in spring. Until then the footpath along the dam stays closed, and walkers have to go round by the mill.",
]
REMARK = "I walked there for thirty years and nobody ever asked me what I thought of a gate, which says all about this county. "


def read(markup: str) -> Article:
    page = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Weir Opened Again</title>
    <meta property="article:published_time" content="2025-03-09T06:30:00Z"></head><body><h1>Weir Opened Again</h1>{markup}</body></html>"""
    return taken(page)


def taken(page: str) -> Article:
    found = extract(
        Capture.from_response("https://river.example/2025/03/weir.html", page.encode(), date=datetime(2025, 12, 1, tzinfo=UTC)),
        Site(key="river", url="https://river.example/"),
    )
    assert isinstance(found, Article), found
    return found


def paragraphs(*between: str) -> str:
    """The article, with one of `between` behind each of its paragraphs but the last."""
    gaps = [*between, "", "", ""][:3]
    return "".join(f"<p>{part}</p>{gap}" for part, gap in zip(PARTS, [*gaps, ""], strict=True))


BODY = "\n\n".join(PARTS)


def test_readers_remarks_longer_than_the_article_stay_out() -> None:
    remarks = "".join(f"<div class='forum-comment comment-{n}'><p>{REMARK}{n}. {REMARK}</p></div>" for n in range(20))
    assert read(f"<div class='widget-area'><div class='story'>{paragraphs()}</div>{remarks}</div>").body == BODY


@pytest.mark.parametrize("box", ["{}", "<div class='next'>{}</div>"], ids=["siblings", "each in a box"])
def test_stories_with_which_a_page_goes_on_are_not_this_one(box: str) -> None:
    other = f"<article><h1>Mill Sold</h1><p>By Ansgar Pell</p><time itemprop='datePublished' datetime='2024-01-02'>2 January 2024</time><p>{REMARK * 4}</p></article>"
    markup = f"<article><h1>Weir Opened Again</h1>{paragraphs()}</article>"
    found = taken(f"<html lang='en'><title>Weir Opened Again</title><main>{box.format(markup)}{box.format(other) * 2}</main></html>")
    assert (found.headline, found.body, found.authors, found.published) == ("Weir Opened Again", BODY, [], None)


def test_parts_of_one_story_under_headings_of_their_own_are_its_text() -> None:
    other = f"<section><h1>Mill Sold</h1><p>{REMARK * 4}</p></section>"
    found = taken(
        f"<html lang='en'><title>Weir Opened Again</title><article><h1>Weir Opened Again</h1>{paragraphs()}{other}</article></html>"
    )
    assert found.body == f"{BODY}\n\nMill Sold\n\n{(REMARK * 4).strip()}"


@pytest.mark.parametrize("name", ["commentOnSelection", "commentable"])
def test_a_text_on_which_readers_may_remark_is_no_remark(name: str) -> None:
    remarks = f"<div class='comment-list'><div class='comment'><p>{REMARK}</p></div></div>"
    assert read(f"<div class='{name}'><div><p>{'</p><p>'.join(PARTS)}</p></div></div>{remarks}").body == BODY


@pytest.mark.parametrize(
    "teaser",
    [
        "<div><h4><a href='/2024/05/mill.html'>The mill that ground for two valleys</a></h4><div>It stood still for a decade.</div></div>",
        "<a href='/2024/05/mill.html'><h4>The mill that ground for two valleys</h4></a>",
        "<ul><li>Mill: <a href='/m'>The mill that ground for two whole valleys</a></li><li>Dam: <a href='/d'>A dam before its time</a></li></ul>",
    ],
    ids=["box", "heading in a link", "list"],
)
def test_teasers_between_paragraphs_stay_out(teaser: str) -> None:
    found = read(f"<article>{paragraphs('<h3>Rust and rivets</h3>', teaser)}</article>")
    assert found.body == "\n\n".join([PARTS[0], "Rust and rivets", *PARTS[1:]])


def test_headings_that_link_stay_where_all_of_them_do() -> None:
    links = [f"<h3><a href='https://shop{n}.example/boots'>Boots number {n}</a></h3>" for n in (1, 2, 3)]
    found = read(f"<article>{paragraphs(*links)}</article>")
    assert [block.text for block in found.blocks if block.type == "heading"] == ["Boots number 1", "Boots number 2", "Boots number 3"]


@pytest.mark.parametrize(
    "fold",
    ["<div class='accordion-panel hidden'>{}</div>", "<button aria-controls='gate'>Gates</button><div id='gate' hidden>{}</div>"],
    ids=["by its name", "by its button"],
)
def test_text_that_a_reader_may_unfold_is_text(fold: str) -> None:
    folded = fold.format("".join(f"<p>{part}</p>" for part in PARTS[1:3]))
    assert read(f"<article><p>{PARTS[0]}</p>{folded}<p>{PARTS[3]}</p></article>").body == BODY


@pytest.mark.parametrize(
    "style",
    [
        "overflow-hidden rounded",
        "my-6 print:article-dropcap",
        "pt-[var(--nav-height)] tw-overflow-hidden",
        "md:overflow-hidden before:content-['']",
    ],
)
def test_how_an_element_looks_does_not_say_that_it_is_no_text(style: str) -> None:
    assert (
        read(f'<article><div class="{style}"><p>{PARTS[0]}</p></div>{"".join(f"<p>{part}</p>" for part in PARTS[1:])}</article>').body
        == BODY
    )


def test_what_is_only_hidden_stays_out() -> None:
    assert read(f"<article>{paragraphs(f'<div hidden><p>{REMARK}</p></div>')}</article>").body == BODY


def test_a_long_part_in_a_box_of_its_own_belongs_to_the_text() -> None:
    box = f"<div class='css-7x'><div><div>{PARTS[1]} {PARTS[2]}</div></div></div>"
    assert read(f"<article><p>{PARTS[0]}</p>{box}<p>{PARTS[3]}</p></article>").body == "\n\n".join(
        [PARTS[0], f"{PARTS[1]} {PARTS[2]}", PARTS[3]]
    )


@pytest.mark.parametrize(
    "note",
    [
        "Reporting by Tansy Wold; editing by Ansgar Pell.",
        "Tansy Wold contributed to this report.",
        "This story was edited for length and clarity.",
        "This article originally appeared in the Valley Reader.",
        "Have a story tip? Write to desk@river.example.",
        "(Photo: Tansy Wold)",
        "— Valley News Agency",
        "VNA/two",
        "© 2025 Valley Reader Ltd. All rights reserved.",
        "Story source:",
    ],
)
def test_notes_behind_the_end_stay_out(note: str) -> None:
    assert read(f"<article>{paragraphs()}<p>{note}</p></article>").body == BODY


BIO = "Tansy Wold is a reporter for the Valley Reader and has walked all its dams."


@pytest.mark.parametrize(
    ("note", "kept"),
    [
        (f"<p>{BIO}</p><p>Tansy holds a degree in hydrology. She lives by the mill.</p><p>She has two dogs and a boat.</p>", ""),
        (
            "<h4>About the Author</h4><p>For ten years Tansy has walked all dams of the valley.</p><p>The Reader has a code of practice.</p>",
            "",
        ),
        ("<h4>About the author</h4><h5>Tansy Wold</h5><p>For ten years she has walked all dams of the valley.</p>", ""),
        ("<h4>Über die Autorin</h4><p>Sie geht seit zehn Jahren über alle Dämme des Tals.</p>", ""),
        ("<h4>About the dam</h4><p>For ten years nobody has walked it.</p>", "About the dam\n\nFor ten years nobody has walked it."),
        (
            f"<p>{BIO}</p><h4>The mill</h4><p>Nobody has ground there for years.</p>",
            f"{BIO}\n\nThe mill\n\nNobody has ground there for years.",
        ),
    ],
    ids=["three paragraphs", "a heading", "and the name", "in German", "another heading", "the text goes on"],
)
def test_notes_about_the_author_end_the_text(note: str, kept: str) -> None:
    assert read(f"<p class='byline'>By Tansy Wold</p><article>{paragraphs()}{note}</article>").body == f"{BODY}\n\n{kept}".strip()


def test_a_text_without_full_stops_keeps_its_last_line() -> None:
    lines = ["แม่น้ำลดลงครึ่งเมตรหลังจากเปิดประตูน้ำเมื่อวันจันทร์ และชาวบ้านก็กลับไปตกปลาได้อีกครั้ง" * 2, "ทางเดินริมเขื่อนยังปิดอยู่" * 6, "ประตูที่สองจะตามมา"]
    body = "".join(f"<p>{line}</p>" for line in [*lines[:2], *lines[:1], lines[1] + "แล้ว", lines[2]])
    assert (read(f"<article>{body}</article>").body or "").endswith(lines[2])


def test_what_follows_an_early_end_of_the_document_is_read() -> None:
    assert read(f"<nav><a href='/'>Home</a></nav></body></html>\n<div class='post'>{paragraphs()}</div>").body == BODY


def test_the_other_extractors_see_the_text_and_not_the_frame() -> None:
    markup = f"<html><body><nav><a href='/'>Home</a></nav><article>{paragraphs()}</article><div class='comments'><p>{REMARK}</p></div></body></html>"
    page = parse(markup.encode(), "text/html", "https://river.example/2025/03/weir.html")
    for text in (opinions.resiliparse(page), opinions.densest(segments(page))):
        assert all(part in text for part in PARTS)
        assert REMARK.strip() not in text


def test_an_article_names_the_programs_that_were_believed() -> None:
    assert set(cascade.extractor({"body": "trafilatura", "headline": "h1"})) == {"newsarchive", "trafilatura", "lxml"}
    assert set(cascade.extractor({"body": "resiliparse", "published": "htmldate"})) >= {"resiliparse", "htmldate"}


@pytest.mark.parametrize("head", ["", "<head>", "<meta name=author content=Ada><script>1</script>"])
def test_a_page_without_the_tags_of_head_and_body_is_read(head: str) -> None:
    markup = f"<!DOCTYPE html>{head}<title>The weir</title><header><a href='/'>River</a></header>said<main><h1>The weir</h1>{paragraphs()}</main>"
    assert taken(markup).body == BODY


@pytest.mark.parametrize(
    "title",
    ["Auch interessant", "À lire aussi", "Te puede interesar", "関連記事", "اقرأ أيضا", "यह भी पढ़ें", "3 Min. Lesezeit", "5 min de lectura"],
)
def test_a_line_that_heads_a_box_of_other_stories_is_no_text(title: str) -> None:
    assert read(f"<article>{paragraphs(f'<h3>{title}</h3>', f'<p>{title}</p>')}</article>").body == BODY


def test_the_headline_behind_a_kicker_is_not_repeated() -> None:
    kicker = "<h2><span>River county</span> Weir Opened Again After the Flood</h2>"
    page = f"<title>Weir Opened Again After the Flood</title><body><article><h1>Weir Opened Again After the Flood</h1>{kicker}{paragraphs()}</article>"
    assert taken(page).body == BODY


def test_headings_that_lead_elsewhere_and_have_nothing_under_them_are_teasers() -> None:
    linked = "".join(f"<h3><a href='/2025/0{n}/other.html'>Another story of the river, number {n}</a></h3>" for n in (1, 2))
    more = "<h3><a href='/2025/03/other.html'>A third story of the river</a></h3>"
    assert read(f"<article>{paragraphs(linked, more)}</article>").body == BODY


@pytest.mark.parametrize(
    "notice",
    [
        "<p>This article is exclusive to our subscribers.</p>",
        "<p>Sign in to continue reading.</p><p>Already a subscriber?</p>",
        "<p>Dieser Beitrag ist nur für Abonnenten lesbar.</p>",
        "<p>この記事は会員限定です。会員登録すると続きをお読みいただけます。</p>",
        "<p>Cet article est réservé aux abonnés.</p>",
        "<p>Contenido exclusivo para suscriptores</p>",
        "<h3>Empfohlener redaktioneller Inhalt</h3><p>An dieser Stelle finden Sie einen externen Inhalt, der den Artikel ergänzt.</p>",
        "<p>Please accept all marketing cookies to watch it.</p>",
        "<p>Wie hat Ihnen dieser Artikel gefallen?</p>",
    ],
)
def test_what_the_site_says_to_its_readers_in_between_stays_out(notice: str) -> None:
    assert read(f"<article>{paragraphs(notice)}</article>").body == BODY


def test_an_article_about_subscriptions_keeps_its_words() -> None:
    told = "The paper lost a third of its subscribers, and who wants to read the story of its fall finds it behind a wall."
    assert told in read(f"<article>{paragraphs(f'<p>{told}</p>')}</article>").body


@pytest.mark.parametrize(
    ("line", "caption", "credit"),
    [
        ("The upper pool in a dry August", "The upper pool in a dry August", None),
        ("The gates are old. Photo: Runa Tidemand/River County", "The gates are old.", "Runa Tidemand/River County"),
        ("The upper pool. Credit: River County", "The upper pool.", "River County"),
    ],
)
def test_a_line_under_a_picture_is_its_caption(line: str, caption: str, credit: str | None) -> None:
    found = read(f"<article>{paragraphs(f'<p><img src=/gate.jpg></p><p>{line}</p>')}</article>")
    assert found.body == BODY
    picture = next(block for block in found.blocks if block.type == "image")
    assert (picture.text, [one.credit for one in found.images if one.url == picture.url]) == (caption, [credit])


@pytest.mark.parametrize(
    "line",
    [
        "<p><img src=/gate.jpg></p><p>That is how the gate looked in the year in which the railway came.</p>",
        "<p><img src=/gate.jpg></p><p><b>What the anglers say</b></p>",
        "<p>He held up the photo: it showed a gate eaten by rust.</p>",
    ],
)
def test_sentences_and_headings_under_a_picture_are_text(line: str) -> None:
    assert len(read(f"<article>{paragraphs(line)}</article>").body) > len(BODY) + 15


@pytest.mark.parametrize(
    "heading", ["<h2 id='copyright-search'>Copyright and related works</h2>", "<h2 class='title toc gates'>The new gates</h2>"]
)
def test_a_heading_named_after_its_words_is_one(heading: str) -> None:
    assert "heading" in [block.type for block in read(f"<article>{paragraphs(heading)}</article>").blocks]
