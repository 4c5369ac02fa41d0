"""The patrol log that comes with a batch: what the grid wrote down of places before the raid (000)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.intake.refusals import reject_rows

if TYPE_CHECKING:
    import datetime as dt


def number_patrols(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill an empty `patrol_id` with the file's name and the row, so that each entry can be pointed at."""
    stem = pl.col("file").str.extract(r"([^/]+?)(?:\.[^./]*)?$", 1)
    return frame.with_columns(
        patrol_id=pl.coalesce("patrol_id", pl.format("{}#{}", stem, "row")),
    )


def check_patrols(frame: pl.DataFrame, today: dt.date) -> list[pl.DataFrame]:
    """Return entries for patrols that are dated after the day of processing."""
    reason = "“巡查日期”在处理日期之后"
    late = frame.filter(pl.col("patrol_date") > today)
    return [
        reject_rows(
            late, table="patrols", rule="patrol_is_not_in_the_future", reason=reason, column="patrol_date"
        )
    ]
