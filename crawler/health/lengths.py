"""Median body length, compared with the site's own past on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import median, pstdev

from crawler.formats.run import Run
from crawler.health.shares import PRIOR_RUN, Count, Usual
from crawler.health.tails import normal_lower
from crawler.health.watches import pages_read

LEAST_RUNS = 14
"""Fewer runs with articles say nothing about how the median varies; two weeks show a nightly run two weekends."""

WINDOWS = (2, 4, 8)
"""Over how many of the last runs it is judged: one run of short notes is no breakage."""

LEAST_DROP = log(2)
"""Bodies that are more than half as long as usual are no breakage."""

_LEAST_SURPRISE = 5e-3
_LEAST_SPREAD = (
    0.75  # of a median's logarithm, times the root of its pages: bodies of news vary by a factor of 1.8 (0.6), medians by 1.25 of that
)


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
        """How exactly it is known, in units of a median of one."""
        return sqrt(self.pages)


@dataclass(frozen=True, slots=True)
class UsualLength:
    """The usual median, and how much one body's logarithm varies around it."""

    level: float
    spread: float
    short_runs: Usual
    """How often a run had bodies less than half as long."""

    @classmethod
    def of(cls, past: Sequence[Length]) -> UsualLength:
        level = median(length.level for length in past)
        residuals = [(length.level - level) * length.weight for length in past]
        spread = max(pstdev(residuals), 1.4826 * median(map(abs, residuals)), _LEAST_SPREAD)
        short = [Count(int(level - length.level >= LEAST_DROP), 1) for length in past]
        return cls(level, spread, Usual.of(short, PRIOR_RUN))

    def chance(self, now: Sequence[Length]) -> float:
        """How likely bodies as short as in the runs `now` are, if nothing has changed; 1 where one of them is not half as long as usual."""
        weight = sum(length.weight**2 for length in now)
        level = sum(length.level * length.weight**2 for length in now) / weight
        if not all(map(self.is_left, now)):
            return 1.0
        if self.short_runs.chance([Count(1, 1)] * len(now)) > _LEAST_SURPRISE:
            return 1.0  # the site has days of short notes
        return normal_lower((level - self.level) * sqrt(weight) / self.spread)

    def is_left(self, now: Length) -> bool:
        """Whether bodies are so much shorter than usual that it matters."""
        return self.level - now.level >= LEAST_DROP

    @property
    def characters(self) -> int:
        return round(exp(self.level))
