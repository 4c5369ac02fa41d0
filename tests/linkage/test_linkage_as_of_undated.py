"""Claims about employment of which a month, a year or nothing is written for a day."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from tests.linkage.employment_lives import (
    AFTER,
    BEFORE,
    LONG_AGO,
    LOST,
    NEXT_DAY,
    RULES,
    as_of,
    draw_lives,
    tell,
)
from tests.linkage.linkage_scene import RAIDED


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([("T", 1, "A", "2010-09", None, "在编")], ("in_service", True, "A", 1), id="long since"),
        pytest.param(
            [("T", 1, "A", "2010", None, "在编")], ("in_service", True, "A", 1), id="a year, long since"
        ),
        pytest.param([("T", 1, "A", "2010-09", "2026-09", "在编")], ("left", False, None, None), id="before"),
        pytest.param([("T", 1, "A", "2026-11", None, "在编")], ("not_yet", False, None, None), id="to come"),
        pytest.param(
            [("T", 1, "A", "2010-09", "2026-09", "在编"), ("T", 2, "B", "2026-09", None, "在编")],
            ("in_service", True, "B", 2),
            id="a transfer the month before: the new school",
        ),
        pytest.param([("T", 1, "A", "2026-10", None, "在编")], ("undated", None, None, None), id="began"),
        pytest.param([("T", 1, "A", "2026", None, "在编")], ("undated", None, None, None), id="began, year"),
        pytest.param([("T", 1, "A", LONG_AGO, "2026-10", "在编")], ("undated", None, None, None), id="ended"),
        pytest.param(
            [("T", 1, "A", LONG_AGO, "2026年", "在编")], ("undated", None, None, None), id="ended, year"
        ),
        pytest.param(
            [("T", 1, "A", "2010-09", "2026-10", "在编"), ("T", 2, "B", "2026-10", None, "在编")],
            ("undated", None, None, None),
            id="a transfer that month: either school",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编", "调动"), ("T", 2, "B", "2026-10", None, "在编")],
            ("undated", None, None, None),
            id="the same, told by a reason only",
        ),
        pytest.param(
            [("T", 1, "A", "2026-10", "2026-10", "在编")], ("undated", None, None, None), id="within"
        ),
    ],
)
def test_a_month_without_a_day_leaves_only_the_days_of_that_month_open(rows, expected):
    assert as_of(*rows) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([("T", 1, "A", LONG_AGO, LOST, "在编")], ("undated", None, None, None), id="an end"),
        pytest.param([("T", 1, "A", AFTER, LOST, "在编")], ("not_yet", False, None, None), id="to come"),
        pytest.param([("T", 1, "A", LOST, None, "在编")], ("undated", None, None, None), id="a start"),
        pytest.param([("T", 1, "A", LOST, BEFORE, "在编")], ("left", False, None, None), id="a start, over"),
        pytest.param(
            [("T", 1, "A", LONG_AGO, LOST, "在编"), ("T", 2, "B", BEFORE, None, "在编")],
            ("in_service", True, "B", 2),
            id="an end, and the next employment has begun",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, LOST, "在编"), ("T", 2, "B", AFTER, None, "在编")],
            ("undated", None, None, None),
            id="an end, and the next employment is still to come",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, LOST, "在编"), ("T", 2, "B", BEFORE, None, "借调")],
            ("undated", None, None, None),
            id="an end, and only a loan came after",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编"), ("T", 2, "B", BEFORE, LOST, "借调")],
            ("in_service", True, "A", 1),
            id="the end of a loan",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编"), ("T", 2, "B", LOST, BEFORE, "在编")],
            ("conflict", None, None, None),
            id="the start of a later or an earlier employment, while one from then is left open",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编"), ("T", 2, "B", LOST, date(2010, 8, 31), "在编")],
            ("in_service", True, "A", 1),
            id="the start of an earlier employment",
        ),
        pytest.param(
            [("T", 1, "A", LOST, None, "在编", "调动"), ("T", 2, "B", LONG_AGO, None, "在编")],
            ("undated", None, None, None),
            id="the start of an employment that ended some time: it may have been the later one",
        ),
    ],
)
def test_an_edge_that_can_not_be_read_leaves_open_the_days_that_it_decides(rows, expected):
    assert as_of(*rows) == expected


@pytest.mark.parametrize("reason", [*RULES.gone, *sorted(set(RULES.moved) - set(RULES.lent))])
def test_who_left_without_a_day_is_in_service_on_no_day_for_sure(reason):
    left = ("T", 1, "A", LONG_AGO, None, "在编", f"因{reason}")
    assert as_of(left)[0] == "undated"
    assert as_of(left, ("T", 2, "B", BEFORE, None, "在编")) == ("in_service", True, "B", 2)
    assert as_of(left, ("T", 2, "B", AFTER, None, "在编"))[0] == "undated"


def test_no_spell_ends_before_it_began_in_the_month_that_is_written_for_its_end():
    moved = ("T", 1, "A", LONG_AGO, BEFORE, "在编", "调动")
    assert as_of(moved, ("T", 2, "B", NEXT_DAY, "2026-10", "在编"))[0] == "undated"
    assert as_of(moved, ("T", 2, "B", NEXT_DAY, date(2026, 10, 31), "在编"))[0] == "undated"


def test_an_end_before_the_start_tells_no_end():
    assert as_of(("T", 1, "A", LONG_AGO, date(2009, 9, 1), "在编")) == ("undated", None, None, None)


@pytest.mark.parametrize(
    ("reason", "between", "after"),
    [
        ("调动", "undated", "undated"),
        ("校际交流", "undated", "undated"),
        ("调出本县", "undated", "left"),
        ("辞职", "gap", "left"),
        ("考入公务员", "undated", "left"),
        (None, "undated", "left"),
    ],
)
@pytest.mark.parametrize("ended", [RAIDED - timedelta(60), LONG_AGO + timedelta(400)])
def test_a_day_between_spells_is_left_open_unless_they_left_and_so_is_one_after_a_move_that_nothing_follows(
    reason, between, after, ended
):
    left = ("T", 1, "A", LONG_AGO, ended, "在编", reason)
    assert as_of(left, ("T", 2, "B", AFTER, None, "在编"))[0] == between
    assert as_of(left)[0] == after


def test_a_move_that_others_followed_says_nothing_of_the_day():
    moved = ("T", 1, "A", LONG_AGO, date(2015, 9, 1), "在编", "调动")
    resigned = ("T", 2, "B", date(2015, 9, 1), BEFORE, "在编", "辞职")
    assert as_of(moved, resigned)[0] == "left"
    assert as_of(moved, resigned, ("T", 3, "A", AFTER, None, "在编"))[0] == "gap"


def count_guesses(seed: int, count: int, responsible: str) -> tuple[int, int]:
    """Of how many lives is something said without days, and of how many is that said wrongly?"""
    dated, undated = draw_lives(seed, count)
    asked = pl.DataFrame([row[0] for row in dated], schema=["person_id"]).unique()
    asked = asked.with_columns(teacher_id="person_id", hire_date=None)
    truth, told = (tell(asked, rows, responsible) for rows in (dated, undated))
    both = told.filter(pl.col("in_service").is_not_null()).join(truth, on="person_id", suffix="_true")
    wrong = both.filter(
        pl.any_horizontal(
            pl.col(name).ne_missing(pl.col(f"{name}_true"))
            for name in ("in_service", "responsible_school_id")
        )
    )
    return both.height, wrong.height


@pytest.mark.parametrize("responsible", ["employer", "host"])
def test_who_served_where_without_days_is_so_whatever_the_days_were(responsible):
    said, wrong = count_guesses(seed=1, count=5000, responsible=responsible)
    assert (said > 1000, wrong) == (True, 0)


@pytest.mark.slow
@pytest.mark.parametrize("responsible", ["employer", "host"])
@pytest.mark.parametrize("seed", range(2, 6))
def test_who_served_where_without_days_is_so_in_many_more_lives(seed, responsible):
    assert count_guesses(seed, count=50_000, responsible=responsible)[1] == 0
