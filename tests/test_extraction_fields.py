"""Who wrote it, when, in which language: lines and marks that blogs and newspapers have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extraction import dates, extract
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.site import Site

TEXT = "".join(
    f"<p>{line}</p>"
    for line in (
        "The lighthouse on the skerry will be lit again in the spring, after a winter in which fishermen had to find their way without it.",
        "The lamp failed in October, and its maker went out of business before the last war, so that each part had to be turned anew.",
        "An apprentice in the shipyard took the work on; she had never seen the inside of a lighthouse before she was lowered into it.",
    )
)


def read(line: str = "", head: str = "", text: str = TEXT, before: str = "") -> Article:
    page = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>Skerry Lighthouse Lit Again</title>{head}</head>
    <body>{before}<h1>Skerry Lighthouse Lit Again</h1>{line}<article>{text}</article></body></html>"""
    found = extract(
        Capture.from_response("https://coast.example/news/lighthouse", page.encode(), date=datetime(2025, 12, 1, tzinfo=UTC)),
        Site(key="coast", url="https://coast.example/"),
    )
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("<div><span>By</span><span>Runa Tidemand</span></div>", ["Runa Tidemand"]),
        ("<p>by <a href='/a/runa'>Runa</a> · Feb 3, 2025 at 3:00</p>", ["Runa"]),
        ("<p>by: <!-- -->Runa Tidemand<!-- -->, <!-- -->December 17, 2024</p>", ["Runa Tidemand"]),
        ("<div><time datetime='2025-02-03'>02/03/2025</time> by Runa Tidemand, harbour master</div>", ["Runa Tidemand"]),
        ("<p>By Runa Tidemand and Dan Holm-Aas June 3, 2025</p>", ["Runa Tidemand", "Dan Holm-Aas"]),
        ("<div class='byline'><span>Runa Tidemand</span><span>Coast Desk</span></div>", ["Runa Tidemand"]),
        (
            "<div class='byline'><span>By</span><a>Runa Tidemand</a> and <a>Dan Holm-Aas</a><span>Coast Desk</span></div>",
            ["Runa Tidemand", "Dan Holm-Aas"],
        ),
        ("<div itemprop='author'><b>Runa Tidemand</b><i>Harbour columnist</i></div>", ["Runa Tidemand"]),
        ("<p>Written by <a>Runa Tidemand</a> <a>Checked by the desk</a></p>", ["Runa Tidemand"]),
        ("<aside class='related-box'><h4 class='author-box__name'>Runa Tidemand</h4></aside>", ["Runa Tidemand"]),
        ("<aside><span class='author-name'>Runa Tidemand</span><a href='/author/dan/'>Dan Holm-Aas</a></aside>", []),
        ("<ul class='comment'><li class='comment-author'>Dan Holm-Aas</li></ul>", []),
        ("<p>A story inspired by Nature and by nobody else</p>", []),
        ("<p>3 comments</p>", []),
        ("<div><small>posted on <time datetime='2025-02-03'>02/03/2025</time></small> by Runa Tidemand</div>", ["Runa Tidemand"]),
        ("<div><img alt=''> by RunaT, <small>Feb 3rd 2025</small></div>", ["RunaT"]),
        ("<p><em>The Skerry</em> by Dan Holm-Aas</p>", []),
        ("<div><span>Feb 3, 2025</span><span>Runa Tidemand</span></div>", ["Runa Tidemand"]),
        (
            "<div><style>.x{margin:0}</style><b>Runa Tidemand</b><span>Feb 03, 2025</span><i>2 Shares</i><i>97.5k views</i></div>",
            ["Runa Tidemand"],
        ),
        ("<div><span>Feb 3, 2025</span> · <a href='/people/runa'>Runa Tidemand</a></div>", ["Runa Tidemand"]),
        ("<div><span>Feb 3, 2025</span> · <a href='/harbour'>Northern Skerries</a></div>", []),
        ("<ul><li><a href='/isles'>Northern Skerries</a></ul><div><span>Feb 3, 2025</span> · <b>Northern Skerries</b></div>", []),
        ("<div><span>Feb 3, 2025</span><span>Harbour News</span></div>", []),
        ("<div><span>Feb 3, 2025</span><span>Runa Tidemand/Harbour Views</span></div>", []),
        ("<div><span>Feb 3, 2025</span><span>Runa Tidemand</span><span>Northern Skerries</span></div>", []),
        ("<div class='bio'>This post was written by Runa Tidemand,\nKeeper of Lamps</div>", ["Runa Tidemand"]),
        ("<p>This story was written by the keepers in their spare hours.</p>", []),
        ("<p><em>This article was written by <a>Runa Tidemand</a>, who keeps lamps.</em></p>", ["Runa Tidemand"]),
    ],
)
def test_bylines(line: str, authors: list[str]) -> None:
    assert read(line).authors == authors


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("作者： 张伟 <span class='date'>2026年11月20日</span>", ["张伟"]),
        ("作者：张伟 <span class='date'>2026年11月20日</span>", ["张伟"]),
        ("<span>作者：</span><a>张伟</a> <span class='date'>2026年11月20日</span>", ["张伟"]),
        ("作者：张伟、李娜", ["张伟", "李娜"]),
        ("文／王小明", ["王小明"]),
        ("記者 王小明", ["王小明"]),
        ("山田太郎 記者", ["山田太郎"]),
        ("김민수 기자 <span>2026.11.20</span>", ["김민수"]),
        ("기자 김민수", ["김민수"]),
        ("بقلم ليلى حسن", ["ليلى حسن"]),
        ("بقلم: ليلى حسن <span class='date'>20 نوفمبر 2026</span>", ["ليلى حسن"]),
        ("بقلم <a>ليلى حسن</a>", ["ليلى حسن"]),
        ("מאת רונה תידמן", ["רונה תידמן"]),
        ("Автор:Анна Речная <span>20 ноября 2026</span>", ["Анна Речная"]),
        ("Von Runa Tidemand <span>20. November 2026</span>", ["Runa Tidemand"]),
        ("Autorin: Runa Tidemand", ["Runa Tidemand"]),
        ("Por Runa Tidemand y Dan Holm-Aas", ["Runa Tidemand", "Dan Holm-Aas"]),
        ("Par Runa Tidemand", ["Runa Tidemand"]),
        ("Af Runa Tidemand", ["Runa Tidemand"]),
        ("Oleh Runa Tidemand", ["Runa Tidemand"]),
        ("Oleh Tidemand", ["Oleh Tidemand"]),
        ("文小明", ["文小明"]),
    ],
)
def test_what_is_marked_as_a_byline_loses_its_label(line: str, authors: list[str]) -> None:
    found = read(f"<div class='byline'>{line}</div>")
    assert (found.authors, found.provenance["authors"]) == (authors, "class")


