"""Pages that a server sent in the order in which their parts were ready, put in the order in which a browser shows them.

React's servers send what is ready, with a `<template id="B:0">` and perhaps a word of waiting where more is to come, and the rest below
as `<div hidden id="S:0">`; calls of `$RC("B:0","S:0")` and `$RS("S:1","P:1")` then bring the parts to their places (`ReactDOMFizzServer`,
since React 18). Without them half of an article stands behind the footer, hidden, in the order in which it was ready.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_PART = 'id="S:'
_WAITING = re.compile(r'<!--\$\?--><template id="B:[0-9a-f]+"></template>')
_EDGE = re.compile(r"<!--(?:(\$[?!~]?)|/\$)-->")
_BEGUN = re.compile(r'\$R[CR]\("(?P<place>B:[0-9a-f]+)","(?P<part>S:[0-9a-f]+)"|\$RS\("(?P<later>S:[0-9a-f]+)","(?P<hole>P:[0-9a-f]+)"')
"""Calls that complete a boundary, with or without styles, and those that complete a segment."""


def is_streamed(text: str) -> bool:
    """Whether a page has parts that stand elsewhere than they are shown."""
    return _PART in text


def without_waiting(text: str) -> str:
    """`text` without what it shows until a part has come, which ends at the comment that closes its boundary."""
    kept: list[str] = []
    start = 0
    for found in _WAITING.finditer(text):
        if found.start() >= start:
            end = _closing(text, found.end())
            if end is None:
                break
            kept.append(text[start : found.end()])
            start = end
    return "".join([*kept, text[start:]])


def _closing(text: str, start: int) -> int | None:
    """Where the boundary that is open at `start` is closed; None where it never is."""
    depth = 1
    for edge in _EDGE.finditer(text, start):
        depth += 1 if edge[1] else -1
        if depth == 0:
            return edge.start()
    return None


def settle(root: HtmlElement, text: str) -> None:
    """Brings the parts below `root`, the tree of `text`, to their places. A part without a place stays where it is."""
    named = {one.get("id"): one for one in root.xpath("//template[@id]")}
    calls = {one["part"] or one["later"]: one["place"] or one["hole"] for one in _BEGUN.finditer(text)}
    for part in root.xpath('//*[starts-with(@id, "S:")]'):
        name = part.get("id")
        number = name[2:]
        place = next((named[at] for at in (calls.get(name), f"P:{number}", f"B:{number}") if at in named), None)
        if place is not None and place.getparent() is not None and part not in place.iterancestors():
            _move(part, place)


def _move(part: HtmlElement, place: HtmlElement) -> None:
    """Puts what `part` holds where `place` stands, and takes both away."""
    if part.text:
        _append(place, part.text)
    for child in list(part):
        place.addprevious(child)
    place.drop_tag() if len(place) else place.drop_tree()
    part.drop_tree()


def _append(place: HtmlElement, text: str) -> None:
    """Puts `text` right before `place`."""
    before = place.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + text
    elif (parent := place.getparent()) is not None:
        parent.text = (parent.text or "") + text
