"""Exact confidence intervals of a share, also where the trials come in groups."""

from __future__ import annotations

from math import ceil, exp, floor, lgamma, log
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from tongcha.linkage.encoding.codes import I64, Truth

CONFIDENCE: Final = 0.95
HALVINGS: Final = 60


def clopper_pearson(hits: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the exact confidence interval of a share (Clopper & Pearson, Biometrika 26, 1934).

    Example:
        >>> [round(end, 4) for end in clopper_pearson(0, 1000)]
        [0.0, 0.0037]
    """
    if trials == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _at_most(hits - 1, trials, p), tail)
    high = 1.0 if hits == trials else _solve(lambda p: 1 - _at_most(hits, trials, p), 1 - tail)
    return low, high


def grouped_interval(hit: Truth, group: I64) -> tuple[float, float]:
    """Return the interval of a share of trials that come in groups and are alike within one.

    The exact interval for as many independent trials as would tell as much (Korn & Graubard, Survey
    Methodology 24, 1998), rounded outwards. Without a hit nothing tells how alike they are, and all count.

    Args:
        hit: whether each trial is a hit.
        group: group of each trial.
    """
    trials, hits = len(hit), int(hit.sum())
    if hits in {0, trials}:
        return clopper_pearson(hits, trials)
    share = hits / trials
    _, place = np.unique(group, return_inverse=True)
    groups = int(place.max()) + 1
    excess = np.bincount(place, hit - share)
    variance = groups / max(groups - 1, 1) * float((excess**2).sum()) / trials**2
    worth = max(1, floor(min(share * (1 - share) / max(variance, 1e-12), trials)))
    return clopper_pearson(floor(share * worth), worth)[0], clopper_pearson(ceil(share * worth), worth)[1]


def _solve(rising: Callable[[float], float], value: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < value else (low, middle)
    return low


def _at_most(hits: int, trials: int, share: float) -> float:
    """Probability of at most that many hits."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return float(hits >= trials)
    whole = lgamma(trials + 1)
    terms = (
        exp(whole - lgamma(k + 1) - lgamma(trials - k + 1) + k * log(share) + (trials - k) * log(1 - share))
        for k in range(hits + 1)
    )
    return min(sum(terms), 1.0)