def test_a_first_name_that_elsewhere_is_a_label_stays() -> None:
    assert read(head="<meta name='author' content='Yazan Runa Tidemand'>").authors == ["Yazan Runa Tidemand"]


@pytest.mark.parametrize(
    ("signed", "authors"),
    [
        ("Runa Tidemand | CST", ["Runa Tidemand"]),
        ("Runa Tidemand The Coast Press", ["Runa Tidemand"]),
        ("Runa Tidemand and Dan Holm-Aas, Coast Press", ["Runa Tidemand", "Dan Holm-Aas"]),
        ("Runa Tidemand, Dan Holm-Aas and Ada Skerry", ["Runa Tidemand", "Dan Holm-Aas", "Ada Skerry"]),
        ("Runa Tidemand and Dan Holm-Aas, Skerryman", ["Runa Tidemand", "Dan Holm-Aas", "Skerryman"]),
        ("Runa Tidemand Staff Writer", ["Runa Tidemand"]),
        ("Executive Content Editor", ["Executive Content Editor"]),
        ("Harbour Gull Editorial Board", ["Harbour Gull Editorial Board"]),
        ("Friends of The Skerry", ["Friends of The Skerry"]),
    ],
)
def test_whom_authors_write_for_is_none_of_them(signed: str, authors: list[str]) -> None:
    assert read(head=f"<meta name='author' content='{signed}'>").authors == authors


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("<a>Runa Tidemand</a>, <a>Dan Holm-Aas</a> <span>&</span> <a>Ada Skerry</a>", ["Runa Tidemand", "Dan Holm-Aas", "Ada Skerry"]),
        ("Written by <span>Dr Runa Tidemand</span>, <span>Ada Skerry</span>", ["Dr Runa Tidemand", "Ada Skerry"]),
        ("<a>Ada Skerry</a> and <a>Runa Tidemand</a><a>Coast Desk</a>", ["Ada Skerry", "Runa Tidemand"]),
        ("<a>Runa Tidemand</a>, <span>Port Ellery</span>", ["Runa Tidemand"]),
        ("<a>Runa Tidemand</a> Checked by <a>Ada Skerry</a>", ["Runa Tidemand"]),
        ("<a>Ada Skerry</a>, <a>Dan Holm-Aas</a>", ["Runa Tidemand"]),
    ],
)
def test_a_byline_names_more_than_the_one_who_is_declared(line: str, authors: list[str]) -> None:
    assert read(f"<div>{line}</div>", head="<meta name='author' content='Runa Tidemand'>").authors == authors


