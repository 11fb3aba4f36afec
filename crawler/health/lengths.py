"""Median body length, compared with the site's own past on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import median, pstdev

from crawler.formats.run import Run
from crawler.health.tails import normal_lower
from crawler.health.watches import pages_read

LEAST_RUNS = 8
"""Fewer runs with articles say nothing about how the median varies."""

LEAST_DROP = log(2)
"""Bodies that are more than half as long as usual are no breakage."""

_LEAST_SPREAD = 0.15  # of one body's logarithm: even a site of equal notes varies so much
_MOST_WEIGHT = 30  # pages beyond which a run's median follows the season, not chance


@dataclass(frozen=True, slots=True)
class Length:
    """A run's median body length in characters, as a logarithm, and the number of articles that it is the median of."""

    level: float
    pages: int

    @classmethod
    def of(cls, run: Run) -> Length | None:
        pages = pages_read(run)
        return cls(log(max(1, run.median_body_length)), pages) if pages and run.median_body_length is not None else None

    @property
    def weight(self) -> float:
        return sqrt(min(self.pages, _MOST_WEIGHT))


@dataclass(frozen=True, slots=True)
class UsualLength:
    """The usual median, and how much one body's logarithm varies around it."""

    level: float
    spread: float
    lowest: float
    """The lowest that was ever seen in the past, in spreads of a median of so many pages."""

    @classmethod
    def of(cls, past: Sequence[Length]) -> UsualLength:
        level = median(length.level for length in past)
        residuals = [(length.level - level) * length.weight for length in past]
        spread = max(pstdev(residuals), 1.4826 * median(map(abs, residuals)), _LEAST_SPREAD)
        return cls(level, spread, min(residuals) / spread)

    def chance(self, now: Sequence[Length]) -> float:
        """How likely bodies as short as in the runs `now` are, if nothing has changed; 1 where less than half is not missing."""
        weight = sum(length.weight**2 for length in now)
        level = sum(length.level * length.weight**2 for length in now) / weight
        if self.level - level < LEAST_DROP:
            return 1.0
        z = (level - self.level) * sqrt(weight) / self.spread
        return normal_lower(z) if z < self.lowest - 1 else 1.0

    @property
    def characters(self) -> int:
        return round(exp(self.level))
