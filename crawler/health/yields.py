"""How many new articles come, by the day of the week.

Time is cut into days that end now, so that no day is half over, and a day is compared with the same days of the weeks before. How much
the counts vary beyond chance goes into a negative binomial. Silence is judged over two days at least: a holiday is no breakage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.formats.run import Brief
from crawler.health.tails import negative_binomial_lower

DAY = timedelta(days=1)
WINDOWS = (2, 4, 7, 14, 28)
"""Over how many days silence is judged; the long ones are for sites that publish once a week."""
COMPARED_DAYS = 56
LEAST_WEEKS = 3
"""Fewer same days of the week say nothing about how they vary."""
MOST_LEFT = 0.25
"""More than a quarter of the usual is a slump, no breakage."""
MOST_OF_A_DAY = 0.75
"""Days that are one day and its quiet neighbours are one day: a holiday on a Monday."""
RECOVERED = 0.5
"""What share of the usual counts as being back."""


@dataclass(frozen=True, slots=True)
class Silence:
    """New articles of the last `days`, as expected and as they came."""

    days: int
    expected: float
    came: int
    chance: float


def day_counts(runs: Sequence[Brief], now: datetime, without: frozenset[str] = frozenset()) -> list[int | None]:
    """New articles a day, the last one first; None for a day without a run that got through, or with one of the runs `without`."""
    counts: list[int | None] = [None] * (COMPARED_DAYS + WINDOWS[-1])
    spoilt: set[int] = set()
    for run in runs:
        day = (now - datetime.fromisoformat(run.started)) // DAY
        if not 0 <= day < len(counts):
            continue
        if run.id in without or not run.known_articles:  # a first run brings the whole past
            spoilt.add(day)
        elif run.through:
            counts[day] = (counts[day] or 0) + run.new
    return [None if day in spoilt else count for day, count in enumerate(counts)]


def silence(recent: Sequence[int | None], usual: Sequence[int | None], days: int) -> Silence | None:
    """The last `days` of `recent` against the days before them of `usual`; None where the past says too little."""
    base = [(day, count) for day, count in enumerate(usual) if count is not None and days <= day < days + COMPARED_DAYS]
    by_weekday = [[count for day, count in base if day % 7 == weekday] for weekday in range(7)]
    window = [(day % 7, count) for day, count in enumerate(recent[:days]) if count is not None]
    if not window or any(len(by_weekday[weekday]) < LEAST_WEEKS for weekday, _ in window):
        return None
    means = [sum(counts) / len(counts) if counts else 0.0 for counts in by_weekday]
    expected, came = sum(means[weekday] for weekday, _ in window), sum(count for _, count in window)
    if expected <= 0:
        return None
    if days > 1 and max(means[weekday] for weekday, _ in window) > MOST_OF_A_DAY * expected:
        return None
    chance = negative_binomial_lower(came, expected, _size(by_weekday, means, expected)) if came <= MOST_LEFT * expected else 1.0
    return Silence(days, expected, came, chance)


def _size(by_weekday: Sequence[Sequence[int]], means: Sequence[float], expected: float) -> float:
    """The negative binomial's size: how much days vary beyond chance, and how little is known of their means."""
    several = [(counts, mean) for counts, mean in zip(by_weekday, means, strict=True) if len(counts) > 1]
    beyond = sum(sum((y - mean) ** 2 for y in counts) * len(counts) / (len(counts) - 1) - mean * len(counts) for counts, mean in several)
    scale = sum(mean**2 * len(counts) for counts, mean in several)
    variation = max(0.0, beyond / scale) if scale else 1.0
    weeks = max(1, min(len(counts) for counts, _ in several)) if several else 1
    return 1 / max(1e-4, variation + (variation + 1 / expected) / weeks)


def is_back(recent: Sequence[int | None], usual: Sequence[int | None]) -> bool:
    """Whether articles come again as they used to, by the fewest days that can tell."""
    looks = [look for days in (1, *WINDOWS) if (look := silence(recent, usual, days)) is not None and look.expected >= 3]
    return bool(looks) and looks[0].came >= RECOVERED * looks[0].expected
