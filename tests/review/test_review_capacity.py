from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.review.gate_scenario import both, confirmed_by, judge, missing_of, pass_gate
from tests.review.review_scenario import DAY, LATIN, LIKELY, POLICY, SURE, candidate_links
from tongcha.policy.review import ReviewPolicy
from tongcha.review.capacity import date_handovers, find_over_capacity
from tongcha.tables.linkage import GRADES
from tongcha.tables.papers import DISCLOSURES

WEEK = timedelta(days=7)


def cap_at(cap: int | str | None, hours: float = 40.0) -> ReviewPolicy:
    values = POLICY.model_dump()
    values["referral"]["weekly_cap"] = cap
    values["queue"]["hours_per_week"] = hours
    return ReviewPolicy.model_validate(values)


def test_as_shipped_nothing_is_held_back_for_want_of_room():
    assert POLICY.weekly_cap is None
    assert confirmed_by(pass_gate([judge(SURE, "r1"), *both(LATIN)])) == [SURE, LATIN]


def test_a_cap_may_follow_from_the_hours_of_a_week():
    assert cap_at("by_hours").weekly_cap == POLICY.referrals_per_week == 300
    assert cap_at(7).weekly_cap == 7


@pytest.mark.parametrize("cap", [0, -1, "hours"])
def test_a_cap_that_lets_nothing_through_is_refused(cap):
    with pytest.raises(ValidationError):
        cap_at(cap)


def test_hours_too_few_for_one_link_make_no_cap():
    with pytest.raises(ValidationError, match="不足以复核一件"):
        cap_at("by_hours", hours=0.1)


def test_beyond_the_cap_the_better_evidence_leaves_first_and_the_other_is_told_why():
    outcome = pass_gate([judge(SURE, "r1"), *both(LATIN)], policy=cap_at(1))
    assert confirmed_by(outcome) == [SURE]
    assert missing_of(outcome, LATIN) == ["capacity"]
    assert "本周移送件数已满" in outcome.withheld_links["reason"][0]


def test_a_link_that_lacks_something_else_takes_no_place_and_is_not_told_of_the_cap():
    links = candidate_links(SURE={"responsible_school_id": None})
    outcome = pass_gate([judge(SURE, "r1"), *both(LATIN), *both(LIKELY)], links, policy=cap_at(1))
    assert confirmed_by(outcome) == [LATIN]
    assert missing_of(outcome, SURE) == ["school"]
    assert missing_of(outcome, LIKELY) == ["no_rival"]


def test_a_role_that_is_not_referred_takes_no_place_and_waits_for_none():
    events = [judge(SURE, "r1"), *both(LATIN)]
    cap = cap_at(1)
    assert confirmed_by(pass_gate(events, policy=cap, referred_roles=["授课"])) == [SURE]
    assert confirmed_by(pass_gate(events, policy=cap, referred_roles=["助教"])) == [SURE, LATIN]


def test_what_was_handed_over_stays_through_and_leaves_no_room_that_week():
    events = [judge(SURE, "r1"), *both(LATIN)]
    given_away: dict[str, Any] = {"handed_over": {LATIN: DAY}, "policy": cap_at(1)}
    assert confirmed_by(pass_gate(events, **given_away)) == [LATIN]
    assert confirmed_by(pass_gate(events, **given_away, today=DAY + WEEK)) == [SURE, LATIN]


def test_the_week_of_the_same_number_in_another_year_takes_no_place():
    events = [judge(SURE, "r1"), *both(LATIN)]
    year_before = DAY - 52 * WEEK
    assert year_before.isocalendar().week == DAY.isocalendar().week
    given_away: dict[str, Any] = {"handed_over": {"L9": year_before}, "policy": cap_at(2)}
    assert confirmed_by(pass_gate(events, **given_away)) == [SURE, LATIN]


def test_links_of_other_batches_that_wait_to_be_handed_over_hold_their_places():
    events = [judge(SURE, "r1"), *both(LATIN)]
    assert confirmed_by(pass_gate(events, policy=cap_at(2), open_elsewhere=["L9"])) == [SURE]
    known: dict[str, Any] = {"open_elsewhere": ["L9"], "handed_over": {"L9": DAY - WEEK}}
    assert confirmed_by(pass_gate(events, policy=cap_at(2), **known)) == [SURE, LATIN]


def test_only_referrals_count_as_handed_over_and_each_link_from_its_first_day():
    rows = [("referral", f"{SURE}、{LATIN}", DAY + WEEK), ("referral", SURE, DAY), ("notice", LIKELY, DAY)]
    table = pl.DataFrame(rows, schema=["kind", "links", "on"], orient="row")
    assert date_handovers(table) == date_handovers(table.reverse()) == {SURE: DAY, LATIN: DAY + WEEK}
    assert date_handovers(DISCLOSURES.empty()) == {}


READY = st.lists(
    st.tuples(st.sampled_from(GRADES), st.dates(date(2026, 9, 1), date(2026, 10, 31))),
    min_size=1,
    max_size=15,
)


@settings(max_examples=20)
@given(READY, st.integers(1, 4), st.randoms(use_true_random=False))
def test_no_week_is_overfull_nothing_is_lost_and_rows_may_come_in_any_order(found, cap, random):
    rows = [(f"L{n:016x}", grade, day) for n, (grade, day) in enumerate(found)]
    ready = pl.DataFrame(rows, schema=["link_id", "evidence_grade", "confirmed_on"], orient="row")
    given_away: dict[str, date] = {}
    for number in itertools.count():
        today = DAY + number * WEEK
        order = list(range(ready.height))
        random.shuffle(order)
        week = {"cap": cap, "today": today, "handed_over": dict(given_away), "open_elsewhere": ()}
        over = find_over_capacity(ready, **week)
        assert find_over_capacity(ready[order], **week) == over
        fresh = set(ready["link_id"]) - set(over) - given_away.keys()
        assert len(fresh) == min(cap, ready.height - len(given_away))
        given_away |= dict.fromkeys(sorted(fresh), today)
        again = find_over_capacity(ready, **(week | {"handed_over": dict(given_away)}))
        assert again == over, "a full week stays full, however often the gate is run"
        if not over:
            break
    assert set(given_away) == set(ready["link_id"])
    assert number + 1 == -(-ready.height // cap)
