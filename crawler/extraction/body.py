"""The body: which segments of the page are the article's text.

trafilatura is the base. Its answer, the page's own `articleBody` and the feed's full text are evidence laid beside the page's segments, so
that structure, order and wording always come from the page itself, and what evidence misses (a sub-heading, a list) is found by its place.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from dataclasses import dataclass

from lxml import etree, html

from crawler.extraction import jsonld, normalise
from crawler.extraction.page import Element, Page
from crawler.extraction.segments import Segment
from crawler.extraction.structured import Statements

_SHORT = 25
"""Letters below which a text may stand in another by chance."""


@dataclass(slots=True)
class Body:
    """What was chosen, and by whose word."""

    segments: list[Segment]
    method: str


def find(said: Statements, every: list[Segment], content_html: str | None, known: set[str]) -> Body:
    """Which of the page's segments, `every`, are the article's, in reading order; none where the page has no text of its own.

    `known`: `normalise.letters` of what has a field of its own (headline, section line) and is not repeated in the body.
    """
    page = said.page
    declared = _declared_text(said, content_html)
    general = _trafilatura(page)
    method = "trafilatura"
    anchors = _anchored(every, general)
    if declared and len(declared) > 400:
        own = _anchored(every, declared)
        covered = sum(len(every[place].letters) for place in own)
        if covered > 0.7 * len(normalise.letters(declared)) and covered > 0.5 * sum(len(every[place].letters) for place in anchors):
            anchors, method = own, "json-ld"
    chosen = _complete(every, anchors)
    chosen = [one for one in chosen if one.letters not in known or one.kind not in ("heading", "paragraph")]
    return Body(_without_noise(chosen), method)


def _declared_text(said: Statements, content_html: str | None) -> str:
    """The full text that the page or its feed states outside the visible page."""
    text = jsonld.text(said.json("articleBody")) or ""
    if "<" in text and re.search(r"</?(?:p|div|br|a|span)\b", text):
        text = _plain(text)
    return max(text, _plain(content_html) if content_html else "", key=len)


def _plain(markup: str) -> str:
    try:
        return " ".join(html.fromstring(f"<div>{markup}</div>").itertext())
    except etree.ParserError:
        return ""


def _trafilatura(page: Page) -> str:
    """trafilatura's own answer, comments off; empty where it has none."""
    from trafilatura import bare_extraction  # noqa: PLC0415  # 0.3 s of tables: paid by the process that extracts, not by every import

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    document = bare_extraction(page.root, url=page.url, fast=True, include_comments=False, include_tables=True)
    return (document.text or "") if document is not None and not isinstance(document, dict) else ""


def _anchored(every: list[Segment], text: str) -> set[int]:
    """Positions of the segments that stand in `text`."""
    whole = normalise.letters(text)
    rows = {normalise.letters(row.strip("-•# ")) for row in text.splitlines()}
    found = set()
    for segment in every:
        if not segment.letters:
            continue
        if segment.letters in rows or (len(segment.letters) >= _SHORT and segment.letters in whole):
            found.add(segment.position)
        elif segment.kind in ("list", "table", "quote") and _mostly(segment, whole):
            found.add(segment.position)
        elif len(segment.letters) > 100 and segment.letters[10:60] in whole and segment.letters[-60:-10] in whole:
            found.add(segment.position)
    return found


def _mostly(segment: Segment, whole: str) -> bool:
    parts = [normalise.letters(part) for part in segment.text.splitlines()]
    parts = [part for part in parts if len(part) > 10]
    return bool(parts) and sum(part in whole for part in parts) * 2 > len(parts)


def _complete(every: list[Segment], anchors: set[int]) -> list[Segment]:
    """The anchored segments without zones of noise, and between them what shares their container."""
    anchored = [every[place] for place in sorted(anchors)]
    if not anchored:
        return []
    doubted = _closed_zones(anchored)
    clean = [one for one in anchored if not _signatures(one) & doubted]
    parents: Counter[Element] = Counter()
    for one in clean:
        parents[_holder(one)] += len(one.letters)
    total = sum(parents.values())
    homes = {parent for parent, letters in parents.items() if letters > 0.1 * total}
    chosen = []
    for one in every[clean[0].position : clean[-1].position + 1]:
        if one.position in anchors:
            keep = not _signatures(one) & doubted
        else:
            keep = (one.kind == "image" or (_holder(one) in homes and one.link_share < 0.5)) and not (_signatures(one) - _open_round(clean))
        if keep:
            chosen.append(one)
    return chosen


def _signatures(one: Segment) -> set[str]:
    """How the zones round a segment are named: what one element of a template is, its sisters are too."""
    return {f"{zone.tag} {zone.get('class') or zone.get('id') or ''}" for zone in one.zones}


def _open_round(clean: list[Segment]) -> set[str]:
    return set().union(*(_signatures(one) for one in clean)) if clean else set()


def _closed_zones(anchored: list[Segment]) -> set[str]:
    """Signatures of the zones that are left out. One that holds much of the text is a container with a misleading name."""
    weight: Counter[str] = Counter()
    for one in anchored:
        for name in _signatures(one):
            weight[name] += len(one.letters)
    total = sum(len(one.letters) for one in anchored)
    closed = {name for name, letters in weight.items() if letters <= 0.3 * total}
    kept = sum(len(one.letters) for one in anchored if not _signatures(one) & closed)
    return closed if kept >= 0.5 * total else set()


def _holder(one: Segment) -> Element:
    """The element whose children the paragraphs are."""
    parent = one.element.getparent()
    return one.element if parent is None or one.element.tag in ("div", "td", "section", "article", "main", "body") else parent


_NOISE = re.compile(
    r"^(?:advertisement|anzeige|publicité|publicidad|read more|read also|see also|also read|related(?: articles| stories| posts)?|recommended(?: reading| stories)?|share(?: this.*)?|"
    r"subscribe.{0,60}|sign up.{0,80}|newsletter|follow us.{0,60}|comments?|\d+ comments?|post a comment|leave a (?:comment|reply)|lire aussi.*|mehr zum thema|weiterlesen|"
    r"lea también.*|leia também.*|leggi anche.*|lees ook.*|continue reading.*|story continues below.*|click here.{0,60}|tags?:.*|filed under.*|posted by .{2,60}|(?:image|photo)(?: credit)?s?:.*|source: getty.*)\W*$",
    re.I,
)


def _without_noise(chosen: list[Segment]) -> list[Segment]:
    kept = [one for one in chosen if one.kind == "image" or not _NOISE.match(one.text)]
    while kept and kept[-1].kind == "heading":
        kept.pop()
    return kept
