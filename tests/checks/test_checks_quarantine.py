"""Dirty rows of every table: the quarantine and Great Expectations count the same, rule by rule."""

from __future__ import annotations

import random

import polars as pl
import pytest

from checks.expectations import find_breaches
from tongcha.intake import quarantine
from tongcha.tables import ALL, Column, Table
from tongcha.tables.predicates import rule_predicates

pytestmark = pytest.mark.slow  # Great Expectations judges every table

ROWS = 60
OFTEN_NULL = 0.2


def spoil(table: Table) -> pl.DataFrame:
    """Rows in which every limit of every column is broken somewhere and kept elsewhere."""
    dice = random.Random(table.name)
    columns = {c.name: [pick(c, dice) for _ in range(ROWS)] for c in table.columns}
    frame = pl.DataFrame({name: pl.Series(values, dtype=pl.String) for name, values in columns.items()})
    typed = [read(column) for column in table.columns]
    doubled = frame.select(typed)
    return pl.concat([doubled, doubled.head(3)])


def pick(column: Column, dice: random.Random) -> str | None:
    if dice.random() < OFTEN_NULL:
        return None
    if column.dtype == pl.Date:
        return f"{dice.choice((1990, 1999, 2026))}-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}"
    if column.dtype == pl.Boolean:
        return dice.choice(("true", "false"))
    if column.dtype.is_numeric():
        low, high = int(column.minimum or 0), int(column.maximum or 5)
        return str(dice.choice((low - 7, low, high, high + 7)))
    number = f"R{dice.randint(1, 9)}"
    return dice.choice((*column.one_of[:2], number, "990101", "2026-09-01", "card", "坏 值"))


def read(column: Column) -> pl.Expr:
    if column.dtype == pl.Boolean:
        return (pl.col(column.name) == "true").alias(column.name)
    if isinstance(column.dtype, pl.Decimal):
        return pl.col(column.name).cast(pl.Int64).cast(column.dtype)
    if column.dtype == pl.Date:
        return pl.col(column.name).str.to_date()
    return pl.col(column.name).cast(column.dtype)


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_quarantine_and_great_expectations_count_the_same_on_dirty_rows(table: Table):
    dirty = spoil(table)
    rules = rule_predicates(table)
    judged = {breach.rule: breach.rows for breach in find_breaches(table, dirty)}
    held = {rule.name: rows.height for rule, rows in quarantine.find_breaches(dirty, rules)}
    assert judged == held
    expected = {rule.name for rule in rules} - {rule.name for rule in table.rules}
    assert expected <= set(judged), "the rows were to break every limit of every column"
