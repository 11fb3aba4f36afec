"""Stories for made pages: words from a list, the same at every call."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

WORDS = tuple(
    "harbour council ferry timetable bridge engine morning resident market budget station library engineer report winter school "  # noqa: SIM905
    "committee vote tide lantern orchard baker repair street figure promise answer decision neighbour archive evening summer road".split()
)
LITTLE = ("the", "of", "and", "to", "in", "a", "for", "with", "on", "that")
"""A third of all words, as in English: what tells a language."""
SECTIONS = ("Town", "Harbour", "Markets", "Schools", "Weather", "Opinion")
AUTHORS = ("Wren Alder", "Moss Tarn", "Linden Vale", "Fen Harrow", "Clay Brook")  # trees and landscapes, not people
_FIRST_DAY = datetime(2025, 3, 1, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """What a page is made to say, and what its text is judged by."""

    number: int
    path: str
    headline: str
    section: str
    author: str
    published: datetime
    lead: str
    siblings: int
    """How many stories its site has: what its teasers link to."""
    parts: list[tuple[str, list[str]]] = field(default_factory=list)
    """The text: ("p" | "h2" | "ul" | "quote" | "figure", its texts)."""


def sentence(rng: random.Random) -> str:
    words = [rng.choice(LITTLE if place % 3 == 0 else WORDS) for place in range(rng.randint(8, 22))]
    return " ".join(words).capitalize() + "."


def paragraph(rng: random.Random) -> str:
    return " ".join(sentence(rng) for _ in range(rng.randint(2, 5)))


def path(number: int) -> str:
    """The address of story `number` on its site."""
    day = _published(number)
    return f"/{day:%Y/%m}/{number}-town-news-story.html"


def story(number: int, siblings: int = 1_000) -> Story:
    """Story `number` of a site of so many: some 900 words, sub-headings, a picture, now and then a list and a quote."""
    rng = random.Random(number)
    parts: list[tuple[str, list[str]]] = []
    for place in range(rng.randint(12, 20)):
        if place and place % 4 == 0:
            parts.append(("h2", [sentence(rng)[:-1][:60].strip()]))
        parts.append(("p", [paragraph(rng)]))
        if place == 1:
            parts.append(("figure", [sentence(rng)]))
        elif place == 5 and number % 3 == 0:
            parts.append(("ul", [sentence(rng) for _ in range(4)]))
        elif place == 7 and number % 4 == 0:
            parts.append(("quote", [sentence(rng)]))
    return Story(
        number,
        path(number),
        f"{sentence(rng)[:-1]} {number}",
        rng.choice(SECTIONS),
        rng.choice(AUTHORS),
        _published(number),
        sentence(rng),
        siblings,
        parts,
    )


def _published(number: int) -> datetime:
    return _FIRST_DAY + timedelta(hours=7 * (number % 1_000))  # never in the future, which would be refused
