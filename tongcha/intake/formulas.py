"""Cells whose formula failed, or was never worked out: made visible, then left empty and told of.

The parser gives both as empty cells, so that an ID number looked up in vain would be one that nobody
wrote. In the sheet's XML they are told apart (ECMA-376 part 1, 18.18.11 and 18.3.1.4): a failure has the
type `e`; a program that doesn't calculate writes a formula without a value.
"""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from tongcha.intake.refusals import PLACE, reject_rows
from tongcha.tables import BY_NAME

NOT_WORKED_OUT: Final = "#未计算"
FAILURES: Final = (
    *("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
    NOT_WORKED_OUT,
)
FAILED: Final = re.compile(rb"""(<c\b[^>]*?\bt=)(["'])e\2""")
EMPTY: Final = re.compile(
    rb"""<c\b((?:(?!\bt=)[^>])*)>(<f\b[^>]*?(?:/>|>[^<]*</f>))(?:<v\s*/>|<v></v>)?</c>"""
)
"""A formula without a value; one that gave an empty text says so by its type `str`."""


def may_need_telling(sheet: bytes) -> bool:
    """Whether a piece of a sheet has a formula or a failure."""
    return b"<f" in sheet or b't="e"' in sheet or b"t='e'" in sheet


def tell_failures(sheet: bytes) -> bytes:
    """Return a sheet in which failed and unworked formulas are texts that say so."""
    told = FAILED.sub(rb"\1\2str\2", sheet)
    return EMPTY.sub(rb'<c\1 t="str">\2<v>' + NOT_WORKED_OUT.encode() + b"</v></c>", told)


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
            reason=f"「{BY_NAME[name].column(column).label}」是出错或者没有算出的公式；请改正，或者粘贴为数值后再报",
            column=column,
        )
        for column in broken
    ]
    kept = [pl.when(~pl.col(column).is_in(FAILURES)).then(pl.col(column)).alias(column) for column in broken]
    return text.with_columns(kept), entries
