"""Captions that stand in paragraphs of their own, outside any `figure`: what they say belongs to the picture above them, not to the text.

Told by a credit at the end, or by what captions are on pages whose paragraphs are sentences: a short line behind a picture that does
not end as a sentence does. Of 85 such lines on 749 real pages, 68 were no part of the text.
"""

from __future__ import annotations

import re

from crawler.extraction import credit
from crawler.extraction.noise import ends_sentence
from crawler.extraction.segments import Segment

_SIGNED = re.compile(
    r"(?:^|[\s.(\[|])(?:(?:Photo(?:graph)?|Image|Picture|Foto|Fotografie|Bild|Illustration|Grafik|PHOTO|IMAGE|FOTO|BILD)s?"
    r"(?:\s+(?:[Cc]redit|[Ss]ource|[Bb]y|[Cc]ourtesy(?: of)?|[Vv]ia))?\s*[:/]|(?:Credits?|CREDITS?)\s*:|©)"
    r"\s*[^()\[\]:\s][^()\[\]:]{1,80}[)\]]?\.?$"
)
_LONGEST, _SHORT = 300, 150
_SENTENCES = 0.7
"""Share of the paragraphs that have to end as sentences do for one that does not to be noticed."""


def without_captions(every: list[Segment], chosen: list[Segment]) -> list[Segment]:
    """`chosen` without captions; the picture before each, if it has none, takes it over."""
    paragraphs = [one for one in chosen if one.kind == "paragraph"]
    sentences = sum(ends_sentence(one.text) for one in paragraphs) > _SENTENCES * len(paragraphs)
    kept: list[Segment] = []
    for one in chosen:
        before = every[one.position - 1] if one.position else None
        picture = before if before is not None and before.kind == "image" else None
        if not _is_caption(one, under_picture=picture is not None and sentences):
            kept.append(one)
        elif picture is not None and not picture.text:
            picture.text, picture.credit = credit.parted_text(one.text)
    return kept if any(one.kind not in ("image", "heading") for one in kept) else chosen


def _is_caption(one: Segment, *, under_picture: bool) -> bool:
    if one.kind != "paragraph" or one.bold or len(one.text) > _LONGEST:
        return False
    if _SIGNED.search(one.text):
        return True
    return under_picture and len(one.text) <= _SHORT and len(one.letters) > 2 and not ends_sentence(one.text)
