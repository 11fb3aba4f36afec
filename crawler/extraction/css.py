"""CSS selectors on a page: the simple ones, which are nearly all, by the page's index of names; the others by XPath.

An XPath test of a class name looks at every element of the page and takes half a millisecond; the index takes a twentieth of that.
Simple are tag, id, class names and attributes, one inside the other (`main a.section`), and lists of such (`h1.a, h2.b`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from cssselect import GenericTranslator, HTMLTranslator
from lxml import etree

from crawler.extraction.page import Element, Page

_TRANSLATOR: GenericTranslator = HTMLTranslator()
_STEP = re.compile(r"""(?:[a-z][a-z0-9-]*|\*)?(?:[.#][A-Za-z_][\w-]*|\[[a-z][a-z-]*(?:='[^'\]]*'|="[^"\]]*")?\])*""")
_PART = re.compile(r"""(?P<tag>^[a-z][a-z0-9-]*)|\.(?P<name>[\w-]+)|#(?P<id>[\w-]+)|\[(?P<key>[a-z-]+)(?:=['"](?P<value>[^'"]*)['"])?\]""")
_HTML_FOLDS_VALUES = frozenset({"type", "lang", "dir", "method", "media", "align", "valign", "checked", "disabled", "selected"})
"""Attributes whose values match in any case: left to the XPath translator's rules."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One compound selector: what an element has to be."""

    tag: str | None
    id: str | None
    names: frozenset[str]
    attributes: tuple[tuple[str, str | None], ...]

    def matches(self, element: Element) -> bool:
        if self.tag is not None and element.tag != self.tag:
            return False
        if self.id is not None and element.get("id") != self.id:
            return False
        if self.names and not self.names <= set((element.get("class") or "").split()):
            return False
        return all((found := element.get(key)) is not None and (value is None or found == value) for key, value in self.attributes)

    @property
    def is_called(self) -> bool:
        """Whether the page's index knows the few elements that may match."""
        return self.id is not None or bool(self.names)

    def candidates(self, page: Page) -> Iterable[Element]:
        """Elements that may match, in page order."""
        if self.is_called:
            return page.called(self.id, self.names)
        return page.tagged(self.tag) if self.tag else page.every


def select(page: Page, css: str) -> list[Element]:
    """The elements of `page` that `css` selects, in page order."""
    chains = _parsed(css)
    if chains is None:
        return cast("list[Element]", selector(css)(page.root))
    rows = [_found(page, chain) for chain in chains]
    if len(rows) == 1:
        return rows[0]
    found = {one for row in rows for one in row}
    return [one for one in page.every if one in found] if len(found) > 1 else list(found)


@lru_cache(maxsize=512)
def selector(css: str) -> etree.XPath:
    """`css` as a compiled XPath expression, for any tree. Raises cssselect's errors for what is no selector."""
    return etree.XPath(_TRANSLATOR.css_to_xpath(css))


def _found(page: Page, chain: list[_Step]) -> list[Element]:
    """What one chain selects, in page order: from the last step upwards where the index knows it, else from the first one down."""
    last = chain[-1]
    if len(chain) == 1 or last.is_called:
        return [one for one in last.candidates(page) if _stands(one, chain)]
    tops: list[Element] = []
    for one in _found(page, chain[:-1]):
        if not tops or tops[-1] not in one.iterancestors():
            tops.append(one)
    tag = (last.tag,) if last.tag else ()
    return [one for top in tops for one in top.iterdescendants(*tag) if last.matches(one)]


def _stands(element: Element, chain: list[_Step]) -> bool:
    """Whether `element` is what the last step says, inside elements that are what the steps before say."""
    if not chain[-1].matches(element):
        return False
    above = element.iterancestors()
    return all(any(step.matches(one) for one in above) for step in reversed(chain[:-1]))


@lru_cache(maxsize=512)
def _parsed(css: str) -> list[list[_Step]] | None:
    """The chains of steps of a list of simple selectors; None where one of them is not simple."""
    chains = [[_step(part) for part in chain.split()] for chain in css.split(",")]
    if not all(chain and all(chain) for chain in chains):
        return None
    return cast("list[list[_Step]]", chains)


def _step(text: str) -> _Step | None:
    if not _STEP.fullmatch(text):
        return None
    found = [one.groupdict() for one in _PART.finditer(text)]
    ids = [one["id"] for one in found if one["id"]]
    attributes = tuple((one["key"], one["value"]) for one in found if one["key"])
    if len(ids) > 1 or any(key in _HTML_FOLDS_VALUES for key, _ in attributes):
        return None
    return _Step(
        next((one["tag"] for one in found if one["tag"]), None),
        ids[0] if ids else None,
        frozenset(one["name"] for one in found if one["name"]),
        attributes,
    )
