"""Whom a byline names beside the one author that a page declares: many a system declares only the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from crawler.extraction import normalise
from crawler.extraction.byline import JOINS, near_headline
from crawler.extraction.frame import is_listed
from crawler.extraction.page import Element, Page, short_text

_MARKS = frozenset({"a", "span", "strong", "b", "em"})
_LONGEST = 60
_TITLES = ("dr", "dr med", "prof", "prof dr", "professor")


def beside(page: Page, name: str, is_name: Callable[[str], bool]) -> list[str]:
    """All names of the byline round the headline that has `name`, in its order; empty where it stands alone or nowhere.

    Only what is marked up as `name` is and joined to it by commas or "and" is a fellow: behind a name also stand offices and places.
    """
    known = normalise.fold(name)
    last = name.rsplit(" ", 1)[-1]
    for element in near_headline(page):
        if element.tag in _MARKS and last in (element.text or "") and _is(element.text, known) and not is_listed(page, element):
            found = _run(element, is_name)
            if len(found) > 1:
                return found
    return []


def _is(text: str | None, known: str) -> bool:
    own = normalise.fold(text)
    return own == known or (own.endswith(known) and own.removesuffix(known).strip() in _TITLES)


def _run(element: Element, is_name: Callable[[str], bool]) -> list[str]:
    """The names in the row of `element`, itself among them, as far as nothing but what joins names stands between."""
    found: list[str] = []
    joined, passed = True, False
    for child, text in _row(element):
        if text.lower() in JOINS:
            joined = True
        elif child is not None and child.tag == element.tag and joined and is_name(text):
            found.append(text)
            passed, joined = passed or child is element, False
        elif passed:
            break
        else:
            is_start = child is not None and child.tag == element.tag and is_name(text)
            found, joined = ([text], False) if is_start else ([], True)
            passed = is_start and child is element
    return found


def _row(element: Element) -> Iterator[tuple[Element | None, str]]:
    """What stands beside `element` in its parent, piece by piece: elements with their text, and the texts between them."""
    parent = element.getparent()
    for child in () if parent is None else parent:
        if text := short_text(child, _LONGEST) or ("" if not len(child) else "…"):
            yield child, text
        if text := normalise.line(child.tail):
            yield None, text
