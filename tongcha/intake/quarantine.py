"""Good rows go on, bad rows go back with every rule they break."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import polars as pl

from tongcha.intake.refusals import join_rejections, reject_rows, without_places
from tongcha.tables.predicates import doubtful_rules

if TYPE_CHECKING:
    from tongcha.tables.contract import Rule, Table

ROW_NUMBER = "__n"


def quarantine(
    frame: pl.DataFrame, table: Table, *, keys_differ: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split a typed frame by the contract of its table.

    Args:
        frame: the columns of `table`; `file`, `sheet` and `row` must be filled.
        table: whose contract holds.
        keys_differ: whether it is known that no key occurs twice; spares the window over all keys.

    Returns:
        The rows that keep every rule, and entries (file, sheet, row, table, column, rule, reason,
        outcome) for the others, one per rule broken.
    """
    rules = doubtful_rules(table, frame)
    breaches = find_breaches(frame, rules[:-1] if keys_differ else rules)
    rejected = join_rejections(
        [
            reject_rows(rows, table=table.name, rule=rule.name, reason=rule.text, column=rule.column)
            for rule, rows in breaches
        ]
    )
    return without_places(frame, rejected), rejected


def find_breaches(frame: pl.DataFrame, rules: list[Rule]) -> list[tuple[Rule, pl.DataFrame]]:
    """Return each broken rule with the rows that break it, in one scan of the frame."""
    if not rules:
        return []
    flags = [f"coalesce(({rule.predicate}), TRUE) AS f{i}" for i, rule in enumerate(rules)]
    kept = " AND ".join(f"f{i}" for i in range(len(rules)))
    flagged = f"SELECT {ROW_NUMBER}, {', '.join(flags)} FROM landed"  # noqa: S608 - predicates of our contracts
    asked = [name for name in frame.columns if any(name in rule.predicate for rule in rules)]
    with duckdb.connect(config={"python_enable_replacements": False}) as connection:
        # only what rules speak of: columns that are cut in different places are copied to leave polars
        numbered = frame.select(asked).with_row_index(ROW_NUMBER)
        connection.register("landed", numbered.to_arrow(compat_level=pl.CompatLevel.newest()))
        query = f"SELECT * FROM ({flagged}) AS flagged WHERE NOT ({kept})"  # noqa: S608 - as above
        broken = connection.sql(query).pl().sort(ROW_NUMBER)
    return [
        (rule, frame[broken.filter(~pl.col(f"f{i}"))[ROW_NUMBER].to_list()])
        for i, rule in enumerate(rules)
        if not broken[f"f{i}"].all()
    ]
