"""The section of an article, in the publisher's own words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from crawler.extraction import jsonld, normalise
from crawler.extraction.candidates import Candidate
from crawler.extraction.frame import is_listed
from crawler.extraction.page import short_text, text_of
from crawler.extraction.segments import Segment
from crawler.extraction.structured import Statements

_HOME = frozenset(
    {
        "home", "homepage", "home page", "main page", "front page", "frontpage", "start", "startseite", "accueil",
        "inicio", "início", "portada",
        "front", "hem", "hjem", "forside", "etusivu", "главная", "strona główna", "anasayfa",
        "ホーム", "トップ", "首页", "you are here", "all articles",
        "articles", "article", "artikel", "news article", "uncategorized", "uncategorised",
        "blog", "post", "posts", "page", "default", "none", "null",
        "undefined", "en", "current page", "breadcrumb", "breadcrumbs",
        "sin categoría", "sin categoria", "sem categoria", "non classé", "senza categoria", "geen categorie", "bez kategorii",
        "okategoriserade", "ukategorisert", "ikke kategoriseret", "без рубрики", "未分類", "未分类", "미분류",
    }
)  # fmt: skip
_BROAD = frozenset(
    {
        "other", "others", "misc", "miscellaneous", "general", "allgemein", "sonstiges", "divers", "varios", "otros", "altro", "overig",
        "news", "all", "latest", "latest news", "stories", "story", "nachrichten", "aktuell", "actualités", "noticias", "notizie", "more",
    }
)  # fmt: skip
"""Labels that a whole site goes under: taken only where there is nothing closer."""
_META = (
    "article:section", "parsely-section", "og:article:section", "sailthru.section", "cxenseparse:taxonomy", "section",
    "dc.subject.section", "dcterms.subject.section",
    "article.section", "bt:section", "category", "page-category", "articlesection", "cg", "primary_category", "news_section",
    "vr:category", "og:section", "channel",
)  # fmt: skip
_CRUMBS = ("breadcrumb", "breadcrumbs", "crumbs", "bread-crumb")
_LABELS = (
    "post-labels",
    "cat-links",
    "entry-category",
    "post-category",
    "category",
    "article-section",
    "section-label",
    "kicker",
    "post-categories",
    "entry-categories",
    "section-name",
    "eyebrow",
    "rubric",
    "article-category",
)
_LONGEST = 60
_REMARKS = re.compile(r"\d+\s+(?:comments?|kommentare?|commentaires?|comentarios|replies|views|shares|likes)$", re.I)
"""Counters, which themes put beside the label."""


def candidates(said: Statements, shown: list[Segment], names: list[str], headline: str | None) -> list[Candidate]:
    """Every section that the page names, best first: those that two kinds of evidence agree on before those of one.

    `shown`: the page's segments. A line that ends in a slash, as some themes print above the headline, is the publisher's own word.
    """
    lines = [one for raw in _slash_lines(said, shown) if _is_section(one := Candidate(raw, "section line"), names, headline)]
    if lines:
        return lines
    found = [one for one in _all(said, headline) if _is_section(one, names, headline)]
    kinds: dict[str, set[str]] = {}
    for one in found:
        kinds.setdefault(normalise.fold(one.value), set()).add(one.method)
    folders = _folders(said.page.url)
    menu = _menu(said)
    worth = {}
    for place, one in enumerate(found):
        key = normalise.fold(one.value)
        agreed = len(kinds[key]) + 0.8 * (normalise.letters(one.value) in folders) + 0.4 * (key in menu)
        worth[id(one)] = agreed - 0.01 * place - 2.0 * (key in _BROAD)
    found.sort(key=lambda one: -worth[id(one)])
    if not found and menu:
        found = [Candidate(text, "url", text) for text in menu.values() if text]
    return found or [one for raw in _label_links(said) if _is_section(one := Candidate(raw, "label"), names, headline)]


def _all(said: Statements, headline: str | None) -> Iterator[Candidate]:
    for raw in jsonld.texts(said.json("articleSection")):
        yield Candidate(raw, "json-ld")
    for name in _META:
        for raw in said.page.metas.get(name, ())[:3]:
            yield Candidate(raw, "meta")
    for raw in said.item_texts("articlesection"):
        yield Candidate(raw, "microdata")
    for raw in _json_crumbs(said, headline):
        yield Candidate(raw, "breadcrumb")
    for raw in _page_crumbs(said):
        yield Candidate(raw, "breadcrumb")
    for raw in _labels(said):
        yield Candidate(raw, "label")


def _is_section(one: Candidate, names: list[str], headline: str | None) -> bool:
    value = normalise.line(html.unescape(one.raw))
    if one.method in ("meta", "json-ld") and len(value) > 2 and any(mark in value for mark in (",", ";", "|", "/", ">")):
        value = next(
            (part for mark in (";", "|", ">", ",", "/") for part in [value.split(mark)[0]] if part != value and part.strip()), value
        )
    one.value = normalise.section_label(value)
    key = normalise.letters(one.value)
    if _REMARKS.match(one.value):
        return False
    if not key or key.isdigit() or len(one.value) > _LONGEST or one.value.startswith(("http", "{", "[")):
        return False
    if normalise.fold(one.value) in _HOME or key in {normalise.letters(name) for name in names}:
        return False
    return normalise.fold(one.value) != normalise.fold(headline)


def _json_crumbs(said: Statements, headline: str | None) -> list[str]:
    best: list[str] = []
    for node in said.named("breadcrumblist"):
        items = node.get("itemListElement")
        rows = sorted((row for row in items if isinstance(row, dict)), key=_position) if isinstance(items, list) else [items]
        labels = [text for row in rows if isinstance(row, dict) and (text := jsonld.text(row.get("name")) or jsonld.text(row.get("item")))]
        labels = [label for label in labels if not label.startswith("http")]
        if len(labels) > len(best):
            best = labels
    if best and headline and normalise.fold(best[-1])[:30] == normalise.fold(headline)[:30]:
        best = best[:-1]
    return best


def _position(row: jsonld.Node) -> int:
    try:
        return int(row.get("position") or 0)
    except (TypeError, ValueError):
        return 0


def _page_crumbs(said: Statements) -> list[str]:
    for element in said.page.tagged("nav", "ul", "ol", "div", "p", "section", "span"):
        if _names_crumbs(element.get("class"), element.get("id"), element.get("aria-label"), element.get("itemtype")):
            labels = [normalise.line(text_of(link)) for link in element.iter("a")]
            labels = [label for label in labels if label]
            if labels and len(labels) <= 8:
                return labels
    return []


@lru_cache(maxsize=8_192)
def _names_crumbs(*attributes: str | None) -> bool:
    name = " ".join(value.lower() for value in attributes if value)
    return any(word in name for word in _CRUMBS)


def _labels(said: Statements) -> list[str]:
    """Links that a theme marks as the article's own label: `rel=tag` in Blogger, `rel=category` in WordPress, classes."""
    found = [
        normalise.line(text_of(link))
        for link in said.page.tagged("a")
        if "category" in (link.get("rel") or "").split() and not is_listed(said.page, link)
    ]
    if not found:
        for element in said.page.tagged("span", "div", "p", "a", "h2", "h3", "h4", "ul", "li", "strong"):
            names = element.get("class")
            if names and _names_label(names) and not is_listed(said.page, element):
                links = [element] if element.tag == "a" else list(element.iter("a"))
                texts = [short_text(link, _LONGEST) for link in links] or [short_text(element, _LONGEST)]
                found += [text for text in texts if text]
            if len(found) >= 4:
                break
    if not found:
        found = [
            normalise.line(text_of(link))
            for link in said.page.tagged("a")
            if "tag" in (link.get("rel") or "").split() and not is_listed(said.page, link)
        ]
    return found[:4]


