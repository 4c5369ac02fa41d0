"""Claims about employment on the day of the raid."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.linkage.employment_lives import (
    AFTER,
    BEFORE,
    DAY_AFTER_NEXT,
    DAY_BEFORE,
    LONG_AGO,
    NEXT_DAY,
    RULES,
    as_of,
)
from tests.linkage.linkage_scene import RAIDED, spells
from tongcha.linkage.spells import complete_spells


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
            [("T", 1, "A", LONG_AGO, BEFORE, "在编", "辞职"), ("T", 2, "B", AFTER, None, "在编")],
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
            [("T", 1, "A", LONG_AGO, RAIDED, "在编", "辞职"), ("T", 2, "B", DAY_AFTER_NEXT, None, "在编")],
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
            ("undated", None, None, None),
            id="the same, but only a loan came after: it may be what the reason means",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编", "借调"), ("T", 2, "B", BEFORE, None, "借调")],
            ("in_service", True, "A", 1),
            id="the same, and the reason is the loan: still employed",
        ),
        pytest.param(
            [("T", 1, "A", LONG_AGO, None, "在编", "交流")],
            ("in_service", True, "A", 1),
            id="away on exchange, no end and nothing after: as the spell says",
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
            [("T", 1, "H", LONG_AGO, BEFORE, "借调"), ("T", 2, "A", AFTER, None, "在编")],
            ("undated", None, None, None),
            id="between a loan and the first employment on record: left open",
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


def test_a_day_between_hiring_and_the_first_spell_is_left_open():
    later = ("T", 1, "A", AFTER, None, "在编")
    assert as_of(later, hired=LONG_AGO)[0] == "undated"
    assert as_of(later, hired=RAIDED)[0] == "undated"
    assert as_of(later, hired=NEXT_DAY)[0] == "not_yet"
    assert as_of(later)[0] == "not_yet"


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
