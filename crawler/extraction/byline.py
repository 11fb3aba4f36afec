"""Lines that say who wrote an article, read piece by piece: mark-up often is all that stands between a name and what follows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from crawler.extraction import dates, months, normalise
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


def near_headline(page: Page) -> Iterator[Element]:
    """The elements behind the headline, it among them, then those before it, without what belongs to the frame."""
    place = headline_place(page)
    if place is None:
        return
    for element in [*page.every[place : place + _BEHIND], *page.every[max(0, place - _BEFORE) : place]]:
        if element.tag not in ("script", "style") and not is_listed(page, element):
            yield element


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
