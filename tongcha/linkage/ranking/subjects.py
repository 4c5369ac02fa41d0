"""Repeat offenders: people met at several raids, on record or not, grouped into one subject per person.

Only strong agreement joins two meetings: the same person on record accepted for both, the same valid ID
number, or the same phone; the last two only with names that agree. A chain of meetings is one subject.
A machine made the groups: they are shown to people and never counted; only confirmed links are.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.comparison.fields import may_be_one
from tongcha.linkage.comparison.names import NAME_LEVELS, compare_names
from tongcha.linkage.encoding.sides import Side, code_side
from tongcha.linkage.encoding.values import NUMBER_VALID
from tongcha.tables.linkage import SUBJECTS

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import I64
    from tongcha.policy.linkage import Subjects

ALONE: Final = "alone"
"""basis of a meeting that nothing joins to another one"""


def group_subjects(identities: pl.DataFrame, candidate_links: pl.DataFrame, policy: Subjects) -> pl.DataFrame:
    """Group the identities of one or more batches by person.

    Args:
        identities: table `identities` of the batches.
        candidate_links: table `candidate_links` of the same batches.
        policy: which names agree, and how far apart ages may be.

    Returns:
        Table `subjects` of these batches. A subject is named after the first of its meetings, so that later
        batches, when they come, don't rename it.
    """
    met = identities.sort("raid_date", "batch", "identity_id")
    joined = _join_meetings(met, candidate_links, policy)
    group = _connect(met.height, np.concatenate(list(joined.values())))
    grouped = met.select(
        *("batch", "identity_id", "raid_id"),
        subject_id=_name_subjects(met[np.asarray(group)]),
        basis=_tell_basis(met.height, joined),
    )
    counted = grouped.with_columns(
        meetings=pl.len().over("subject_id").cast(pl.Int64),
        again_here=(pl.len() > 1).over("subject_id", "raid_id"),
    )
    told = counted.join(_list_other_raids(grouped), on=["batch", "identity_id"], how="left")
    return SUBJECTS.conform(told.select(SUBJECTS.schema.names()))


def _join_meetings(met: pl.DataFrame, candidate_links: pl.DataFrame, policy: Subjects) -> dict[str, I64]:
    """Rows of two meetings that are one person, by what says so, surest first."""
    side = code_side(met)
    numbers, phones = _agreeing_pairs(side, policy)
    return {"number": numbers, "person": _accepted_pairs(met, candidate_links), "phone": phones}


def _name_subjects(first: pl.DataFrame) -> pl.Series:
    keys = first.select(pl.concat_str("batch", "identity_id", separator="|")).to_series()
    digests = [hashlib.sha256(key.encode()).hexdigest()[:16] for key in keys]
    return pl.Series([f"S{digest}" for digest in digests], dtype=pl.String)


def _tell_basis(count: int, joined: dict[str, I64]) -> pl.Series:
    """What joins each meeting to another one most surely."""
    basis = np.full(count, ALONE, object)
    for name, pairs in reversed(joined.items()):
        basis[pairs[pairs[:, 0] != pairs[:, 1]].ravel()] = name
    return pl.Series(basis.tolist(), dtype=pl.String)


def _list_other_raids(grouped: pl.DataFrame) -> pl.DataFrame:
    """Return batch, identity_id, other_raids: where else the subject was met; nobody who wasn't."""
    keys = ["batch", "identity_id"]
    raids = grouped.select("subject_id", elsewhere="raid_id").unique()
    there = grouped.join(raids, on="subject_id").filter(pl.col("elsewhere") != pl.col("raid_id"))
    return there.group_by(keys).agg(other_raids=pl.col("elsewhere").sort().str.join("、"))


def _accepted_pairs(met: pl.DataFrame, candidate_links: pl.DataFrame) -> I64:
    rows = met.select("batch", "identity_id").with_row_index("row")
    accepted = candidate_links.filter(pl.col("decision") == "accept").join(rows, on=["batch", "identity_id"])
    first = accepted.with_columns(first=pl.col("row").min().over("person_id"))
    return first.select("first", "row").sort("first", "row").cast(pl.Int64).to_numpy().reshape(-1, 2)


def _agreeing_pairs(met: Side, policy: Subjects) -> tuple[I64, I64]:
    """Pairs with an equal valid number, and pairs with an equal phone, whose names agree."""
    number = pl.Series([bytes(row).decode() for row in met.number], dtype=pl.String)
    valid = pl.Series(met.number_state == NUMBER_VALID)
    same_number = _pairs_of(pl.select(pl.when(valid).then(number)).to_series())
    same_phone = _pairs_of(
        pl.select(pl.when(pl.Series(met.phone > 0)).then(pl.Series(met.phone))).to_series()
    )
    same_phone = same_phone[may_be_one(met, same_phone, policy.years_apart)]
    return _agreeing_names(met, same_number, policy), _agreeing_names(met, same_phone, policy)


def _agreeing_names(met: Side, pairs: I64, policy: Subjects) -> I64:
    level = compare_names(met.take(pairs[:, 0]), met.take(pairs[:, 1]))
    return pairs[np.isin(level, [NAME_LEVELS.index(name) for name in policy.close_names])]


def _pairs_of(values: pl.Series) -> I64:
    """Every two rows that share a value."""
    rows = pl.DataFrame({"value": values}).with_row_index("row").drop_nulls()
    pairs = rows.join(rows, on="value").filter(pl.col("row") < pl.col("row_right"))
    return pairs.select("row", "row_right").cast(pl.Int64).to_numpy().reshape(-1, 2)


def _connect(count: int, pairs: I64) -> I64:
    """Return for each row the smallest row that it hangs together with (union–find with path halving)."""
    parent = list(range(count))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for one, other in pairs.tolist():
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    return np.array([root(row) for row in range(count)], np.int64)
