"""How a column of a folder's table is read, whatever it is held as: as intake reads what is written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import InputError
from tongcha.identity.written_values import (
    ANY_DAY,
    INSIDE,
    day_of,
    read_dates,
    read_first_days,
    read_latest_days,
    read_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PolarsType = pl.DataType | type[pl.DataType]
AS_TEXT: Final = (pl.Categorical, pl.Enum, pl.Binary)
"""types that hold texts"""
WORDS: Final[Mapping[PolarsType, tuple[str, str]]] = {
    pl.String: ("文字", "将该列导出为文字，一格多个值的以顿号分隔"),
    pl.Date: ("日期", "将该列导出为日期或 2026-09-01 形式的文字"),
    pl.Int64: ("整数", "将该列导出为整数"),
}
"""what a column should be → what that is called, how to make it so"""
OPEN_ENDED: Final = (
    *(
        "至今",
        "现在",
        "目前",
        "今",
        "迄今",
        "现",
        "在职",
        "在岗",
        "在任",
        "现任",
        "未离任",
        "未离职",
        "长期",
        "无",
    ),
    *("-", "--", "—", "——", "/", "9999-12-31", "9999/12/31", "99991231"),
)
"""what stands for no end, as intake reads it (`open_ended` of policy/intake.yaml)"""
LATEST: Final = {"start_latest": "start", "end_latest": "end"}
"""the latest day that is meant → the day of which only the month may be written"""


def conform_column(path: Path, column: str, there: Mapping[str, pl.DataType], dtype: PolarsType) -> pl.Expr:
    """Read a column as the type that it should be; one that isn't there is null.

    Args:
        path: the file, for the message.
        column: the column.
        there: the columns of the file.
        dtype: what it should be.

    Raises:
        InputError: it is held as something that can't be read so.
    """
    if column not in there:
        return pl.lit(None, dtype).alias(column)
    is_id = column.endswith("_id")
    if isinstance(there[column], pl.List | pl.Array) and dtype == pl.String and not is_id:
        return pl.col(column).cast(pl.List(pl.String), strict=False).list.join("、")
    if there[column].is_nested() or not _can_be(there[column], dtype):
        kind, fix = WORDS.get(dtype, WORDS[pl.String])
        raise InputError(f"文件 {path.name} 的列 {column}", f"类型 {there[column]} 不能读作{kind}", fix)
    if there[column] == dtype or is_id:
        return pl.col(column)
    return _read_as(column, there[column], dtype)


def _read_as(column: str, kind: pl.DataType, dtype: PolarsType) -> pl.Expr:
    """Read a column as intake reads it: texts, and numbers that stand for dates, by what they look like."""
    written = pl.col(column)
    if dtype == pl.Date and isinstance(kind, pl.Datetime):
        return day_of(written, kind)
    if dtype == pl.Date or (dtype == pl.Int64 and not kind.is_integer()):
        dates = read_first_days if column in LATEST.values() else read_dates
        read = dates if dtype == pl.Date else read_numbers
        return written.cast(pl.String).map_batches(read, return_dtype=dtype, is_elementwise=True)
    return written.cast(dtype, strict=False)


def is_written(kind: pl.DataType, dtype: PolarsType) -> bool:
    """Whether values of a column have to be read from what they look like."""
    return kind != dtype and not kind.is_temporal()


def is_unread(column: str, kind: pl.DataType, dtype: PolarsType) -> pl.Expr:
    """Whether something is written in a column that can't be read, and doesn't say that it goes on."""
    written = pl.col(column).cast(pl.String).str.normalize("NFKC").str.replace_all(INSIDE, "")
    is_told = (written != "") & ~written.is_in(OPEN_ENDED)
    return is_told.fill_null(value=False) & _read_as(column, kind, dtype).is_null()


def _can_be(written: pl.DataType, dtype: PolarsType) -> bool:
    if isinstance(written, (*AS_TEXT, pl.String)):
        return True
    try:
        pl.Series([1]).cast(written, strict=False).cast(dtype, strict=False)
    except pl.exceptions.PolarsError:
        return False
    return True


def select_spells(
    spells: pl.LazyFrame, columns: list[pl.Expr], there: Mapping[str, pl.DataType]
) -> pl.LazyFrame:
    """Select the columns of spells; one whose start or end isn't known may have begun or ended on any day.

    Args:
        spells: as they lie in the file.
        columns: every column, read by `conform_column`.
        there: the columns of the file.
    """
    read = spells.select(*columns, _is_lost_end(there), *map(partial(_find_latest, there), LATEST))
    first, last = map(pl.lit, ANY_DAY)
    start, is_lost = pl.when(pl.col("start") > first).then("start"), pl.col("is_lost")
    start_latest, end_latest = (pl.coalesce(column, f"__{column}") for column in LATEST)
    return read.select(
        pl.exclude("is_lost", "^__.*$", *LATEST, *LATEST.values()),
        start=start.fill_null(first),
        start_latest=pl.when(start.is_null()).then(last).otherwise(start_latest),
        end=pl.when(is_lost).then(first).otherwise("end"),
        end_latest=pl.when(is_lost).then(last).otherwise(end_latest),
    )


def _is_lost_end(there: Mapping[str, pl.DataType]) -> pl.Expr:
    is_text = "end" in there and is_written(there["end"], pl.Date)
    return (is_unread("end", there["end"], pl.Date) if is_text else pl.lit(value=False)).alias("is_lost")


def _find_latest(there: Mapping[str, pl.DataType], column: str) -> pl.Expr:
    """Return the latest day that the text of an edge may mean, as `__start_latest` or `__end_latest`."""
    edge = LATEST[column]
    read = pl.lit(None, pl.Date)
    if edge in there and is_written(there[edge], pl.Date):
        of_texts = partial(read_latest_days, is_end=edge == "end")
        read = pl.col(edge).cast(pl.String).map_batches(of_texts, return_dtype=pl.Date, is_elementwise=True)
    return read.alias(f"__{column}")
