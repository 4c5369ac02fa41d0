"""m per comparison level, counted on pairs that are known to be one person, and a policy with it.

m is P(level | same person) (Fellegi & Sunter, J. Am. Stat. Assoc. 64, 1969). Where the pairs are a sample
with unequal chances, each counts by its weight, the effective number of pairs is Kish's (Survey Sampling,
1965), and the interval is Clopper and Pearson's on that number (Korn & Graubard, Survey Methodology 24,
1998).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tongcha.linkage.estimation.intervals import clopper_pearson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.policy.calibration import CalibrationPolicy
    from tongcha.policy.linkage import LinkagePolicy

Path = tuple[str, ...]
LEAST: Final = 1e-5
"""the smallest m, and the smallest change worth proposing"""
ESTIMATES: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "path": pl.List(pl.String),
    "level": pl.String,
    **dict.fromkeys(("old", "new", "pairs", "low", "high"), pl.Float64),
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """One distribution over levels in the policy.

    Attributes:
        path: where it stands in `policy/linkage.yaml`.
        column: the levels of the pairs.
        captures: ways of taking an identity that it holds for; empty for all.
        merge: levels counted as another one.
        same_as: levels of the policy that keep equal to another if they are equal now.
        left_out: levels of the policy that are no part of the distribution.
    """

    path: Path
    column: str
    captures: tuple[str, ...] = ()
    merge: Mapping[str, str] = field(default_factory=dict)
    same_as: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


NUMBERS: Final = tuple(
    Ladder(("id_number", "m", capture), "id_number", (capture,), left_out=("partial",))
    for capture in ("card", "typed")
)
"""ladders of whole ID numbers; what verifies a pair by its number can't count them"""
_SURNAME_KEPT: Final = {"surname_same": "different"}
OTHERS: Final = (
    Ladder(("name", "m", "card"), "name", ("card",), _SURNAME_KEPT),
    Ladder(("name", "m", "typed"), "name", ("typed", "masked", "last4"), _SURNAME_KEPT),
    Ladder(("name", "m", "oral"), "name", ("oral",), _SURNAME_KEPT),
    Ladder(("phone", "m"), "phone", (), {"listed": "exact"}, {"listed": "exact"}),
    Ladder(("age", "m"), "age"),
    Ladder(("sex", "m"), "sex"),
    Ladder(("school", "m"), "school"),
    Ladder(("subject", "m"), "subject"),
)
"""the rest; `area.m` is a mixture whose parts can't be counted, `birth.m` holds where the number differs"""


def estimate_levels(
    pairs: pl.DataFrame, policy: LinkagePolicy, rules: CalibrationPolicy, ladders: tuple[Ladder, ...]
) -> pl.DataFrame:
    """Return what m is by these pairs, mixed with the value held so far (a Dirichlet prior).

    Args:
        pairs: capture, weight, and the column of level names of each ladder; each pair is one person.
        policy: the policy in force.
        rules: how many pairs the value in force counts for, and how many a ladder needs.
        ladders: which distributions.

    Returns:
        path, level, old, new, pairs (effective number that tells the level), low and high (95 % interval of
        the counted share). Ladders with too few pairs have new equal to old.
    """
    whole = policy.model_dump()
    rows = [row for ladder in ladders for row in _estimate(pairs, ladder, _reach(whole, ladder.path), rules)]
    return pl.DataFrame(rows, schema=ESTIMATES, orient="row")


def adopt_estimates(policy: LinkagePolicy, estimates: pl.DataFrame) -> LinkagePolicy:
    """Return the policy with the estimates in it."""
    whole = policy.model_dump()
    for path, level, new in estimates.select("path", "level", "new").iter_rows():
        _reach(whole, path)[level] = new
    return type(policy).model_validate(whole)


def list_changes(estimates: pl.DataFrame) -> pl.DataFrame:
    """Return the estimates that would change the policy: field, level, old, new, pairs, low, high, path."""
    moved = estimates.filter((pl.col("old") - pl.col("new")).abs() >= LEAST / 2)
    named = pl.col("path").list.eval(pl.element().filter(pl.element() != "m")).list.join(".")
    return moved.select(named.alias("field"), "level", "old", "new", "pairs", "low", "high", "path")


def _estimate(
    pairs: pl.DataFrame, ladder: Ladder, held: Mapping[str, float], rules: CalibrationPolicy
) -> list[tuple[Any, ...]]:
    share, effective = _count_levels(pairs, ladder, held)
    rows = []
    for level in (name for name in held if name not in (*ladder.left_out, *ladder.same_as)):
        old, seen = held[level], share.get(level, 0.0)
        mixed = (effective * seen + rules.carries * old) / max(effective + rules.carries, LEAST)
        new = float(np.clip(round(mixed, 5), LEAST, 1 - LEAST)) if effective >= rules.least_pairs else old
        interval = clopper_pearson(round(effective * seen), round(effective))
        rows.append((list(ladder.path), level, old, new, effective, *interval))
        followers = [name for name, lead in ladder.same_as.items() if lead == level and held[name] == old]
        rows += [(list(ladder.path), name, old, new, effective, *interval) for name in followers]
    return rows


def _count_levels(
    pairs: pl.DataFrame, ladder: Ladder, held: Mapping[str, float]
) -> tuple[dict[str, float], float]:
    """Weighted share of each level, and the effective number of pairs that tell it."""
    own = pairs if not ladder.captures else pairs.filter(pl.col("capture").is_in(ladder.captures))
    told = own.select(level=pl.col(ladder.column).replace(dict(ladder.merge)), weight="weight").filter(
        pl.col("level").is_in([name for name in held if name not in ladder.left_out])
    )
    if told.is_empty():
        return {}, 0.0
    summed = told.sort("level", "weight").group_by("level", maintain_order=True).agg(pl.col("weight").sum())
    total = float(summed["weight"].sum())
    return {level: weight / total for level, weight in summed.iter_rows()}, count_effective(told["weight"])


def count_effective(weights: pl.Series) -> float:
    """Return how many equally weighted pairs tell as much as these (Kish)."""
    ordered = weights.sort()
    squares = float((ordered**2).sum())
    return float(ordered.sum()) ** 2 / squares if squares else 0.0


def _reach(whole: Mapping[str, Any], path: Path | list[str]) -> Any:  # noqa: ANN401 - a part of a dumped policy
    for step in path:
        whole = whole[step]
    return whole
