"""Shares: of so many, so many were bad. Compared with the same share in the past, exactly, however few there are.

A share's past gives its usual rate and how much more it varies from run to run than chance alone would have it (a Sunday's posts come
from another hand; an outage takes a whole run). Both go into a beta-binomial, whose tail says how likely the last runs are by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.health.tails import betabinomial_upper, combined

PRIOR_PAGE = 0.25
"""What is known of a page before anything is: as if a quarter of a bad one had been seen among one."""

PRIOR_RUN = 0.05
"""The same for what a run has once, a feed for one: it works, or somebody would have taken it out of the config."""

LEAST_CHANGE = 0.25
"""A share that moves by less than a quarter of all is no breakage, however sure the move is."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many bad ones of so many."""

    bad: int
    of: int

    @property
    def share(self) -> float:
        return self.bad / self.of


def total(counts: Sequence[Count]) -> Count:
    """All of them together."""
    return Count(sum(count.bad for count in counts), sum(count.of for count in counts))


@dataclass(frozen=True, slots=True)
class Usual:
    """What the past says: the usual share, and the weight with which it says so (in trials)."""

    share: float
    weight: float

    @classmethod
    def of(cls, past: Sequence[Count], prior: float = PRIOR_PAGE) -> Usual:
        """From the counts of past runs, and what is known before any."""
        seen = total(past)
        share = (seen.bad + prior) / (seen.of + 1)
        return cls(share, min(seen.of + 1.0, _steadiness(past, share)))

    def chance(self, now: Sequence[Count]) -> float:
        """How likely so many bad ones or more are in the runs `now`, if nothing has changed."""
        a, b = self.share * self.weight, (1 - self.share) * self.weight
        together = total(now)
        pooled = betabinomial_upper(together.bad, together.of, a, b)
        if len(now) == 1:
            return pooled
        one_by_one = combined([betabinomial_upper(count.bad, count.of, a, b) for count in now])
        return min(1.0, 2 * min(pooled, one_by_one))

    def is_left(self, now: Count) -> bool:
        """Whether `now` is so far from the usual that it matters."""
        good, usually_good = 1 - now.share, 1 - self.share
        return now.share - self.share >= LEAST_CHANGE and good <= 0.75 * usually_good


def _steadiness(past: Sequence[Count], share: float) -> float:
    """Weight of the beta distribution from which the runs' own shares seem to be drawn; infinite where they vary as chance would."""
    expected = share * (1 - share)
    several = [count for count in past if count.of > 1]
    if len(several) < 2:
        return float("inf")
    spread = sum((count.bad - count.of * share) ** 2 / (count.of * expected) for count in several) / (len(several) - 1)
    size = sum(count.of for count in several) / len(several)
    if spread <= 1:
        return float("inf")
    correlation = min(0.99, (spread - 1) / (size - 1))
    return 1 / correlation - 1
