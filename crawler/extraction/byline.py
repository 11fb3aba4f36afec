"""Lines that say who wrote an article, read piece by piece: mark-up often is all that stands between a name and what follows it."""

from __future__ import annotations

import re
from collections.abc import Callable

from crawler.extraction import dates, months, normalise
from crawler.extraction.frame import headline_place, is_listed
from crawler.extraction.page import Element, Page, short_text

_BEFORE, _BEHIND = 12, 60
"""Elements before and behind the headline among which its byline stands."""
_LONGEST = 140
_INTRODUCTION = re.compile(
    r"^(?:(?:posted|written|story|words|text|article|guide|published|reported)\s+)?(?:by|von|par|por|di|door|av|af|przez|oleh)\s*:?$|"
    r"^(?:author|autorin/autor|autor|autorin|auteur|verfasst von|geschrieben von|écrit par|escrito por|scritto da|автор|текст)\s*:?$",
    re.I,
)
JOINS = frozenset({",", ";", "&", "/", "and", "und", "et", "y", "e", "og", "och", "en", "、", "，", ", and", ", und"})
_CAPITAL = r"[^\W\d_a-zß-öø-ÿа-я][\w'’.-]*"
_SMALL = r"(?:de|da|do|dos|di|del|della|van|der|den|von|zu|la|le|el|al|bin|ten|ter)"
_PERSON = rf"{_CAPITAL}(?:\s+(?:{_SMALL}\s+)*{_CAPITAL}){{0,3}}"
_SIGNED = re.compile(
    r"(?:^|[\d\w]*\d[\d:.,\w ]{0,20}\s|[|·•–—]\s*)(?i:written |posted |story |words |text |article )?(?i:by|von|par|por|door)\b\s*:?\s+"
    rf"({_PERSON}(?:(?:,|\s+(?:and|und|et|y|&))\s+{_PERSON})*)"
    r"(?=\s*$|\s*[,|·•–—(\[]|\s+(?:on|at|in|updated|published|posted|last|am|le|el)\b|\s+\d)"
)
_LABELLED = re.compile(
    r"^(?:(?:autor(?:ka|in|a|es|in/autor)?|author|auteur|autrice|autore|autora|forfatter|författare|kirjoittaja|szerző|írta|penulis|oleh|yazan|yazar|"
    r"tác giả|συντάκτης|автор(?:ка)?|текст|автори|пише|piše|redaktor|texte?|testo|texto|tekst|teksti|szöveg|metin|words|story|"
    r"بقلم|كتب|كتبت|كتابة|إعداد|الكاتب|نویسنده|نوشته|מאת|כתב|כתבה|लेखक|द्वारा|লেখক|โดย|ผู้เขียน)\s*[:：]\s*|"
    r"(?:oleh|przez|írta|yazan|του|της|بقلم|كتب|كتبت|מאת|โดย)\s+)(?P<name>\S.{2,50})$",
    re.I,
)
"""A label for the author, with its colon or, where the word can stand for nothing else before a name, without."""
_EAST_ASIAN = re.compile(
    r"^(?:[(（【\[]?(?:文|撰文|作者|記者|记者|編輯|编辑|执笔|執筆者?|筆者|取材・文|取材/文|ライター|著者|글|작성자|글쓴이)\s*(?:[:：/／|｜]|\s|=)\s*)"
    r"(?P<name>[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af々]{1,6}(?:[\s・·　][\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af々]{1,8})?)[)）】\]]?$|"
    r"^(?P<reporter>[\uac00-\ud7af]{2,4})\s?(?:기자|특파원|논설위원)(?:\s|$|=)"
)
"""Chinese, Japanese and Korean lines that name the author."""


def labelled(text: str, is_name: Callable[[str], bool]) -> str | None:
    """The author whom a line such as `Autor: NAME`, `文：NAME` or `NAME 기자` names."""
    if found := _EAST_ASIAN.match(text):
        return found["name"] or found["reporter"]
    found = _LABELLED.match(text)
    return found["name"] if found and is_name(found["name"]) else None


