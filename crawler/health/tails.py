"""Tail probabilities, exact for small numbers: how likely is it that what was seen, or worse, is chance?"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, inf, lgamma, log, sqrt


def betabinomial_upper(bad: int, of: int, a: float, b: float) -> float:
    """P(K >= bad) of a beta-binomial: `of` trials whose chance of being bad is itself drawn from Beta(a, b)."""
    if bad <= 0:
        return 1.0
    total = sum(exp(_log_betabinomial(k, of, a, b)) for k in range(bad, of + 1))
    return min(1.0, total)


def negative_binomial_lower(count: int, mean: float, size: float) -> float:
    """P(Y <= count) of a negative binomial with this mean and variance mean + mean²/size."""
    if mean <= 0:
        return 1.0
    success = size / (size + mean)
    return min(1.0, sum(exp(_log_negative_binomial(y, size, success)) for y in range(count + 1)))


def normal_lower(z: float) -> float:
    """P(Z <= z) of the standard normal."""
    return 0.5 * erfc(-z / sqrt(2))


def combined(chances: Sequence[float]) -> float:
    """The chance that independent tests together come out as they did (Fisher's method; cautious for small counts)."""
    x = -sum(log(chance) if chance > 0 else -inf for chance in chances)
    if x == inf:
        return 0.0
    term = total = 1.0
    for i in range(1, len(chances)):
        term *= x / i
        total += term
    return min(1.0, exp(-x) * total)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _log_betabinomial(k: int, n: int, a: float, b: float) -> float:
    choose = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return choose + _log_beta(k + a, n - k + b) - _log_beta(a, b)


def _log_negative_binomial(y: int, size: float, success: float) -> float:
    return lgamma(y + size) - lgamma(size) - lgamma(y + 1) + size * log(success) + (y * log(1 - success) if y else 0.0)
