"""Who wrote an article: names only."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from typing import Any

from crawler.extraction import byline, fellows, jsonld, normalise
from crawler.extraction.frame import is_listed
from crawler.extraction.page import Element, classes, short_text, text_of
from crawler.extraction.structured import Statements, item_value, scope_type

_BY = re.compile(
    r"^\s*(?:(?:(?:written|posted|story|text|words|reported|reviewed|review|published|article|report|author|analysis|"
    r"opinion)\s+)?by(?:\s*:)?\s+|von\s+|par\s+|por\s+|di\s+|door\s+|a[fv]\s+|od\s+|текст:?\s+|автор:?\s+|"
    r"(?:author|autor|autore|auteur|verfasst von|redazione|texto|text)s?\s*:\s*|author\s+(?=[A-ZÀ-Þ]))",
    re.I,
)
_ROLE = re.compile(
    r"(?:\s*[,|–—(/-]\s*|\s+)(?:staff|senior|chief|associate|contributing|contributor|guest|managing|executive|deputy|"
    r"editor|editorial(?!\s+(?:board|team|staff))|reporter|correspondent|writer|journalist|columnist|"
    r"editor-in-chief|producer|photographer|special to|freelance|redakteur(?:in)?|korrespondent(?:in)?|ceo|founder|"
    r"co-founder|director|analyst|manager)\b.*$",
    re.I,
)
_OFFICE = re.compile(
    r"^(?:chief|head of|heads? |director|senior|vice|deputy|staff|managing|executive|assistant|professor|leiter|chef)\b|"
    r"\b(?:officer|editor|correspondent|professor|president|reporter|journalist|writer|columnist|specialist|engineer|researcher|"
    r"redakteur(?:in)?|journalistin|rédact(?:eur|rice)|periodista|redactor(?:a)?)$",
    re.I,
)
"""What follows a name and is an office."""
_SPLIT = re.compile(
    r"\s*(?:;|\||\n|•|·|\s/\s|\s&\s|\band\b|\bund\b|\bog\b|\boch\b|(?-i:\bdan\b)|(?-i:\bet\b)(?=\s[A-ZÀ-Þ])|(?-i:\by\b)(?=\s[A-ZÀ-Þ])|"
    r"(?-i:\be\b)(?=\s[A-ZÀ-Þ])|、|，|,(?!\s*(?:jr|sr|ii|iii|ph\.?d|m\.?d|esq)\b)|\bwith\b)\s*",
    re.I,
)
_NOISE = re.compile(
    r"https?://|www\.|@|^\d|\d{3,}|^\w+(?:\.\w+){3,}$|^(?:by|von|par|por|publisher|sponsored|staff|log ?in|member login)$|"
    r"^(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)$|"
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\s+\d|"
    r"\b(?:minutes?|min read|updated|published|posted|admin|administrator|unknown|"
    r"anonymous|null|undefined|follow|subscribe|comments?|read more|view all|"
    r"facebook|twitter|share|email|photo|image|copyright)\b",
    re.I,
)
_META = (
    "article:author_name", "author", "citation_author", "citation_authors",
    "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator", "dc.contributor",
    "cxenseparse:author",
    "article:author", "twitter:data1_author", "rnews:author", "authors", "bt:author", "og:article:author", "creator",
)  # fmt: skip
_MARKED = (
    "author",
    "byline",
    "fn",
    "post-author",
    "entry-author",
    "author-name",
    "byline-name",
    "article-author",
    "autor",
    "auteur",
    "byline__name",
    "author__name",
    "writer",
)
_MARK = re.compile("|".join(_MARKED))


def candidates(said: Statements, own: Collection[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """(method, names) in the order of worth; methods that find nobody are left out. `own`: letters of the site's own names."""
    for method, raw in _sources(said):
        found = names(raw, own)
        if method == "microdata" and len(found) > 2:
            found = _of_these(found, names(said.page.metas.get("author", []), own))
        if len(found) == 1 and method.startswith(("json-ld", "meta")) and is_name(found[0]):
            joint = names(fellows.beside(said.page, found[0], is_name), own)
            if len(joint) > 1:
                yield "byline", joint
        if found:
            yield method, found


def _of_these(found: list[str], declared: list[str]) -> list[str]:
    """`declared` where all of them are among `found`: teasers of other stories name their authors in microdata too."""
    keys = {normalise.fold(name) for name in found}
    return declared if declared and all(normalise.fold(name) in keys for name in declared) else found


