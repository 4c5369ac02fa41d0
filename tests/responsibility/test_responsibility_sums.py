"""Sums to the cent, measures from their threshold on, and what a change of rules alters."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from tests.responsibility import hand_worked as world
from tests.responsibility.priced import deduct
from tongcha.responsibility.deductions import (
    CAP,
    RECTIFICATION,
    SELF_REPORT,
    TEACHER,
    Addend,
    settle_school,
    sum_points,
)
from tongcha.responsibility.proposals import HONOURS, propose_measures
from tongcha.responsibility.repricing import compare_deductions
from tongcha.responsibility.scoreboard import tally_scoreboard


def charge(points: str) -> Addend:
    return Addend("S1", world.CAMPAIGN, TEACHER, "示例条款", "L1", 1, Decimal(points), "")


@pytest.mark.parametrize(("charged", "back"), [("0.25", "-0.13"), ("0.35", "-0.18"), ("2.00", "-1.00")])
def test_half_a_cent_is_rounded_in_the_schools_favour(charged, back):
    addends = settle_school([charge(charged)], {RECTIFICATION: "E1"}, world.DEDUCTIONS)
    assert [a.points for a in addends if a.rule == RECTIFICATION] == [Decimal(back)]


def test_the_cap_stands_between_the_schools_own_report_and_what_is_restored():
    addends = settle_school([charge("30.00")], {SELF_REPORT: "E1", RECTIFICATION: "E2"}, world.DEDUCTIONS)
    assert [(a.rule, a.points) for a in addends[1:]] == [
        (SELF_REPORT, Decimal("-15.00")),
        (CAP, Decimal("-5.00")),
        (RECTIFICATION, Decimal("-5.00")),
    ]
    assert sum_points(addends) == Decimal("5.00")


def measures_at(points: str, **changes: object) -> set[str]:
    board = tally_scoreboard(score_deductions=deduct(), schools=world.build_schools())
    one = board.filter(pl.col("school_id") == "S1").with_columns(
        points=pl.lit(Decimal(points), board.schema["points"])
    )
    policy = world.DEDUCTIONS.model_copy(update=changes)
    return set(propose_measures(scoreboard=one, policy=policy)["measure"])


def test_a_measure_is_proposed_from_its_threshold_on():
    assert measures_at("3.99") == set()
    assert measures_at("4.00") == {"约谈"}
    assert measures_at("6.00") == {"约谈", HONOURS}
    assert measures_at("8.00") == {"约谈", HONOURS, "督导通报"}


def test_a_threshold_of_nought_proposes_the_measure_to_nobody():
    never = world.DEDUCTIONS.honours.model_copy(update={"at_least": Decimal(0)})
    assert HONOURS not in measures_at("8.00", honours=never)


def test_addends_that_vanish_together_are_shown_although_the_sum_stays():
    before = deduct()
    row = before.head(1)
    taken = pl.concat(
        [
            row.with_columns(deduction_id=pl.lit("D00000000000a")),
            row.with_columns(deduction_id=pl.lit("D00000000000b"), points=-pl.col("points")),
        ]
    ).cast(before.schema)
    compared = compare_deductions(before=pl.concat([before, taken]), after=before)
    assert compared.select("change", "added", "removed").rows() == [
        (Decimal("0.00"), "", "D00000000000a、D00000000000b")
    ]
