"""What differs between two states of an article, and whether it matters."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from crawler.formats.article import OWN_CONTENT, Article, Raw, Substance, content_digest, own_content

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


def publishers_change(before: Article, reading: Article, page: Article) -> tuple[Article, Difference]:
    """`page` as the state that follows `before`, and what its publisher changed.

    `reading` is what the record of `before` says when it is read as `page` was, by the same rules and with the same hints of sources.
    A field that differs from `before` and not from `reading` has changed through us: it stays as it was, until a re-extraction.
    """
    theirs = set(difference(reading, page).fields)
    fields = [name for name in difference(before, page).fields if name in theirs or (name in _TEXT and theirs & _TEXT)]
    page = _keeping(before, page, [name for name in OWN_CONTENT if name not in fields])
    return page, Difference(fields, _substance(fields, reading.body, page.body))


_TEXT = {"body", "blocks"}
"""Two forms of one text, which are kept or changed together."""


def _keeping(before: Article, page: Article, fields: list[str]) -> Article:
    """`page` with `fields` as they stand in `before`."""
    kept = {name: getattr(before, name) for name in fields}
    provenance = {name: method for name, method in page.provenance.items() if name not in kept}
    provenance |= {name: before.provenance[name] for name in fields if name in before.provenance}
    raw = {name: getattr(before.raw, name) for name in fields if name in Raw.model_fields}
    changed = page.model_copy(update={**kept, "provenance": dict(sorted(provenance.items())), "raw": page.raw.model_copy(update=raw)})
    digest = content_digest(**{name: getattr(changed, name) for name in OWN_CONTENT})
    return changed.model_copy(update={"content_digest": digest})


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
