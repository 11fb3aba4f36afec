"""What differs between two states of an article, and whether it matters."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from crawler.formats.article import OWN_CONTENT, Article, Substance, own_content

MAJOR = 0.1
"""Share of a body's words that must differ for a change to be major."""


class Difference(NamedTuple):
    """What differs: names of fields, sorted, and what they amount to."""

    fields: list[str]
    substance: list[Substance]


def difference(before: Article, after: Article) -> Difference:
    """How `after` differs from `before` in its own content; both lists are empty where it does not."""
    old, new = own_content(before), own_content(after)
    fields = sorted(name for name in OWN_CONTENT if old[name] != new[name])
    return Difference(fields, _substance(fields, before.body, after.body))


def _substance(fields: list[str], before: str | None, after: str | None) -> list[Substance]:
    found: list[Substance] = []
    if "headline" in fields:
        found.append("headline")
    if {"body", "blocks"} & set(fields):
        found.append("body-major" if _share_changed(before or "", after or "") > MAJOR else "body-minor")
    if set(fields) - {"headline", "body", "blocks"}:
        found.append("metadata")
    return found


def _share_changed(before: str, after: str) -> float:
    """Words that only one of the two has, as a share of the longer one. Order does not count: a moved paragraph is minor."""
    old, new = Counter(before.split()), Counter(after.split())
    only = max(sum((old - new).values()), sum((new - old).values()))
    return only / max(old.total(), new.total(), 1)
