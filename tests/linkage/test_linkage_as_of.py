"""Claims about employment on the day of the raid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.linkage.linkage_scene import RAIDED, policy, spells
from tongcha.identity.written_values import ANY_DAY
from tongcha.linkage.as_of import employment_as_of
from tongcha.linkage.spells import complete_spells

WIDE = st.dates(date(2026, 8, 20), date(2026, 12, 10))
BEFORE, AFTER = date(2026, 9, 1), date(2026, 12, 1)
LONG_AGO = date(2010, 9, 1)
LOST = "不详"
DAY_BEFORE, NEXT_DAY, DAY_AFTER_NEXT = (RAIDED + timedelta(days) for days in (-1, 1, 2))


RULES = policy().employment


def as_of(
    *rows: Any,
    responsible: Any = "employer",
    records: tuple[str, ...] = ("T",),
    hired: date | None = None,
) -> tuple[Any, ...]:
    asked = pl.DataFrame({"person_id": "T", "teacher_id": list(records), "day": RAIDED, "hire_date": hired})
    rules = RULES.model_copy(update={"responsible": responsible})
    frame = employment_as_of(asked.cast({"hire_date": pl.Date}), lose_edges(spells(*rows), rows), rules)
    return frame.select("employment_state", "in_service", "responsible_school_id", "spell_no").row(0)


def lose_edges(employment: pl.DataFrame, rows: Any) -> pl.DataFrame:
    """Let every edge written as `LOST` lie on any day, as intake does."""
    for edge, place in (("start", 3), ("end", 4)):
        is_lost = pl.Series([row[place] == LOST for row in rows], dtype=pl.Boolean)
        first, latest = (pl.when(is_lost).then(pl.lit(day)) for day in ANY_DAY)
        employment = employment.with_columns(
            first.otherwise(edge).alias(edge), latest.otherwise(f"{edge}_latest").alias(f"{edge}_latest")
        )
    return employment


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编")], ("in_service", True, "A", 1), id="an open spell"
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, RAIDED, "在编")], ("left", False, None, None), id="left that day"
        ),
        pytest.param([("T", 1, "A", AFTER, None, "在编")], ("not_yet", False, None, None), id="hired later"),
        pytest.param(
            [("T", 1, "A", LONG_AGO, RAIDED, "在编"), ("T", 2, "B", RAIDED, None, "在编")],
            ("in_service", True, "B", 2),
            id="transfer on the day itself: the new school",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, BEFORE, "在编"), ("T", 2, "B", AFTER, None, "在编")],
            ("gap", False, None, None),
            id="between two spells: not in service, and said so",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, RAIDED, "在编"), ("T", 2, "B", NEXT_DAY, None, "在编")],
            ("in_service", True, "A", 1),
            id="the last day before the next spell: the ending one",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, DAY_BEFORE, "在编"), ("T", 2, "B", RAIDED, None, "在编")],
            ("in_service", True, "B", 2),
            id="the day after the last day: the next one",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, RAIDED, "在编"), ("T", 2, "B", DAY_AFTER_NEXT, None, "在编")],
            ("gap", False, None, None),
            id="a last day and a day between: not in service, and said so",
        ),
        pytest.param(
            [
                ("T", 1, "A", LONG_AGO, RAIDED, "在编"),
                ("T", 2, "B", RAIDED, None, "在编"),
                ("T", 3, "C", NEXT_DAY, None, "在编"),
            ],
            ("in_service", True, "B", 2),
            id="a same-day transfer before another spell: the new school",
        ),
        pytest.param(
            [
                ("T", 1, "A", LONG_AGO, RAIDED, "在编"),
                ("T", 2, "H", BEFORE, RAIDED, "借调"),
                ("T", 3, "B", NEXT_DAY, None, "在编"),
            ],
            ("in_service", True, "A", 1),
            id="the last day of employment and loan: the employing school",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编"), ("T", 2, "B", BEFORE, None, "借调")],
            ("in_service", True, "A", 1),
            id="lent out: the employing school",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编"), ("T", 2, "B", BEFORE, None, "在编")],
            ("conflict", None, None, None),
            id="two employers at once: left open",
        ),
        pytest.param([], ("unknown", None, None, None), id="no spell known"),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编", "调动"), ("T", 2, "B", BEFORE, None, "在编")],
            ("in_service", True, "B", 2),
            id="a spell with a reason but no end: over where the next employment began",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编", "调动"), ("T", 2, "B", BEFORE, RAIDED, "在编", "退休")],
            ("left", False, None, None),
            id="the same, and retired from the next",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编", "调动"), ("T", 2, "B", BEFORE, None, "借调")],
            ("in_service", True, "A", 1),
            id="the same, but only a loan came after: still employed",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编", "调动")],
            ("in_service", True, "A", 1),
            id="moved, no end and nothing after: as the spell says",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编"), ("T", 2, "B", BEFORE, RAIDED, "在编", "退休")],
            ("conflict", None, None, None),
            id="an employer left open from before another that the person left: left to people",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编"), ("T", 2, "A", BEFORE, RAIDED, "编外")],
            ("in_service", True, "A", 1),
            id="the same at one school: no contradiction",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, DAY_BEFORE, "在编", "辞职"), ("T", 2, "H", BEFORE, None, "借调")],
            ("conflict", None, None, None),
            id="a loan whose employer is gone: left to people",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, BEFORE, "在编", "调动"), ("T", 2, "H", BEFORE, None, "借调")],
            ("conflict", None, None, None),
            id="a loan that begins where employment ends by a move: who employs is left to people",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, BEFORE - timedelta(9), "在编"), ("T", 2, "H", BEFORE, None, "借调")],
            ("conflict", None, None, None),
            id="a loan that begins long after employment ended: the same",
        ),
        pytest.param(
            [("T", 1, "H", LONG_AGO, None, "借调")],
            ("in_service", True, "H", 1),
            id="a loan and no employment ever: the host, for want of another",
        ),
    ],
)
def test_a_spell_runs_from_its_start_until_before_its_end(rows, expected):
    assert as_of(*rows) == expected


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


@pytest.mark.parametrize("reason", [word for word in RULES.gone if word not in RULES.moved])
def test_who_left_for_good_without_a_day_is_in_service_on_no_day_for_sure(reason):
    left = ("T", 1, "A", LONG_AGO, None, "在编", f"因{reason}")
    assert as_of(left)[0] == "undated"
    assert as_of(left, ("T", 2, "B", BEFORE, None, "在编")) == ("in_service", True, "B", 2)
    assert as_of(left, ("T", 2, "B", AFTER, None, "在编"))[0] == "undated"


def test_an_end_before_the_start_tells_no_end():
    assert as_of(("T", 1, "A", LONG_AGO, date(2009, 9, 1), "在编")) == ("undated", None, None, None)


@pytest.mark.parametrize(
    ("reason", "begins", "state"),
    [
        ("调动", RAIDED + timedelta(RULES.move_days - 60), "undated"),
        ("校际交流", RAIDED + timedelta(RULES.move_days - 60), "undated"),
        ("调动", RAIDED + timedelta(RULES.move_days - 59), "gap"),
        ("辞职", RAIDED + timedelta(RULES.move_days - 60), "gap"),
        (None, RAIDED + timedelta(RULES.move_days - 60), "gap"),
    ],
)
def test_the_summer_that_a_move_takes_on_paper_is_left_open(reason, begins, state):
    moved = ("T", 1, "A", LONG_AGO, RAIDED - timedelta(60), "在编", reason)
    assert as_of(moved, ("T", 2, "B", begins, None, "在编"))[0] == state


def test_a_day_between_hiring_and_the_first_spell_is_left_open():
    later = ("T", 1, "A", AFTER, None, "在编")
    assert as_of(later, hired=LONG_AGO)[0] == "undated"
    assert as_of(later, hired=RAIDED)[0] == "undated"
    assert as_of(later, hired=NEXT_DAY)[0] == "not_yet"
    assert as_of(later)[0] == "not_yet"


LENT_END = date(2027, 2, 1)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [
                ("T", 1, "A", LONG_AGO, BEFORE, "在编", "调动"),
                ("T", 2, "H", BEFORE, LENT_END, "借调", "期满"),
                ("T", 3, "A", LENT_END, None, "在编"),
            ],
            ("in_service", True, "A", 1),
            id="back at the same school",
        ),
        pytest.param(
            [
                ("T", 1, "A", LONG_AGO, BEFORE - timedelta(1), "在编"),
                ("T", 2, "H", BEFORE, LENT_END, "支教"),
                ("T", 3, "A", LENT_END + timedelta(1), None, "在编"),
            ],
            ("in_service", True, "A", 1),
            id="back at the same school, last days written",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, BEFORE, "在编", "借调"), ("T", 2, "H", BEFORE, None, "借调")],
            ("in_service", True, "A", 1),
            id="ended for the loan, which still runs",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, BEFORE, "在编"), ("T", 2, "H", BEFORE, None, "借调")],
            ("in_service", True, "A", 1),
            id="ended for no reason told, and the loan still runs",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, BEFORE, "在编", " "), ("T", 2, "H", BEFORE, None, "借调")],
            ("in_service", True, "A", 1),
            id="the same, a blank for the reason",
        ),
        pytest.param(
            [
                ("T", 1, "A", LONG_AGO, "2026-08", "在编", "调动"),
                ("T", 2, "H", "2026-09", "2027-08", "交流轮岗", "期满"),
                ("T", 3, "A", "2027-08", None, "在编"),
            ],
            ("conflict", None, None, None),
            id="months written: whether one follows the other is left to people",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, LOST, "在编"), ("T", 2, "H", BEFORE, None, "借调")],
            ("undated", None, None, None),
            id="an end that can't be read is no cut",
        ),
        pytest.param(
            [
                ("T", 1, "A", LONG_AGO, BEFORE, "在编", "调动"),
                ("T", 2, "H", BEFORE, LENT_END, "借调"),
                ("T", 3, "C", LENT_END, None, "在编"),
            ],
            ("conflict", None, None, None),
            id="elsewhere afterwards: left to people",
        ),
        pytest.param(
            [
                ("T", 1, "A", LONG_AGO, DAY_BEFORE - timedelta(100), "在编", "借调"),
                ("T", 2, "H", DAY_BEFORE - timedelta(100), DAY_BEFORE, "借调"),
            ],
            ("left", False, None, None),
            id="over, and back nowhere",
        ),
    ],
)
def test_a_loan_that_cuts_an_employment_in_two_leaves_the_lending_school_responsible(rows, expected):
    assert as_of(*rows) == expected


def test_the_host_of_a_loan_that_cuts_an_employment_answers_if_the_policy_says_so():
    rows = [("T", 1, "A", LONG_AGO, BEFORE, "在编", "借调"), ("T", 2, "H", BEFORE, None, "借调")]
    assert as_of(*rows, responsible="host") == ("in_service", True, "H", 2)


def test_when_a_loan_began_matters_if_the_host_answers():
    rows = [("T", 1, "A", LONG_AGO, None, "在编"), ("T", 2, "B", "2026-10", None, "借调")]
    assert as_of(*rows, responsible="host")[0] == "undated"


@given(st.dates(date(2026, 8, 1), date(2026, 12, 31)), st.dates(date(2026, 8, 1), date(2026, 12, 31)))
@settings(max_examples=25)
def test_what_a_month_says_for_sure_every_day_of_it_says(begun, ended):
    dated = as_of(("T", 1, "A", begun, max(begun, ended), "在编"))
    undated = as_of(("T", 1, "A", f"{begun:%Y-%m}", f"{max(begun, ended):%Y-%m}", "在编"))
    assert undated[0] in {dated[0], "undated"}


@st.composite
def dated_and_undated(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """Draw spells with every day written, and the same with months, and starts not told, for some of them."""
    dated, undated = [], []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        start, end = draw(WIDE), draw(st.none() | WIDE)
        if end:
            start, end = min(start, end), max(start, end)
        told_start = draw(st.sampled_from([start, f"{start:%Y-%m}", LOST]))
        told_end = end and draw(st.sampled_from([end, f"{end:%Y-%m}"]))
        school, kind, why = draw(
            st.tuples(
                st.sampled_from("AB"),
                st.sampled_from(["在编", "借调"]),
                st.sampled_from([None, "调动", "借调", "退休"]),
            )
        )
        dated.append(("T", number, school, start, end, kind, why))
        undated.append(("T", number, school, told_start, told_end, kind, why))
    return dated, undated


def assert_nothing_is_guessed(rows: tuple[list[Any], list[Any]], responsible: str) -> None:
    dated, undated = (as_of(*some, responsible=responsible) for some in rows)
    assert undated[0] in {"undated", "conflict"} or undated[1:3] == dated[1:3]


@given(dated_and_undated(), st.sampled_from(["employer", "host"]))
@settings(max_examples=40)
def test_who_served_where_without_days_is_so_whatever_the_days_were(rows, responsible):
    assert_nothing_is_guessed(rows, responsible)


@pytest.mark.slow
@given(dated_and_undated(), st.sampled_from(["employer", "host"]))
@settings(max_examples=1500, deadline=None)
def test_who_served_where_without_days_is_so_in_many_more_lives(rows, responsible):
    assert_nothing_is_guessed(rows, responsible)


def test_the_host_answers_if_the_policy_says_so():
    rows = [("T", 1, "A", LONG_AGO, None, "在编"), ("T", 2, "B", BEFORE, None, "借调")]
    assert as_of(*rows, responsible="host")[2] == "B"


def test_the_next_spell_may_be_that_of_the_other_record():
    rows = [("T", 1, "A", LONG_AGO, RAIDED, "在编"), ("U", 1, "B", NEXT_DAY, None, "在编")]
    assert as_of(*rows, records=("T", "U")) == ("in_service", True, "A", 1)
    assert as_of(*rows) == ("left", False, None, None)


def test_spells_of_both_records_of_a_person_count():
    rows = [("T", 1, "A", LONG_AGO, BEFORE, "在编"), ("U", 1, "B", BEFORE, None, "在编")]
    assert as_of(*rows, records=("T", "U")) == ("in_service", True, "B", 1)


DAYS = st.dates(RAIDED - timedelta(9), RAIDED + timedelta(9))
SPELLS = st.tuples(
    st.just("T"),
    st.integers(1, 3),
    st.sampled_from("AB"),
    DAYS,
    st.none() | DAYS,
    st.sampled_from(["在编", "借调"]),
    st.sampled_from([None, "", "调动"]),
)


@settings(max_examples=40)
@given(st.lists(SPELLS, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_spells_changes_nothing_and_who_serves_has_a_school(rows, random):
    told = as_of(*rows)
    assert as_of(*random.sample(rows, len(rows))) == told
    state, in_service, school, number = told
    assert (in_service is True) == (state == "in_service") == (school is not None) == (number is not None)
    assert (in_service is None) == (state in {"conflict", "unknown", "undated"})


@given(st.lists(SPELLS, max_size=5))
def test_completing_spells_changes_nothing_but_ends(rows):
    told, completed = spells(*rows), complete_spells(spells(*rows), ["teacher_id"], RULES)
    assert completed.drop("end", "end_latest").equals(told.drop("end", "end_latest"))
    sound = completed.filter(told["end"].is_not_null() & (told["end"] >= told["start"]))
    kept = told.filter(told["end"].is_not_null() & (told["end"] >= told["start"]))
    assert (sound["end"].is_null() | (sound["end"] >= kept["end"])).all()