def test_authors_of_teasers_are_not_the_authors() -> None:
    others = "".join(f"<div><b itemprop='author'>{name}</b></div>" for name in ("Runa Tidemand", "Dan Holm-Aas", "Ada Skerry"))
    assert read(others, head="<meta name='author' content='Runa Tidemand'>").authors == ["Runa Tidemand"]
    assert read(others).authors == ["Runa Tidemand", "Dan Holm-Aas", "Ada Skerry"]


def test_offices_behind_a_name_and_places_behind_the_publication_are_no_people() -> None:
    signed = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Skerry Lighthouse Lit Again", "author": "Runa Tidemand, Chief Ferry Officer and Head of Lamps"}</script>'
    assert read(head=signed).authors == ["Runa Tidemand"]
    assert read(head="<meta property='og:site_name' content='Coast'><meta name='author' content='Coast, Skerry, Norway'>").authors == [
        "Coast"
    ]


@pytest.mark.parametrize("label", ["Written by", "Verfasst von", "Escrito por", "Écrit par"])
def test_the_label_that_wordpress_plugins_write(label: str) -> None:
    head = f"""<meta name="twitter:label1" content="{label}"><meta name="twitter:data1" content="Runa Tidemand">
    <meta name="twitter:label2" content="Est. reading time"><meta name="twitter:data2" content="3 minutes">"""
    assert read(head=head).authors == ["Runa Tidemand"]


def test_the_time_beside_the_headline_goes_before_others() -> None:
    other = (
        "<ul><li><time datetime='2025-01-06T12:00:00Z'>Jan 6</time></li><li><time datetime='2022-08-02T12:00:00Z'>Aug 2</time></li></ul>"
    )
    filler = "<div><i></i></div>" * 40
    assert (
        read("<div><time datetime='2017-03-01T12:00:00Z'>03/01/2017</time></div>", before=other + filler).published
        == "2017-03-01T12:00:00Z"
    )


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("<p>May 3, 2024</p>", "2024-05-03"),
        ("<div><b>Runa Tidemand</b> 3 May 2024</div>", "2024-05-03"),
        ("<p>Updated May 3, 2024</p>", "2025-02-03"),
        ("<p>May 3, 2025</p>", "2025-02-03"),
        ("<div><b>Last updated:</b> May 3, 2024</div>", "2025-02-03"),
        ("<div><b>Where</b>: Skerry, May 3, 2024</div>", "2025-02-03"),
        ("<blockquote>The lamp is out <a>May 3, 2024</a></blockquote>", "2025-02-03"),
        ("<figure><figcaption>The skerry on May 3, 2024.</figcaption></figure>", "2025-02-03"),
    ],
)
def test_an_earlier_day_beside_the_headline_goes_before_the_declared_one(line: str, day: str) -> None:
    assert read(line, head="<meta property='article:published_time' content='2025-02-03'>").published == day


