"""What a table's contract consists of: columns, key, rules, and how sensitive each value is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypedDict, Unpack

import polars as pl

from tongcha.errors import ContractError
from tongcha.tables.ordering import sort_by

POINTS: Final = pl.Decimal(9, 2)


class Stage(StrEnum):
    """A stage of the flow; also the asset group in Dagster."""

    INTAKE = "intake"
    REFERENCE = "reference"
    LINKAGE = "linkage"
    REVIEW = "review"
    REFERRAL = "referral"
    RESPONSIBILITY = "responsibility"
    CASEBOOK = "casebook"


class Partition(StrEnum):
    """What one stored file of a table covers."""

    BATCH = "batch"
    """one raid batch"""
    SNAPSHOT = "snapshot"
    """one dated reference snapshot"""
    WHOLE = "whole"
    """everything known"""


class Sensitivity(StrEnum):
    """Who may see a value; previews and run metadata show `OPEN` columns only."""

    OPEN = "open"
    """numbers of records, codes, dates of raids, schools"""
    PERSONAL = "personal"
    """values that tell something of a person"""
    SENSITIVE = "sensitive"
    """ID numbers, phones (PIPL 28; 居民身份证法 13)"""
    MINOR = "minor"
    """values of pupils (PIPL 31; 未成年人保护法 103)"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, its Chinese label and meaning, and what values it admits.

    Attributes:
        name: column name, equal in code, Parquet and SQL.
        dtype: polars type.
        label: Chinese label, also the canonical header in inbox files.
        meaning: one Chinese sentence for the data dictionary and the UI; empty when the label says all.
        sensitivity: who may see it.
        required: null is a breach.
        one_of: the values admitted, if the set is closed.
        pattern: RE2 expression that a whole text value must match.
        minimum: smallest value admitted.
        maximum: largest value admitted.
    """

    name: str
    dtype: pl.DataType | type[pl.DataType]
    label: str
    meaning: str = ""
    sensitivity: Sensitivity = Sensitivity.OPEN
    required: bool = False
    one_of: tuple[str, ...] = ()
    pattern: str = ""
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that a single column can't state; its predicate is true of every good row.

    Attributes:
        name: ASCII name, unique in the table.
        predicate: DuckDB SQL over the table's columns; null counts as kept.
        text: the rule as a Chinese sentence.
        column: the column that a breach is marked in; empty when it is the row as a whole.
    """

    name: str
    predicate: str
    text: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The contract of one table: one noun, equal as asset, Parquet folder, view and check prefix."""

    name: str
    label: str
    stage: Stage
    partition: Partition
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    meaning: str
    rules: tuple[Rule, ...] = ()

    @property
    def schema(self) -> pl.Schema:
        """Column names and types in the declared order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @property
    def open_columns(self) -> list[str]:
        """Columns that previews and run metadata may show."""
        return [c.name for c in self.columns if c.sensitivity is Sensitivity.OPEN]

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            KeyError: the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return self.schema.to_frame()

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with exactly the declared columns, types and a total row order by key.

        Columns that the frame lacks become null; a required one must be there.

        Raises:
            ContractError: a column is unknown, a required one is missing, or a type can't be cast.
        """
        self._refuse_misfit(frame)
        try:
            typed = frame.select(
                (pl.col(c.name) if c.name in frame.columns else pl.lit(None)).cast(c.dtype).alias(c.name)
                for c in self.columns
            )
        except pl.exceptions.PolarsError as error:
            raise ContractError(f"表 {self.name}", "列的类型不符", "核对产生此表的步骤") from error
        return sort_by(typed, self.key)

    def _refuse_misfit(self, frame: pl.DataFrame) -> None:
        declared = {c.name for c in self.columns}
        unknown = sorted(set(frame.columns) - declared)
        missing = sorted({c.name for c in self.columns if c.required} - set(frame.columns))
        if unknown:
            raise ContractError(f"表 {self.name}", f"有未声明的列 {unknown}", "先在 tongcha/tables 声明")
        if missing:
            raise ContractError(f"表 {self.name}", f"缺少必需列 {missing}", "补齐产生此表的步骤")


class Limits(TypedDict, total=False):
    """The optional limits of a column, as keyword arguments of the declaring functions."""

    sensitivity: Sensitivity
    required: bool
    one_of: tuple[str, ...]
    pattern: str
    minimum: float | None
    maximum: float | None


def text(name: str, label: str, meaning: str = "", **limits: Unpack[Limits]) -> Column:
    """Declare a text column."""
    return Column(name, pl.String, label, meaning, **limits)


def whole(name: str, label: str, meaning: str = "", **limits: Unpack[Limits]) -> Column:
    """Declare a whole-number column."""
    return Column(name, pl.Int64, label, meaning, **limits)


def number(name: str, label: str, meaning: str = "", **limits: Unpack[Limits]) -> Column:
    """Declare a floating-point column (bits, shares, probabilities)."""
    return Column(name, pl.Float64, label, meaning, **limits)


def points(name: str, label: str, meaning: str = "", **limits: Unpack[Limits]) -> Column:
    """Declare a column of supervision-score points, exact to two decimals."""
    return Column(name, POINTS, label, meaning, **limits)


def day(name: str, label: str, meaning: str = "", **limits: Unpack[Limits]) -> Column:
    """Declare a calendar-date column."""
    return Column(name, pl.Date, label, meaning, **limits)


def flag(name: str, label: str, meaning: str = "", **limits: Unpack[Limits]) -> Column:
    """Declare a yes/no column."""
    return Column(name, pl.Boolean, label, meaning, **limits)
