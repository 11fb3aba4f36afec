"""Hand-written rules of a site: they win over everything found, each set until its day."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from functools import lru_cache
from typing import cast

from lxml import etree

from crawler.extraction import normalise
from crawler.extraction.css import select, selector
from crawler.extraction.page import Element, Page, text_of
from crawler.formats.site import ExtractRules, Rule, Site


def rules_of(site: Site, captured: date) -> ExtractRules | None:
    """The rules that hold for a page fetched on the day `captured`: the first set whose `until` is not before it."""
    return next((rules for rules in site.extract if rules.until is None or captured <= rules.until), None)


def values(page: Page, rule: Rule | None) -> list[str]:
    """What `rule` selects, normalised, blank ones left out: attributes or texts, one an element."""
    return [text for found in _select(page, rule) if (text := _value(found, rule))]


def value(page: Page, rule: Rule | None) -> str | None:
    """The first of `values`."""
    return next(iter(values(page, rule)), None)


def element(page: Page, rule: Rule | None) -> Element | None:
    """A copy of the first element that `rule` selects, without what it removes."""
    found = next((one for one in _select(page, rule) if not isinstance(one, str)), None)
    if found is None or rule is None:
        return None
    own = deepcopy(found)
    own.tail = None
    _remove(own, rule)
    return own


def count(page: Page, rule: Rule) -> int:
    """How many elements, attributes or texts `rule` selects, blank ones too."""
    return len(_select(page, rule))


def _select(page: Page, rule: Rule | None) -> list[Element | str]:
    if rule is None:
        return []
    if rule.css:
        return list(select(page, rule.css))
    found = _expression(rule.xpath or "")(page.root)
    return list(found) if isinstance(found, list) else [str(found)]


def _value(found: Element | str, rule: Rule | None) -> str:
    if isinstance(found, str):
        return normalise.line(found)
    if rule is not None and rule.attribute:
        return normalise.line(found.get(rule.attribute))
    if rule is not None and rule.remove:
        found = deepcopy(found)
        _remove(found, rule)
    return normalise.line(text_of(found))


def _remove(own: Element, rule: Rule) -> None:
    for css in rule.remove:
        for part in cast("list[Element]", selector(css)(own)):
            if part is not own:
                part.drop_tree()


@lru_cache(maxsize=256)
def _expression(xpath: str) -> etree.XPath:
    return etree.XPath(xpath)
