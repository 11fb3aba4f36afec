"""A floor for the quality of extraction: stories of our own in the layouts of news blogs, scored against what was put in.

The floor may rise, not fall.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import pytest
from blog_platforms import casper, contempo, medium, tumblr

from crawler.extraction import extract
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.site import Site

FLOOR = {"body": 1.0, "headline": 1.0, "section": 1.0, "authors": 1.0, "published": 1.0, "headings": 1.0, "language": 1.0}
URL = "https://almanac.example/2025/03/story.html"


@dataclass(frozen=True)
class Story:
    language: str
    headline: str
    section: str
    author: str
    lead: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    """Sub-heading, empty for none, and the paragraphs under it."""

    @property
    def text(self) -> str:
        return "\n\n".join([self.lead, *(line for title, lines in self.parts for line in (title, *lines) if line)])


MILL = Story(
    "en",
    "Village Buys Back Its Water Mill",
    "Countryside",
    "Petra Lindqvist-Moss",
    "After forty years in private hands the mill on the Tarn belongs to the village again, and its wheel will turn in May.",
    (
        (
            "",
            (
                "The price was settled at a kitchen table on Sunday night: less than a new tractor costs, and a sack of flour each Christmas.",
                "Two hundred and six households put money into the fund, some of them no more than the children had in their jars.",
            ),
        ),
        (
            "A wheel without water",
            (
                "The leat has been dry since a flood moved the weir, so volunteers will first have to dig out three hundred metres of silt.",
                "The county has lent them a small excavator, and a retired engineer has promised to teach whoever wants to drive it.",
            ),
        ),
        (
            "Bread on Fridays",
            (
                "A baker from the next valley wants to rent the drying floor and sell bread there one day a week, beginning in the summer.",
                "Whether the old stones can still grind nobody knows; the last miller, who is ninety, says they were always better than he was.",
            ),
        ),
    ),
)
BRÜCKE = Story(
    "de",
    "Die alte Hängebrücke wird wieder begehbar",
    "Regionales",
    "Hedda Fährmann",
    "Neun Jahre nach dem Hochwasser soll die Hängebrücke über die Aule im Herbst wieder für Fußgänger geöffnet werden.",
    (
        (
            "",
            (
                "Der Gemeinderat hat am Mittwoch einstimmig beschlossen, die Seile erneuern zu lassen und den Belag aus Lärche zu legen.",
                "Bislang mussten die Schulkinder aus dem Oberdorf jeden Morgen einen Umweg von vier Kilometern über die Landstraße nehmen.",
            ),
        ),
        (
            "Wer bezahlt die Seile",
            (
                "Zwei Drittel der Kosten übernimmt der Kreis, den Rest hat ein Verein gesammelt, der Planken mit Namen darauf verkauft hat.",
                "Die ersten Planken waren nach einer Woche vergeben, und inzwischen gibt es eine Liste für die Brücke im Nachbarort.",
            ),
        ),
    ),
)
ARABIC = Story(
    "ar",
    "افتتاح مكتبة جديدة في المدينة القديمة",
    "ثقافة",
    "سلمى النهري",
    "افتتحت المدينة القديمة صباح اليوم مكتبة عامة جديدة في مبنى كان مخزنا للحبوب قبل مئة عام وبقي مهجورا منذ ذلك الوقت.",
    (
        (
            "",
            (
                "تضم المكتبة عشرين ألف كتاب تبرع بها سكان الحي، وقاعة للقراءة تطل على النهر، وغرفة صغيرة للأطفال مع مسرح للدمى.",
                "وقالت مديرة المكتبة إن الدخول مجاني للجميع، وإن المتطوعين سيقرأون القصص للأطفال كل يوم جمعة بعد الظهر.",
            ),
        ),
    ),
)


def wordpress(story: Story) -> str:
    body = "".join((f"<h2>{title}</h2>" if title else "") + "".join(f"<p>{line}</p>" for line in lines) for title, lines in story.parts)
    return _page(
        story,
        f"""<meta property="article:published_time" content="2025-03-09T06:30:00+01:00"><meta property="article:section"
        content="{story.section}"><meta name="author" content="{story.author}">""",
        f"""<article class="post type-post hentry"><header><h1 class="entry-title">{story.headline}</h1></header><div class="entry-content">
        <p>{story.lead}</p>{body}<div class="sharedaddy"><h3>Share this:</h3><ul><li><a href="/s">Mail</a></li></ul></div></div></article>
        <div id="comments"><h2>3 thoughts</h2><ol class="comment-list"><li><p>{"A reader's remark that is not the article's. " * 4}</p></li></ol></div>""",
    )


def blogger(story: Story) -> str:
    lines = [f"<b>{title}.........</b>" if title else "" for title, _ in story.parts]
    body = "<br><br>".join(
        [story.lead, *(piece for head, (_, texts) in zip(lines, story.parts, strict=True) for piece in (head, *texts) if piece)]
    )
    return _page(
        story,
        "<meta name='generator' content='blogger'>",
        f"""<div class='date-outer'><h2 class='date-header'><span>March 9, 2025</span></h2><div class='post hentry'>
        <div>{story.section} /</div><h3 class='post-title entry-title'>//{story.headline}//</h3><div class='post-body entry-content'>{body}</div>
        <div class='post-footer'>Posted by <span class='fn'>{story.author}</span> at <abbr class='published' title='2025-03-09T06:30:00+01:00'>6:30</abbr>
        <span class='post-labels'>Labels: <a rel='tag' href='/search/label/x'>{story.section}</a></span></div></div></div>""",
    )


def json_ld(story: Story) -> str:
    """A page of bare containers whose JSON-LD says what is what."""
    body = "".join(
        (f"<h3>{title}</h3>" if title else "") + "".join(f"<div class='css-1x'>{line}</div>" for line in lines)
        for title, lines in story.parts
    )
    return _page(
        story,
        f"""<script type="application/ld+json">[{{"@context":"https://schema.org","@type":"NewsArticle","headline":"{story.headline}",
        "datePublished":"2025-03-09T05:30:00Z","articleSection":["{story.section}"],"author":[{{"@type":"Person","name":"{story.author}"}}],}}]
        </script>""",
        f"""<main><h1>{story.headline}</h1><div class="css-1x">{story.lead}</div>{body}<figure><img src="/p.jpg" alt="">
        <figcaption>{"Seen from the road on a day in winter. " * 2}</figcaption></figure></main>
        <section class="recirculation"><h2>More stories</h2>{_teasers()}</section>""",
    )


def crowded(story: Story) -> str:
    """A page of containers that mean nothing, with teasers and a newsletter between its paragraphs, and readers' remarks below."""
    parts = [
        piece for title, lines in story.parts for piece in ((f"<h3>{title}</h3>" if title else ""), *(f"<p>{line}</p>" for line in lines))
    ]
    teaser = (
        "<div class='box'><h4><a href='/2024/05/older.html'>An older story, told at length</a></h4><div>What it said in a line.</div></div>"
    )
    newsletter = (
        "<p class='newsletter-form__text'>Every morning we send our readers what they have to know, and what they may laugh about.</p>"
    )
    remarks = "".join(
        f"<div class='forum-comment comment-{n}'><p>{'A remark of a reader who was there. ' * 8}</p></div>" for n in range(12)
    )
    return _page(
        story,
        f"""<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="{story.author}">
        <meta property="article:section" content="{story.section}">""",
        f"""<div class="story-wrap"><h1>{story.headline}</h1><div><time datetime="2025-03-09T06:30:00+01:00">9 March 2025</time></div>
        <div class="text"><p>{story.lead}</p>{parts[0]}{parts[1]}{teaser}{"".join(parts[2:])}{newsletter}</div>
        <div class="forum">{remarks}</div></div>""",
    )


