"""One raid, one person, one body: two different people met there can't both be the same person on record.

The odds of everyone else at the raid who may be that person count against a claim, as the odds of other
candidates do (a one-to-one assignment to first order; Sadinle, JASA 112, 2017). Whoever was taken down
twice is no rival of their own: two meetings with names that agree and nothing that contradicts may be one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.comparison.fields import may_be_one
from tongcha.linkage.comparison.names import NAME_LEVELS
from tongcha.linkage.encoding.codes import ABSENT, find_repeated, mix
from tongcha.linkage.encoding.sides import hash_text
from tongcha.linkage.encoding.values import NUMBER_VALID
from tongcha.linkage.ranking.rivals import HUGE_BITS
from tongcha.linkage.weights.ratios import quantise

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import F64, I64, Levels, Truth
    from tongcha.linkage.encoding.sides import Side
    from tongcha.linkage.ranking.rivals import Ranked
    from tongcha.linkage.weights.ratios import Compared
    from tongcha.policy.linkage import Subjects

FAINT_BITS: Final = -12.0
"""a weaker claim takes less than half of 2⁻¹⁰ bit from the others, which is nothing"""
UNTOLD: Final = (ABSENT, NAME_LEVELS.index("surname_only"))
"""levels of a name that doesn't tell one person from another"""


def exclude_others(
    raid_id: pl.Series, met: Side, compared: Compared, person: I64, ranked: Ranked, policy: Subjects
) -> F64:
    """Return the bits (≤ 0) that others met at the same raid take from each pair's claim on its person.

    Args:
        raid_id: raid per identity; null if it isn't known.
        met: the identities.
        compared: the pairs.
        person: equal for records of one person, pair by pair.
        ranked: the pairs ranked without regard to the raid.
        policy: which names agree, and how far apart ages may be.
    """
    bits = np.zeros(len(person))
    score = np.empty(len(person))
    score[ranked.order] = ranked.score
    one, other = _meet(raid_id, compared.identity, person, score)
    named = [NAME_LEVELS.index(name) for name in policy.close_names]
    apart = _are_different(met, compared, one, other, policy) | ~(
        _fits(compared.levels["name"], named)[one] & _fits(compared.levels["name"], named)[other]
    )
    odds = np.exp2(np.clip(score[other[apart]], -HUGE_BITS, HUGE_BITS))
    np.add.at(bits, one[apart], odds)
    return quantise(-np.log2(1 + bits))


def _meet(raid_id: pl.Series, identity: I64, person: I64, score: F64) -> tuple[I64, I64]:
    """Pairs of pairs: each claim on a person beside every claim of another identity of that raid."""
    claims = pl.DataFrame({"identity": identity, "person": person, "score": score}).with_row_index("pair")
    rivalled = find_repeated(mix(hash_text(raid_id)[identity], person.astype(np.uint64)))
    claims = claims.with_columns(raid=raid_id.gather(identity)).filter(rivalled).drop_nulls("raid")
    shared = claims.filter((pl.col("identity").n_unique() > 1).over("raid", "person"))
    strong = shared.filter(pl.col("score") >= FAINT_BITS)
    met = shared.join(strong, on=["raid", "person"]).filter(pl.col("identity") != pl.col("identity_right"))
    ordered = met.select(pl.col("pair", "pair_right").cast(pl.Int64)).sort("pair", "pair_right")
    return ordered["pair"].to_numpy(), ordered["pair_right"].to_numpy()


def _fits(level: Levels, close: list[int]) -> Truth:
    return np.isin(level, [*close, *UNTOLD, NAME_LEVELS.index("former")])


def _are_different(met: Side, compared: Compared, one: I64, other: I64, policy: Subjects) -> Truth:
    """Whether sex, age or complete numbers tell the two identities apart."""
    pairs = np.stack([compared.identity[one], compared.identity[other]], axis=1)
    valid = (met.number_state[pairs] == NUMBER_VALID).all(axis=1)
    numbers = valid & (met.number[pairs[:, 0]] != met.number[pairs[:, 1]]).any(axis=1)
    different: Truth = numbers | ~may_be_one(met, pairs, policy.years_apart)
    return different