_LABEL = re.compile(
    r"^(?:[(（【\[]\s*)?(?:"
    r"(?:autor(?:ka|in|a|es|in/autor)?|author|auteur|autrice|autore|autora|forfatter|författare|kirjoittaja|szerző|penulis|yazar|tác giả|"
    r"συντάκτης|автор(?:ка|и)?|текст|пише|piše|von|par|por|by|oleh|przez|írta|yazan|του|της|بقلم|كتب|كتبت|كتابة|إعداد|الكاتب|نویسنده|نوشته|"
    r"מאת|כתב|כתבה|लेखक|द्वारा|লেখক|โดย|ผู้เขียน)\s*[:：]\s*|"
    r"(?:بقلم|كتب|كتبت|מאת|โดย)\s+|"
    r"(?:文|글)\s*[:：/／|｜=]\s*|"
    r"(?:本[报報]|特[约約])?(?:撰文|作者|[記记]者|編輯|编辑|执笔|執筆者?|筆者|取材[・/]文|ライター|著者|작성자|글쓴이|기자)(?:\s*[:：/／|｜=]\s*|\s+))",
    re.I,
)
"""A label before a name; without a colon only words that are nobody's first name, as Oleh and Yazan are."""
_BARE = re.compile(r"^(?:oleh|przez|írta|yazan)\s+(?=\S)", re.I)
"""Labels without a colon that may be a first name, or a word of one."""
_TITLE = re.compile(r"(?<=[\uac00-\ud7af]{2})\s?(?:기자|특파원|논설위원)(?:[\s=].*)?$|(?<=[\u3400-\u9fff]{2})\s+[記记]者$")
"""A reporter's title behind a Korean, Chinese or Japanese name, and what stands behind that: an address."""
_EAST_ASIAN_NAME = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々・·]{2,8}")


def unlabelled(text: str) -> str:
    """The names in `text` without the label before them or the title behind: `作者：NAME`, `بقلم NAME`, `NAME 기자`."""
    return _TITLE.sub("", _LABEL.sub("", text))


def introduced(text: str, is_name: Callable[[str], bool]) -> str:
    """As `unlabelled`, for a text that a page marks as a byline: `Oleh NAME NAME` is read as Indonesian, `Oleh NAME` as somebody's name."""
    found = _BARE.match(text)
    return text[found.end() :] if found and is_name(text[found.end() :]) else unlabelled(text)


_BETWEEN = re.compile(r"\s*[·•|]\s*|\s[–—-]\s")
_LENGTH = re.compile(r"^\d+\s*(?:min\w*|分|분|мин\w*|دقائق|دقيقة|dk|perc|phút)\b.{0,20}$", re.I)


def between_facts(text: str, is_name: Callable[[str], bool]) -> str | None:
    """The name in a line of facts such as `March 3, 2025 · 2 min · NAME`: a day, the time that reading takes, and one name."""
    parts = [part for part in _BETWEEN.split(text) if part]
    if not any(map(_LENGTH.match, parts)) or not any(map(dates.month_named, parts)):
        return None
    named = [part for part in parts if is_name(part) and not _LENGTH.match(part) and dates.month_named(part) is None]
    return named[0] if len(named) == 1 else None


def pieces(element: Element, *, styled: bool = False) -> list[str]:
    """The text of `element`, one string for each stretch between two tags; empty where there is more than a line of it.

    `styled`: rules of style in it do not count; some programs write each beside what it styles.
    """
    found: list[str] = []
    length = 0
    for text in element.itertext():
        if styled and "{" in text:
            continue
        if piece := normalise.line(text):
            length += len(piece)
            if length > _LONGEST:
                return []
            found.append(piece)
    return found


def signers(row: list[str], is_name: Callable[[str], bool]) -> list[str]:
    """The names in `row`, the pieces of one line: those up to a piece that neither is a name nor joins two."""
    found: list[str] = []
    joined, labelled_so = True, False
    for piece in row:
        name = introduced(f"{piece} ", is_name).strip(" ,;、，；")
        labelled_so = labelled_so or name != piece.strip(" ,;、，；")
        if piece.lower() in JOINS:
            joined = True
        elif not found and (not name or _INTRODUCTION.match(piece)):
            continue
        elif joined and (is_name(name) or (labelled_so and _EAST_ASIAN_NAME.fullmatch(name))):
            found.append(name)
            joined = piece.endswith((",", ";", "、", "，", "；"))
        else:
            break
    return found


def near_headline(page: Page) -> list[Element]:
    """The elements behind the headline, it among them, then those before it; some may belong to the frame. None without a headline."""
    place = headline_place(page)
    return [] if place is None else [*page.every[place : place + _BEHIND], *page.every[max(0, place - _BEFORE) : place]]


