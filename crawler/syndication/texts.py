"""Texts as sets of shingles: how like two of them are, and by which keys those that may be alike are found."""

from __future__ import annotations

import re
from typing import NamedTuple

from rensa import RMinHash  # type: ignore[import-untyped]

SHINGLE = 5
"""Words in a row that make a shingle. Two reports of one event in different words share hardly any."""
SHORTEST = 40
"""Shingles below which a text is no proof of anything: headlines, captions, teasers of one sentence."""
SHARED = 0.5
"""Share of the shorter text that must stand in the longer one. Of 208,000 pairs of different articles of 100 publishers one had
more than 0.3."""
SLOTS, ROWS = 128, 2
"""Numbers in a MinHash signature, and how many of them make a key. Two texts that have a share `s` of all their shingles in common
have a key in common with probability 1 - (1 - s**2)**64: 0.99 for a quarter, 0.47 for a tenth, 0.006 for a hundredth."""
METHOD = f"rensa {RMinHash.ALGORITHM_VERSION}, {SLOTS} slots, {ROWS} rows, {SHINGLE} words"
"""What made the keys: those of another method are not comparable."""

_SEED = 1
_WORD = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # scripts that put no space between words
    r"|[^\W_]+"
)


class Likeness(NamedTuple):
    """How like two texts are."""

    similarity: float
    """Shingles that both have, as a share of all that either has (Jaccard)."""
    shared: float
    """The same as a share of the shorter text's: 1 where one is the other, cut."""

    @property
    def is_story(self) -> bool:
        """Whether the two tell the same story in the same words."""
        return self.shared >= SHARED


def shingles(text: str) -> frozenset[str]:
    """The shingles of a text; none for one that is too short."""
    words = _WORD.findall(text.casefold())
    found = frozenset(" ".join(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1))
    return found if len(found) >= SHORTEST else frozenset()


def keys(text: frozenset[str]) -> list[int]:
    """64 keys, signed and of 64 bits, one for each pair of numbers in the text's MinHash signature."""
    sketch = RMinHash(SLOTS, _SEED)
    sketch.update(list(text))
    numbers = sketch.digest()
    return [_key(start, numbers[start : start + ROWS]) for start in range(0, SLOTS, ROWS)]


def likeness(one: frozenset[str], other: frozenset[str]) -> Likeness:
    """Compares two texts, neither of which is empty."""
    both = len(one & other)
    return Likeness(both / len(one | other), both / min(len(one), len(other)))


def _key(band: int, numbers: list[int]) -> int:
    """A key that equals that of another text only in the same band."""
    first, second = numbers
    mixed = ((first << 32) | second) ^ (band * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    return mixed - (1 << 63)
