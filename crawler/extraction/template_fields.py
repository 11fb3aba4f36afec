"""Where the short fields stand: sources that say on each page of a layout what the whole cascade finds there."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from crawler.extraction import authors, dates, headline, jsonld, normalise
from crawler.extraction.css import select
from crawler.extraction.page import Element, text_of
from crawler.extraction.structured import Statements
from crawler.extraction.template_paths import address
from crawler.formats.template import CONTRADICTED, LearntField

FIELDS = ("headline", "section", "authors", "published", "modified")
PAGES = 5
"""Pages on which a source has to be right before it speaks alone."""
SEARCHED = 3
"""Pages on which some source was right after which no others are looked for: what is not always there is no source."""
_JSON_KEYS = {
    "headline": ("headline", "name"),
    "section": ("articleSection",),
    "authors": ("author", "creator"),
    "published": ("datePublished",),
    "modified": ("dateModified",),
}
_TAGS = {
    "headline": ("h1", "h2", "h3", "h4", "div", "p", "span", "strong"),
    "section": ("a", "span", "li", "p", "div", "strong"),
    "authors": ("a", "span", "p", "div", "li", "address", "strong"),
    "published": ("time", "abbr", "span", "p", "div", "h2", "li", "a", "meta"),
    "modified": ("time", "abbr", "meta"),
}
_DATES = ("published", "modified")
_FEW_CHILDREN = 5
_LONGEST = 400
_SOURCES = 12
"""Most sources remembered of a field."""

Value: TypeAlias = str | tuple[str, ...] | None


class Reading:
    """The values that sources give on one page, normalised as the cascade does."""

    def __init__(self, said: Statements, site_names: list[str], calendar: dates.Calendar) -> None:
        self.said = said
        self._normal: dict[str, Callable[[list[str]], Value]] = {
            "headline": lambda raw: headline.clean(raw[0], site_names),
            "section": lambda raw: normalise.section_label(raw[0]),
            "authors": lambda raw: tuple(authors.names(raw)),
            "published": lambda raw: calendar.normal(raw[0]),
            "modified": lambda raw: calendar.normal(raw[0]),
        }
        self._short: list[tuple[Element, str, str]] | None = None

    def raw(self, source: str) -> list[str]:
        """What stands at `source`; empty where it is silent."""
        kind, _, place = source.partition(" ")
        if kind == "json-ld":
            return jsonld.texts(self.said.json(place))
        if kind == "meta":
            return [text for text in self.said.page.metas.get(place, ()) if text.strip()]
        css, _, attribute = place.partition(" @")
        found = select(self.said.page, css)
        return [text for one in found if (text := normalise.line(one.get(attribute) if attribute else text_of(one)))]

    def value(self, name: str, raw: list[str]) -> Value:
        """The field `name` as `raw` says it; None where it says nothing."""
        return (self._normal[name](raw) or None) if raw else None

    def speaks(self, name: str, source: str) -> bool:
        """Whether `source` says anything of the field."""
        return self.value(name, self.raw(source)) is not None

    def agreeing(self, name: str, wanted: Value, kept: str | None, known: Iterable[str] | None) -> list[str]:
        """Sources of the page that say `wanted`, in the words `kept` where normalising changes them (None where it does not).

        `known`: sources to ask; None to look for all that the page has.
        """
        places = dict.fromkeys(self._places(name, wanted) if known is None else known)
        return [source for source in places if self._agrees(name, self.raw(source), wanted, kept)]

    def _agrees(self, name: str, raw: list[str], wanted: Value, kept: str | None) -> bool:
        if self.value(name, raw) != wanted:
            return False
        plain = normalise.line(html.unescape(raw[0]))
        return name == "authors" or plain == (kept or wanted)

    def _places(self, name: str, wanted: Value) -> Iterator[str]:
        yield from (f"json-ld {key}" for key in _JSON_KEYS[name])
        yield from (f"meta {key}" for key in self.said.page.metas)
        if name in _DATES:
            yield from self._attributes(name, wanted)
        first = wanted[0] if isinstance(wanted, tuple) else wanted or ""
        letters = normalise.letters(first[:4] if name in _DATES else first)  # a date is written in many ways, but with its year
        for element, text, own in self._lines():
            if element.tag in _TAGS[name] and letters in own and len(text) <= 3 * len(first) + 60 and self._says(name, text, wanted):
                yield f"css {address(element)}"

    def _attributes(self, name: str, wanted: Value) -> Iterator[str]:
        for element in self.said.page.tagged("time", "abbr", "span", "meta"):
            for attribute in ("datetime", "title", "content"):
                stated = element.get(attribute)
                if stated and self.value(name, [stated]) == wanted:
                    yield f"css {address(element)} @{attribute}"

    def _lines(self) -> list[tuple[Element, str, str]]:
        """Elements with short texts of their own, with text and letters."""
        if self._short is None:
            texts = ((one, normalise.line(text_of(one))) for one in self.said.page.every if len(one) <= _FEW_CHILDREN)
            self._short = [(one, text, normalise.letters(text)) for one, text in texts if 0 < len(text) <= _LONGEST]
        return self._short

    def _says(self, name: str, text: str, wanted: Value) -> bool:
        own = self.value(name, [text])
        return own == wanted or (isinstance(own, tuple) and isinstance(wanted, tuple) and own == wanted[:1])


def is_searched(field: LearntField | None) -> bool:
    """Whether the page is still searched for sources of the field: until one was right on a few pages."""
    return field is None or max(field.sources.values(), default=0) < SEARCHED


def chosen(field: LearntField | None) -> str | None:
    """The source that may speak for a field, or None: seen right often enough, never wrong, and not about something constant."""
    if field is None or len(field.values) < 2:
        return None
    able = {source: pages for source, pages in field.sources.items() if pages >= PAGES}
    return max(able, key=lambda source: able[source], default=None)


def merge(field: LearntField, agreeing: list[str], contradicted: list[str], value: str | None) -> None:
    """Adds what one page showed. What was contradicted once is out."""
    for source in contradicted:
        field.sources[source] = CONTRADICTED
    for source in agreeing:
        pages = field.sources.get(source, 0)
        if pages != CONTRADICTED and (pages or len(field.sources) < _SOURCES):
            field.sources[source] = pages + 1
    if value and value not in field.values and len(field.values) < 5:
        field.values.append(value)
