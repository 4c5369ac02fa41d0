"""Quarantine: every rule of every contract splits rows as its predicate says, and nothing is lost."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongcha.intake.quarantine import find_breaches, quarantine
from tongcha.tables import ALL, BY_NAME
from tongcha.tables.predicates import breach_query, column_limits, rule_predicates

LANDED = ("sites", "identities", "pupils", "teachers", "employment", "schools", "staff_entries")


def place(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit("f").alias("file"), pl.lit("").alias("sheet"), row=pl.int_range(2, frame.height + 2)
    )


@pytest.mark.slow
@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_every_predicate_of_every_contract_is_valid_sql(table):
    with duckdb.connect() as connection:
        connection.register("judged", table.empty())
        for rule in rule_predicates(table):
            assert connection.sql(breach_query(rule, "judged")).fetchall() == []


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_rule_names_are_unique_and_their_text_is_chinese(table):
    rules = rule_predicates(table)
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(any("\u4e00" <= char <= "\u9fff" for char in rule.text) for rule in rules)


KEYS = st.sampled_from(["S1", "S2", "坏 号", None])
AREAS = st.sampled_from(["340103", "3401", None])


@pytest.mark.slow
@given(st.lists(st.tuples(KEYS, AREAS, st.sampled_from(["公办", "私立", None])), max_size=8))
@settings(max_examples=10)
def test_quarantine_and_the_single_queries_count_the_same(rows):
    table = BY_NAME["schools"]
    frame = pl.DataFrame(rows, schema=["school_id", "area", "ownership"], orient="row")
    named = frame.with_columns(name=pl.lit("校"), snapshot=pl.lit("2026-09-01"))
    full = table.conform(place(named.cast(pl.String)))
    good, rejected = quarantine(full, table)
    assert good.height + rejected.unique(["file", "sheet", "row"]).height == full.height
    with duckdb.connect() as connection:
        connection.register("judged", full)
        for rule in rule_predicates(table):
            counted = len(connection.sql(breach_query(rule, "judged")).fetchall())
            assert rejected.filter(pl.col("rule") == rule.name).height == counted
    assert quarantine(good, table)[1].is_empty()


ODD: dict[object, list[object]] = {
    pl.String: ["", "男", "男 ", "３40103", "340103", "340103\n", "x" * 41, "a-1_B", "公办", "card", None],
    pl.Int64: [-1, 0, 1, 120, 121, None],
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "column"),
    [(name, c.name) for name in LANDED for c in BY_NAME[name].columns if list(column_limits(c))],
)
def test_polars_clears_exactly_the_values_that_sql_keeps(table, column):
    contract = BY_NAME[table].column(column)
    values = ODD.get(contract.dtype, [None])
    with duckdb.connect() as connection:
        for value in values:
            frame = pl.DataFrame({column: [value]}, schema={column: contract.dtype})
            connection.register("judged", frame)
            for rule, good in column_limits(contract):
                is_kept = connection.sql(breach_query(rule, "judged")).fetchall() == []
                assert frame.select(good.all()).item() == is_kept, (rule.name, value)


def test_rows_with_the_same_key_are_all_sent_back():
    table = BY_NAME["schools"]
    frame = pl.DataFrame(
        {
            "school_id": ["S1", "S1", "S2"],
            "name": ["甲", "乙", "丙"],
            "area": "340103",
            "snapshot": "2026-09-01",
        }
    )
    good, rejected = quarantine(table.conform(place(frame)), table)
    assert good["name"].to_list() == ["丙"]
    assert rejected["rule"].unique().to_list() == ["key_is_unique"]


def test_a_rule_that_nothing_breaks_is_not_listed():
    table = BY_NAME["schools"]
    assert find_breaches(table.empty(), rule_predicates(table)) == []


def test_reasons_name_the_column_and_never_the_value():
    table = BY_NAME["identities"]
    frame = pl.DataFrame(
        {"identity_id": ["张三的编号"], "capture": ["oral"], "sex": ["未知的性别"], "age": [300]}
    )
    _, rejected = quarantine(
        table.conform(
            place(
                frame.with_columns(
                    batch=pl.lit("b"), raid_id=pl.lit("R"), raid_date=pl.lit("2026-10-18").str.to_date()
                )
            )
        ),
        table,
    )
    reasons = "".join(rejected["reason"])
    assert {"identity_id", "sex", "age"} == set(rejected["column"])
    assert "张三" not in reasons
    assert "未知" not in reasons
    assert "300" not in reasons
