"""What a folder of files held: text rows with their place, and what was left out; nothing is judged yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import compress, count, repeat
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from tongcha.intake.headers import DERIVED, Header, HeaderBook
from tongcha.intake.preflight import FileRefusedError
from tongcha.intake.refusals import reject_rows, reject_whole
from tongcha.intake.soft import OF_PEOPLE
from tongcha.ledger.wording import holds_number
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongcha.intake.csv_files import Records
    from tongcha.intake.parser_child import Grid

FIRST: Final = "__first"
"""The first cell of a row that holds anything: tells a remark from a record."""


class Hint(NamedTuple):
    """The tables that a file's folder and its own name stand for, if any.

    A sheet's name is believed before the file's, because one workbook may hold several tables, but
    not before the folder's: a school may call the sheets of its staff list anything.
    """

    folder: str | None
    stem: str | None

    @property
    def table(self) -> str:
        """The table told by the path alone; empty if none."""
        return self.folder or self.stem or ""


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was turned away as a whole; `table` is empty when its name doesn't tell."""

    file: str
    table: str
    error: FileRefusedError


SPACE: Final = " \t\r\n\v\f\u00a0\u2002\u2003\u2009\u200b\u202f\u2060\u3000\ufeff"
LOOKED_AT: Final = 1000
WRAPPED: Final = r'^="?(.*?)"?$'


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet that was read: which table it serves, its file's fingerprint and its rows."""

    file: str
    sheet: str
    table: str
    sha256: str
    rows_read: int


@dataclass(slots=True)
class Landing:
    """Everything read from a folder.

    Attributes:
        sheets: what was read.
        notes: entries of `rejected_rows` about sheets, columns and rows that were left out already.
        refused: files that were turned away.
        marked: tables in whose rows a formula that failed may stand.
    """

    sheets: list[ReadSheet] = field(default_factory=list)
    notes: list[pl.DataFrame] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)
    marked: set[str] = field(default_factory=set)
    _frames: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    _lists: dict[str, dict[str, list[str | int | None]]] = field(default_factory=dict)

    def table(self, name: str) -> pl.DataFrame:
        """Return a table as tidy text, with `__first`, file, sheet, row; unmapped columns are null."""
        kinds = text_schema(name)
        parts = list(self._frames.get(name, []))
        if name in self._lists:
            texts = [column for column in kinds if column not in ("file", "sheet", "row")]
            parts.append(pl.DataFrame(self._lists[name], schema=kinds).with_columns(map(tidy_text, texts)))
        whole = pl.concat(parts, how="diagonal") if parts else kinds.to_frame()
        absent = [
            pl.lit(None, kind).alias(column) for column, kind in kinds.items() if column not in whole.columns
        ]
        return whole.with_columns(absent).select(kinds.names())

    def add_lists(self, name: str, columns: Mapping[str, Sequence[str | int]], height: int) -> None:
        """Append rows given as lists: cheaper than a frame for a sheet of some dozen rows."""
        kept = self._lists.setdefault(name, {column: [] for column in text_schema(name)})
        for column, values in kept.items():
            values.extend(columns.get(column) or repeat(None, height))

    def add_frame(self, name: str, frame: pl.DataFrame) -> None:
        """Append rows given as a frame."""
        self._frames.setdefault(name, []).append(frame)


def tidy_text(column: str) -> pl.Expr:
    """Strip spaces at both ends and `="…"` wrappers; blank is null. The inside stays as written."""
    text = pl.col(column).str.strip_chars(SPACE)
    text = pl.when(text.str.starts_with("=")).then(text.str.replace(WRAPPED, "${1}")).otherwise(text)
    return pl.when(text != "").then(text).alias(column)


@cache
def text_schema(table: str) -> pl.Schema:
    """Return the columns of a landed table: what a file may carry as text, `__first`, and the place."""
    columns = [column.name for column in BY_NAME[table].columns if column.name not in DERIVED]
    texts = dict.fromkeys([*columns, FIRST, "file", "sheet"], pl.String())
    return pl.Schema({**texts, "row": pl.Int64()})


