"""Which of a page's links lead to articles: by the shape of the address, the place of the link, and repetition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.discovery.hosts import same_site
from crawler.discovery.page import MAX_LINKS, text_of
from crawler.discovery.shape import Shape, article_shape
from crawler.discovery.urls import absolute, url_key

_ENOUGH = 3
_CHROME_TAGS = frozenset({"nav", "footer", "aside", "form", "dialog", "noscript"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|footer|colophon|sidebar|sidebars|widget-area|breadcrumbs?|related|recommended|popular|trending|most-read"
    r"|comments?|share|sharing|social|byline|author|pagination|pager|tags?|labels?|cookie|consent|advert|promo)(?:$|[\s_-])",
    re.IGNORECASE,
)
# Classes that tell a state, a layout or a post's own terms, and not what the element is: `has-sidebar`, `comments-open`, `tag-harbour`.
_STATE = re.compile(
    r"(?:has|with|without|no|is|tag|category|content|layout)-\S*|\S*-(?:open|closed|wrap|wrapper|visible|hidden|layout)", re.IGNORECASE
)
_TEASER = re.compile(
    r"(?:^|[\s_-])(?:post|posts|entry|story|stories|article|articles|card|teaser|hentry|headline|news-?items?|news-?list|views-row|blog-posts)(?:$|[\s_-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands: what its ancestors say."""

    chrome: bool = False
    main: bool = False
    teaser: bool = False
    heading: bool = False
    path: tuple[str, ...] = ()
    """The last six ancestors, tag and first class each: equal for the items of one list."""


@dataclass(slots=True)
class _Candidate:
    url: str
    place: Place
    text: str
    shape: Shape


def anchors(root: HtmlElement) -> Iterator[tuple[HtmlElement, Place]]:
    """Each link of the page with its place, in document order, the first `MAX_LINKS`. Linear in the page's size."""
    open_elements: list[HtmlElement] = []
    places = [Place()]  # of the first of `open_elements`; the others' are made when a link needs them
    count = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        if event == "end":
            open_elements.pop()
            del places[len(open_elements) + 1 :]
            continue
        open_elements.append(element)
        if element.tag == "a" and element.get("href"):
            for ancestor in open_elements[len(places) - 1 :]:
                places.append(_within(places[-1], ancestor))
            yield element, places[-1]
            count += 1
            if count >= MAX_LINKS:
                return


def articles(root: HtmlElement, base: str) -> list[tuple[str, str | None]]:
    """Address and text of each link that looks like an article's, once each, in the page's order.

    Menus, footers, sidebars and the like count only where the rest of the page has none.
    """
    candidates = [candidate for candidate in _candidates(root, base) if candidate.shape is not Shape.OTHER]
    paths = _repeated(candidates)
    inside = [candidate for candidate in candidates if not candidate.place.chrome]
    for group in (inside, candidates):
        chosen = [candidate for candidate in group if _score(candidate, paths) >= _ENOUGH]
        if chosen:
            return _once(chosen)
    return []


def _candidates(root: HtmlElement, base: str) -> Iterator[_Candidate]:
    here = url_key(base)
    for anchor, place in anchors(root):
        url = absolute(base, anchor.get("href"))
        if url and same_site(url, base) and url_key(url) != here:
            holds_heading = any(isinstance(child.tag, str) and child.tag in _HEADINGS for child in anchor.iterdescendants())
            yield _Candidate(url, _with_heading(place) if holds_heading else place, _label(anchor), article_shape(url))


def _score(candidate: _Candidate, paths: Counter[tuple[str, ...]]) -> int:
    place = candidate.place
    score = 2 if candidate.shape is Shape.ARTICLE else 0
    score += 2 if place.heading else 0
    score += place.teaser + place.main
    score += paths[place.path] >= 3
    score += _is_headline(candidate.text)
    score += _is_made_of(candidate.url, candidate.text)
    return score


def _repeated(candidates: list[_Candidate]) -> Counter[tuple[str, ...]]:
    """How many different addresses stand in the same kind of place."""
    return Counter(path for path, _ in {(candidate.place.path, url_key(candidate.url)) for candidate in candidates})


def _once(candidates: list[_Candidate]) -> list[tuple[str, str | None]]:
    """Each address with the text of its link in a heading, else with its longest text."""
    best: dict[str, _Candidate] = {}
    for candidate in candidates:
        key = url_key(candidate.url)
        known = best.get(key)
        if known is None or (candidate.place.heading, len(candidate.text)) > (known.place.heading, len(known.text)):
            best[key] = candidate if known is None else _Candidate(known.url, candidate.place, candidate.text, candidate.shape)
    return [(candidate.url, candidate.text if _is_headline(candidate.text) else None) for candidate in best.values()]


def _is_headline(text: str) -> bool:
    """Three words or more, or, in scripts without spaces, eight characters."""
    return len(text.split()) >= 3 or (len(text) >= 8 and not text.isascii())


def _is_made_of(url: str, text: str) -> bool:
    """Whether the last part of the address was made of the link's text: two words or more, most of them in it."""
    words = set(re.findall(r"[^\W_]{2,}", unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]).lower()))
    return len(words) >= 2 and len(words & set(re.findall(r"[^\W_]{2,}", text.lower()))) * 3 >= len(words) * 2


def _label(anchor: HtmlElement) -> str:
    return text_of(anchor) or str(anchor.get("title") or anchor.get("aria-label") or "")[:1_000].strip()


def _within(parent: Place, element: HtmlElement) -> Place:
    name = str(element.tag)
    classes = str(element.get("class") or "")[:300]
    marks = f"{classes} {str(element.get('id') or '')[:100]} {element.get('role') or ''}"
    says_what = name not in ("html", "body", "article", "a")
    chrome = name in _CHROME_TAGS or bool(
        says_what and _CHROME.search(" ".join(mark for mark in marks.split() if not _STATE.fullmatch(mark)))
    )
    main = name == "main" or element.get("role") == "main"
    return Place(
        chrome=(parent.chrome and not main) or chrome or "complementary" in marks or "contentinfo" in marks,
        main=parent.main or main or name == "article",
        teaser=parent.teaser or name == "article" or (name not in ("html", "body") and bool(_TEASER.search(marks))),
        heading=parent.heading or name in _HEADINGS,
        path=(*parent.path[-5:], f"{name}.{classes.partition(' ')[0]}"),
    )


def _with_heading(place: Place) -> Place:
    return Place(place.chrome, place.main, place.teaser, True, place.path)
