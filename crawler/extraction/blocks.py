"""From segments to the article's blocks: sub-headings recognised, decoration off."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.extraction import normalise
from crawler.extraction.segments import Segment
from crawler.formats.article import Block

_HEADING_LENGTH = 120
_HEADING_WORDS = 16


def blocks(segments: Iterable[Segment]) -> list[Block]:
    """The blocks of `segments`. A bold line of its own, or a short line that ends in dot leaders, is a heading.

    Such a heading gets the level below the page's real headings, or 2 where there are none.
    """
    row = list(segments)
    levels = [one.level for one in row if one.kind == "heading" and one.level]
    level = min(max(levels) + 1, 6) if levels else 2
    return [block for place, one in enumerate(row) if (block := _block(one, row[place + 1] if place + 1 < len(row) else None, level))]


def body(found: Iterable[Block]) -> str:
    """The plain text of the blocks: apart by a blank line, headings included, captions of images not."""
    return "\n\n".join(block.text for block in found if block.type != "image" and block.text)


def _block(one: Segment, following: Segment | None, level: int) -> Block | None:
    if one.kind == "heading" or (one.kind == "paragraph" and is_heading(one, following)):
        text = normalise.undecorated(normalise.line(one.text))
        return Block(type="heading", text=text, level=one.level or level) if text else None
    if one.kind == "list" and one.items:
        return Block(type="list", text="\n".join(one.items), items=one.items, ordered=bool(one.ordered))
    if one.kind == "table" and one.rows:
        return Block(type="table", text=one.text, rows=one.rows)
    if one.kind == "image":
        return Block(type="image", text=one.text, url=one.url) if one.url else None
    return Block(type=one.kind, text=one.text) if one.text else None


def is_heading(one: Segment, following: Segment | None) -> bool:
    """Whether a paragraph acts as a sub-heading of what follows."""
    text = one.text
    if "\n" in text or len(text) > _HEADING_LENGTH + 40 or not any(letter.isalnum() for letter in text):
        return False
    if normalise.has_leaders(text):
        bare = normalise.without_leaders(text)
        return len(bare) <= _HEADING_LENGTH and (one.bold or len(bare.split()) <= _HEADING_WORDS)
    if not one.bold or following is None or following.kind in ("image", "code") or following.bold:
        return False
    return len(text) <= _HEADING_LENGTH and len(text.split()) <= _HEADING_WORDS and not text.endswith((".", ",", ";", "…", "。"))
