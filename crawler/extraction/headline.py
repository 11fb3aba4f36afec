"""The article's own headline: of all the titles that a page declares or shows, the one that the others bear out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.extraction import jsonld, kickers, normalise
from crawler.extraction.candidates import Candidate
from crawler.extraction.frame import in_breadcrumb, is_listed
from crawler.extraction.page import Element, Page, text_of, title_tag
from crawler.extraction.structured import Statements, scope_type

_MARKED = (
    "post-title", "entry-title", "article-title", "article__title", "article-headline", "article__headline", "headline", "posttitle",
    "news-title", "story-title", "page-title", "single-title",
)  # fmt: skip
_LIKE_MARKED = re.compile("|".join(_MARKED))
_TITLED = ("h2", "h3", "h4", "div", "p", "span", "strong")
_LONGEST = 300
_FOREIGN = -0.6
"""What a shown heading is worth less that has nothing in common with the declared titles."""
_SHORTEST = 12
"""Letters of a heading below h1 from which it may be the headline."""


@dataclass(slots=True)
class _Title:
    candidate: Candidate
    worth: float
    """What the method is worth by itself; agreement of others is added."""
    shown: bool = False
    """Stands on the page where a headline stands."""
    kicker: kickers.Parted | None = None
    """Its parts, where mark-up sets the first words of a shown title apart."""


def site_names(said: Statements, configured: str | None) -> list[str]:
    """Names under which the site puts its own name on its pages."""
    page = said.page
    names = [configured or "", page.meta("og:site_name", "application-name", "al:android:app_name", "apple-mobile-web-app-title") or ""]
    names += jsonld.texts(said.json("publisher"))
    names += [name for node in said.named("website", "organization", "newsmediaorganization") for name in jsonld.texts(node.get("name"))]
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    names += [host, host.split(".")[0], *(host.rsplit(".", part)[0] for part in (1, 2) if host.count(".") >= part)]
    names += [page.meta("twitter:site", "twitter:creator") or "", *_home_links(page)]
    stories = {normalise.letters(text) for text in (page.meta("og:title"), jsonld.text(said.json("headline"))) if text}
    return [name.lstrip("@") for name in names if name and len(name) < 80 and normalise.letters(name) not in stories]


_FEED_NAME = re.compile(r"\s*(?:[-–—»|:]\s*)?(?:atom|rss(?: 2\.0)?|feed|posts)?(?:\s*feed)?\s*$", re.I)


def _home_links(page: Page) -> list[str]:
    """What the page calls its own home: texts of links to the root of the host, alternative texts of the logo, names of its feeds."""
    names = []
    parts = urlsplit(page.url)
    homes = {"/", f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{parts.netloc}/", f"//{parts.netloc}/"}
    for link in page.tagged("a"):
        if (link.get("href") or "").strip() in homes:
            names.append(normalise.line(text_of(link)) or next((normalise.line(image.get("alt")) for image in link.iter("img")), ""))
        if len(names) >= 6:
            break
    feeds = [
        _FEED_NAME.sub("", link.get("title") or "")
        for link in page.tagged("link")
        if "alternate" in (link.get("rel") or "") and "xml" in (link.get("type") or "")
    ]
    return [*names, *feeds[:3]]


def candidates(said: Statements, names: list[str]) -> list[Candidate]:
    """Every title of the page, best first."""
    titles = [*_shown(said), *_declared(said)]
    for title in titles:
        title.candidate.value = clean(title.candidate.raw, names)
    _drop_tails(titles)
    titles = [title for title in titles if title.candidate.value and not _is_site_name(title.candidate.value, names)]
    _drop_kickers(titles, names)
    worth = {id(title): title.worth + _support(title, titles) + _shown_bonus(title, titles) for title in titles}
    ranked = sorted(titles, key=lambda title: -worth[id(title)])
    return [title.candidate for title in ranked]


_DECLARED = frozenset({"json-ld", "opengraph", "microdata", "parsely", "twitter"})
_SHOWN = frozenset({"h1", "class", "heading"})
_TAILED = frozenset({"title", "opengraph", "twitter", "json-ld name"})
"""Methods whose titles are made for lists, where publishers add who or what part of the site says it."""


def _drop_tails(titles: list[_Title]) -> None:
    """Takes a short last part behind a bar off declared titles, unless the page shows it: ` | Example Group`, ` | District`."""
    shown = {normalise.fold(one.candidate.value) for one in titles if one.candidate.method in _SHOWN}
    stated = {normalise.fold(one.candidate.value) for one in titles if one.candidate.method not in _TAILED} | shown
    for one in (title.candidate for title in titles if title.candidate.method not in _SHOWN):
        begun, bar, tail = one.value.rpartition(" | ")
        if not bar or len(begun.split()) < 4 or len(tail.split()) > 3:
            continue
        if normalise.fold(begun) in shown or (one.method in _TAILED and normalise.fold(one.value) not in stated):
            one.value = begun.rstrip()


def _drop_kickers(titles: list[_Title], names: list[str]) -> None:
    """Takes a section, series or topic off the front of titles.

    Where mark-up sets it apart in the shown heading: off every title, if the page also declares the title without it, or if its class says
    what it is and the page does not declare the title with it. Elsewhere: off a title that says a word or three before what is declared.
    """
    declared = {normalise.fold(one.candidate.value): one.candidate.value for one in titles if one.candidate.method in _DECLARED}
    letters = {normalise.letters(value): value for value in declared.values()}
    for parts in [title.kicker for title in titles if title.kicker]:
        rest, whole = clean(parts.rest, names), normalise.letters(parts.kicker + parts.rest)
        if normalise.letters(rest) in letters or (parts.named and whole not in letters):
            _replace(titles, whole, rest)
        elif whole in letters:
            _replace(titles, whole, letters[whole])
    for title in titles:
        own = normalise.fold(title.candidate.value)
        if title.shown and own in declared:
            continue
        for folded, value in declared.items():
            if len(folded) >= 20 and own.endswith(" " + folded) and kickers.is_set_apart(title.candidate.value, value, title.kicker):
                title.candidate.value = value
                break


def _replace(titles: list[_Title], letters: str, value: str) -> None:
    """Gives the titles whose letters are `letters` the wording `value`: spaces are lost where a style sheet sets two parts apart."""
    for title in titles:
        if normalise.letters(title.candidate.value) == letters:
            title.candidate.value = value


def clean(raw: str, names: list[str]) -> str:
    """`raw` normalised: mark-up entities resolved, decoration and site name off."""
    text = normalise.line(html.unescape(raw) if "&" in raw else raw)
    text = normalise.undecorated(normalise.without_site_name(text, names))
    return text[:1_000]


def _is_site_name(text: str, names: list[str]) -> bool:
    key = normalise.letters(text)
    return key in {normalise.letters(name) for name in names}


def _shown(said: Statements) -> list[_Title]:
    """Headings of the page that stand where a headline stands."""
    titles = []
    for element in said.page.tagged("h1"):
        text = normalise.line(text_of(element))
        if text and len(text) < _LONGEST and not is_listed(said.page, element) and not in_breadcrumb(element):
            titles.append(_Title(Candidate(text, "h1"), 2.0, True, kickers.parted(element)))
    for place, title in enumerate(titles):
        title.worth -= 0.15 * place
    if len(titles) > 3:  # a theme that makes every story's heading an h1
        titles = titles[:3]
    titles += _echoes(said, alone=not titles)
    likely = said.page.tagged(*_TITLED) if said.items.get("headline") else said.page.named(_LIKE_MARKED)
    marked = [one for one in likely if one.tag in _TITLED and _is_marked(one)]
    if len(marked) <= 3:
        titles += [
            _Title(Candidate(text, "class"), 1.6 - 0.15 * place, kicker=kickers.parted(one))
            for place, one in enumerate(marked)
            if 0 < len(text := normalise.line(text_of(one))) < _LONGEST and not is_listed(said.page, one)
        ]
    return titles


def _echoes(said: Statements, *, alone: bool) -> list[_Title]:
    """Headings of any level that say what the page declares as its title: themes that mark nothing still print the headline.

    `alone`: the page shows no h1; then the first of them that says all of a declared title is as good as one.
    """
    page = said.page
    titles = [normalise.fold(normalise.line(text)) for text in (page.meta("og:title"), title_tag(page)) if text]
    stated = {*titles, normalise.fold(normalise.line(jsonld.text(said.json("headline"))))} if alone else set()
    found: list[_Title] = []
    for one in page.tagged("h2", "h3", "h4"):
        folded = normalise.fold(text := normalise.line(text_of(one)))
        if len(folded) < _SHORTEST:
            continue
        parts = kickers.parted(one) if stated else None
        whole = folded in stated or (parts is not None and normalise.fold(parts.rest) in stated)
        if (whole or any(folded in title and 2 * len(folded) > len(title) for title in titles)) and not is_listed(page, one):
            first = whole and not any(other.shown for other in found)
            found.append(_Title(Candidate(text, "heading"), 2.0 if first else 1.5, first, parts))
    return found[:2]


def _is_marked(element: Element) -> bool:
    names = (element.get("class") or "").lower().split()
    return any(name in _MARKED for name in names) or (element.get("itemprop") == "headline" and element.get("content") is None)


def _declared(said: Statements) -> list[_Title]:
    page = said.page
    found = [
        ("json-ld", jsonld.text(said.json("headline")), 1.7),
        ("json-ld name", jsonld.text(said.json("name")), 0.9),
        ("microdata", next((text for text in said.item_texts("headline")), None), 1.6),
        (
            "microdata name",
            next(
                (
                    e_text
                    for element in said.items.get("name", ())
                    if scope_type(element).endswith(("article", "blogposting")) and (e_text := text_of(element))
                ),
                None,
            ),
            1.2,
        ),
        ("opengraph", page.meta("og:title"), 1.3),
        ("twitter", page.meta("twitter:title", "twitter:text:title"), 1.0),
        ("parsely", page.meta("parsely-title", "sailthru.title", "hdl", "headline", "cxenseparse:title"), 1.1),
        ("dublin core", page.meta("dc.title", "dcterms.title"), 1.0),
    ]
    titles = [_Title(Candidate(text, method), worth) for method, text, worth in found if text and text.strip() and len(text) < 2 * _LONGEST]
    title = title_tag(page)
    if title.strip():
        titles.append(_Title(Candidate(title, "title"), 0.6))
    return titles


def _shown_bonus(title: _Title, titles: list[_Title]) -> float:
    """What readers see is the headline, where it speaks of what the page declares: declared titles are made for search engines.

    A heading that shares no word with any of two or more declared titles is that of a part of the text.
    """
    if not title.shown:
        return 0.0
    own = normalise.words(title.candidate.value)
    others = [normalise.words(other.candidate.value) for other in titles if other.candidate.method not in _SHOWN]
    if not others:
        return 1.0
    if any(len(own & other) >= 0.3 * min(len(own), len(other)) for other in others):
        return 2.0
    return _FOREIGN if len(others) > 1 and not any(own & other for other in others) else 0.0


def _support(title: _Title, titles: list[_Title]) -> float:
    """How far the other declared titles, each counted once by its kind, say the same."""
    own = normalise.fold(title.candidate.value)
    words = normalise.words(own)
    total = 0.0
    for other in titles:
        if other is title:
            continue
        folded = normalise.fold(other.candidate.value)
        if folded == own:
            total += 0.6
        elif own and folded and (folded.startswith(own) or own.startswith(folded)):
            total += 0.3 if len(own) >= 15 else 0.1
        elif words:
            theirs = normalise.words(folded)
            total += 0.3 * len(words & theirs) / max(len(words | theirs), 1)
    return total
