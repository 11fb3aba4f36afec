"""Whom a picture is credited to: an element that is named so, or the words at the end of its caption."""

from __future__ import annotations

import re

from crawler.extraction import jsonld, normalise
from crawler.extraction.page import Element, classes, short_text
from crawler.extraction.structured import Statements

_NAMED = re.compile(r"(?:^|[\W_])(?:credits?|copyright|photographer|attribution|bildnachweis|fotograf|image-?source)(?:[\W_]|$)")
_KIND = r"(?:photo(?:graph)?|image|picture|foto|fotografie|bild|illustration|grafik|video)s?"
_INTRODUCED = re.compile(
    rf"^[\s(\[]*(?:{_KIND}\s*(?:credit|source|by|courtesy of|von|de|:|/)+|(?:credits?|source|quelle|fuente|fonte|crédits?(?: photo)?)\s*:|"
    r"©|\(c\)\s|copyright\b)[\s:]*",
    re.I,
)
_AT_END = re.compile(
    rf"(?:^|[\s.(\[])(?:{_KIND}(?:\s+(?:credit|source|by|courtesy of))?\s*[:/]|credits?\s*:|©)\s*([^()\[\]:]{{2,80}})[)\]]?\.?$", re.I
)
_LONGEST = 120


def parted(figure: Element, caption: str) -> tuple[str, str | None]:
    """(caption without its credit, credit) of a `figure` whose whole caption is `caption`."""
    for element in figure.iterdescendants():
        if isinstance(element.tag, str) and (
            _NAMED.search(classes(element)) or element.get("itemprop") in ("creditText", "copyrightHolder")
        ):
            text = short_text(element, _LONGEST)
            if text:
                return caption.replace(text, "").strip(" |–—-"), clean(text)
    return parted_text(caption)


def parted_text(caption: str) -> tuple[str, str | None]:
    """(caption without its credit, credit) of a caption that is nothing but text."""
    found = _AT_END.search(caption)
    if found is None:
        return caption, None
    return caption[: found.start()].rstrip(" (["), clean(found[1])


def _is_named(element: Element) -> bool:
    if not isinstance(element.tag, str):
        return False
    return _NAMED.search(classes(element)) is not None or element.get("itemprop") in ("creditText", "copyrightHolder")


def clean(text: str) -> str | None:
    """A credit without "Photo:", "Credit:" or a copyright sign before it; None where nothing is left."""
    bare = _INTRODUCED.sub("", normalise.line(text)).strip(" ()[].,;|")
    return bare or None


def of_json(said: Statements) -> dict[str, str]:
    """Credits that JSON-LD gives to pictures, by their address."""
    found: dict[str, str] = {}
    pictures = said.json("image")
    for node in [*(pictures if isinstance(pictures, list) else [pictures]), *said.named("imageobject")]:
        if isinstance(node, dict):
            text = next(
                (text for key in ("creditText", "creator", "copyrightHolder", "author") for text in jsonld.texts(node.get(key))), None
            )
            credit = clean(text) if text and not text.startswith("http") else None
            if credit:
                found.update((url, credit) for key in ("url", "contentUrl") for url in jsonld.texts(node.get(key)))
    return found
