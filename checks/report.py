"""What the checks of one table found, as the page that an analyst reads."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import duckdb

from checks.expectations import COLUMNS_MATCH, COLUMNS_TEXT, Breach
from tongcha.documents.validation_report import (
    SHOWN,
    JudgedRule,
    Validation,
    hide_unless_number,
    write_validation,
)
from tongcha.tables import BY_NAME, Partition
from tongcha.tables.predicates import breach_query, rule_predicates

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import polars as pl

    from assets.office import Office
    from checks.rules import CrossRule
    from tongcha.tables import Rule, Table

NUMBER: Final = "__n"
SEVERAL: Final = "全部批次"
"""Label of a check that was run by itself over every stored batch."""


def write_report(
    office: Office,
    table: Table,
    frame: pl.DataFrame,
    *,
    partitions: Sequence[str],
    breaches: Sequence[Breach],
    found: Iterable[tuple[CrossRule, pl.DataFrame]],
) -> Path:
    """Write the page of one table.

    Args:
        office: the office of the run.
        table: the contract.
        frame: the rows judged.
        partitions: which stored files they came from.
        breaches: rules of the contract that some rows break.
        found: rules between tables, with one row per breach.
    """
    validation = Validation(
        table=table,
        partition=partitions[0] if len(partitions) == 1 else SEVERAL,
        rows=frame.height,
        contract=judge_rules(table, frame, breaches),
        neighbours=[
            JudgedRule(rule.text, rows.height, tuple(_tell_rows(table, rows)), rule.warn_only)
            for rule, rows in found
        ],
        provenance={**office.provenance, **_name_snapshot(table, frame), "核对工具": _name_tool()},
    )
    return write_validation(validation, office.outbox)


def judge_rules(table: Table, frame: pl.DataFrame, breaches: Sequence[Breach]) -> list[JudgedRule]:
    """Return every rule of a contract with its breaches and the numbers of a few records."""
    broken = {breach.rule: breach.rows for breach in breaches}
    columns = JudgedRule(COLUMNS_TEXT, broken.get(COLUMNS_MATCH, 0))
    if columns.breaches:
        return [columns]
    culprits = _find_culprits(table, frame, set(broken)) if broken else {}
    rules = [
        JudgedRule(rule.text, broken.get(rule.name, 0), culprits.get(rule.name, ()))
        for rule in rule_predicates(table)
    ]
    return [columns, *rules]


def _find_culprits(table: Table, frame: pl.DataFrame, broken: set[str]) -> dict[str, tuple[str, ...]]:
    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        connection.register("numbered", frame.with_row_index(NUMBER, 1))
        return {
            rule.name: tuple(_tell_record(table, row) for row in _first_breaches(connection, rule))
            for rule in rule_predicates(table)
            if rule.name in broken
        }


def _first_breaches(connection: duckdb.DuckDBPyConnection, rule: Rule) -> list[dict[str, object]]:
    query = f"SELECT * FROM ({breach_query(rule, 'numbered')}) ORDER BY {NUMBER} LIMIT {SHOWN}"  # noqa: S608 - rules of our own contract
    rows: list[dict[str, object]] = connection.sql(query).pl().to_dicts()
    return rows


def _tell_record(table: Table, row: dict[str, object]) -> str:
    """Return a record's key, or its place in the table if the key isn't one that may be shown."""
    key = [hide_unless_number(row[column]) for column in table.key if row[column] is not None]
    return "-".join(filter(None, key)) if key and all(key) else f"第 {row[NUMBER]} 条"


def _tell_rows(table: Table, rows: pl.DataFrame) -> Iterable[str]:
    """Return what a rule between tables tells of its first breaches, with Chinese labels."""
    labels = {column.name: column.label for column in (*BY_NAME["intake_files"].columns, *table.columns)}
    for row in rows.head(SHOWN).iter_rows(named=True):
        shown = {labels.get(name, name): hide_unless_number(value) for name, value in row.items()}
        yield "，".join(f"{label} {value}" for label, value in shown.items() if value)


def _name_snapshot(table: Table, frame: pl.DataFrame) -> dict[str, str]:
    """Return which registry snapshot the rows rest on, where the table tells."""
    if "snapshot" not in frame.columns or table.partition is Partition.WHOLE or frame.is_empty():
        return {}
    return {"参照快照": "、".join(frame["snapshot"].drop_nulls().unique().sort())}


@cache
def _name_tool() -> str:
    return f"Great Expectations {version('great-expectations')}"
