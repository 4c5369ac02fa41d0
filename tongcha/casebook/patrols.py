"""Reported clean, then raided (000 隐瞒不报): a question to the competent office, never a finding of guilt.

The place may have opened after the patrol, or the patrol may have met a closed door. So only the two
records are put side by side, by an equal number or an equal address; whoever patrolled isn't named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.addresses import clean_text, key_address
from tongcha.tables.intake import BATCH_KINDS, PATROL_RESULTS, UNLICENSED

if TYPE_CHECKING:
    from tongcha.policy.casebook import PatrolRule

FILED: Final = BATCH_KINDS[1]
CLEAN: Final = PATROL_RESULTS[0]
CATEGORY: Final = "clean_patrol"
SAME_NUMBER: Final = "机构编号相同"
SAME_ADDRESS: Final = "区划与地址相同"
ADVICE: Final = "场所可能在巡查之后才开办，请核实；不据此认定任何人的责任"


def find_clean_patrols(sites: pl.DataFrame, patrols: pl.DataFrame, rule: PatrolRule) -> pl.DataFrame:
    """Return one row per raided site that a patrol had found in order shortly before.

    Args:
        sites: table `sites` of all batches.
        patrols: table `patrols` of all batches; the same entry may have come with two batches.
        rule: `patrols` of policy/casebook.yaml.

    Returns:
        The columns of `sites`, and category, case_ref (the raid), sentence.
    """
    found = sites.filter(
        pl.col("kind").ne_missing(FILED)
        & (pl.col("licence").is_in(UNLICENSED) | pl.col("variant").is_not_null())
    ).with_columns(number=clean_text("institution_id"), place=key_address("address", rule))
    clean = patrols.filter(pl.col("result") == CLEAN).select(
        "patrol_id",
        "patrol_date",
        "area",
        number=clean_text("institution_id"),
        place=key_address("address", rule),
    )
    pairs = pl.concat(
        [
            _pair(found, clean, ["number"], SAME_NUMBER),
            _pair(found, clean, ["area", "place"], SAME_ADDRESS),
        ]
    )
    days = (pl.col("raid_date") - pl.col("patrol_date")).dt.total_days()
    near = pairs.with_columns(days=days).filter(pl.col("days").is_between(1, rule.within_days))
    told = near.group_by("batch", "raid_id").agg(_tell_latest())
    return (
        found.drop("number", "place")
        .join(told, on=["batch", "raid_id"])
        .with_columns(category=pl.lit(CATEGORY), case_ref="raid_id")
    )


def _pair(found: pl.DataFrame, clean: pl.DataFrame, by: list[str], basis: str) -> pl.DataFrame:
    own = found.select("batch", "raid_id", "raid_date", *by).drop_nulls(by)
    entries = clean.select("patrol_id", "patrol_date", *by).drop_nulls(by).unique()
    return own.join(entries, on=by).select(
        "batch", "raid_id", "raid_date", "patrol_id", "patrol_date", basis=pl.lit(basis)
    )


def _tell_latest() -> pl.Expr:
    """Return the latest patrol before the raid in words, by which equality it was found, and how many."""
    order = ["patrol_date", "patrol_id", "basis"]
    latest = {name: pl.col(name).sort_by(order).last() for name in (*order, "days")}
    return pl.format(
        "{}巡查记为“正常”（巡查编号{}，{}），{}日后查处；此前期限内共{}次记为“正常”。{}",
        latest["patrol_date"].cast(pl.String),
        latest["patrol_id"],
        latest["basis"],
        latest["days"],
        pl.struct("patrol_id", "patrol_date").n_unique(),
        pl.lit(ADVICE),
    ).alias("sentence")
