"""Where a text found elsewhere stands on the page: the segments that it bears out, and those that read like prose."""

from __future__ import annotations

from crawler.extraction import normalise
from crawler.extraction.segments import Segment

SHORT = 25
"""Letters below which a text may stand in another by chance."""
_WINDOW = 20


def prose(every: list[Segment]) -> list[Segment]:
    """Paragraphs as long as sentences are, of words and not of links."""
    return [one for one in every if one.kind == "paragraph" and len(one.letters) > 80 and one.link_share < 0.3]


def anchored(every: list[Segment], text: str) -> set[int]:
    """Positions of the segments that stand in `text`."""
    whole = normalise.letters(text)
    rows = {normalise.letters(row.strip("-•# ")) for row in text.splitlines()}
    found = set()
    for segment in every:
        if not segment.letters:
            continue
        if (
            segment.letters in rows
            or (len(segment.letters) >= SHORT and segment.letters in whole)
            or (segment.kind in ("list", "table", "quote") and _mostly(segment, whole))
            or (len(segment.letters) >= 3 * _WINDOW and _share_found(segment.letters, whole) >= 0.6)
        ):
            found.add(segment.position)
    return found


def _share_found(letters: str, whole: str) -> float:
    """Share of the pieces of `letters`, `_WINDOW` letters each, that stand in `whole`."""
    pieces = [letters[start : start + _WINDOW] for start in range(0, len(letters) - _WINDOW + 1, _WINDOW)]
    return sum(piece in whole for piece in pieces) / len(pieces)


def _mostly(segment: Segment, whole: str) -> bool:
    parts = [normalise.letters(part) for part in segment.text.splitlines()]
    parts = [part for part in parts if len(part) > 10]
    return bool(parts) and sum(part in whole for part in parts) * 2 > len(parts)
