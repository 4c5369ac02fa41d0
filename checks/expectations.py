"""A table's contract as a Great Expectations suite, and the suite as a blocking asset check.

Great Expectations is imported inside the functions: it takes seconds, and only runs need it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import duckdb

from checks.duckdb_dialect import lend_connection
from tongcha.tables.predicates import breach_query, rule_predicates

if TYPE_CHECKING:
    import polars as pl
    from great_expectations import ExpectationSuite

    from tongcha.tables import Rule, Table

SOURCE: Final = "judged"
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
    with duckdb.connect() as connection, lend_connection(connection) as url:
        connection.register(SOURCE, frame)
        results = _validate(table, url)
    breaches = {b.rule: b for b in map(_read_breach, results) if b.rows}
    return [breaches[rule.name] for rule in rule_predicates(table) if rule.name in breaches]


def _validate(table: Table, url: str) -> list[Any]:
    context = _quiet_context()
    source = context.data_sources.add_or_update_sql(name="tongcha", connection_string=url)
    batch = (
        source.add_table_asset(SOURCE, table_name=SOURCE).add_batch_definition_whole_table("all").get_batch()
    )
    outcome = batch.validate(build_suite(table), result_format={"result_format": "SUMMARY"})
    return list(outcome["results"])


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
    return breach_query(rule, SOURCE).replace("{", "{{").replace("}", "}}").replace(SOURCE, "{batch}")


def _read_breach(result: Any) -> Breach:  # noqa: ANN401 - Great Expectations is not type-checked
    """Take the count only: the result also holds rows, which are personal data."""
    meta = result["expectation_config"]
    observed = result["result"].get("observed_value")
    if observed is None:  # the predicate couldn't be evaluated: that is our mistake, not the data's
        raise RuntimeError(f"the rule {meta['meta']['rule']} can't be evaluated")
    rows = observed if isinstance(observed, int) else 0
    return Breach(meta["meta"]["rule"], meta["description"], rows)
