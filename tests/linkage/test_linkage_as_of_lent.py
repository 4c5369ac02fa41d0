"""Claims about who answers for a teacher lent to another school."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.linkage.employment_lives import BEFORE, DAY_BEFORE, LONG_AGO, LOST, as_of

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
            ("undated", None, None, None),
            id="months written: whether one follows the other is left open",
        ),
        pytest.param(
            [
                ("T", 1, "A", LONG_AGO, "2026-08", "在编", "借调"),
                ("T", 2, "H", "2026-09", None, "借调"),
                ("T", 3, "B", LONG_AGO, None, "在编"),
            ],
            ("undated", None, None, None),
            id="months written, and another employer: whether there are two hangs on the days",
        ),
        pytest.param(
            [
                ("T", 1, "A", LONG_AGO, "2026-06", "在编", "借调"),
                ("T", 2, "H", "2026-09", None, "借调"),
                ("T", 3, "B", LONG_AGO, None, "在编"),
            ],
            ("in_service", True, "B", 3),
            id="months written between which others lie: no cut, whatever the days",
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
