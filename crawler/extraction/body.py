"""The body: which segments of the page are the article's text.

trafilatura is the base. Its answer, the page's own `articleBody` and the feed's full text are evidence laid beside the page's segments, so
that structure, order and wording always come from the page itself, and what evidence misses (a sub-heading, a list) is found by its place.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from lxml import etree, html

from crawler.extraction import jsonld, normalise, opinions
from crawler.extraction.captions import without_captions
from crawler.extraction.evidence import SHORT, anchored, prose
from crawler.extraction.frame import other_stories
from crawler.extraction.marked import marked
from crawler.extraction.noise import is_noise, without_edges, without_teasers
from crawler.extraction.page import Element, classes
from crawler.extraction.segments import Segment
from crawler.extraction.structured import Statements


@dataclass(slots=True)
class Body:
    """What was chosen, and by whose word."""

    segments: list[Segment]
    method: str


def find(said: Statements, every: list[Segment], content_html: str | None, known: set[str], authors: list[str], names: set[str]) -> Body:
    """Which of the page's segments, `every`, are the article's, in reading order; none where the page has no text of its own.

    `known`: `normalise.letters` of what has a field of its own (headline, section line) and is not repeated in the body.
    `authors`: their names. `names`: letters of the site's own names.
    """
    declared, declaring = _declared_text(said, content_html)
    own = anchored(every, declared) if len(declared) > 400 else set()
    covered = sum(len(every[place].letters) for place in own)
    is_shown = covered > 0.7 * len(normalise.letters(declared))
    if own and is_shown and covered > 0.85 * sum(len(one.letters) for one in prose(every)):
        anchors, method = own, declaring  # all prose of the page: nobody else need be asked
    elif held := marked(every, prose(every)):
        anchors, method = held, "container"
    else:
        opinion = opinions.general(said.page, every)
        anchors, method = anchored(every, opinion.text), opinion.method
        if own and is_shown and covered > 0.5 * sum(len(every[place].letters) for place in anchors):
            anchors, method = own, declaring
    chosen = _complete(every, _own(said, every, anchors))
    chosen = [one for one in chosen if not _is_known(one, known, names)]
    chosen = without_captions(every, without_teasers([one for one in chosen if not is_noise(one)]))
    chosen = [*_lead(said, every, chosen), *chosen]
    return Body(without_edges(chosen, authors), method)


def _own(said: Statements, every: list[Segment], anchors: set[int]) -> set[int]:
    """`anchors` without those in other stories that the page goes on with."""
    others = set(other_stories(said.page))
    return {place for place in anchors if others.isdisjoint(every[place].element.iterancestors())} if others else anchors


def _is_known(one: Segment, known: set[str], names: set[str]) -> bool:
    """Whether a segment has a field of its own (the headline, also behind a kicker) or is one of the site's `names` as a link."""
    if one.kind == "heading" and any(len(text) > SHORT and one.letters.endswith(text) for text in known):
        return True
    if one.kind == "paragraph" and one.link_share > 0.9 and one.letters in names:
        return True
    return one.letters in known and one.kind in ("heading", "paragraph")


def _declared_text(said: Statements, content_html: str | None) -> tuple[str, str]:
    """The full text that the page or its feed states outside the visible page, and which of the two states it."""
    text = jsonld.text(said.json("articleBody")) or ""
    if "<" in text and re.search(r"</?(?:p|div|br|a|span)\b", text):
        text = _plain(text)
    fed = _plain(content_html) if content_html else ""
    return (fed, "feed") if len(fed) > len(text) else (text, "json-ld")


def _plain(markup: str) -> str:
    try:
        return " ".join(map(str, html.fromstring(f"<div>{markup}</div>").itertext()))
    except etree.ParserError:
        return ""


def _is_prose(one: Segment, grouped: int) -> bool:
    """Whether a segment between paragraphs of the text is likely to be one by its length: a quotation, a list, a box of its own.

    `grouped`: letters of the paragraphs that share its container.
    """
    if one.kind == "paragraph":
        return one.link_share < 0.5 and (len(one.letters) > 200 or (len(one.letters) > 80 and grouped > 200))
    return (one.kind == "quote" and len(one.letters) > 60) or (one.kind == "list" and len(one.letters) > 40 and one.link_share < 0.2)


def _is_teaser(one: Segment, every: list[Segment], above: set[Element]) -> bool:
    """Whether the box round a segment, which holds none of the anchored text (no element of `above`), leads to another page."""
    box = one.element
    while (parent := box.getparent()) is not None and parent not in above:
        box = parent
    near = every[max(0, one.position - 4) : one.position + 5]
    headings = [other for other in near if other.kind == "heading" and other.link_share > 0.5 and len(other.letters) > 20]
    return any(other.element is box or box in other.element.iterancestors() for other in headings)


