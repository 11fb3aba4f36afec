"""Where things stand in a page, in words that hold for every page of a layout: ids, classes, microdata; never a position."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from crawler.extraction.page import Element, Page
from crawler.extraction.segments import Segment

_STABLE = re.compile(r"[A-Za-z_][A-Za-z_-]{1,40}")
"""A name with digits belongs to one page or one build of the site."""
_OF_ONE_STORY = re.compile(r"(?:category|cat|tag|author|label|section|topic|format|status|postid)-", re.I)
_LANDMARKS = ("h1", "article", "main", "time")
_DEEPEST = 12


def names(element: Element) -> list[str]:
    """The class names of `element` that its sisters on other pages have too: at most two."""
    found = [name for name in (element.get("class") or "").split() if _STABLE.fullmatch(name) and not _OF_ONE_STORY.match(name)]
    return found[:2]


def address(element: Element) -> str:
    """A CSS selector of `element`: by its own marks, else by those of the nearest element round it and its tag."""
    own = _step(element)
    if own:
        return own
    above = next((step for one in element.iterancestors() if one.tag not in ("html", "body") and (step := _step(one))), None)
    return f"{above} {element.tag}" if above else str(element.tag)


def _step(element: Element) -> str | None:
    tag = element.tag
    if not _STABLE.fullmatch(tag) and tag not in ("h1", "h2", "h3", "h4", "h5", "h6", "a", "p", "b", "i"):
        return None
    for attribute in ("itemprop", "rel"):
        value = element.get(attribute) or ""
        if _STABLE.fullmatch(value):
            return f"{tag}[{attribute}='{value}']"
    identity = element.get("id") or ""
    if _STABLE.fullmatch(identity):
        return f"{tag}#{identity}"
    classes = names(element)
    return f"{tag}.{'.'.join(classes)}" if classes else None


def signature(page: Page) -> str:
    """What pages of one layout have in common: where their landmarks stand. 16 hex digits."""
    rows = [page.meta("og:type") or ""]
    for mark in _LANDMARKS:
        found = next(iter(page.tagged(mark)), None)
        rows.append("" if found is None else "/".join(_chain(found)))
    rows += [next(("/".join(_chain(one)) for one, item, _ in page.declared() if item == name), "") for name in ("articleBody", "headline")]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


def _chain(element: Element) -> Iterator[str]:
    for one, _ in zip((element, *element.iterancestors()), range(_DEEPEST), strict=False):
        yield ".".join((one.tag, *names(one)))


def shape(segment: Segment, container: Element) -> str:
    """What `segment` looks like from `container`: the path down to it, its kind, and whether it is mostly links or in a zone."""
    steps: list[str] = []
    for one in (segment.element, *segment.element.iterancestors()):
        if one is container or len(steps) == _DEEPEST:
            break
        steps.append(".".join((one.tag, *names(one))))
    marks = f"{' linked' if segment.link_share >= 0.5 else ''}{' bold' if segment.bold else ''}{' zone' if segment.zones else ''}"
    return f"{'/'.join(reversed(steps)) or '.'} {segment.kind}{marks}"


def digest(text: str) -> str:
    """Eight bytes that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
