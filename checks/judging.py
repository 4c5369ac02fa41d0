"""The desk where tables are judged: one DuckDB database per process, on which a frame is laid for a moment.

Opening a database starts its threads and loads its functions; doing that for every table cost more than the
rules themselves.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import duckdb

from tongcha.tables.predicates import breach_query, doubtful_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from tongcha.tables import Rule, Table


@cache
def open_desk() -> duckdb.DuckDBPyConnection:
    """Return the process's own in-memory database, which sees registered frames and nothing else."""
    return duckdb.connect(config={"python_enable_replacements": False})


@contextmanager
def lay_out(name: str, frame: pl.DataFrame) -> Iterator[duckdb.DuckDBPyConnection]:
    """Show a frame to SQL under a name for the length of a `with` block; then it is taken off the desk."""
    desk = open_desk()
    desk.register(name, frame)
    try:
        yield desk
    finally:
        desk.unregister(name)


def keeps_contract(table: Table, frame: pl.DataFrame) -> bool:
    """Whether every rule of the contract holds, by the same predicates as the asset check."""
    with lay_out(table.name, frame) as desk:
        parts = [_ask_for_one(rule, table.name) for rule in doubtful_rules(table, frame)]
        return not desk.execute(" UNION ALL ".join(parts)).fetchall()


def _ask_for_one(rule: Rule, source: str) -> str:
    return f"(SELECT 1 FROM ({breach_query(rule, source)}) LIMIT 1)"  # noqa: S608 - rules of our own contract