def _complete(every: list[Segment], anchors: set[int]) -> list[Segment]:
    """The anchored segments without zones of noise, and between them what shares their container."""
    anchored = [every[place] for place in sorted(anchors)]
    if not anchored:
        return []
    doubted = _closed_zones(anchored)
    clean = [one for one in anchored if not _signatures(one) & doubted]
    shared = Counter(one.element for one in every if one.kind != "image")
    parents: Counter[Element] = Counter()
    for one in clean:
        parents[holder(one, shared)] += len(one.letters)
    total = sum(parents.values())
    opened = _open_round(clean)
    homes = {parent for parent, letters in parents.items() if letters > 0.1 * total}
    grouped: Counter[Element] = Counter()
    for one in prose(every[clean[0].position : clean[-1].position + 1]):
        grouped[holder(one, shared)] += len(one.letters)
    start = _start(every, clean[0].position, homes, shared, opened)
    above = {element for one in clean for element in one.element.iterancestors()}
    chosen = []
    seen: set[str] = set()
    for one in every[start : clean[-1].position + 1]:
        if len(one.letters) > 2 * SHORT and one.letters in seen:
            continue  # the same text once more, for another width of screen
        seen.add(one.letters)
        if one.position in anchors:
            keep = not _signatures(one) & doubted
        else:
            near = (
                one.kind in ("image", "heading")
                or (holder(one, shared) in homes and one.link_share < 0.5)
                or (_is_prose(one, grouped[holder(one, shared)]) and not _is_teaser(one, every, above))
            )
            keep = near and not _signatures(one) - opened
        if keep:
            chosen.append(one)
    return chosen


def _start(every: list[Segment], first: int, homes: set[Element], shared: Counter[Element], opened: set[str]) -> int:
    """Where the text begins: `first`, its first anchor, or the first of the paragraphs right before it in the same container."""
    start = first
    for one in reversed(every[max(0, first - 10) : first]):
        if holder(one, shared) not in homes or _signatures(one) - opened:
            break
        if one.kind == "paragraph" and len(one.letters) > 60 and one.link_share < 0.3:
            start = one.position
        elif one.kind not in ("paragraph", "heading", "image"):
            break
    return start


_LEAD = re.compile(
    r"standfirst|subtitle|subhead|sub-title|dek\b|deck|lead|lede|intro|excerpt|summary|abstract|teaser-text|vorspann|"
    r"chapo|entradilla|sommario|ingress|description|preamble"
)


def _lead(said: Statements, every: list[Segment], chosen: list[Segment]) -> list[Segment]:
    """The standfirst above the text, where the page marks it by class or states the same words as its description."""
    if not chosen:
        return []
    described = [
        normalise.letters(text)
        for text in (said.page.meta("og:description"), said.page.meta("description"), jsonld.text(said.json("description")))
        if text
    ]
    have = {one.letters for one in chosen}
    first = chosen[0].position
    for one in reversed(every[max(0, first - 15) : first]):
        if (
            one.kind not in ("paragraph", "heading", "list")
            or not 30 <= len(one.letters) <= 700
            or one.link_share > 0.5
            or one.letters in have
        ):
            continue
        if one.kind == "heading" and one.level == 1:
            break
        stated = any(
            one.letters == text or (len(text) > 40 and (one.letters.startswith(text[:60]) or text.startswith(one.letters)))
            for text in described
        )
        named = _LEAD.search(classes(one.element)) and not one.zones
        if stated or named:
            one.kind, one.level = "paragraph", None
            return [one]
    return []


def _signatures(one: Segment) -> set[str]:
    """How the zones round a segment are named: what one element of a template is, its sisters are too."""
    return {f"{zone.tag} {zone.get('class') or zone.get('id') or ''}" for zone in one.zones}


def _open_round(clean: list[Segment]) -> set[str]:
    return set().union(*(_signatures(one) for one in clean)) if clean else set()


_TALK = re.compile(
    r"(?:^|[\W_])(?:comments?|commentlist|disqus|replies|xenforo|wpdiscuz|kommentare?|commentaires?|comentarios?)(?:[\W_]|$)", re.I
)
"""Words of class and id names for what readers wrote."""
_ENOUGH = 200
"""Letters outside the readers' comments from which a page is taken to have a text besides them."""
_FEW = 60
"""The same, where all of them stand before the comments."""


def _closed_zones(anchored: list[Segment]) -> set[str]:
    """Signatures of the zones that are left out. One that holds much of the text is a container with a misleading name.

    Readers' comments are left out however long they are, and do not count as text that would make another zone small.
    """
    talk = {name for one in anchored for name in _signatures(one) if _TALK.search(name)}
    written = [one for one in anchored if not _signatures(one) & talk]
    letters = sum(len(one.letters) for one in written)
    spoken = min((one.position for one in anchored if _signatures(one) & talk), default=0)
    if letters < (_FEW if written and written[-1].position < spoken else _ENOUGH):
        talk, written = set(), anchored
    weight: Counter[str] = Counter()
    for one in written:
        for name in _signatures(one):
            weight[name] += len(one.letters)
    total = sum(len(one.letters) for one in written)
    closed = {name for name, letters in weight.items() if letters <= 0.3 * total}
    kept = sum(len(one.letters) for one in written if not _signatures(one) & closed)
    return talk | closed if kept >= 0.5 * total else talk


def holder(one: Segment, shared: Counter[Element]) -> Element:
    """The element that holds the text's paragraphs: the one round a paragraph's own, or its own where line breaks part several."""
    parent = one.element.getparent()
    return one.element if parent is None or shared[one.element] > 1 else parent
