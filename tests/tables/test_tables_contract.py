"""The contracts are sound in themselves, and `conform` holds a frame to its contract."""

import polars as pl
import pytest

from scripts.build_data_dictionary import PAGE, render_dictionary
from tongcha import tables
from tongcha.errors import ContractError
from tongcha.tables.predicates import rule_predicates

every_table = pytest.mark.parametrize("table", tables.ALL, ids=lambda table: table.name)


def test_no_two_tables_share_a_name():
    assert len(tables.BY_NAME) == len(tables.ALL)


@every_table
def test_key_columns_are_declared_and_required(table):
    for name in table.key:
        assert table.column(name).required


@every_table
def test_no_table_declares_a_column_twice(table):
    names = [column.name for column in table.columns]
    assert len(names) == len(set(names))


@every_table
def test_an_empty_table_conforms_to_its_own_contract(table):
    assert table.conform(table.empty()).schema == table.schema


@pytest.mark.parametrize("name", ["name", "id_number", "phone", "former_name", "birth_date", "id_tail"])
def test_values_that_identify_a_person_are_never_open(name):
    for table in tables.ALL:
        if name in table.schema and table.name != "schools":
            assert name not in table.open_columns, table.name


def test_row_order_of_the_input_never_shows_in_the_table():
    table = tables.BY_NAME["school_notices"]
    frame = (
        table.empty()
        .clear(3)
        .with_columns(
            pl.Series("notice_id", ["N3", "N1", "N2"]),
            *(pl.lit(0, pl.Int64).alias(c) for c in ("teacher_count", "pupil_count", "reply_days")),
        )
    )
    assert table.conform(frame).equals(table.conform(frame.reverse()))


def test_an_undeclared_column_is_refused_by_name():
    table = tables.BY_NAME["schools"]
    with pytest.raises(ContractError, match="surprise"):
        table.conform(table.empty().with_columns(surprise=pl.lit(1)))


def test_a_missing_required_column_is_refused_by_name():
    table = tables.BY_NAME["schools"]
    with pytest.raises(ContractError, match="school_id"):
        table.conform(table.empty().drop("school_id"))


def test_the_data_dictionary_is_what_the_contracts_say():
    assert PAGE.read_text(encoding="utf-8") == render_dictionary()


@every_table
def test_every_rule_says_what_must_hold_so_that_it_reads_right_where_it_is_kept(table):
    for rule in rule_predicates(table):
        assert "不合要求" not in rule.text, rule.text
        assert "(" not in rule.text, rule.text
    assert "不能重复" in rule_predicates(table)[-1].text


@every_table
def test_a_rule_of_listed_values_names_the_values(table):
    for rule in rule_predicates(table):
        assert not rule.text.endswith("："), rule.text
