"""The language of an article, as a BCP 47 tag."""

from __future__ import annotations

import re

from crawler.extraction import jsonld
from crawler.extraction.function_words import confirms
from crawler.extraction.structured import Statements

_TAG = re.compile(r"^([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:[-_.@].*)?$", re.I)
_PREFERRED = {"iw": "he", "in": "id", "ji": "yi", "nb": "no"}
"""Codes with another name: withdrawn ones, and Bokmål, for which `no` stands (CLDR 39), so that a site has one code for it."""
_ENOUGH = 200
"""Letters from which the text itself decides; on shorter texts the page's word is the better one."""
_GLANCE, _LOOK = 800, 3_000
"""Characters that are read: to confirm what the page says, and to find the language where it says nothing or seems wrong."""


def tag(raw: str | None) -> str | None:
    """`raw` as a well-formed tag in its usual spelling (`en-GB`, `zh-Hans`), or None."""
    found = _TAG.match((raw or "").strip())
    if not found:
        return None
    language, script, region = found.groups()
    language = _PREFERRED.get(language.lower(), language.lower())
    parts = [language, script.title() if script else None, region.upper() if region else None]
    return "-".join(part for part in parts if part)


def language(said: Statements, body: str, hint: str | None) -> tuple[str | None, str | None]:
    """(tag, method). The text decides the language; the page's own tag is taken whole where it names the same one."""
    page = said.page
    declared = [
        ("json-ld", tag(jsonld.text(said.json("inLanguage"), "alternateName") or jsonld.text(said.json("inLanguage")))),
        ("html lang", tag(page.root.get("lang") or page.root.get("{http://www.w3.org/XML/1998/namespace}lang"))),
        ("meta", tag(page.meta("content-language", "dc.language", "dcterms.language", "language", "og:locale", "inlanguage"))),
        ("link", tag(hint)),
    ]
    named = [(method, value) for method, value in declared if value]
    if sum(map(str.isalpha, body[:_GLANCE])) < _ENOUGH and sum(map(str.isalpha, body)) < _ENOUGH:
        return (named[0][1], named[0][0]) if named else (None, None)
    for method, value in named:
        if confirms(value.split("-")[0], _middle(body, _GLANCE)):
            return value, method
    spoken = _spoken(body, _GLANCE)
    if not any(_same(value.split("-")[0], spoken) for _, value in named):
        spoken = _spoken(body, _LOOK)
    for method, value in named:
        if _same(value.split("-")[0], spoken):
            return value, method
    return spoken, "text"


def _spoken(body: str, length: int) -> str:
    """The language of `length` characters from the middle of `body`."""
    from py3langid import classify  # type: ignore[import-untyped]  # 0.5 s of model: for the few texts that nothing else tells

    found = str(classify(_middle(body, length))[0])
    return _PREFERRED.get(found, found)


def _middle(body: str, length: int) -> str:
    start = max(0, (len(body) - length) // 2)
    return body[start : start + length]


def _same(declared: str, spoken: str) -> bool:
    """Whether two codes name one language: Norwegian and the Serbo-Croatian ones have several."""
    groups = ({"no", "nb", "nn", "da"}, {"hr", "sr", "bs", "sh"}, {"id", "ms"}, {"fa", "prs"}, {"tl", "fil"}, {"gl", "pt"})
    return declared == spoken or any(declared in group and spoken in group for group in groups)
