"""Text becomes typed values; what can't be read as its type goes back with its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.intake.refusals import PLACE, join_rejections, reject_rows, without_places
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.policy.intake import IntakePolicy
    from tongcha.tables.contract import Column

SPACE: Final = " \t\r\n\v\f\u00a0\u2002\u2003\u2009\u200b\u202f\u2060\u3000\ufeff"
INSIDE: Final = r"[\s\u00a0\u200b-\u200f\u2060\u3000\ufeff]+"
WRAPPED: Final = r'^="?(.*?)"?$'
PLAIN_DATE: Final = "%Y-%m-%d"
WRITTEN_DATE: Final = r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日]?(?:[T ].*)?$"
PACKED_DATE: Final = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
SERIAL: Final = r"^([0-9]{5})(?:\.0+)?$"
EPOCH: Final = pl.date(1899, 12, 30)
"""Day 0 of the 1900 date system, valid for serials after February 1900 (ECMA-376 part 1, 18.17.4.1)."""

WHOLE: Final = r"^([+-]?[0-9]{1,15})(?:\.0+)?(?:|岁|周岁|人|号|)$"


def type_table(text: pl.DataFrame, name: str, policy: IntakePolicy) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the typed rows and the entries for rows with an unreadable value.

    Args:
        text: landed text columns with file, sheet, row.
        name: the table.
        policy: ways of writing values.
    """
    columns = [
        column for column in BY_NAME[name].columns if column.name in text.columns and column.name not in PLACE
    ]
    cleaned = text.with_columns(_clean(column, policy) for column in columns)
    typed = cleaned.with_columns(_type(column, cleaned, policy) for column in columns)
    rejected = join_rejections([r for column in columns for r in _unreadable(column, cleaned, typed, name)])
    return without_places(typed, rejected), rejected


def _unreadable(column: Column, before: pl.DataFrame, after: pl.DataFrame, table: str) -> list[pl.DataFrame]:
    """Return entries for rows whose value got lost in typing."""
    if column.dtype == pl.String or before[column.name].null_count() == after[column.name].null_count():
        return []
    kind = "日期" if column.dtype == pl.Date else "整数"
    lost = before.filter(pl.col(column.name).is_not_null() & after[column.name].is_null())
    reason = f"「{column.label}」不是可识别的{kind}"
    return [
        reject_rows(lost, table=table, rule=f"{column.name}_is_readable", reason=reason, column=column.name)
    ]


def _clean(column: Column, policy: IntakePolicy) -> pl.Expr:
    """Strip spaces at both ends and `="…"` wrappers; blank is null. The inside stays as written."""
    blank = ("", *policy.open_ended) if column.dtype == pl.Date else ("",)
    text = pl.col(column.name).str.strip_chars(SPACE)
    text = pl.when(text.str.starts_with("=")).then(text.str.replace(WRAPPED, "${1}")).otherwise(text)
    return pl.when(~text.is_in(blank)).then(text).alias(column.name)


def _type(column: Column, frame: pl.DataFrame, policy: IntakePolicy) -> pl.Series:
    values = frame[column.name]
    if column.dtype == pl.Date:
        return read_dates(values)
    if column.dtype == pl.Int64:
        return _fold(values).str.extract(WHOLE, 1).cast(pl.Int64, strict=False)
    if column.one_of or column.pattern or column.name.endswith(("_id", "area")):
        return _canonical(_fold(values), column, policy.values.get(column.name, {}))
    return values


def _fold(values: pl.Series) -> pl.Series:
    """Return codes without full-width forms and inner spaces; untouched if all are plain ASCII."""
    if values.is_null().all() or (values.str.len_bytes() == values.str.len_chars()).all():
        return values.str.replace_all(" ", "", literal=True)
    return values.str.normalize("NFKC").str.replace_all(INSIDE, "")


def _canonical(values: pl.Series, column: Column, ways: Mapping[str, tuple[str, ...]]) -> pl.Series:
    known = {way: value for value, written in ways.items() for way in written if value in column.one_of}
    return values.replace(known) if known else values


def read_dates(values: pl.Series) -> pl.Series:
    """Return dates from `1990-01-01`, `1990年1月1日`, `1990/1/1`, `19900101` and serials; else null."""
    dates = values.str.to_date(PLAIN_DATE, strict=False)
    rest = values.filter(values.is_not_null() & dates.is_null()).unique(maintain_order=True)
    if rest.is_empty():
        return dates
    text = rest.str.normalize("NFKC").str.replace_all(INSIDE, " ").alias("text").to_frame()
    read = text.select(pl.coalesce(*_date_readings(pl.col("text")))).to_series()
    return dates.zip_with(
        dates.is_not_null(), values.replace_strict(rest, read, default=None, return_dtype=pl.Date)
    )


def _date_readings(text: pl.Expr) -> list[pl.Expr]:
    def joined(pattern: str) -> pl.Expr:
        parts = [text.str.extract(pattern, i).str.zfill(2) for i in (1, 2, 3)]
        return pl.concat_str(parts, separator="-").str.to_date(PLAIN_DATE, strict=False)

    serial = text.str.extract(SERIAL, 1).cast(pl.Int32)
    return [joined(WRITTEN_DATE), joined(PACKED_DATE), EPOCH + pl.duration(days=serial)]
