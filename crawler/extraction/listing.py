"""Whether the text that was found is a list of other stories that looks like an article."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.extraction import Refusal
from crawler.extraction.page import Element, Page
from crawler.extraction.segments import Segment

_FEWEST = 3
"""Teasers from which a page may be a listing."""


def listing(page: Page, chosen: list[Segment], is_declared: bool) -> Refusal | None:
    """A refusal where teasers (a linked title, perhaps with a line or two) make up the text.

    `is_declared`: the page says in its metadata that it is an article; then more is needed to doubt it.
    """
    teasers, told, prose = 0, 0, 0
    inside = 0
    for one in chosen:
        if one.kind == "image":
            continue
        if _is_linked_title(page, one):
            teasers += 1
            told += len(one.letters)
            inside = 2
        elif one.kind == "heading":
            inside = 0
        elif inside and len(one.letters) < 450:
            told += len(one.letters)
            inside -= 1
        else:
            inside = 0
            prose += len(one.letters)
    share = told / (told + prose) if told + prose else 0.0
    if teasers >= _FEWEST and share > (0.8 if is_declared else 0.6):
        return Refusal("listing", f"{teasers} linked titles with teasers make up {share:.0%} of the text")
    return None


def _is_linked_title(page: Page, one: Segment) -> bool:
    """A heading or short line that is wholly a link to another page of the same host."""
    if one.link_share < 0.8 or len(one.text) > 200 or one.kind not in ("heading", "paragraph"):
        return False
    link = _link(one.element)
    target = page.absolute(link.get("href")) if link is not None else None
    if target is None:
        return False
    there, here = urlsplit(target), urlsplit(page.url)
    return there.hostname == here.hostname and there.path.rstrip("/") != here.path.rstrip("/") and len(there.path) > 1


def _link(element: Element) -> Element | None:
    inner = next(element.iter("a"), None)
    if inner is not None:
        return inner
    return next((one for one in element.iterancestors("a")), None)
