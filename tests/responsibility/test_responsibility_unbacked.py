"""A step alone changes no points, so none is recorded that says it did."""

from __future__ import annotations

import polars as pl
import pytest

from tongcha.errors import LedgerError
from tongcha.responsibility.deductions import RECTIFICATION, TEACHER
from tongcha.responsibility.steps import KIND_OF_STEP, refuse_unbacked

NOTICES = pl.DataFrame({"notice_id": ["N1", "N2"], "school_id": ["S1", "S2"], "campaign": ["C", "C"]})


def refuse(step: str, *rules: str, notice: str = "N1") -> None:
    schema = {"school_id": pl.String, "campaign": pl.String, "rule": pl.String}
    lines = pl.DataFrame([("S1", "C", rule) for rule in rules], schema=schema, orient="row")
    refuse_unbacked(step, notice, NOTICES, lines)


def test_a_notice_is_withdrawn_by_its_cases_and_not_by_a_step():
    with pytest.raises(LedgerError, match="还有 2 行计分"):
        refuse("withdrawn", TEACHER, RECTIFICATION)
    refuse("withdrawn")
    refuse("withdrawn", TEACHER, notice="N2")


def test_points_are_restored_by_a_relief_and_not_by_a_step():
    with pytest.raises(LedgerError, match="没有整改销号恢复的分"):
        refuse("restored", TEACHER)
    with pytest.raises(LedgerError, match="没有整改销号恢复的分"):
        refuse("restored", TEACHER, RECTIFICATION, notice="N2")
    refuse("restored", TEACHER, RECTIFICATION)


@pytest.mark.parametrize("step", sorted(KIND_OF_STEP.keys() - {"withdrawn", "restored"}))
def test_every_other_step_is_about_no_points(step):
    refuse(step, TEACHER)
