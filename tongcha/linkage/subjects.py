"""Repeat offenders: people met at several raids, on record or not, grouped into one subject per person.

Only strong agreement joins two meetings: the same person on record accepted for both, the same valid ID
number, or the same phone; the last two only with names that agree. A chain of meetings is one subject.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.comparisons import SEX_LEVELS, compare_sexes
from tongcha.linkage.name_levels import NAME_LEVELS, compare_names
from tongcha.linkage.sides import NUMBER_VALID, Side, code_side

if TYPE_CHECKING:
    from tongcha.linkage.codes import I64, Truth
    from tongcha.policy.linkage import Subjects

DAYS_A_YEAR: Final = 365.25


def group_subjects(identities: pl.DataFrame, candidate_links: pl.DataFrame, policy: Subjects) -> pl.DataFrame:
    """Group the identities of all batches by person.

    Args:
        identities: table `identities` of one or more batches.
        candidate_links: table `candidate_links` of the same batches.
        policy: which names agree, and how far apart ages may be.

    Returns:
        identity_id, subject_id ("S" and 16 hex digits, from the first of its meetings), meetings (how many
        identities the subject has), raids (at how many raids it was met); sorted by identity_id.
    """
    met = identities.sort("identity_id")
    pairs = np.concatenate([_accepted_pairs(met, candidate_links), _agreeing_pairs(code_side(met), policy)])
    group = _connect(met.height, pairs)
    first = met["identity_id"].gather(group)
    return (
        met.select("identity_id", "raid_id", subject_id=_name_subjects(first))
        .with_columns(
            meetings=pl.len().over("subject_id"), raids=pl.col("raid_id").n_unique().over("subject_id")
        )
        .select("identity_id", "subject_id", "meetings", "raids")
    )


def _name_subjects(first: pl.Series) -> pl.Series:
    digests = [hashlib.sha256(identity.encode()).hexdigest()[:16] for identity in first]
    return pl.Series([f"S{digest}" for digest in digests], dtype=pl.String)


def _accepted_pairs(met: pl.DataFrame, candidate_links: pl.DataFrame) -> I64:
    rows = met.select("identity_id").with_row_index("row")
    accepted = candidate_links.filter(pl.col("decision") == "accept").join(rows, on="identity_id")
    first = accepted.with_columns(first=pl.col("row").min().over("person_id"))
    return first.select("first", "row").cast(pl.Int64).to_numpy().reshape(-1, 2)


def _agreeing_pairs(met: Side, policy: Subjects) -> I64:
    number = pl.Series([bytes(row).decode() for row in met.number], dtype=pl.String)
    valid = pl.Series(met.number_state == NUMBER_VALID)
    same_number = _pairs_of(pl.select(pl.when(valid).then(number)).to_series())
    same_phone = _pairs_of(
        pl.select(pl.when(pl.Series(met.phone > 0)).then(pl.Series(met.phone))).to_series()
    )
    same_phone = same_phone[may_be_one(met, same_phone, policy.years_apart)]
    pairs = np.concatenate([same_number, same_phone])
    level = compare_names(met.take(pairs[:, 0]), met.take(pairs[:, 1]))
    close = [NAME_LEVELS.index(name) for name in policy.close_names]
    return pairs[np.isin(level, close)]


def _pairs_of(values: pl.Series) -> I64:
    """Every two rows that share a value."""
    rows = pl.DataFrame({"value": values}).with_row_index("row").drop_nulls()
    pairs = rows.join(rows, on="value").filter(pl.col("row") < pl.col("row_right"))
    return pairs.select("row", "row_right").cast(pl.Int64).to_numpy().reshape(-1, 2)


def may_be_one(met: Side, pairs: I64, years: float) -> Truth:
    """Whether neither sex nor claimed age contradicts that two identities are one person.

    Args:
        met: the identities.
        pairs: positions of two identities per row.
        years: claimed ages that differ by more, counted back to a birth date, contradict.
    """
    one, other = met.take(pairs[:, 0]), met.take(pairs[:, 1])
    told = (one.age >= 0) & (other.age >= 0)
    apart = np.abs((one.age - one.day / DAYS_A_YEAR) - (other.age - other.day / DAYS_A_YEAR)) > years
    may: Truth = (compare_sexes(one, other) != SEX_LEVELS.index("different")) & ~(told & apart)
    return may


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
