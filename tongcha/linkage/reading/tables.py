"""The tables of one folder, read on threads of their own while the engine and the policy are loaded.

Loading Python modules keeps one core busy for a third of a second; reading Parquet needs no Python. So
this module imports little but polars, and the tables are on their way before the engine is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import polars as pl

from tongcha.errors import InputError
from tongcha.linkage.reading.columns import conform_column, is_unread, is_written, select_spells
from tongcha.linkage.reading.list_entries import find_entries
from tongcha.linkage.reading.threads import workers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

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
        (
            *("former_name", "sex", "birth_date", "id_number", "phone", "subject", "school_id", "area"),
            "hire_date",
        ),
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
    "hire_date": pl.Date,
    "start": pl.Date,
    "start_latest": pl.Date,
    "end": pl.Date,
    "end_latest": pl.Date,
    "age": pl.Int64,
    "spell_no": pl.Int64,
}
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
    columns = [conform_column(path, column, there, dtype) for column, dtype in types.items()]
    return select_spells(table, columns, there) if name == "spells" else table.select(columns)


def read_schema(path: Path) -> Mapping[str, pl.DataType]:
    """Return the columns of a Parquet file.

    Raises:
        InputError: there is no such file, or it can't be read.
    """
    try:
        return pl.read_parquet_schema(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"文件 {path.name}", "不存在或无法读取", "核对文件是否为完整的 Parquet") from error


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
            if column in there and is_written(there[column], dtype):
                unread = is_unread(column, there[column], dtype).sum()
                found[f"{name}.{column}"] = int(pl.scan_parquet(path).select(unread).collect().item())
    return {column: count for column, count in found.items() if count}
