"""What a page says about itself for machines: JSON-LD, microdata, RDFa and the many kinds of `meta`.

`Statements` gathers them once; each field's module asks it for candidates in the order of their worth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crawler.extraction import jsonld
from crawler.extraction.page import Element, Page, text_of

_LISTED = ("sidebar", "related", "recommend", "teaser", "comment", "footer", "breadcrumb")


@dataclass(slots=True)
class Statements:
    """All that `page` declares."""

    page: Page
    nodes: list[jsonld.Node]
    """Typed JSON-LD objects of the page."""
    article: jsonld.Node
    """The one that describes the article; empty where there is none."""
    kinds: list[set[str]] = field(default_factory=list)
    """Types of each of `nodes`."""
    items: dict[str, list[Element]] = field(default_factory=dict)
    """Microdata of the article: elements by `itemprop`, lower-cased, in page order."""
    properties: dict[str, list[Element]] = field(default_factory=dict)
    """RDFa: elements outside `head` by the last part of `property`, lower-cased."""

    def json(self, *keys: str) -> Any:
        """The first value of the article's JSON-LD node under one of `keys` that is not empty, references followed."""
        return next((jsonld.resolved(self.article[key], self.nodes) for key in keys if self.article.get(key)), None)

    def named(self, *kinds: str) -> Iterator[jsonld.Node]:
        """The JSON-LD nodes of one of the types `kinds` (lower-cased)."""
        return (node for node, own in zip(self.nodes, self.kinds, strict=True) if not own.isdisjoint(kinds))

    def item_texts(self, name: str) -> list[str]:
        """Values of the microdata and RDFa property `name` (lower-cased)."""
        return [value for element in [*self.items.get(name, ()), *self.properties.get(name, ())] if (value := item_value(element))]


def statements(page: Page) -> Statements:
    """Everything that `page` declares, read once."""
    nodes = jsonld.nodes(page.scripts)
    found = Statements(page, nodes, jsonld.article(nodes, page.url) or {}, [jsonld.types(node) for node in nodes])
    for element, item, property_ in page.declared():
        if item is not None:
            if element.tag != "meta" or _in_article(element):
                _file(found.items, element, item)
        elif property_ is not None and element.tag != "meta":
            _file(found.properties, element, property_.replace(":", "/"))
    return found


def _file(index: dict[str, list[Element]], element: Element, names: str) -> None:
    for name in names.lower().split():
        index.setdefault(name.rsplit("/", 1)[-1], []).append(element)


def _in_article(element: Element) -> bool:
    scope = next((one for one in element.iterancestors() if one.get("itemscope") is not None), None)
    kind = (scope.get("itemtype") or "").rsplit("/", 1)[-1].lower() if scope is not None else ""
    return kind in jsonld.ARTICLE_TYPES or kind in ("webpage", "")


def scope_type(element: Element) -> str:
    """Type of the nearest microdata item round `element`, lower-cased; empty where there is none."""
    scope = next((one for one in element.iterancestors() if one.get("itemscope") is not None), None)
    return "" if scope is None else (scope.get("itemtype") or "").rsplit("/", 1)[-1].lower()


def item_value(element: Element) -> str:
    """The value of a microdata or RDFa property as its standards say: `content`, `datetime`, then the text."""
    for attribute in ("content", "datetime", *(("title",) if element.tag == "abbr" else ())):
        value = element.get(attribute)
        if value and value.strip():
            return str(value)
    return text_of(element)