def _page(story: Story, head: str, body: str) -> str:
    menu = "".join(f"<li><a href='/{name.lower()}'>{name}</a></li>" for name in ("Home", "World", "Sports", "Letters"))
    return f"""<!DOCTYPE html><html lang="{story.language}"><head><meta charset="utf-8"><title>{story.headline} - The Almanac</title>
    <meta property="og:site_name" content="The Almanac"><meta property="og:title" content="{story.headline}">{head}</head><body>
    <nav><ul>{menu}</ul></nav>{body}<aside class="sidebar"><h2>Most read</h2>{_teasers()}
    <time datetime="2025-11-30T10:00:00Z">30 November 2025</time></aside>
    <div class="cookie-banner"><p>We use cookies to remember your choices and to count our visitors. You may refuse them at any time.</p></div>
    <footer><p>Copyright The Almanac. All rights reserved, in all valleys and on all hills of the county.</p></footer></body></html>"""


def _teasers() -> str:
    return "".join(
        f"<div><h3><a href='/2025/0{number}/other.html'>Another story, number {number}</a></h3><p>What it says in a line or two, to be read elsewhere.</p></div>"
        for number in range(1, 6)
    )


def grams(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(zip(*(words[start:] for start in range(4)), strict=False))


def body_f1(truth: str, found: str) -> float:
    """F1 of the four-word runs that both texts have."""
    one, other = grams(truth), grams(found)
    return 2 * (one & other).total() / (one.total() + other.total())


LAYOUTS: list[Callable[[Story], str]] = [wordpress, blogger, json_ld, contempo, casper, medium, tumblr]
STORIES = [MILL, BRÜCKE, ARABIC]
PAGES = [*product(LAYOUTS, STORIES), (crowded, MILL), (crowded, BRÜCKE)]


def scores(layout: Callable[[Story], str], story: Story) -> dict[str, float]:
    capture = Capture.from_response(URL, layout(story).encode(), date=datetime(2025, 12, 1, tzinfo=UTC))
    found = extract(capture, Site(key="almanac", url="https://almanac.example/"))
    assert isinstance(found, Article), found
    headings = [block.text for block in found.blocks if block.type == "heading"]
    return {
        "body": body_f1(story.text, found.body or ""),
        "headline": float(found.headline == story.headline),
        "section": float(found.section == story.section),
        "authors": float(found.authors == [story.author]),
        "published": float((found.published or "")[:10] == "2025-03-09"),
        "headings": float(headings == [title for title, _ in story.parts if title]),
        "language": float(found.language == story.language),
    }


@pytest.mark.parametrize("field", FLOOR)
def test_quality_stands_above_its_floor(field: str) -> None:
    reached = [scores(layout, story)[field] for layout, story in PAGES]
    assert sum(reached) / len(reached) >= FLOOR[field]
