"""Parquet as text rows, so that every format meets the same rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.intake.cells import DIGITS_KEPT, FIRST_LOST
from tongcha.intake.csv_files import Records
from tongcha.intake.preflight import FileRefusedError

if TYPE_CHECKING:
    from pathlib import Path


def read_parquet_text(path: Path, max_rows: int) -> pl.DataFrame:
    """Return all columns as text under their own names.

    Floats of more than 15 digits are masked as in `tongcha.intake.cells`; dates are ISO.

    Raises:
        FileRefusedError: unreadable, nested, or more rows claimed than `max_rows`.
    """
    try:
        lazy = pl.scan_parquet(path)
        height = lazy.select(pl.len()).collect().item()
        if height > max_rows:
            raise FileRefusedError("too_large", "行数超过上限", "拆分为较小的文件")
        return lazy.select(_as_text(name, kind) for name, kind in lazy.collect_schema().items()).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise FileRefusedError("unreadable", "Parquet 文件无法读取", "重新导出") from error


def read_parquet_records(path: Path, max_rows: int) -> Records:
    """Return the rows as records whose only head is the column names.

    Raises:
        FileRefusedError: as `read_parquet_text`.
    """
    frame = read_parquet_text(path, max_rows)
    renamed = frame.rename({name: f"c{i}" for i, name in enumerate(frame.columns)})
    return Records([frame.columns], renamed.with_row_index("row", offset=1), 0, is_tidy=False)


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind.is_nested() or kind in (pl.Binary, pl.Object):
        raise FileRefusedError("unreadable", "Parquet 含有嵌套或二进制列", "只导出文本、数字与日期列")
    if kind.is_float():
        whole = column.is_finite() & (column == column.floor())
        digits = pl.when(whole).then(column).cast(pl.Int128).cast(pl.String)
        masked = digits.str.slice(0, DIGITS_KEPT) + pl.lit("***")
        written = pl.when(column.abs() < FIRST_LOST).then(digits).otherwise(masked)
        return pl.when(whole).then(written).otherwise(column.cast(pl.String)).alias(name)
    if isinstance(kind, pl.Datetime):
        return column.cast(pl.Date).cast(pl.String)
    return column.cast(pl.String)
