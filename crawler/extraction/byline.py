"""Lines that say who wrote an article, read piece by piece: mark-up often is all that stands between a name and what follows it."""

from __future__ import annotations

import re
from collections.abc import Callable

from crawler.extraction import dates, normalise
from crawler.extraction.frame import headline_place, is_listed
from crawler.extraction.page import Element, Page

_BEFORE, _BEHIND = 12, 60
"""Elements before and behind the headline among which its byline stands."""
_LONGEST = 140
_INTRODUCTION = re.compile(
    r"^(?:(?:posted|written|story|words|text|article|guide|published|reported)\s+)?(?:by|von|par|por|di|door|av|af|przez|oleh)\s*:?$|"
    r"^(?:author|autorin/autor|autor|autorin|auteur|verfasst von|geschrieben von|écrit par|escrito por|scritto da|автор|текст)\s*:?$",
    re.I,
)
_JOINS = frozenset({",", ";", "&", "/", "and", "und", "et", "y", "e", "og", "och", "en", ", and", ", und"})
_CAPITAL = r"[^\W\d_a-zß-öø-ÿа-я][\w'’.-]*"
_SMALL = r"(?:de|da|do|dos|di|del|della|van|der|den|von|zu|la|le|el|al|bin|ten|ter)"
_PERSON = rf"{_CAPITAL}(?:\s+(?:{_SMALL}\s+)*{_CAPITAL}){{0,3}}"
_SIGNED = re.compile(
    r"(?:^|[\d\w]*\d[\d:.,\w ]{0,20}\s|[|·•–—]\s*)(?i:written |posted |story |words |text |article )?(?i:by|von|par|por|door)\b\s*:?\s+"
    rf"({_PERSON}(?:(?:,|\s+(?:and|und|et|y|&))\s+{_PERSON})*)"
    r"(?=\s*$|\s*[,|·•–—(\[]|\s+(?:on|at|in|updated|published|posted|last|am|le|el)\b|\s+\d)"
)


def pieces(element: Element) -> list[str]:
    """The text of `element`, one string for each stretch between two tags; empty where there is more than a line of it."""
    found: list[str] = []
    length = 0
    for text in element.itertext():
        if piece := normalise.line(text):
            length += len(piece)
            if length > _LONGEST:
                return []
            found.append(piece)
    return found


def signers(row: list[str], is_name: Callable[[str], bool]) -> list[str]:
    """The names in `row`, the pieces of one line: those up to a piece that neither is a name nor joins two."""
    found: list[str] = []
    joined = True
    for piece in row:
        if piece.lower() in _JOINS:
            joined = True
        elif _INTRODUCTION.match(piece) and not found:
            continue
        elif joined and is_name(piece.rstrip(" ,;")):
            found.append(piece.rstrip(" ,;"))
            joined = piece.endswith((",", ";"))
        else:
            break
    return found


def round_headline(page: Page, is_name: Callable[[str], bool]) -> list[str]:
    """The names in the first line round the headline that is introduced as a byline; empty where there is none."""
    place = headline_place(page)
    if place is None:
        return []
    for element in [*page.every[place : place + _BEHIND], *page.every[max(0, place - _BEFORE) : place]]:
        if element.tag in ("script", "style", "h1") or is_listed(page, element):
            continue
        row = pieces(element)
        if not row:
            continue
        if _INTRODUCTION.match(row[0]) and (found := signers(row, is_name)):
            return found
        if signed := _SIGNED.search(" ".join(row)):
            return [_without_month(signed[1])]
    return []


def _without_month(names: str) -> str:
    """`names` without the month of a date behind them: `Jo Wren June` of "by Jo Wren June 3"."""
    words = names.split()
    while len(words) > 1 and words[-1].strip(".,").casefold() in dates.MONTHS:
        words.pop()
    return " ".join(words).rstrip(",")
