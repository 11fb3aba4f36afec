"""What general extractors take for the text of a page: the first is asked always, the others where its answer is doubted.

An answer is measured by the page's own prose: a paragraph that it holds counts with its letters, one in a zone (comments, boxes, frames)
with a quarter of them, and link lists that it holds count against it.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Collection, Iterator
from copy import copy
from dataclasses import dataclass

from lxml import etree

from crawler.extraction import normalise
from crawler.extraction.evidence import anchored, prose
from crawler.extraction.page import Element, Page
from crawler.extraction.segments import Segment

_NO_TEXT = (
    "script", "style", "svg", "noscript", "head", "template", "iframe", "nav", "footer", "aside", "form", "button", "select", "menu",
    "object", "embed", "input", "canvas", "audio", "video", "map",
)  # fmt: skip
_ZONE = 0.25
"""What a letter of prose in a zone counts."""
_HALF = 0.5
"""Share of the page's prose below which trafilatura's quick rules are doubted."""
_TINY = 1 / 12
"""Share below which its whole cascade is doubted too."""
_SHORT = 1_000
"""Letters, or a quarter of the prose outside zones where that is less, below which it is doubted in any case."""
_CLEARLY = 1.5
"""How much better another answer has to be than trafilatura's."""

_TALK = re.compile(r"comment(?!ary|s?\b|s?[-_])", re.I)
"""A name that speaks of comments and goes on: `comments` and `comment-list` are what they say."""
_MOST = 0.7
"""Share of the page's prose that is the article's, not its readers'."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one extractor takes for the text."""

    text: str
    method: str

    @property
    def letters(self) -> int:
        return len(normalise.letters(self.text))


def general(page: Page, every: list[Segment]) -> Opinion:
    """trafilatura's quick rules; its whole cascade where those leave out most of the page's prose; where that leaves out nearly all of it,
    the container that holds most of the prose, or resiliparse's answer: the first that is clearly better.
    """
    sentences = prose(every)
    misnamed = _misnamed(sentences)
    quick = Opinion(trafilatura(page, fast=True, misnamed=misnamed), "trafilatura")
    clear = sum(len(one.letters) for one in sentences if not one.zones)
    wanted = max(clear, _ZONE * sum(len(one.letters) for one in sentences))
    if quick.text and quick.letters >= _HALF * wanted:
        return quick
    whole = Opinion(trafilatura(page, fast=False, misnamed=misnamed), "trafilatura whole")
    best = whole if len(whole.text) > len(quick.text) else quick
    if best.letters >= max(min(0.25 * clear, _SHORT), _TINY * wanted, 1):
        return best
    enough = _CLEARLY * _held(every, best)
    return next((other for other in _others(page, every) if _held(every, other) > enough), best)


def _misnamed(sentences: list[Segment]) -> list[Element]:
    """The elements that hold most of the page's prose and are named as readers' comments are: a reader may comment on what stands there.

    trafilatura leaves out whatever is named so.
    """
    if not sentences:
        return []
    longest = max(sentences, key=lambda one: len(one.letters)).element
    named = [one for one in longest.iterancestors() if _TALK.match(one.get("class") or "") or _TALK.match(one.get("id") or "")]
    if not named:
        return []
    total = sum(len(one.letters) for one in sentences)
    return [one for one in named if sum(len(other.letters) for other in sentences if one in other.element.iterancestors()) > _MOST * total]


def _others(page: Page, every: list[Segment]) -> Iterator[Opinion]:
    yield Opinion(densest(every), "prose")
    yield Opinion(resiliparse(page), "resiliparse")


def _held(every: list[Segment], opinion: Opinion) -> float:
    """The measure of an answer: the letters of the page's prose that it holds, less those of its lists of links."""
    held = [every[place] for place in anchored(every, opinion.text)]
    sentences = sum(len(one.letters) * (_ZONE if one.zones else 1.0) for one in prose(held))
    return sentences - sum(len(one.letters) for one in held if one.link_share > 0.5)


def densest(every: list[Segment]) -> str:
    """The text of the innermost element that holds most of the page's prose: for layouts in which no marked container is found."""
    clear = [one for one in prose(every) if not one.zones]
    weight: Counter[Element] = Counter()
    depth: dict[Element, int] = {}
    for one in clear:
        chain = [one.element, *one.element.iterancestors()]
        for place, element in enumerate(chain):
            weight[element] += len(one.letters)
            depth[element] = len(chain) - place
    total = sum(len(one.letters) for one in clear)
    held = [element for element, letters in weight.items() if letters >= 0.7 * total]
    if not held:
        return ""
    container = max(held, key=lambda element: depth[element])
    texts = [
        one.text
        for one in every
        if not one.zones and one.link_share < 0.5 and (one.element is container or container in one.element.iterancestors())
    ]
    return "\n".join(texts)


def trafilatura(page: Page, *, fast: bool, misnamed: Collection[Element] = ()) -> str:
    """trafilatura's own answer, comments off; empty where it has none. `misnamed`: elements whose names it is not to see."""
    from trafilatura import bare_extraction  # 0.3 s of tables: paid by the process that extracts, not by every import

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    root = copy(page.root) if fast or misnamed else page.root
    if misnamed:
        for place, one in enumerate(root.iter()):
            if page.every[place] in misnamed:
                one.attrib.clear()
    if fast:  # its quick rules drop these after two walks and three copies of the whole tree
        etree.strip_elements(root, *_NO_TEXT, with_tail=False)
    document = bare_extraction(root, url=page.url, fast=fast, include_comments=False, include_tables=True)
    return (document.text or "") if document is not None and not isinstance(document, dict) else ""


def resiliparse(page: Page) -> str:
    """resiliparse's main content, comments off."""
    from resiliparse.extract.html2text import extract_plain_text  # asked for one page in hundreds

    markup = etree.tostring(page.root, encoding="unicode", method="html")
    return str(extract_plain_text(markup, main_content=True, alt_texts=False, comments=False))
