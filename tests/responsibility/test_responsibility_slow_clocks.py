"""Random histories of notices, their days close to every limit, against the slow reference."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

import chinese_calendar
import pytest

from tests.responsibility import hand_worked as world
from tests.responsibility import slow_clocks as slow
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent
from tongcha.responsibility import clocks as fast
from tongcha.responsibility.states import (
    Position,
    judge_time,
    project_notice_states,
    refuse_untimely,
    take_step,
)
from tongcha.responsibility.steps import KIND_OF_STEP, read_steps, record_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tongcha.policy.clocks import ClockPolicy

STEPS: Final = (*slow.FOLLOWS, "withdrawn", "guessed")
TOLD: Final = {"没有“": "unknown", "不能办理": "order", "申辩期未满": "early", "已过": "late"}
LENGTHS: Final = {
    "calendar_days": (1, 2, 5, 10, 15, 30, 60),
    "working_days": (1, 3, 10, 15),
    "months": (1, 2),
}


def draw_policies(rng: random.Random) -> Iterator[ClockPolicy]:
    """The shipped limits, and others of every kind and length."""
    yield world.CLOCKS
    for _ in range(3):
        units = {clock.clock: rng.choice(sorted(LENGTHS)) for clock in world.CLOCKS.clocks}
        drawn = [
            clock.model_copy(
                update={"unit": units[clock.clock], "length": rng.choice(LENGTHS[units[clock.clock]])}
            )
            for clock in world.CLOCKS.clocks
        ]
        yield world.CLOCKS.model_copy(update={"clocks": tuple(drawn)})


def draw_day(rng: random.Random, notice: slow.Notice, day: date) -> date:
    """A day not before the last one, often about the end of a limit that runs."""
    ends = [limit[1] or limit[2] or limit[0] for limit in notice.limits.values()]
    if ends and rng.random() < 0.6:
        return max(day, rng.choice(ends) + timedelta(rng.randrange(-2, 12)))
    return day + timedelta(rng.choice((0, 0, 1, 2, rng.randrange(70))))


def walk(rng: random.Random, clocks: ClockPolicy, number: str) -> tuple[slow.Notice, list[NewEvent]]:
    """One notice, step by step; the program must refuse what the reference refuses, for the same reason."""
    notice, position = slow.Notice(clocks), Position("proposed", None)
    taken: list[NewEvent] = []
    day = date(2025, 1, 1) + timedelta(rng.randrange(720))
    for _ in range(rng.randrange(9)):
        likely = [step for step, states in slow.FOLLOWS.items() if notice.state in states.split()]
        step = rng.choice(likely) if likely and rng.random() < 0.8 else rng.choice(STEPS)
        on, refused = draw_day(rng, notice, day), ""
        why = notice.refuse(step, on)
        try:
            after = take_step(position, step, on, clocks, event_id=number)
            if untimely := judge_time(position, step, on, event_id=number):
                raise untimely
            position = after
        except LedgerError as error:
            refused = next(kind for words, kind in TOLD.items() if words in str(error))
        assert refused == why, (notice.state, notice.limits, step, on)
        if not why:
            notice.take(step, on)
            taken.append(record_step(notice_id=number, step=step, on=on, by="D1", reason=f"第{len(taken)}步"))
            day = on
    return notice, taken


def number_events(events: list[NewEvent]) -> list[Event]:
    return [
        Event(n, e.event_id, e.kind, e.subject, e.actor, "2026-10-20", e.payload, "", "")
        for n, e in enumerate(events, start=1)
    ]


def hold_against_reference(seed: int, count: int) -> None:
    rng = random.Random(seed)
    for clocks in draw_policies(rng):
        drawn = {f"N{n:012x}": walk(rng, clocks, f"N{n:012x}") for n in range(count)}
        days = [
            list(own) for _, taken in drawn.values() for _, own in groupby(taken, lambda e: e.payload["on"])
        ]
        rng.shuffle(days)  # recorded late or early; of one day in their order
        steps = read_steps(number_events([event for day in days for event in day]))
        for _ in range(3):
            today = date(2025, 1, 1) + timedelta(rng.randrange(820))
            order = rng.sample(range(steps.height), steps.height)
            shown = project_notice_states(
                notice_ids=rng.sample(sorted(drawn), count), steps=steps[order], clocks=clocks, today=today
            )
            for row in shown.iter_rows(named=True):
                compare(row, drawn[row["notice_id"]][0].show(today), today)


def compare(row: dict[str, object], told: dict[str, object], today: date) -> None:
    who, ways = told.pop("who"), told.pop("ways")
    assert {name: row[name] for name in told} == told, today
    assert str(who) in str(row["waits_for"])
    if ways is not None:
        offered = {"review_request": "复核", "appeal": "申诉"}
        assert [way for way in sorted(offered) if offered[way] in str(row["waits_for"])] == ways


def test_notices_stand_where_the_slow_reference_says():
    hold_against_reference(seed=11, count=40)


@pytest.mark.slow
def test_thousands_of_notices_stand_where_the_slow_reference_says():
    hold_against_reference(seed=12, count=1_200)


def test_the_library_knows_the_days_off_of_the_notices():
    days = [slow.FIRST + timedelta(n) for n in range((slow.LAST - slow.FIRST).days + 1)]
    assert [day for day in days if slow.is_worked(day) != chinese_calendar.is_workday(day)] == []
    assert slow.LAST.year == fast.LAST_KNOWN_YEAR, "在 slow_clocks.py 中补上新一年的放假安排"


def test_no_run_of_days_off_was_ever_longer_than_what_is_waited_for():
    first = date(fast.FIRST_KNOWN_YEAR, 1, 1)
    days = (first + timedelta(n) for n in range((date(fast.LAST_KNOWN_YEAR, 12, 31) - first).days + 1))
    run = longest = 0
    for day in days:
        run = 0 if chinese_calendar.is_workday(day) else run + 1
        longest = max(longest, run)
    assert timedelta(longest) == fast.LONGEST_BREAK


def test_a_limit_beyond_the_published_days_off_is_to_be_checked_and_refuses_no_school_too_early():
    limit = fast.set_deadline(world.CLOCKS.clock("defence"), date(fast.LAST_KNOWN_YEAR, 12, 22))
    new_year = date(fast.LAST_KNOWN_YEAR + 1, 1, 1)
    assert (limit.due, limit.note) == (new_year, fast.NOT_PUBLISHED)
    assert not limit.has_passed(new_year + fast.LONGEST_BREAK)
    assert limit.has_passed(new_year + fast.LONGEST_BREAK + slow.DAY)


def test_steps_that_are_taken_back_leave_no_trace_wherever_they_were_recorded():
    rng = random.Random(13)
    for _ in range(60):
        clocks = world.CLOCKS
        _, taken = walk(rng, clocks, "N0")
        more = record_step(
            notice_id="N0", step=rng.choice(sorted(KIND_OF_STEP)), on=date(2026, 3, 2), by="D2", reason="误记"
        )
        back = NewEvent(EventKind.RETRACTION, more.event_id, "D3", {"reason": "误记"})
        place = rng.randrange(len(taken) + 1)
        states = [
            project_notice_states(
                notice_ids=["N0"],
                steps=read_steps(number_events(events)),
                clocks=clocks,
                today=date(2026, 7, 1),
            )
            for events in (taken, [*taken[:place], more, *taken[place:], back])
        ]
        assert states[0].equals(states[1])


@pytest.mark.parametrize(
    ("day", "told"), [(date(2026, 4, 10), "复核或者提出申诉"), (date(2026, 4, 20), "复核")]
)
def test_a_school_is_told_only_of_the_ways_that_are_still_open(day, told):
    events = [
        record_step(notice_id="N0", step=step, on=date(2026, 4, 1), by="D1", reason="登记")
        for step in ("notified", "accepted", "decided")
    ]
    states = project_notice_states(
        notice_ids=["N0"], steps=read_steps(number_events(events)), clocks=world.CLOCKS, today=day
    )
    assert states["waits_for"].to_list() == [f"学校可以申请{told}"]


def test_limits_adopted_later_neither_stop_the_states_nor_refuse_what_was_in_time():
    rng = random.Random(14)
    shorter = [c.model_copy(update={"length": 1, "unit": "calendar_days"}) for c in world.CLOCKS.clocks]
    later, passed = world.CLOCKS.model_copy(update={"clocks": tuple(shorter)}), 0
    for _ in range(60):
        steps = read_steps(number_events(walk(rng, world.CLOCKS, "N0")[1]))
        refuse_untimely(steps.clear(), steps, world.CLOCKS)
        refuse_untimely(steps, steps, later)
        shown = project_notice_states(notice_ids=["N0"], steps=steps, clocks=later, today=date(2026, 7, 1))
        assert shown.height == 1
        try:
            refuse_untimely(steps.clear(), steps, later)
        except LedgerError:
            passed += 1
    assert passed >= 5  # by the shorter limits these would be refused if they were new


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ((("notified", 2), ("notified", 6), ("contested", 16)), "已过"),
        ((("notified", 2), ("accepted", 6), ("decided", 9)), "申辩期未满"),
    ],
)
def test_a_step_that_a_later_one_needs_to_be_in_time_cannot_be_taken_back(steps, told):
    taken = [
        record_step(notice_id="N0", step=step, on=date(2026, 3, day), by="D1", reason="登记")
        for step, day in steps
    ]
    before, after = (read_steps(number_events(own)) for own in (taken, [taken[0], taken[2]]))
    refuse_untimely(before.clear(), before, world.CLOCKS)
    with pytest.raises(LedgerError, match=told):
        refuse_untimely(before, after, world.CLOCKS)
