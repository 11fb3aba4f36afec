"""Learned templates: what they learn, when they speak, and what becomes of them when a site changes its layout."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from layouts import LAYOUTS
from loopback import Project, Web
from stories import story

from crawler.extraction import Refusal
from crawler.extraction import extract as by_cascade
from crawler.extraction.template import TemplateBook, extract, is_active
from crawler.extraction.template_fields import chosen
from crawler.formats.archive import Archive
from crawler.formats.article import Article
from crawler.formats.capture import Capture
from crawler.formats.site import Site
from crawler.formats.template import Layout, Templates, read_templates, write_templates

BASE = "http://blog.example"
SITE = Site(key="blog", url=f"{BASE}/")
DATE = datetime(2026, 6, 1, tzinfo=UTC)
WORDS = (
    "harbour",
    "ferry",
    "lantern",
    "council",
    "bridge",
    "market",
    "orchard",
    "baker",
    "street",
    "tide",
    "school",
    "library",
    "winter",
    "evening",
    "answer",
    "promise",
)
Page = Callable[[int], str]


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(9, 18))).capitalize() + "."


def paragraph(rng: random.Random) -> str:
    return " ".join(sentence(rng) for _ in range(4))


def headline(number: int) -> str:
    return f"{sentence(random.Random(number))[:-1]} number {number}"


def old_layout(number: int, more: str = "") -> str:
    """A WordPress theme: everything is said by classes, nothing for machines but the title."""
    rng = random.Random(number)
    title, day = headline(number), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    body = "".join(f"<p>{paragraph(rng)}</p>" for _ in range(5)) + f"<h2>{sentence(rng)[:-1]}</h2><p>{paragraph(rng)}</p>"
    section = rng.choice(("Harbour", "Markets", "Schools"))
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title} | The Quay</title></head><body class="single-post"><header class="site-header">'
        f'<a href="/">The Quay</a></header><main><article class="post"><h1 class="entry-title">{title}</h1>'
        f'<div class="cats"><a rel="category tag" href="/category/{section.lower()}/">{section}</a></div>'
        f'<time class="entry-date published" datetime="{day:%Y-%m-%dT08:00:00+00:00}">{day:%d %B %Y}</time>'
        f'<div class="entry-content">{body}{more}<div class="sharedaddy">Share this story with a friend</div></div></article></main>'
        f'<aside class="sidebar"><p>{sentence(rng)}</p></aside><footer>The Quay</footer></body></html>'
    )


def with_quote(number: int) -> str:
    return old_layout(
        number, f"<blockquote><p>{paragraph(random.Random(-number))}</p></blockquote><p>{paragraph(random.Random(-number - 1))}</p>"
    )


def with_repeated_line(number: int) -> str:
    """The same words under every text, in a paragraph like all others."""
    return old_layout(number, "<p>The Quay is printed twice a week and sold at the ferry kiosk.</p>")


def in_other_words(number: int) -> str:
    """The same classes, but the text has left its container's paragraphs for plain divisions of another class."""
    return old_layout(number).replace("<p>", '<div class="para">').replace("</p>", "</div>")


def capture(number: int, page: Page) -> Capture:
    return Capture.from_response(f"{BASE}/2026/{number}-story/", page(number).encode(), date=DATE + timedelta(days=number))


def book() -> TemplateBook:
    return TemplateBook(Templates(), lambda: DATE)


def read(known: TemplateBook, captures: Iterable[Capture]) -> tuple[Counter[str], list[tuple[Article, Article]]]:
    """Reads `captures` one after another; what was made of them, and each article beside the whole cascade's."""
    uses: Counter[str] = Counter()
    pairs = []
    for one in captures:
        found, lesson = extract(one, SITE, None, known.packed())
        whole = by_cascade(one, SITE)
        assert isinstance(found, Article)
        assert isinstance(whole, Article)
        assert lesson is not None
        known.learn(lesson)
        uses[lesson.use] += 1
        pairs.append((found, whole))
    return uses, pairs


def without_provenance(article: Article) -> dict[str, object]:
    return article.model_dump(exclude={"provenance"})


def only_layout(known: TemplateBook) -> Layout:
    (layout,) = known.templates.layouts.values()
    return layout


def test_a_learnt_layout_says_what_the_cascade_says() -> None:
    known = book()
    uses, pairs = read(known, (capture(number, old_layout) for number in range(60)))
    assert uses["applied"] > 40, uses
    assert uses["differs"] == 0
    assert [without_provenance(mine) for mine, _ in pairs] == [without_provenance(whole) for _, whole in pairs]
    layout = only_layout(known)
    assert is_active(layout)
    assert "cats" in (chosen(layout.fields["section"]) or "")
    assert pairs[-1][0].provenance["body"] == "template"
    assert pairs[-1][0].provenance["headline"] == "template"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_many_systems_are_read_as_by_the_cascade(layout: str) -> None:
    known = book()
    stories = [story(number) for number in range(30)]
    pages = [Capture.from_response(f"{BASE}{one.path}", LAYOUTS[layout](one).encode(), date=DATE) for one in stories]
    uses, pairs = read(known, pages)
    assert uses["applied"] >= 15, uses
    assert [without_provenance(mine) for mine, _ in pairs] == [without_provenance(whole) for _, whole in pairs]
    last = pairs[-1][0]
    assert (last.headline, last.section, last.authors) == (stories[-1].headline, stories[-1].section, [stories[-1].author])
    assert [text for text in stories[-1].parts if text[0] != "figure" and text[1][0] not in last.body] == []