@lru_cache(maxsize=8_192)
def _names_label(names: str) -> bool:
    return any(name in _LABELS for name in names.lower().split())


def _slash_lines(said: Statements, shown: list[Segment]) -> list[str]:
    """Lines such as `Politics /`; of `Home / Politics /` all parts, so that a trail begins with its first section."""
    found = [
        one.text
        for one in shown
        if one.kind in ("paragraph", "heading")
        and 3 < len(one.text) <= 80
        and one.text.endswith(" /")
        and not is_listed(said.page, one.element)
    ]
    trails = [part + " /" if " / " in text else part for text in found[:2] for part in text.removesuffix(" /").split(" / ")]
    return [part if part.endswith(" /") else part + " /" for part in trails]


def _label_links(said: Statements) -> list[str]:
    """Links to the site's own label, category or tag pages that stand outside menus and lists."""
    for pattern in ("/search/label/", "/category/", "/categories/", "/section/", "/sections/", "/tag/"):
        links = [one for one in said.page.tagged("a") if pattern in (one.get("href") or "") and not is_listed(said.page, one)]
        texts = [text for one in links if 1 < len(text := normalise.line(text_of(one))) <= _LONGEST]
        if texts and len(texts) <= 12:
            return texts
    return []


def _folders(url: str) -> set[str]:
    return {normalise.letters(unquote(part)) for part in urlsplit(url).path.split("/")[1:-1]} - {""}


def _menu(said: Statements) -> dict[str, str]:
    """Folders of the URL as the page's own menu words them: folded label -> label, outermost folder first."""
    found: dict[str, str] = {}
    path = urlsplit(said.page.url).path.split("/")[1:-1]
    wanted = {f"/{'/'.join(path[: depth + 1])}".lower(): depth for depth in range(min(len(path), 3)) if not path[depth].isdigit()}
    if not wanted:
        return found
    ranked: dict[int, str] = {}
    for link in said.page.tagged("a"):
        href = link.get("href")
        if not href or len(href) > 120:
            continue
        try:
            target = urlsplit(href).path.rstrip("/").lower()
        except ValueError:
            continue
        depth = wanted.get(target)
        if depth is not None and depth not in ranked:
            label = normalise.section_label(text_of(link))
            if 1 < len(label) <= 40 and normalise.fold(label) not in _HOME:
                ranked[depth] = label
    for depth in sorted(ranked):
        found[normalise.fold(ranked[depth])] = ranked[depth]
    return found


def tag_links(said: Statements) -> list[str]:
    """Texts of the links that the page marks as its tags."""
    return [normalise.line(text_of(one)) for one in said.page.tagged("a") if "tag" in (one.get("rel") or "").lower().split()]
