"""Every limit of a contract as one SQL predicate, the same for the quarantine and for the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.tables.contract import Column, Rule, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

BREACH_FLAG: Final = "__kept"


def rule_predicates(table: Table) -> list[Rule]:
    """Return every rule of the contract: required, sets, patterns, ranges, own rules, key.

    Each says what must hold: that reads right where it is kept and where a row is sent back for it.

    Predicates are DuckDB SQL over the columns of one row; the key rule is a window expression, so
    use `breach_query` rather than a bare WHERE. Null counts as kept, except in `…_is_present`.
    """
    limits = [rule for column in table.columns for rule, _ in column_limits(column)]
    return [*limits, *table.rules, _key_rule(table)]


def doubtful_rules(table: Table, frame: pl.DataFrame) -> list[Rule]:
    """Return the rules that a look at whole columns can't clear, in the order of `rule_predicates`.

    A limit of a column is left out if every value keeps it; the table's own rules and its key stay.
    """
    limits = [limit for column in table.columns for limit in column_limits(column)]
    kept = frame.select(good.all().alias(rule.name) for rule, good in limits)
    broken = [rule for rule, _ in limits if not kept[rule.name].item()]
    return [*broken, *table.rules, _key_rule(table)]


def breach_query(rule: Rule, source: str) -> str:
    """Return the SELECT of all rows of `source` (a table, view or `{batch}`) that break the rule."""
    flagged = f'SELECT *, coalesce(({rule.predicate}), TRUE) AS "{BREACH_FLAG}" FROM {source}'  # noqa: S608 - contract text and a table name of ours, no outside input
    return f'SELECT * EXCLUDE ("{BREACH_FLAG}") FROM ({flagged}) AS flagged WHERE NOT "{BREACH_FLAG}"'  # noqa: S608 - as above


def column_limits(column: Column) -> Iterator[tuple[Rule, pl.Expr]]:
    """Yield each limit of a column twice: as a rule in SQL, and as polars that is true of every good value.

    The SQL is the verdict and is what checks show; polars clears whole columns in a fraction of the time.
    """
    name, label, value = quote_name(column.name), column.label, pl.col(column.name)
    if column.required:
        rule = Rule(f"{column.name}_is_present", f"{name} IS NOT NULL", f"“{label}”不能为空", column.name)
        yield rule, value.is_not_null()
    if column.one_of:
        admitted = ", ".join(quote_text(value) for value in column.one_of)
        # codes say little to a reader; their meaning, if any, names the Chinese ways of writing them
        coded = column.meaning and all(map(str.isascii, column.one_of))
        listed = column.meaning if coded else "、".join(column.one_of)
        text = f"“{label}”只能是：{listed}"
        yield (
            Rule(f"{column.name}_is_listed", f"{name} IN ({admitted})", text, column.name),
            value.is_in(column.one_of),
        )
    if column.pattern:
        matched = f"regexp_full_match({name}, {quote_text(column.pattern)})"
        hint = f"（{column.meaning}）" if column.meaning else ""
        text = f"“{label}”须合规定的格式{hint}"
        # of values that recur in thousands of rows each is matched once
        yield (
            Rule(f"{column.name}_has_its_form", matched, text, column.name),
            value.unique().str.contains(f"^(?:{column.pattern})$"),
        )
    yield from _range_limits(column, name, value)


def _range_limits(column: Column, name: str, value: pl.Expr) -> Iterator[tuple[Rule, pl.Expr]]:
    if column.minimum is not None:
        text = f"“{column.label}”不小于 {column.minimum:g}"
        predicate = f"{name} >= {column.minimum!r}"
        yield (
            Rule(f"{column.name}_is_not_too_small", predicate, text, column.name),
            value >= column.minimum,
        )
    if column.maximum is not None:
        text = f"“{column.label}”不大于 {column.maximum:g}"
        predicate = f"{name} <= {column.maximum!r}"
        yield (
            Rule(f"{column.name}_is_not_too_large", predicate, text, column.name),
            value <= column.maximum,
        )


def _key_rule(table: Table) -> Rule:
    columns = ", ".join(quote_name(name) for name in table.key)
    labels = "、".join(table.column(name).label for name in table.key)
    only_one = f"count(*) OVER (PARTITION BY {columns}) = 1"
    return Rule(
        "key_is_unique", only_one, f"“{labels}”不能重复：内容不同的，无法判断以哪一行为准", table.key[-1]
    )


def quote_name(name: str) -> str:
    """Return the SQL identifier of a column."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return the SQL literal of a text."""
    return "'" + text.replace("'", "''") + "'"
