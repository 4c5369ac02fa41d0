"""Exact intervals for shares: how sure one may be after so few errors in so many trials."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIDENCE: Final = 0.95
HALVINGS: Final = 60
"""bisection steps; more than a double can tell apart"""


def find_interval(hits: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the Clopper–Pearson interval of a share (Biometrika 26, 1934, 404–413).

    Two-sided; never shorter than it claims to be, which is what a promise of few errors needs.

    Raises:
        ValueError: there are no trials, or more hits than trials.
    """
    if not 0 <= hits <= trials or trials == 0:
        raise ValueError(f"{hits} of {trials}")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _bisect(lambda share: 1 - _at_most(hits - 1, trials, share) < tail)
    high = 1.0 if hits == trials else _bisect(lambda share: _at_most(hits, trials, share) > tail)
    return low, high


def _bisect(is_below: Callable[[float], bool]) -> float:
    """The share at which a condition that holds for small shares stops holding."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _at_most(hits: int, trials: int, share: float) -> float:
    """The probability of at most so many hits; by logarithms, so that large counts don't overflow."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return float(hits >= trials)
    yes, no = math.log(share), math.log1p(-share)
    terms = (
        math.lgamma(trials + 1)
        - math.lgamma(k + 1)
        - math.lgamma(trials - k + 1)
        + k * yes
        + (trials - k) * no
        for k in range(hits + 1)
    )
    return min(math.fsum(map(math.exp, terms)), 1.0)
