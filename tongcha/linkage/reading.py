"""The tables of one folder, read on threads of their own while the engine and the policy are loaded.

Loading Python modules keeps one core busy for a third of a second; reading Parquet needs no Python. So
this module imports little but polars, and the tables are on their way before the engine is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Self

import polars as pl

from tongcha.errors import InputError
from tongcha.identity.written_values import (
    ANY_DAY,
    day_of,
    read_dates,
    read_first_days,
    read_latest_days,
    read_numbers,
)
from tongcha.linkage.list_entries import find_entries
from tongcha.linkage.threads import workers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

PolarsType = pl.DataType | type[pl.DataType]
READ: Final = {
    "identities": (
        ("identity_id", "name"),
        (
            *("raid_id", "raid_date", "site_area", "capture", "id_number", "phone", "sex", "age"),
            *("claimed_school", "claimed_subject", "role"),
        ),
    ),
    "registry": (
        ("teacher_id", "name"),
        (*("former_name", "sex", "birth_date", "id_number", "phone", "subject", "school_id", "area"),),
    ),
    "schools": (("school_id", "name"), ("former_name", "aliases", "campuses", "area", "city")),
    "staff_lists": (("name",), ("area", "phone", "sex", "id_tail", "school_written")),
    "spells": (
        ("teacher_id", "school_id", "start"),
        ("spell_no", "start_latest", "end", "end_latest", "staff_type", "end_reason"),
    ),
}
"""table → columns without which nothing can be linked, columns that help"""
OPTIONAL_TABLES: Final = ("schools", "spells", "staff_lists")
TYPES: Final = {
    "raid_date": pl.Date,
    "birth_date": pl.Date,
    "start": pl.Date,
    "start_latest": pl.Date,
    "end": pl.Date,
    "end_latest": pl.Date,
    "age": pl.Int64,
    "spell_no": pl.Int64,
}
LATEST: Final = {"start_latest": "start", "end_latest": "end"}
"""the latest day that is meant → the day of which only the month may be written"""
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
IN_MEMORY: Final = 1_500_000
"""a registry of more records is read part by part"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A folder whose tables are being read.

    Attributes:
        folder: the folder.
        identities: the people met.
        schools: the schools.
        registry: the people on record, if they are few enough to be held in memory.
        entries: what staff lists tell of them, see `find_entries`; None as `registry`.
    """

    folder: Path
    identities: Future[pl.DataFrame]
    schools: Future[pl.DataFrame]
    registry: Future[pl.DataFrame] | None
    entries: Future[pl.DataFrame] | None

    @classmethod
    def start(cls, folder: Path, *, is_indexed: bool = False) -> Self:
        """Start to read a folder.

        Args:
            folder: holds `identities.parquet`, `registry.parquet`; the other tables if there are any.
            is_indexed: whether a key index stands for the registry.

        Raises:
            InputError: a table or an essential column is missing, or the file can't be read.
        """
        tables = {name: scan_table(folder, name) for name in READ}

        def read(name: str) -> Future[pl.DataFrame]:
            return workers().submit(_collect, name, tables[name])

        identities, schools = read("identities"), read("schools")
        if is_indexed or count_rows(tables["registry"]) > IN_MEMORY:
            return cls(folder, identities, schools, None, None)
        registry = read("registry")

        def match() -> pl.DataFrame:
            phones = identities.result()["phone"]
            return find_entries(phones, tables["staff_lists"], registry.result().lazy())

        return cls(folder, identities, schools, registry, workers().submit(match))

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Begin to read nothing more."""
        for table in (self.identities, self.schools, self.registry, self.entries):
            if table is not None:
                table.cancel()


def _collect(name: str, table: pl.LazyFrame) -> pl.DataFrame:
    try:
        return table.collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"文件 {name}.parquet", "无法读取", "核对文件是否为完整的 Parquet、文字是否为 UTF-8"
        ) from error


def count_rows(table: pl.LazyFrame) -> int:
    """Return how many rows a table has, from its footer."""
    return int(table.select(pl.len()).collect().item())


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """Read the columns of one table that linkage needs; see `scan_table`."""
    return _collect(name, scan_table(folder, name))