def names(raw: list[str], own: Collection[str] = ()) -> list[str]:
    """The people in `raw`, each once, without "By", roles and whatever is no name. A name in `own` is one: `Harbour & Coast Reporter`."""
    found: dict[str, str] = {}
    for text in raw:
        text = normalise.line(html.unescape(text))
        if normalise.letters(text) in own:
            found.setdefault(normalise.fold(text), text)
            continue
        for part in _SPLIT.split(_without_house(byline.unlabelled(_BY.sub("", text)))):
            name = _without_role(byline.unlabelled(_BY.sub("", part))).strip(" .,:;-–—|/()[]\"'*")
            if found and _OFFICE.search(name):
                continue  # "Jo Wren, Chief Ferry Officer"
            if 2 <= len(name) <= 60 and len(name.split()) <= 6 and not _NOISE.search(name):
                found.setdefault(normalise.fold(name), name)
    found.pop("", None)
    return list(found.values())


def _without_role(text: str) -> str:
    """`text` up to its role. A role without a comma before it counts only behind a whole name: Jo Writer is called so, and somebody
    may sign as Executive Content Editor."""
    found = _ROLE.search(text)
    if not found:
        return text
    before = text[: found.start()]
    if found[0][0].isspace() and found[0].lstrip()[:1].isalpha() and (len(before.split()) < 2 or _OFFICE.match(before)):
        return text
    return before


_HOUSE = re.compile(
    r"(?<=\w)\s*\|\s*[A-Z]{2,6}$|(?<=[\w.]\s)The\s+[A-Z]\w+(?:\s+[A-Z]\w+)*$|"
    r"(?:\band|&|\bund|\bet)\s[^,;|&]+?(?P<house>,(?:(?!\band\b|\bund\b|\bet\b)[^,;|&.])+\s(?:(?!\band\b|\bund\b|\bet\b)[^,;|&.])+)$"
)
"""Whom the named write for: initials behind a bar, "The" behind a name, and words behind a comma after the "and" that ends a list."""


def _without_house(text: str) -> str:
    """`text` without whom the named write for: "Jo Wren The Coast Press", "Jo Wren and Dan Holm, Harbour Gull"."""
    found = _HOUSE.search(text)
    if not found:
        return text
    before = text[: found.start("house") if found["house"] else found.start()].strip()
    return before if found["house"] or is_name(before) else text


def _sources(said: Statements) -> Iterator[tuple[str, list[str]]]:
    yield "json-ld", _people(said, said.json("author"))
    yield "json-ld creator", _people(said, said.json("creator"))
    yield (
        "microdata",
        [
            text
            for one in said.items.get("author", ())
            if "comment" not in scope_type(one) and not is_listed(said.page, one) and (text := _item_name(one))
        ],
    )
    for name in _META:
        yield f"meta {name}", said.page.metas.get(name, [])
    yield "meta twitter:data", _labelled(said)
    yield "rdfa", [item_value(one) for one in said.properties.get("author", ()) if not is_listed(said.page, one)]
    yield "rel=author", _marked(said, lambda one: "author" in (one.get("rel") or "").split())
    yield "class", _marked(said, lambda one: any(name in _MARKED for name in (one.get("class") or "").lower().split()), _MARK)
    yield "text", _signed(said)
    yield "byline", byline.round_headline(said.page, _reads_as_names)
    yield "link", _named(_marked(said, lambda one: one.tag == "a" and bool(_PROFILE.search(one.get("href") or ""))))
    yield (
        "class",
        _named(_marked(said, lambda one: _LIKE_MARKED.search(f"{classes(one)} {one.get('data-testid') or ''}".lower()) is not None)),
    )
    yield "text", _named(_introduced(said))
    yield "class", _only(said)
    yield "byline", byline.beside_day(said.page, is_name)


_LABEL = re.compile(
    r"^(?:(?:written|posted) by|by|author|verfasst von|geschrieben von|écrit par|auteur|escrito por|autore?|scritto da|"
    r"geschreven door|skrevet av|skriven av|napisane przez|автор|yazan|ditulis oleh|作成者|执笔者|執筆者)$",
    re.I,
)


def _labelled(said: Statements) -> list[str]:
    """Names in `twitter:data1` and the like behind a label that says so: WordPress's SEO plugins write them."""
    metas = said.page.metas
    found = [
        name
        for number in ("1", "2", "3")
        if any(_LABEL.match(label.strip()) for label in metas.get(f"twitter:label{number}", ())[:1])
        for name in metas.get(f"twitter:data{number}", ())[:1]
    ]
    return found or metas.get("twitter:misc:written by", [])[:1]


_PROFILE = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|profile|people|staff|contributors?|journalists?|redaktion|team|by|user)/[^/?#]+", re.I
)
_LIKE_MARKED = re.compile(r"author|byline|autor|auteur|writer|contributor")
_INTRODUCED = re.compile(r"^(?:by|von|par|por|di|door|av|af)\s+([^\W\d_][^,;:|()]{3,60})", re.I)
_NAME = re.compile(r"^(?:[^\W\d_]\S*\s+){1,4}[^\W\d_]\S*$")
_SMALL = frozenset(
    {
        "de", "da", "do", "dos", "das", "di", "del", "della", "van", "der", "den", "von", "zu", "zur", "la", "le", "el", "al", "bin",
        "ibn", "y", "e", "und", "og", "och", "af", "av", "ten", "ter", "mac", "mc", "o'",
    }
)  # fmt: skip