def test_a_day_without_an_element_of_its_own() -> None:
    found = read("<div><b>Runa Tidemand</b> 3 May 2024</div>")
    assert (found.published, found.provenance["published"]) == ("2024-05-03", "line")


def test_the_day_in_a_dateline() -> None:
    found = read(text=TEXT.replace("<p>The lighthouse", "<p>SKERRY, Feb 3, 2025 (CNA) - The lighthouse"))
    assert (found.published, found.provenance["published"]) == ("2025-02-03", "dateline")


@pytest.mark.parametrize(("declared", "language"), [("nb-NO", "no-NO"), ("no", "no"), ("nn", "nn")])
def test_norwegian_has_one_code_and_its_second_form_another(declared: str, language: str) -> None:
    text = "".join(
        f"<p>{line}</p>"
        for line in (
            "Fyret på skjæret skal tennes igjen til våren, etter en vinter da fiskerne måtte finne veien uten det i mørke og storm.",
            "Lampen sluttet å virke i oktober, og de som laget den, finnes ikke lenger, så hver del måtte lages på nytt for hånd.",
        )
    )
    page = f"""<html lang="{declared}"><head><meta charset="utf-8"><title>Fyret tennes igjen</title></head><body><h1>Fyret tennes igjen</h1>
    <article>{text}</article></body></html>"""
    capture = Capture.from_response("https://kyst.example/nytt/fyr", page.encode(), date=datetime(2025, 12, 1, tzinfo=UTC))
    found = extract(capture, Site(key="kyst", url="https://kyst.example/"))
    assert isinstance(found, Article)
    assert found.language == language


PICTURE = "<p>Seen from the ferry, the tower still leans a little to the east, as it did when it was built.</p>"


@pytest.mark.parametrize(
    ("caption", "text", "credit"),
    [
        ("The tower at dusk. Photo: Runa Tidemand", "The tower at dusk.", "Runa Tidemand"),
        ("The tower at dusk (Foto: Runa Tidemand/CNA)", "The tower at dusk", "Runa Tidemand/CNA"),
        ("The tower at dusk <span class='image-credit'>Credit: CNA</span>", "The tower at dusk", "CNA"),
        ("The tower at dusk © Coast News", "The tower at dusk", "Coast News"),
        ("The tower at dusk, an hour before the ferry: a view", "The tower at dusk, an hour before the ferry: a view", None),
    ],
)
def test_a_picture_is_credited(caption: str, text: str, credit: str | None) -> None:
    figure = f"<figure><img src='/tower.jpg' alt=''><figcaption>{caption}</figcaption></figure>"
    found = read(text=TEXT + figure + PICTURE)
    assert [(one.url, one.caption, one.credit) for one in found.images] == [("https://coast.example/tower.jpg", text, credit)]


def test_json_ld_credits_a_picture() -> None:
    head = """<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Skerry Lighthouse Lit Again", "image":
    {"@type": "ImageObject", "url": "https://coast.example/lead.jpg", "creditText": "© Runa Tidemand"}}</script>"""
    assert [(one.url, one.credit) for one in read(head=head).images] == [("https://coast.example/lead.jpg", "Runa Tidemand")]


