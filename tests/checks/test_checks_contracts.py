"""The contract check of every table: green on good rows, red on bad ones, and silent about values."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from checks.build import build_checks
from checks.contracts import tell_contract
from checks.expectations import find_breaches
from checks.judging import keeps_contract
from tests.scenario import ROWS, make_table
from tongcha.tables import ALL, BY_NAME, Table
from tongcha.tables.predicates import breach_query, rule_predicates

pytestmark = pytest.mark.slow  # Great Expectations judges every table

FILLED = [name for name, rows in ROWS.items() if rows]


def test_every_declared_table_has_a_blocking_contract_check():
    specs = [spec for check in build_checks([]) for spec in check.check_specs]
    assert {spec.name for spec in specs} == {f"{table.name}_keeps_its_contract" for table in ALL}
    assert all(spec.blocking for spec in specs)


@pytest.mark.parametrize("name", FILLED)
def test_good_rows_keep_their_contract(name):
    assert find_breaches(BY_NAME[name], make_table(name)) == []
    assert keeps_contract(BY_NAME[name], make_table(name))


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_an_empty_table_keeps_its_contract(table: Table):
    assert find_breaches(table, table.empty()) == []


@pytest.mark.parametrize("name", FILLED)
def test_a_repeated_key_turns_the_check_red_and_both_copies_are_counted(name):
    frame = make_table(name)
    doubled = pl.concat([frame, frame])
    breaches = {breach.rule: breach.rows for breach in find_breaches(BY_NAME[name], doubled)}
    assert breaches["key_is_unique"] == doubled.height
    assert not keeps_contract(BY_NAME[name], doubled)


@pytest.mark.parametrize("name", FILLED)
def test_a_missing_required_value_turns_the_check_red(name):
    table = BY_NAME[name]
    column = next(c for c in table.columns if c.required)
    emptied = make_table(name).with_columns(pl.lit(None, dtype=column.dtype).alias(column.name))
    result = tell_contract(table, emptied, find_breaches(table, emptied), Path("页"))
    assert not result.passed
    assert f"“{column.label}”不能为空" in str(result.metadata["未通过的规则"].value)


def test_a_missing_column_is_one_breach_and_no_crash():
    frame = make_table("sites").drop("row")
    assert [breach.rule for breach in find_breaches(BY_NAME["sites"], frame)] == ["columns_match"]


def test_the_check_and_the_quarantine_predicate_count_the_same_rows():
    import duckdb

    table = BY_NAME["identities"]
    bad = make_table("identities").with_columns(
        capture=pl.lit("guessed"), sex=pl.lit("?"), age=pl.lit(130), site_area=pl.lit("99x")
    )
    counted = {breach.rule: breach.rows for breach in find_breaches(table, bad)}
    with duckdb.connect() as connection:
        connection.register("rows", bad)
        direct = {
            rule.name: len(connection.execute(breach_query(rule, "rows")).fetchall())
            for rule in rule_predicates(table)
        }
    assert counted == {name: rows for name, rows in direct.items() if rows}
    assert len(counted) == 4


def test_a_red_check_tells_counts_and_rules_but_no_value():
    secret = "21020319900101123X"  # noqa: S105 - an invented ID number
    bad = make_table("identities").with_columns(
        id_number=pl.lit(secret), name=pl.lit("王某某"), capture=pl.lit("guessed")
    )
    table = BY_NAME["identities"]
    told = str(tell_contract(table, bad, find_breaches(table, bad), Path("页")).metadata)
    assert secret not in told
    assert "王某某" not in told