def _named(texts: list[str]) -> list[str]:
    """Those of `texts` that read like people's names: two to five words, none of them small but particles."""
    return [text for text in texts if all(is_name(name) for name in names([text])) and names([text])]


def _reads_as_names(text: str) -> bool:
    return bool(_named([text]))


def is_name(text: str) -> bool:
    """Whether `text` reads like a person's name: two to five words, none of them small but particles."""
    return bool(_NAME.match(text)) and all(word in _SMALL or not word[0].islower() for word in text.split())


def _introduced(said: Statements) -> list[str]:
    """Names in short lines such as "By NAME"."""
    for element in said.page.tagged("p", "div", "span", "li", "a", "address", "em", "i", "small", "font", "strong", "h4", "h5", "h6"):
        start = (element.text or "").strip()[:12]
        if start and _INTRODUCED.match(f"{start} Xxxx xxxx") and not is_listed(said.page, element):
            text = short_text(element, 90)
            if text and (found := _INTRODUCED.match(text)):
                return [found[1]]
    return []


_SIGNATURE = re.compile(r"\s*(?:this|posted|written|geschrieben|publié|publicado|postato|pubblicato)\b", re.I)
_SIGNED = re.compile(
    r"^\s*(?:(?P<this>this (?:post|article|story|piece|guide|column|essay|blog(?: post)?) (?:was|is) )?(?:posted|written) by|"
    r"geschrieben von|publié par|publicado por|postato da|pubblicato da)\s*:?\s+(?P<name>.{2,50}?)"
    r"(?:\s+(?:at|on|in|um|am|le|el|il|[A-Za-z]{3,10}:)(?:\s.*)?|\s*[,|·•–—(].*|\s+\d.*)?$",
    re.I | re.S,
)


def _signed(said: Statements) -> list[str]:
    """Names in lines such as "Posted by NAME at TIME"."""
    for element in said.page.tagged("div", "p", "span", "li", "td"):
        if len(element) > 4 or not _SIGNATURE.match(next((text for text in element.itertext() if not text.isspace()), "")):
            continue
        found = _SIGNED.match(normalise.line(text_of(element)[:200]))
        if found and not (found["this"] and not _reads_as_names(found["name"])) and not is_listed(said.page, element):
            return byline.signers(byline.pieces(element), _reads_as_names) or [found["name"]]
    return []


def _only(said: Statements) -> list[str]:
    """The one name that all author marks of the page say, wherever they stand: boxes about the author are often built as widgets are."""
    found: dict[str, str] = {}
    for element in said.page.tagged(*_BYLINES):
        marks = f"{classes(element)} {element.get('rel') or ''}"
        if not (_LIKE_MARKED.search(marks) or (element.tag == "a" and _PROFILE.search(element.get("href") or ""))):
            continue
        if len(found) > 1 or any(_TALK.search(classes(one)) for one in element.iterancestors()):
            continue
        found |= {normalise.fold(name): name for name in _named([short_text(element, 60)])}
    return list(found.values()) if len(found) == 1 else []


_TALK = re.compile(r"comment|reply|disqus|quote|testimonial|review")


def _people(said: Statements, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for one in values for text in jsonld.texts(jsonld.resolved(one, said.nodes))]


def _item_name(element: Element) -> str:
    """The `name` inside an author item, or the item's own value; of a box with more in it than a line, or than a name, the name."""
    inner = next((one for one in element.iter() if "name" in (one.get("itemprop") or "").split()), None)
    found = element if inner is None else inner
    value = item_value(found)
    if len(found) == 0 or found.get("content"):
        return value
    row = byline.pieces(found)
    return "; ".join(byline.signers(row, _reads_as_names)) or (value if row else "")


def _is_other(element: Any) -> bool:
    """Whether an element that is marked as a byline holds the date or the labels: Blogger's themes mark all three so."""
    names = (element.get("class") or "").lower()
    return "timestamp" in names or "labels" in names or next(element.iter("time"), None) is not None


_BYLINES = ("a", "span", "div", "p", "address", "li", "h3", "h4", "h5", "cite", "strong", "em")


def _marked(said: Statements, test: Any, named: re.Pattern[str] | None = None) -> list[str]:
    """Texts of the elements that pass `test`. `named`: what class or id of such an element has in any case."""
    found: list[str] = []
    for element in said.page.named(named) if named else said.page.tagged(*_BYLINES):
        if element.tag in _BYLINES and test(element) and not is_listed(said.page, element) and not _is_other(element):
            text = short_text(element, 100)
            if len(text) > 2:
                signed = byline.signers(byline.pieces(element), _reads_as_names) if len(element) else []
                found += signed or [byline.introduced(text, _reads_as_names)]
            if len(found) >= 4:
                break
    return found
