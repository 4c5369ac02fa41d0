"""Which of several schools a list is of, told by the people on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.reference.keys import ENTRY, entry_keys

if TYPE_CHECKING:
    from tongcha.policy.reference import ListPlace


def locate_lists(staff_entries: pl.DataFrame, keys: pl.DataFrame, place: ListPlace) -> pl.DataFrame:
    """Fill school_id and area of lists whose school, as written, several schools could be.

    The entries that a name and phone link to the registry tell: at least `place.least` of them, and
    the share `place.majority`, must be registered at one school.

    Args:
        staff_entries: by contract.
        keys: from `registry_keys`.
        place: the limits.
    """
    lost = entry_keys(staff_entries.filter(pl.col("school_id").is_null()))
    by_phone = ["fold", "phone"]
    known = keys.drop_nulls(by_phone).select(*by_phone, "teacher_id", "school_id", "area")
    met = lost.drop_nulls(by_phone).join(known, on=by_phone, how="inner").unique([*ENTRY, "teacher_id"])
    votes = met.group_by("list_id", "school_id", "area").agg(votes=pl.len())
    total = pl.col("votes").sum().over("list_id")
    wins = (pl.col("votes") >= place.least) & (pl.col("votes") >= place.majority * total)
    winners = votes.filter(wins).select("list_id", __school="school_id", __area="area")
    return (
        staff_entries.join(winners, on="list_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("school_id", "__school").alias("school_id"))
        .with_columns(pl.coalesce("area", "__area").alias("area"))
        .drop("__school", "__area")
    )
