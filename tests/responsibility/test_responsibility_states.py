from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.responsibility import hand_worked as world
from tongcha.errors import LedgerError
from tongcha.policy.clocks import Clock
from tongcha.responsibility.clocks import LAST_KNOWN_YEAR, set_deadline
from tongcha.responsibility.states import project_notice_states, refuse_untimely
from tongcha.tables.responsibility import NOTICE_STEPS

NOTICE = "N0123456789ab"
START = date(2026, 3, 2)


def clock(length: int, unit: str) -> Clock:
    return Clock(
        clock="test",
        label="试算期限",
        length=length,
        unit=unit,
        basis="某条例第一条",
        certainty="F",
    )


def test_a_length_that_no_text_gives_is_said_to_be_the_bureaus_wherever_its_clause_stands():
    own = clock(10, "calendar_days").model_copy(update={"certainty": "U"})
    assert set_deadline(own, date(2026, 3, 2)).basis == "某条例第一条；天数由本单位确定"
    assert set_deadline(clock(10, "calendar_days"), date(2026, 3, 2)).basis == "某条例第一条"
    told = {c.clock for c in world.CLOCKS.clocks if c.cited.endswith("天数由本单位确定")}
    assert told == {c.clock for c in world.CLOCKS.clocks if c.certainty == "U"}
    assert not [c.clock for c in world.CLOCKS.clocks if "本单位" in c.basis]  # said once, by certainty


def project(*steps: tuple[str, date], today: date) -> dict[str, Any]:
    rows = [
        {"notice_id": NOTICE, "seq": n, "event_id": f"E{n}", "step": step, "on": on}
        for n, (step, on) in enumerate(steps, start=1)
    ]
    frame = pl.DataFrame(rows, schema=NOTICE_STEPS.schema)
    refuse_untimely(frame.clear(), frame, world.CLOCKS)
    states = project_notice_states(notice_ids=[NOTICE], steps=frame, clocks=world.CLOCKS, today=today)
    return states.row(0, named=True)


def test_calendar_days_count_from_the_day_after():
    assert set_deadline(clock(10, "calendar_days"), date(2026, 3, 2)).due == date(2026, 3, 12)


def test_a_limit_that_ends_on_a_day_off_ends_on_the_next_working_day():
    # 2026-10-01 to 10-07 is the National Day holiday; 10-08 is a Thursday
    limit = set_deadline(clock(10, "calendar_days"), date(2026, 9, 21))
    assert limit.due == date(2026, 10, 8)
    assert "顺延" in limit.note


def test_working_days_skip_the_holidays_and_count_the_days_worked_instead():
    # 2026-09-28 Mon: 29, 30, then the holiday, then 10-08, 10-09 and the make-up Saturday 10-10
    assert set_deadline(clock(5, "working_days"), date(2026, 9, 28)).due == date(2026, 10, 10)


def test_a_month_ends_on_the_same_day_or_the_last_one():
    assert set_deadline(clock(1, "months"), date(2026, 3, 18)).due == date(
        2026, 4, 20
    )  # the 18th is a Saturday
    assert set_deadline(clock(1, "months"), date(2025, 3, 31)).due == date(2025, 4, 30)


def test_a_day_that_the_calendar_does_not_reach_is_said_and_not_guessed():
    limit = set_deadline(clock(10, "working_days"), date(LAST_KNOWN_YEAR, 12, 28))
    assert limit.due is None
    assert "人工核定" in limit.note
    assert not limit.has_passed(date(LAST_KNOWN_YEAR + 5, 1, 1))


def test_a_notice_that_nobody_served_is_only_proposed():
    assert project(today=START)["state"] == "proposed"


def test_the_school_sees_its_days_left_and_their_basis():
    row = project(("notified", START), today=START + timedelta(days=4))
    assert (row["state"], row["due"], row["days_left"]) == ("notified", date(2026, 3, 12), 6)
    assert row["started"] == START
    assert "教育督导条例" in row["basis"]


def test_silence_moves_nothing():
    row = project(("notified", START), today=START + timedelta(days=300))
    assert row["state"] == "notified"
    assert "不视为承认" in row["waits_for"]


def test_nothing_is_decided_before_the_school_could_answer():
    with pytest.raises(LedgerError, match="申辩期未满"):
        project(("notified", START), ("decided", START + timedelta(days=3)), today=START)
    answered = (
        ("notified", START),
        ("accepted", START + timedelta(days=2)),
        ("decided", START + timedelta(days=3)),
    )
    assert project(*answered, today=START + timedelta(days=4))["state"] == "decided"


