"""Claims about employment on the day of the raid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.linkage.linkage_scene import RAIDED, policy, spells
from tongcha.linkage.as_of import employment_as_of

BEFORE, AFTER = date(2026, 9, 1), date(2026, 12, 1)
LONG_AGO = date(2010, 9, 1)
DAY_BEFORE, NEXT_DAY, DAY_AFTER_NEXT = (RAIDED + timedelta(days) for days in (-1, 1, 2))


def as_of(*rows: Any, responsible: Any = "employer", records: tuple[str, ...] = ("T",)) -> tuple[Any, ...]:
    asked = pl.DataFrame({"person_id": "T", "teacher_id": list(records), "day": RAIDED})
    frame = employment_as_of(asked, spells(*rows), lent=policy().lent, responsible=responsible)
    return frame.select("employment_state", "in_service", "responsible_school_id", "spell_no").row(0)


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
            ("gap", None, None, None),
            id="between two spells: left open",
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
            ("gap", None, None, None),
            id="a last day and a day between: left open",
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
    ],
)
def test_a_spell_runs_from_its_start_until_before_its_end(rows, expected):
    assert as_of(*rows) == expected


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
