"""The words above a headline that are none of it: a section, a series, a topic, which themes often set inside the heading itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.extraction import normalise
from crawler.extraction.page import Element, classes, text_of

_NAMED = re.compile(
    r"kicker|overline|over-?title|eyebrow|top-?line|roof-?line|dachzeile|spitzmarke|pre-?title|pre-?head|super-?title|supra-?title|"
    r"strap-?line|ante-?titulo|volanta|occhiello|sur-?titre|rubri[ck]|categor(?:y|ia|ie)|(?:^|[_-])(?:section|topic|label|flag)(?:$|[ _-])"
)
"""Class and id names of the words above a headline, in the languages of newsrooms."""
_FEW = 3
"""Words that a kicker has at most where nothing names it."""
_BEHIND = re.compile(r"[:|–—\-/»›]\s*$")


@dataclass(frozen=True, slots=True)
class Parted:
    """The two parts of a heading."""

    kicker: str
    rest: str
    named: bool
    """Its class says that the first part is a kicker."""


def parted(heading: Element) -> Parted | None:
    """What the first element in `heading` says, and what follows it; None where it is not begun by an element of its own."""
    outer = heading
    while len(outer) == 1 and not (outer.text or "").strip() and not (outer[0].tail or "").strip():
        outer = outer[0]
    if not len(outer) or (outer.text or "").strip():
        return None
    first = next((one for one in outer if normalise.line(text_of(one))), None)
    if first is None or first.tag == "br":
        return None
    kicker = normalise.line(text_of(first))
    behind = [first.tail or "", *(text_of(one) + " " + (one.tail or "") for one in first.itersiblings())]
    rest = normalise.line(" ".join(behind)).lstrip(":|–—-/»› ")
    if not rest:
        return None
    return Parted(kicker.rstrip(":|–—-/»› "), rest, len(rest.split()) > 1 and _NAMED.search(classes(first)) is not None)


def is_set_apart(title: str, ending: str, parts: Parted | None) -> bool:
    """Whether what `title` says before `ending` is short, and set apart from it by a mark or by mark-up (`parts`)."""
    begun = title[: max(0, len(title) - len(ending))].rstrip()
    if not begun or len(normalise.fold(begun).split()) > _FEW:
        return False
    return bool(_BEHIND.search(begun)) or (parts is not None and normalise.fold(parts.rest) == normalise.fold(ending))
