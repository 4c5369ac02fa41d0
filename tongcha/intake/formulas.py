"""Cells whose formula failed, or was never worked out: left empty and told of."""

from __future__ import annotations

import polars as pl

from tongcha.intake.refusals import PLACE, reject_rows
from tongcha.intake.sheet_failures import FAILURES
from tongcha.tables import BY_NAME


def blank_failures(text: pl.DataFrame, name: str) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Return landed rows in which such cells of text columns are empty, and an entry for each.

    A date or number that failed is left for typing, which can't read it.

    Args:
        text: landed rows of one table.
        name: the table.
    """
    known = BY_NAME[name].columns
    columns = [
        c.name for c in known if c.dtype == pl.String and c.name in text.columns and c.name not in PLACE
    ]
    found = text.select(pl.col(columns).is_in(FAILURES).any()).row(0, named=True)
    broken = [column for column in columns if found[column]]
    entries = [
        reject_rows(
            text.filter(pl.col(column).is_in(FAILURES)),
            table=name,
            rule=f"{column}_is_worked_out",
            reason=f"“{BY_NAME[name].column(column).label}”是出错或者没有算出的公式；请改正，或者粘贴为数值后再报",
            column=column,
        )
        for column in broken
    ]
    kept = [pl.when(~pl.col(column).is_in(FAILURES)).then(pl.col(column)).alias(column) for column in broken]
    return text.with_columns(kept), entries
