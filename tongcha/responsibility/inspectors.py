"""Who supervises the school as its inspector (责任督学) on the day of the raid.

The inspector is named so that the supervision office knows whom to ask; that is no finding of fault, and
a missing or doubtful inspector never stands in the way of attributing the act to the school.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from tongcha.tables.responsibility import SCHOOL_RESPONSIBILITIES

NOBODY: Final = "查处当日该校没有登记责任督学，请督导室补登责任督学名单"


def name_inspectors(responsibilities: pl.DataFrame, inspectors: pl.DataFrame) -> pl.DataFrame:
    """Return the table with the inspector in charge on the raid date, or the question who that was.

    The list is optional: an empty one names nobody and asks nothing. The question is the bureau's own and
    doesn't stand in the chain, which schools read.

    Args:
        responsibilities: table `school_responsibilities` after rulings.
        inspectors: table `inspectors`; a term covers the day it starts on and not the day it ends on.
    """
    if inspectors.is_empty():
        return responsibilities
    joined = responsibilities.join(
        _find_in_charge(responsibilities, inspectors),
        on=["school_id", "raid_date"],
        how="left",
        maintain_order="left",
    )
    placed = pl.col("state") == "attributed"
    found = pl.col("in_charge").list.len().fill_null(0)
    names = pl.col("in_charge").list.join("、")
    several = pl.format("查处当日登记有多名责任督学（{}），请督导室核实由谁负责", names)
    question = pl.when(found == 0).then(pl.lit(NOBODY)).when(found > 1).then(several)
    known = placed & (found == 1)
    return SCHOOL_RESPONSIBILITIES.conform(
        joined.with_columns(
            inspector_id=pl.when(known).then(names),
            inspector_question=pl.when(placed).then(question),
            chain=pl.when(known).then(pl.format("{}；当日责任督学{}", "chain", names)).otherwise("chain"),
        ).drop("in_charge")
    )


def _find_in_charge(responsibilities: pl.DataFrame, inspectors: pl.DataFrame) -> pl.DataFrame:
    """Return school_id, raid_date, in_charge: the inspectors of that day, each once, sorted."""
    asked = responsibilities.select("school_id", "raid_date").drop_nulls().unique()
    raid, end = pl.col("raid_date"), pl.col("end")
    covers = (pl.col("start") <= raid) & (end.is_null() | (end > raid))
    terms = asked.join(inspectors, on="school_id").filter(covers)
    return terms.group_by("school_id", "raid_date").agg(in_charge=pl.col("inspector_id").unique().sort())