def test_what_is_declared_otherwise_is_kept() -> None:
    head = """<meta property="og:title" content="You will not believe this tower | Coast"><meta property="article:section" content="Sea">
    <script type="application/ld+json">{"@type": "NewsArticle", "headline": "Skerry Lighthouse Lit Again: Coast", "articleSection": "Islands",
    "datePublished": "2025-02-03T10:00:00Z", "author": {"name": "Runa Tidemand"}}</script>
    <meta property="article:published_time" content="2025-02-07T10:00:00Z"><meta name="author" content="Coast Desk">"""
    found = read(head=head)
    assert (found.headline, found.section, found.published, found.authors) == (
        "Skerry Lighthouse Lit Again", "Islands", "2025-02-03T10:00:00Z", ["Runa Tidemand"],
    )  # fmt: skip
    assert [(one.field, one.method, one.value) for one in found.disagreements] == [
        ("headline", "opengraph", "You will not believe this tower"),
        ("section", "meta", "Sea"),
        ("authors", "meta author", "Coast Desk"),
        ("published", "meta article:published_time", "2025-02-07T10:00:00Z"),
    ]


def test_two_forms_of_one_statement_do_not_disagree() -> None:
    head = """<meta property="og:title" content="Coast: Skerry Lighthouse Lit Again"><meta name="author" content="By Runa Tidemand">
    <meta property="article:published_time" content="2025-02-04T00:30:00+02:00"><script type="application/ld+json">{"@type": "NewsArticle",
    "headline": "Skerry lighthouse lit again", "datePublished": "2025-02-03T22:30:00Z", "author": [{"name": "Runa Tidemand"}]}</script>"""
    assert read(head=head).disagreements == []


def test_a_title_made_for_lists_loses_the_part_behind_its_bar() -> None:
    head = "<meta property='og:title' content='Skerry Lighthouse Is Lit Once More | Northern Papers'>"
    assert read(head=head).headline == "Skerry Lighthouse Lit Again"
    found = extract(
        Capture.from_response(
            "https://coast.example/news/lighthouse",
            f"<html><head>{head}</head><body>{TEXT}</body></html>".encode(),
            date=datetime(2025, 12, 1, tzinfo=UTC),
        ),
        Site(key="coast", url="https://coast.example/"),
    )
    assert isinstance(found, Article)
    assert found.headline == "Skerry Lighthouse Is Lit Once More"


@pytest.mark.parametrize("label", ["6 Comments", "Sin categoría", "未分類", "Current page"])
def test_a_counter_or_a_default_category_is_no_section(label: str) -> None:
    assert read(line=f"<span class='category'><a href='#'>{label}</a></span>").section is None
    assert read(line=f"<span class='category'><a href='#'>{label}</a> <a href='/c/coast-life/'>Lamps</a></span>").section == "Lamps"


def test_the_publication_is_no_author_where_a_person_is_named() -> None:
    ld = """<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Skerry Lighthouse Lit Again",
    "author": {"@type": "Person", "name": "Harbour & Coast Reporter"}}</script><meta property="og:site_name" content="Harbour &amp; Coast Reporter">"""
    assert read("<p class='byline'>Runa Tidemand</p>", ld).authors == ["Runa Tidemand"]
    assert read("", ld).authors == ["Harbour & Coast Reporter"]


def test_the_handle_of_an_author_is_not_the_sites_name() -> None:
    head = "<meta name='author' content='Runa Tidemand'><meta name='twitter:creator' content='@runa_tidemand'>"
    assert read("<a href='/author/dan'>Dan Holm-Aas</a>", head).authors == ["Runa Tidemand"]


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("<div>March 3, 2025&nbsp;·&nbsp;2 min&nbsp;·&nbsp;Runa Tidemand</div>", ["Runa Tidemand"]),
        ("<div>Coast News · March 3, 2025</div>", []),
        ("<div>March 3, 2025 · 2 min</div>", []),
    ],
)
def test_a_name_in_a_line_of_facts(line: str, authors: list[str]) -> None:
    assert read(line).authors == authors


def test_the_sites_name_as_a_link_is_no_text() -> None:
    found = read(text="<p>It is lit again.</p>", before="<div><a href='/'>Coast</a></div>")
    assert found.body == "It is lit again."


