"""The inspector of the raid day is named beside the school; none or two becomes a question, never a guess."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute
from tongcha.ledger.store import Ledger
from tongcha.responsibility.inspectors import NOBODY, name_inspectors
from tongcha.responsibility.rulings import settle_responsibilities
from tongcha.responsibility.steps import record_strike

TERMS = (
    # S1 changed its inspector on the very day of raid Q1: that day belongs to the new one
    ("S1", "D1", date(2025, 9, 1), world.RAIDS["Q1"]),
    ("S1", "D2", world.RAIDS["Q1"], None),
    # S2 is listed under two inspectors at once
    ("S2", "D3", date(2025, 9, 1), None),
    ("S2", "D4", date(2026, 3, 1), None),
    # S3's inspector left before the raid
    ("S3", "D5", date(2024, 9, 1), date(2026, 7, 1)),
)


def build_inspectors(terms=TERMS) -> pl.DataFrame:
    return world.build(
        "inspectors",
        [{"school_id": s, "inspector_id": d, "name": "王督学", "start": a, "end": b} for s, d, a, b in terms],
    )


def of_school(table: pl.DataFrame, school: str) -> dict[str, Any]:
    return table.filter(pl.col("school_id") == school).sort("link_id").row(0, named=True)


def test_the_inspector_of_the_raid_day_stands_in_the_chain_by_number():
    row = of_school(name_inspectors(attribute(), build_inspectors()), "S1")
    assert (row["inspector_id"], row["inspector_question"]) == ("D2", None)
    assert row["chain"].endswith("；当日责任督学D2")
    assert "王督学" not in row["chain"]


def test_two_inspectors_or_none_are_a_question_and_the_school_still_answers():
    named = name_inspectors(attribute(), build_inspectors())
    two, none = of_school(named, "S2"), of_school(named, "S3")
    assert two["inspector_id"] is None
    assert "D3、D4" in two["inspector_question"]
    assert none["inspector_question"] == NOBODY
    assert {two["state"], none["state"]} == {"attributed"}
    assert "督学" not in two["chain"] + none["chain"]  # the question is the bureau's, not the school's


def test_without_a_list_nothing_is_asked():
    before = attribute()
    assert name_inspectors(before, build_inspectors(())).equals(before)


def test_an_open_question_names_no_inspector():
    named = name_inspectors(attribute(), build_inspectors())
    asked = named.filter(pl.col("state") == "question")
    assert asked.height == 1
    assert asked["inspector_id"].to_list() == asked["inspector_question"].to_list() == [None]


def test_the_inspector_changes_no_attribution():
    own = ["link_id", "state", "school_id", "question"]
    settled = settle_responsibilities(attribute(), [], world.build_schools(), build_inspectors())
    assert settled.select(own).equals(attribute().select(own))


@given(st.permutations(TERMS))
@settings(max_examples=10)
def test_the_order_of_the_list_never_shows(terms):
    assert name_inspectors(attribute(), build_inspectors(terms)).equals(
        name_inspectors(attribute(), build_inspectors())
    )


def test_a_case_that_was_struck_asks_for_no_inspector(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    strike = record_strike(case_ref=world.link_id(5), by="D1", reason="申诉成立")
    ledger.append(strike, at="2026-11-20T09:00:00+08:00")
    settled = settle_responsibilities(attribute(), ledger.events(), world.build_schools(), build_inspectors())
    row = settled.row(by_predicate=pl.col("link_id") == world.link_id(5), named=True)
    assert (row["state"], row["inspector_question"]) == ("struck", None)