class Lander:
    """Maps sheets to tables.

    Args:
        book: alias look-up.
        derivable: table → columns that a file need not have although the contract requires them.
    """

    def __init__(self, book: HeaderBook, derivable: Mapping[str, frozenset[str]]) -> None:
        """Start with nothing landed."""
        self.landing = Landing()
        self._book = book
        self._derivable = derivable

    def land_grids(self, file: str, sha256: str, hint: Hint, grids: Sequence[Grid]) -> None:
        """Take in the visible sheets of a workbook that have a header; note the others.

        Raises:
            FileRefusedError: no sheet has a header, one lacks a required column, or is named by a number.
        """
        if any(holds_number(grid["sheet"]) for grid in grids):  # it would stand beside every row
            raise FileRefusedError(
                "sheet_names_somebody", "工作表的名称含有证件号码或者手机号", "给工作表改名，不写姓名和号码"
            )
        filled = [grid for grid in grids if any(map(any, grid["rows"]))]
        headers = [self._find_header(grid, hint) if grid["visible"] else None for grid in filled]
        if not any(headers):
            raise _no_header()
        for found in filter(None, headers):
            self._require_columns(found)
        for grid, header in zip(filled, headers, strict=True):
            if header is None:
                self._note_sheet(file, grid)
            else:
                self._land_grid(file, sha256, header, grid)

    def _find_header(self, grid: Grid, hint: Hint) -> Header | None:
        table = hint.folder or self._book.table_by_name(grid["sheet"]) or hint.stem
        return self._book.find_header(grid["rows"], table)

    def land_records(self, file: str, sha256: str, table: str, records: Records) -> None:
        """Take in the records of a CSV or Parquet file.

        Args:
            file: name relative to the inbox.
            sha256: its fingerprint.
            table: the table if its path tells, else empty.
            records: what was read.

        Raises:
            FileRefusedError: no header, or a required column is missing.
        """
        header = self._book.find_header(records.head, table)
        if header is None:
            raise _no_header()
        self._require_columns(header)
        cells = [name for name in records.frame.columns if name != "row"]
        place = {"file": pl.lit(file), "sheet": pl.lit(""), "row": pl.col("row").cast(pl.Int64)}
        body = records.frame.filter(
            pl.col("row") > header.line + records.offset, pl.any_horizontal(pl.col(cells).is_not_null())
        ).with_columns(**place)
        self._read_sheet(file, "", sha256, header, body.height)
        body = self._drop_spills(body, cells[len(records.head[header.line]) :], header.table)
        tidy = body if records.is_tidy else body.with_columns(map(tidy_text, cells))
        named = [pl.col(f"c{place}").alias(column) for column, place in header.places.items()]
        first = pl.coalesce(cells).alias(FIRST)
        if records.is_marked:
            self.landing.marked.add(header.table)
        self.landing.add_frame(header.table, tidy.select(*named, first, "file", "sheet", "row"))

    def _land_grid(self, file: str, sha256: str, header: Header, grid: Grid) -> None:
        below = grid["rows"][header.line + 1 :]
        filled = list(map(any, below))
        body = below if all(filled) else list(compress(below, filled))
        height = len(body)
        # whole columns at a time: a loop over cells would cost as much as parsing them
        cells = list(zip(*body, strict=True)) or [()] * len(grid["rows"][header.line])
        columns: dict[str, Sequence[str | int]] = {
            column: cells[place] for column, place in header.places.items()
        }
        columns[FIRST] = cells[0] if all(cells[0]) else [next(filter(None, row)) for row in body]
        columns["file"], columns["sheet"] = [file] * height, [grid["sheet"]] * height
        columns["row"] = list(compress(count(header.line + 2), filled))
        self.landing.add_lists(header.table, columns, height)
        self.landing.marked.add(header.table)
        self._read_sheet(file, grid["sheet"], sha256, header, height)

    def _read_sheet(self, file: str, sheet: str, sha256: str, header: Header, rows: int) -> None:
        self.landing.sheets.append(ReadSheet(file, sheet, header.table, sha256, rows))
        if header.unknown:
            reason = f"未取用的列：{header.unknown_named}"
            note = reject_whole(
                file, sheet, table=header.table, rule="unknown_columns", reason=reason, outcome="dropped"
            )
            self.landing.notes.append(note)

    def _note_sheet(self, file: str, grid: Grid) -> None:
        """Report a sheet that isn't taken; one with people on it goes back, so that its sender is told."""
        rule, reason = "no_header", "没有找到表头，整张工作表未取用；续表也要有表头"
        if not grid["visible"]:
            rule, reason = "hidden_sheet", "隐藏的工作表未取用；如需报送请取消隐藏"
        has_people = any(holds_number(cell) for row in grid["rows"][:LOOKED_AT] for cell in row)
        outcome = "rejected" if has_people else "dropped"
        note = reject_whole(file, grid["sheet"], table="", rule=rule, reason=reason, outcome=outcome)
        self.landing.notes.append(note)

    def _drop_spills(self, rows: pl.DataFrame, beyond: list[str], table: str) -> pl.DataFrame:
        """Turn away rows with a value beyond the header: a stray delimiter has shifted their cells."""
        if not beyond:
            return rows
        spills = pl.any_horizontal(pl.col(beyond).is_not_null())
        reason = "单元格比表头多，各列可能已经错位；请检查多余的分隔符"
        self.landing.notes.append(
            reject_rows(rows.filter(spills), table=table, rule="too_many_cells", reason=reason)
        )
        return rows.filter(~spills)

    def _require_columns(self, header: Header) -> None:
        spared = DERIVED | self._derivable.get(header.table, frozenset())
        table = BY_NAME[header.table]
        missing = [
            c.label
            for c in table.columns
            if c.required and c.name not in spared and c.name not in header.places
        ]
        if missing:
            raise FileRefusedError(
                "missing_column",
                f"作为{table.label}缺少列“{'、'.join(missing)}”",
                "补上该列，或把它的写法登记到 policy/intake.yaml 的表头别名",
                header.table,
            )
        if "name" in header.repeated and header.table in OF_PEOPLE:
            raise FileRefusedError(
                "name_column_twice",
                "“姓名”一列出现两次（左右并排的两栏，或者另有家属的姓名），无法判断各格说的是谁",
                "改成一人一行、“姓名”只有一列；家属等人的列删去",
                header.table,
            )


def _no_header() -> FileRefusedError:
    return FileRefusedError(
        "no_header",
        "前几行里没有可识别的表头（写有证件号码、手机号的行不算）",
        "按模板填写表头，或登记表头别名",
    )