SENTENCES = {
    "de": "Der Fluss stieg in der Nacht um zwei Meter, und die Wärterin öffnete alle Tore, bevor der Deich nachgeben konnte.",
    "fi": "Joki nousi yöllä kaksi metriä, ja vartija avasi kaikki portit ennen kuin myllyn pato ehti antaa periksi veden paineelle.",
    "ja": "川は一晩で二メートルも上昇し、番人は水車小屋のそばの堤防が決壊する前にすべての水門を開けた。",
    "ko": "강물은 밤사이 2미터나 불어났고, 관리인은 방앗간 옆 둑이 무너지기 전에 모든 수문을 열었다.",
    "zh": "河水一夜之间上涨了两米，看守人在磨坊旁的堤坝决口之前打开了所有的闸门。",
    "ar": "ارتفع منسوب النهر مترين خلال الليل، وفتحت الحارسة جميع البوابات قبل أن ينهار السد عند الطاحونة.",
    "ru": "Река поднялась за ночь на два метра, и смотрительница открыла все ворота прежде, чем дамба у мельницы успела прорваться.",
}


@pytest.mark.parametrize(
    ("language", "byline", "day", "author"),
    [
        ("de", "Text: Runa Tidemand", "Mo., 3. März 2025, 14:05 Uhr", "Runa Tidemand"),
        ("de", "Autorin: Runa Tidemand", "3.3.2025", "Runa Tidemand"),
        ("fi", "Teksti: Runa Tidemand", "3. maaliskuuta 2025", "Runa Tidemand"),
        ("ja", "文：田中 花子", "2025年3月3日", "田中 花子"),
        ("ja", "執筆者：田中花子", "2025.03.03", "田中花子"),
        ("zh", "作者：王小明", "2025年03月03日 14:05", "王小明"),
        ("zh", "记者 王小明", "2025-03-03 14:05", "王小明"),
        ("ko", "김하나 기자", "2025.03.03 14:05", "김하나"),
        ("ar", "بقلم: رونا تيدمان", "٣ مارس ٢٠٢٥", "رونا تيدمان"),
        ("ar", "كتب: رونا تيدمان", "3 مارس 2025", "رونا تيدمان"),
        ("ru", "Автор: Руна Тидеманд", "3 марта 2025 г., 14:05", "Руна Тидеманд"),
    ],
)
def test_bylines_and_days_in_many_languages(language: str, byline: str, day: str, author: str) -> None:
    text = "".join(f"<p>{SENTENCES[language] * 2} {number}.</p>" for number in range(4))
    found = read(f"<p>{byline}</p><p>{day}</p>", text=text)
    assert (found.authors, (found.published or "")[:10], found.language) == ([author], "2025-03-03", language)
    assert byline not in found.body
    assert day not in found.body


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2025. március 3.", "2025-03-03"),
        ("3. listopada 2025.", "2025-10-03"),
        ("3 listopada 2025", "2025-11-03"),
        ("3 de març de 2025", "2025-03-03"),
        ("3. marts 2025", "2025-03-03"),
        ("3 Μαρτίου 2025", "2025-03-03"),
        ("3 במרץ 2025", "2025-03-03"),
        ("3 मार्च 2025", "2025-03-03"),
        ("3 มีนาคม 2568", "2025-03-03"),
        ("ngày 3 tháng 3, 2025", "2025-03-03"),
        ("2025 m. kovo 3 d.", "2025-03-03"),
        ("13/03/2025", "2025-03-13"),
        ("03/13/2025", "2025-03-13"),
        ("03/04/2025", None),
        ("31/02/2025", None),
        ("version 2025.3.1.4", None),
        ("may 2025 be kind", None),
    ],
)
def test_days_as_people_write_them(raw: str, day: str | None) -> None:
    found = dates.month_named(raw)
    assert (found.isoformat() if found else None) == day
