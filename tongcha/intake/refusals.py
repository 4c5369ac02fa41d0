"""What was turned away, as rows of `rejected_rows`: the only way for anything to leave the flow."""

from __future__ import annotations

from typing import Final

import polars as pl

from tongcha.tables.shared_columns import REJECTED_COLUMNS

REJECTION: Final = pl.Schema({column.name: column.dtype for column in REJECTED_COLUMNS})
PLACE: Final = ("file", "sheet", "row")


def no_rejections() -> pl.DataFrame:
    """Return `rejected_rows` without its batch or snapshot column and without rows."""
    return REJECTION.to_frame()


def reject_whole(
    file: str, sheet: str, *, table: str, rule: str, reason: str, outcome: str, column: str = ""
) -> pl.DataFrame:
    """Return one entry (row 0) about a whole file, sheet or column."""
    return pl.DataFrame(
        [(file, sheet, 0, table, column, rule, reason, outcome)], schema=REJECTION, orient="row"
    )


def reject_rows(
    rows: pl.DataFrame, *, table: str, rule: str, reason: str, outcome: str = "rejected", column: str = ""
) -> pl.DataFrame:
    """Return one entry per row of `rows` (which has file, sheet, row)."""
    if rows.is_empty():
        return no_rejections()
    return rows.select(
        *PLACE,
        pl.lit(table).alias("table"),
        pl.lit(column).alias("column"),
        pl.lit(rule).alias("rule"),
        pl.lit(reason).alias("reason"),
        pl.lit(outcome).alias("outcome"),
    ).cast(REJECTION)


def join_rejections(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Return all entries in one total order, none twice."""
    filled = [part for part in parts if part.height]
    if not filled:
        return no_rejections()
    return pl.concat(filled).unique(maintain_order=False).sort(REJECTION.names())


def without_places(frame: pl.DataFrame, rejections: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `frame` that no entry names, in the same order."""
    if rejections.is_empty():
        return frame
    return frame.join(rejections.select(PLACE).unique(), on=PLACE, how="anti", maintain_order="left")