def test_a_decision_is_final_once_every_way_against_it_has_lapsed():
    steps = (("notified", START), ("contested", START), ("decided", date(2026, 4, 1)))
    assert project(*steps, today=date(2026, 4, 20))["state"] == "decided"
    row = project(*steps, today=date(2026, 5, 7))
    assert (row["state"], row["since"]) == (
        "final",
        date(2026, 5, 6),
    )  # 05-01 is a holiday that lasts to 05-05


def test_review_appeal_and_restoration_follow_one_another():
    steps = (
        ("notified", START),
        ("contested", START),
        ("decided", date(2026, 4, 1)),
        ("review_requested", date(2026, 4, 10)),
        ("review_decided", date(2026, 4, 20)),
        ("appealed", date(2026, 4, 25)),
        ("appeal_decided", date(2026, 6, 1)),
    )
    assert project(*steps[:5], today=date(2026, 5, 6))["state"] == "review_decided"
    assert project(*steps[:5], today=date(2026, 5, 7))["state"] == "final"  # nobody appealed in time
    assert project(*steps, today=date(2026, 6, 2))["state"] == "final"
    assert project(*steps, ("restored", date(2026, 6, 9)), today=date(2026, 6, 10))["state"] == "restored"


APPEALED = (
    ("notified", START),
    ("contested", START),
    ("decided", date(2026, 4, 1)),
    ("appealed", date(2026, 4, 10)),
)
UPHELD = (*APPEALED, ("appeal_upheld", date(2026, 6, 1)))


def test_an_upheld_appeal_starts_the_bureaus_days_to_put_it_right():
    row = project(*UPHELD, today=date(2026, 6, 2))
    assert (row["state"], row["started"], row["due"]) == (
        "appeal_upheld",
        date(2026, 6, 1),
        date(2026, 6, 16),
    )
    assert "纠正" in row["clock"]
    assert not row["overdue"]
    assert project(*UPHELD, today=date(2026, 6, 17))["overdue"]


def test_what_an_upheld_appeal_found_is_final_once_it_was_put_right_late_or_not():
    row = project(*UPHELD, ("corrected", date(2026, 6, 20)), today=date(2026, 6, 21))
    assert (row["state"], row["due"], row["overdue"]) == ("final", None, False)
    with pytest.raises(LedgerError, match="不能办理"):
        project(*APPEALED, ("corrected", date(2026, 6, 20)), today=date(2026, 6, 21))


def test_an_appeal_after_its_limit_is_refused_as_late():
    steps = (("notified", START), ("contested", START), ("decided", date(2026, 4, 1)))
    with pytest.raises(LedgerError, match="已过学校提出申诉的期限"):
        project(*steps, ("appealed", date(2026, 4, 20)), today=date(2026, 4, 20))


@pytest.mark.parametrize(
    "steps",
    [
        (("notified", START), ("contested", START)),
        (("notified", START), ("contested", START), ("decided", START), ("review_requested", START)),
        (("notified", START), ("contested", START), ("decided", START), ("appealed", START)),
    ],
)
def test_an_answer_that_the_bureau_or_the_one_above_it_owes_becomes_overdue(steps):
    assert not project(*steps, today=START + timedelta(days=30))["overdue"]
    row = project(*steps, today=START + timedelta(days=66))
    assert row["overdue"]
    late = "上一级督导机构已逾期，由本局催问" if row["state"] == "appealed" else "本局已逾期，须立即办理"
    assert row["waits_for"] == late


@pytest.mark.parametrize("step", ["contested", "decided", "appealed", "restored", "nonsense"])
def test_a_step_out_of_order_is_refused_and_names_the_event(step):
    with pytest.raises(LedgerError, match="E1"):
        project((step, START), today=START)


def test_it_can_be_withdrawn_from_anywhere_but_only_once():
    assert project(("notified", START), ("withdrawn", START), today=START)["state"] == "withdrawn"
    with pytest.raises(LedgerError, match="已撤回"):
        project(("withdrawn", START), ("withdrawn", START), today=START)


@settings(max_examples=40)
@given(st.dates(date(2024, 1, 1), date(2025, 12, 1)), st.integers(1, 60))
def test_a_working_day_limit_never_ends_before_the_calendar_one(start, length):
    working = set_deadline(clock(length, "working_days"), start).due
    assert working is None or working >= start + timedelta(days=length)
