"""Rivals of one identity, the posterior, the order, and the machine's proposal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tongcha.linkage.census import F64
from tongcha.linkage.codes import I64
from tongcha.linkage.weights import quantise

Truth = npt.NDArray[np.bool_]
NOBODY: Final = -1


@dataclass(frozen=True, slots=True)
class Ranked:
    """Pairs in order of (identity, rank).

    Attributes:
        order: positions of the pairs in that order.
        score: posterior odds of the pair against everything else, in bits; follows `order`.
        rivalry: bits that the rivals took away (≤ 0); follows `order`.
        rank: 1 for the best candidate of its identity.
        margin: bits between this pair and the best other candidate; infinite if there is none.
        rival: position (in the given order of pairs) of that other candidate, NOBODY if there is none.
    """

    order: I64
    score: F64
    rivalry: F64
    rank: I64
    margin: F64
    rival: I64


def rank_pairs(identity: I64, weight: F64, tie: I64) -> Ranked:
    """Rank the candidates of each identity by weight, then by the order of their identifiers.

    Args:
        identity: identity of each pair.
        weight: prior and field bits of each pair.
        tie: position of each pair's person in the order of identifiers; a total order within an identity.
    """
    order = np.lexsort((tie, -weight, identity))
    who, bits = identity[order], weight[order]
    first = (
        np.flatnonzero(np.concatenate([[True], who[1:] != who[:-1]])) if len(who) else np.zeros(0, np.int64)
    )
    size = np.diff(np.concatenate([first, [len(who)]]))
    rank = np.arange(len(who)) - np.repeat(first, size) + 1
    odds = np.exp2(np.clip(bits, -200, 200))
    rest = np.repeat(np.add.reduceat(odds, first), size) - odds if len(who) else odds
    # subtracting from a sum loses what the best candidate dwarfs: sum the others of each first one anew
    rest[first] = _sum_after_first(odds, first, size)
    rivalry = quantise(-np.log2(1 + np.maximum(rest, 0.0)))
    second = np.where(np.repeat(size, size) > 1, np.repeat(first, size) + (rank == 1), NOBODY)
    margin = np.where(second == NOBODY, np.inf, bits - bits[second])
    rival = np.where(second == NOBODY, NOBODY, order[second])
    return Ranked(order, bits + rivalry, rivalry, rank, margin, rival)


def _sum_after_first(odds: F64, first: I64, size: I64) -> F64:
    later = odds.copy()
    later[first] = 0.0
    return np.add.reduceat(later, first) if len(first) else np.zeros(0)