def _in_tail(element: Element) -> str | None:
    """The names in a byline that no element of its own holds: it stands behind `element`, as in `</h1> by NAME <time>`."""
    tail = element.tail
    if not tail or tail.isspace() or len(tail) > _LONGEST or (parent := element.getparent()) is None or parent.tag not in _BOXES:
        return None
    found = _BARE_BYLINE.match(normalise.line(tail))
    return found[1] if found else None


_BOXES = frozenset({"div", "header", "section", "article", "td", "center", "hgroup", "main"})
"""What holds pieces of a page; in a paragraph, "by NAME" may speak of anybody."""
_BARE_BYLINE = re.compile(
    rf"^(?i:(?:written |posted )?by|von|par|por|door)\b\s*:?\s+({_PERSON}(?:(?:,|\s+(?:and|und|et|y|&))\s+{_PERSON})*)\s*[,|·•–—(]?$"
)


def round_headline(page: Page, is_name: Callable[[str], bool]) -> list[str]:
    """The names in the first line round the headline that is introduced as a byline; empty where there is none."""
    for element in near_headline(page):
        if element.tag in ("script", "style") or is_listed(page, element):
            continue
        if behind := _in_tail(element):
            return [behind]
        if element.tag == "h1":
            continue
        row = pieces(element)
        if not row:
            continue
        if _INTRODUCTION.match(row[0]) and (found := signers(row, is_name)):
            return found
        line = " ".join(row)
        if named := labelled(line, is_name) or between_facts(line, is_name):
            return [named]
        if signed := _SIGNED.search(line):
            return [_without_month(signed[1])]
    return []


def _without_month(names: str) -> str:
    """`names` without the month of a date behind them: `Jo Wren June` of "by Jo Wren June 3"."""
    words = names.split()
    while len(words) > 1 and words[-1].strip(".,").casefold() in months.MONTHS:
        words.pop()
    return " ".join(words).rstrip(",")


_TRIFLE = re.compile(r"^(?:[^\w]*|\d[\d.,]*\s*[km]?\+?(?:\s\w{1,12}){0,3})$", re.I)
"""What stands between facts, counts of views and shares, and the time that reading takes."""
_ALONE = re.compile(r"[^\W\d_][\w.'’-]*(?:\s[^\W\d_][\w.'’-]*){1,3}")
"""A name with nothing beside it: no office, no house, no colon of a label."""
_WORDING = re.compile(
    r"\b(?:by|the|our|all|news|blog|press|releases?|stor(?:y|ies)|articles?|features?|guides?|reviews?|reports?|opinions?|insights?|"
    r"updates?|updated|teams?|staff|desk|details|correspondents?|editors?|editorial|writers?|contributors?)\b",
    re.I,
)
"""Words of labels, which stand beside a day as names do."""
_PROFILE_MARK = re.compile(r"author|profile|people|users?|team|staff", re.I)
_MOST, _DAY = 8, 40
"""Pieces of a row; letters of a day."""


def beside_day(page: Page, is_name: Callable[[str], bool]) -> list[str]:
    """The one name in a row of pieces round the headline that holds nothing else but a day, counts and separators; empty without one."""
    for element in near_headline(page):
        if not len(element) or element.tag == "h1" or is_listed(page, element):
            continue
        row = pieces(element, styled=True)
        if not 2 <= len(row) <= _MOST:
            continue
        rest = [piece for piece in row if not _is_day(piece)]
        if len(rest) == len(row):
            continue
        rest = [piece for piece in rest if not _TRIFLE.match(piece)]
        if len(rest) == 1 and _ALONE.fullmatch(rest[0]) and is_name(rest[0]) and not _is_label(page, rest[0]):
            return rest
    return []


def _is_day(text: str) -> bool:
    return len(text) < _DAY and dates.read(text) is not None


def _is_label(page: Page, text: str) -> bool:
    """Whether `text` has a word of labels in it, or leads, anywhere on the page, elsewhere than to somebody's page, as sections do."""
    if _WORDING.search(text):
        return True
    key = normalise.fold(text)
    return any(
        (target := one.get("href")) and not _PROFILE_MARK.search(target) and normalise.fold(short_text(one, _DAY)) == key
        for one in page.tagged("a")
    )
