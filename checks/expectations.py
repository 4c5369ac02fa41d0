"""A table's contract as a Great Expectations suite, and the suite as a blocking asset check.

Great Expectations is imported inside the functions: it takes seconds, and only runs need it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from checks.duckdb_dialect import DESK
from checks.judging import lay_out
from tongcha.tables.predicates import breach_query, rule_predicates

if TYPE_CHECKING:
    import polars as pl
    from great_expectations import ExpectationSuite

    from tongcha.tables import Rule, Table

BATCH: Final = "__batch__"
COUNTS: Final = {"result_format": "SUMMARY"}
COLUMNS_MATCH: Final = "columns_match"
COLUMNS_TEXT: Final = "列与声明一致"


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule of the contract that some rows break.

    Attributes:
        rule: the rule's name.
        text: the rule as a Chinese sentence.
        rows: how many rows break it.
    """

    rule: str
    text: str
    rows: int


@cache
def build_suite(table: Table) -> ExpectationSuite:
    """Return the suite: the exact columns, then one expectation per rule of the contract."""
    _quiet_context()
    from great_expectations import ExpectationSuite, expectations  # noqa: PLC0415 - slow to import

    columns = expectations.ExpectTableColumnsToMatchOrderedList(
        column_list=table.schema.names(), meta={"rule": COLUMNS_MATCH}, description=COLUMNS_TEXT
    )
    rules = [
        expectations.UnexpectedRowsExpectation(
            unexpected_rows_query=_query_batch(rule),
            description=rule.text,
            meta={"rule": rule.name},
        )
        for rule in rule_predicates(table)
    ]
    return ExpectationSuite(name=f"{table.name}_keeps_its_contract", expectations=[columns, *rules])


def find_breaches(table: Table, frame: pl.DataFrame) -> list[Breach]:
    """Judge a frame by its contract's suite.

    Args:
        table: the contract.
        frame: the rows to judge.

    Returns:
        The rules broken, in the order of the contract; empty when all are kept.
    """
    if frame.columns != table.schema.names():
        return [Breach(COLUMNS_MATCH, COLUMNS_TEXT, max(frame.height, 1))]
    with lay_out(table.name, frame):
        outcome = _place(table.name).get_batch().validate(build_suite(table), result_format=COUNTS)
    breaches = {b.rule: b for b in map(_read_breach, outcome["results"]) if b.rows}
    return [breaches[rule.name] for rule in rule_predicates(table) if rule.name in breaches]


@cache
def _place(name: str) -> Any:  # noqa: ANN401 - Great Expectations is not type-checked
    """Return where on the desk a table is laid: known once, and not written into the context each time."""
    return _open_source().add_table_asset(name, table_name=name).add_batch_definition_whole_table("all")


@cache
def _open_source() -> Any:  # noqa: ANN401 - Great Expectations is not type-checked
    return _quiet_context().data_sources.add_sql(name="tongcha", connection_string=DESK)


@cache
def _quiet_context() -> Any:  # noqa: ANN401 - Great Expectations is not type-checked
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it imports the deprecated `sre_constants`
        import great_expectations  # noqa: PLC0415 - slow to import

    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    context.enable_analytics(enable=False)
    return context


def _query_batch(rule: Rule) -> str:
    """Great Expectations puts the batch in by `str.format`, so the predicate's own braces are doubled."""
    before, after = breach_query(rule, BATCH).split(BATCH)
    return "{batch}".join(half.replace("{", "{{").replace("}", "}}") for half in (before, after))


def _read_breach(result: Any) -> Breach:  # noqa: ANN401 - Great Expectations is not type-checked
    """Take the count only: the result also holds rows, which are personal data."""
    meta = result["expectation_config"]
    observed = result["result"].get("observed_value")
    if observed is None:  # the predicate couldn't be evaluated: that is our mistake, not the data's
        raise RuntimeError(f"the rule {meta['meta']['rule']} can't be evaluated")
    rows = observed if isinstance(observed, int) else 0
    return Breach(meta["meta"]["rule"], meta["description"], rows)
