"""Every limit of a contract as one SQL predicate, the same for the quarantine and for the checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tongcha.tables.contract import Column, Rule, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

BREACH_FLAG: Final = "__kept"


def rule_predicates(table: Table) -> list[Rule]:
    """Return every rule of the contract: required, sets, patterns, ranges, own rules, key.

    Predicates are DuckDB SQL over the columns of one row; the key rule is a window expression, so
    use `breach_query` rather than a bare WHERE. Null counts as kept, except in `…_is_present`.
    """
    rules = [rule for column in table.columns for rule in _column_rules(column)]
    return [*rules, *table.rules, _key_rule(table)]


def breach_query(rule: Rule, source: str) -> str:
    """Return the SELECT of all rows of `source` (a table, view or `{batch}`) that break the rule."""
    flagged = f'SELECT *, coalesce(({rule.predicate}), TRUE) AS "{BREACH_FLAG}" FROM {source}'  # noqa: S608 - contract text and a table name of ours, no outside input
    return f'SELECT * EXCLUDE ("{BREACH_FLAG}") FROM ({flagged}) AS flagged WHERE NOT "{BREACH_FLAG}"'  # noqa: S608 - as above


def _column_rules(column: Column) -> Iterator[Rule]:
    name, label = quote_name(column.name), column.label
    if column.required:
        yield Rule(f"{column.name}_is_present", f"{name} IS NOT NULL", f"「{label}」不能为空", column.name)
    if column.one_of:
        admitted = ", ".join(quote_text(value) for value in column.one_of)
        # codes say nothing to a reader; their meaning names the Chinese ways of writing them
        listed = column.meaning if all(map(str.isascii, column.one_of)) else "、".join(column.one_of)
        yield Rule(
            f"{column.name}_is_listed", f"{name} IN ({admitted})", f"「{label}」只能是：{listed}", column.name
        )
    if column.pattern:
        matched = f"regexp_full_match({name}, {quote_text(column.pattern)})"
        hint = f"({column.meaning})" if column.meaning else ""
        yield Rule(f"{column.name}_has_its_form", matched, f"「{label}」格式不合要求{hint}", column.name)
    if column.minimum is not None:
        text = f"「{label}」不小于 {column.minimum:g}"
        yield Rule(f"{column.name}_is_not_too_small", f"{name} >= {column.minimum!r}", text, column.name)
    if column.maximum is not None:
        text = f"「{label}」不大于 {column.maximum:g}"
        yield Rule(f"{column.name}_is_not_too_large", f"{name} <= {column.maximum!r}", text, column.name)


def _key_rule(table: Table) -> Rule:
    columns = ", ".join(quote_name(name) for name in table.key)
    labels = "、".join(table.column(name).label for name in table.key)
    only_one = f"count(*) OVER (PARTITION BY {columns}) = 1"
    return Rule("key_is_unique", only_one, f"「{labels}」重复而内容不同，无法判断以哪一行为准", table.key[-1])


def quote_name(name: str) -> str:
    """Return the SQL identifier of a column."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return the SQL literal of a text."""
    return "'" + text.replace("'", "''") + "'"