def test_one_page_in_twenty_is_audited() -> None:
    known = book()
    uses, _ = read(known, (capture(number, old_layout) for number in range(120)))
    assert 1 <= only_layout(known).audits <= 15
    assert uses["equal"] >= only_layout(known).audits


def test_what_was_not_seen_before_is_left_to_the_cascade() -> None:
    known = book()
    read(known, (capture(number, old_layout) for number in range(30)))
    uses, pairs = read(known, [capture(200, with_quote)])
    assert uses == {"odd": 1}
    assert without_provenance(pairs[0][0]) == without_provenance(pairs[0][1])
    uses, pairs = read(known, (capture(number, with_quote) for number in range(201, 221)))
    assert uses["applied"] >= 15  # what it saw once, it knows
    assert [without_provenance(mine) for mine, _ in pairs] == [without_provenance(whole) for _, whole in pairs]


def test_what_stands_on_every_page_in_the_same_words_is_as_the_cascade_has_it() -> None:
    _, pairs = read(book(), (capture(number, with_repeated_line) for number in range(30)))
    assert [mine.body for mine, _ in pairs] == [whole.body for _, whole in pairs]


def test_a_changed_layout_is_read_by_the_cascade_and_learnt() -> None:
    known = book()
    read(known, (capture(number, old_layout) for number in range(20)))
    uses, pairs = read(known, (capture(number, in_other_words) for number in range(300, 330)))
    assert uses["odd"] >= 1
    assert [mine.body for mine, _ in pairs] == [whole.body for _, whole in pairs]


def test_a_template_that_parts_from_the_cascade_is_dropped_and_learnt_anew() -> None:
    known = book()
    read(known, (capture(number, old_layout) for number in range(20)))
    _, lesson = extract(capture(400, old_layout), SITE, None, TemplateBook(Templates(), lambda: DATE).packed())
    assert lesson is not None
    parted = replace(lesson, use="differs", detail="blocks")
    for _ in range(2):
        known.learn(parted)
    assert known.dropped == {}
    known.learn(parted)
    assert len(known.dropped) == 1
    assert "last: blocks" in next(iter(known.dropped.values()))
    assert only_layout(known).relearnt == 1
    assert not is_active(only_layout(known))
    uses, _ = read(known, (capture(number, old_layout) for number in range(800, 830)))
    assert uses["applied"] > 10


def test_a_rule_goes_over_what_was_learnt() -> None:
    known = book()
    read(known, (capture(number, old_layout) for number in range(20)))
    ruled = Site.model_validate({"key": "blog", "url": BASE, "extract": [{"headline": {"css": ".cats a"}}]})
    found, lesson = extract(capture(901, old_layout), ruled, None, known.packed())
    assert isinstance(found, Article)
    assert lesson is not None
    assert found.headline in ("Harbour", "Markets", "Schools")
    assert found.provenance["headline"] == "rule"


def test_a_page_that_is_no_article_is_refused_as_ever() -> None:
    known = book()
    read(known, (capture(number, old_layout) for number in range(20)))
    missing = Capture.from_response(f"{BASE}/gone/", b"<html><title>Not found</title><h1>Not found</h1></html>", date=DATE, status=404)
    found, lesson = extract(missing, SITE, None, known.packed())
    assert isinstance(found, Refusal)
    assert lesson is None


def test_what_was_learnt_is_kept(tmp_path: Path) -> None:
    known = book()
    read(known, (capture(number, old_layout) for number in range(12)))
    path = Archive(tmp_path).site("blog").templates_path
    assert read_templates(path) == Templates()
    write_templates(path, known.templates)
    assert read_templates(path) == known.templates
    path.write_text('{"version": 1, "layouts": {"a": ')
    assert read_templates(path) == Templates()


def publish(web: Web, count: int) -> None:
    paths = [f"/2026/01/{number}-story.html" for number in range(count)]
    for number, path in enumerate(paths):
        web.page(path, old_layout(number))
    entries = "".join(f"<url><loc>{web.url}{path}</loc></url>" for path in paths)
    web.page("/sitemap.xml", f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>')


def test_a_crawl_learns_and_the_command_shows_it(project: Project, web: Web) -> None:
    crawl = ("crawl", "blog", "-s", "EXTRACTION_TEMPLATES=1")
    publish(web, 20)
    project.loopback("blog", web, f'discover: [{{sitemap: "{web.url}/sitemap.xml"}}]\n')
    assert project.run(*crawl).returncode == 0
    assert "entry-content" in project.run("template", "blog").stdout
    assert project.run("template", "--forget", "blog").stdout == "blog: forgotten\n"
    assert project.run("template", "blog").stdout == "nothing was learnt yet\n"
    anew = project.run("template", "--relearn", "blog")
    assert "active" in anew.stdout, anew.stderr
    publish(web, 30)
    assert project.run(*crawl).returncode == 0
    lines = project.lines("blog")
    assert len(lines) == 30
    assert any(line["provenance"]["body"] == "template" for line in lines[20:])


def test_the_command_says_what_is_wrong(project: Project) -> None:
    assert project.run("template").returncode == 2
    assert project.run("template", "nowhere").returncode == 2
