"""Whether everybody may read the whole text."""

from __future__ import annotations

import re
from typing import Any

from crawler.extraction.page import Page
from crawler.extraction.structured import Statements
from crawler.formats.article import Access

_WALL = re.compile(
    "paywall|piano-offer|tp-modal|subscribers?-only|premium-content|regwall|metered|locked-content|members-only|gh-post-upgrade-cta"
)
_WALLED = frozenset({"div", "section", "aside", "p"})
_PREMIUM = ("premium", "locked", "subscriber", "paid", "paywalled", "members")


def access(said: Statements) -> tuple[Access, str | None]:
    """(access, method), by the page's own word first: schema.org's `isAccessibleForFree`, then `article:content_tier`, then its wall."""
    stated = _stated(said)
    if stated is not None:
        return ("free" if stated else "paywalled"), "json-ld"
    tier = (
        (said.page.meta("article:content_tier", "og:article:content_tier", "content_tier", "article:access", "cxenseparse:access") or "")
        .strip()
        .lower()
    )
    if tier in ("free", "metered"):
        return ("free" if tier == "free" else "metered"), "meta"
    if tier in _PREMIUM:
        return "paywalled", "meta"
    if has_wall(said.page):
        return "paywalled", "class"
    return "unknown", None


def _stated(said: Statements) -> bool | None:
    parts = said.json("hasPart")
    values = [said.article.get("isAccessibleForFree")]
    values += [part.get("isAccessibleForFree") for part in (parts if isinstance(parts, list) else [parts]) if isinstance(part, dict)]
    truths = [truth for value in values if (truth := _truth(value)) is not None]
    return all(truths) if truths else None


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).strip().rsplit("/", 1)[-1].lower()
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(word)


def has_wall(page: Page) -> bool:
    """Whether an element that is shown carries the name of a paywall."""
    for element in page.named(_WALL):
        style = (element.get("style") or "").replace(" ", "")
        is_shown = element.tag in _WALLED and "display:none" not in style and element.get("hidden") is None
        if is_shown and len("".join(element.itertext()).strip()) > 20:
            return True
    return False