def scan_table(folder: Path, name: str) -> pl.LazyFrame:
    """Open the columns of one table that linkage needs; optional ones that are missing become null.

    Raises:
        InputError: the table or an essential column is missing, the file can't be read, or a column can't be
            read as what it should be.
    """
    path = folder / f"{name}.parquet"
    needed, helpful = READ[name]
    types = {column: TYPES.get(column, pl.String) for column in (*needed, *helpful)}
    if not path.is_file() and name in OPTIONAL_TABLES:
        return pl.LazyFrame(schema=types)
    there = read_schema(path)
    missing = [column for column in needed if column not in there]
    if missing:
        raise InputError(f"文件 {path.name}", f"缺少必需列 {'、'.join(missing)}", "补齐后重新导出")
    table = pl.scan_parquet(path)
    columns = [_conform(path, column, there, dtype) for column, dtype in types.items()]
    if name != "spells":
        return table.select(columns)
    return _bound_spells(
        table.select(*columns, _is_lost_end(there), *map(partial(_find_latest, there), LATEST))
    )


def _is_lost_end(there: Mapping[str, pl.DataType]) -> pl.Expr:
    is_written = "end" in there and _is_written(there["end"], pl.Date)
    return (_is_unread("end", there["end"], pl.Date) if is_written else pl.lit(value=False)).alias("is_lost")


def _find_latest(there: Mapping[str, pl.DataType], column: str) -> pl.Expr:
    """Return the latest day that the text of an edge may mean, as `__start_latest` or `__end_latest`."""
    edge = LATEST[column]
    read = pl.lit(None, pl.Date)
    if edge in there and _is_written(there[edge], pl.Date):
        of_texts = partial(read_latest_days, is_end=edge == "end")
        read = pl.col(edge).cast(pl.String).map_batches(of_texts, return_dtype=pl.Date, is_elementwise=True)
    return read.alias(f"__{column}")


def _bound_spells(spells: pl.LazyFrame) -> pl.LazyFrame:
    """Let a spell without a start, or with an end that can't be read, have begun or ended on any day."""
    start, is_lost = pl.col("start"), pl.col("is_lost")
    start_latest, end_latest = (pl.coalesce(column, f"__{column}") for column in LATEST)
    first, last = map(pl.lit, ANY_DAY)
    return spells.select(
        pl.exclude("is_lost", "^__.*$", *LATEST, *LATEST.values()),
        start=start.fill_null(first),
        start_latest=pl.when(start.is_null()).then(last).otherwise(start_latest),
        end=pl.when(is_lost).then(first).otherwise("end"),
        end_latest=pl.when(is_lost).then(last).otherwise(end_latest),
    )


def read_schema(path: Path) -> Mapping[str, pl.DataType]:
    """Return the columns of a Parquet file.

    Raises:
        InputError: there is no such file, or it can't be read.
    """
    try:
        return pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"文件 {path.name}", "不存在或无法读取", "核对文件是否为完整的 Parquet") from error


def _conform(path: Path, column: str, there: Mapping[str, pl.DataType], dtype: PolarsType) -> pl.Expr:
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


def count_unread(folder: Path) -> dict[str, int]:
    """Count values that are written but can't be read as a date or a whole number.

    They count as not given; a spell whose start or end can't be read leaves the person's post open.

    Args:
        folder: holds the tables.

    Returns:
        `table.column` → how many, for those that have any.
    """
    found = {}
    for name in READ:
        path = folder / f"{name}.parquet"
        there = read_schema(path) if path.is_file() else {}
        for column, dtype in TYPES.items():
            if column in there and _is_written(there[column], dtype):
                unread = _is_unread(column, there[column], dtype).sum()
                found[f"{name}.{column}"] = int(pl.scan_parquet(path).select(unread).collect().item())
    return {column: count for column, count in found.items() if count}


def _is_written(kind: pl.DataType, dtype: PolarsType) -> bool:
    """Whether values of a column have to be read from what they look like."""
    return kind != dtype and not kind.is_temporal()


def _is_unread(column: str, kind: pl.DataType, dtype: PolarsType) -> pl.Expr:
    written = pl.col(column).cast(pl.String).str.strip_chars()
    is_told = (written.str.len_chars() > 0) & ~written.is_in(OPEN_ENDED)
    return is_told.fill_null(value=False) & _read_as(column, kind, dtype).is_null()


def _can_be(written: pl.DataType, dtype: PolarsType) -> bool:
    if isinstance(written, (*AS_TEXT, pl.String)):
        return True
    try:
        pl.Series([1]).cast(written, strict=False).cast(dtype, strict=False)
    except pl.exceptions.PolarsError:
        return False
    return True
