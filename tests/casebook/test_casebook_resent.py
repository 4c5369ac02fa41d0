"""A raid that is sent again under another batch and other numbers is the raid it was."""

from __future__ import annotations

import polars as pl
import pytest

from tests.casebook.casebook_scene import POLICY
from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute
from tongcha.casebook.issues import build_issue_ledger
from tongcha.responsibility.deductions import compute_deductions


def settle(responsibilities: pl.DataFrame, sites: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    deductions = compute_deductions(
        school_responsibilities=responsibilities,
        pupil_schools=world.build_pupil_schools(),
        sites=sites,
        policy=world.DEDUCTIONS,
    )
    issues = build_issue_ledger(
        sites=sites,
        school_responsibilities=responsibilities,
        score_deductions=deductions,
        events=[],
        policy=POLICY,
    )
    return deductions, issues


@pytest.mark.parametrize(("first", "second"), ["af", "fa"])
def test_a_raid_sent_again_changes_no_sum_no_notice_and_no_issue(first, second):
    """Whatever the numbers of the new links: what was recorded of an issue or told to a school stays true."""
    sites = world.build_sites()
    once = attribute().with_columns(link_id="L" + pl.lit(first) + pl.col("link_id").str.slice(2))
    again = once.with_columns(
        batch=pl.lit("2026-11-30-09"), link_id="L" + pl.lit(second) + pl.col("link_id").str.slice(2)
    )
    copied = sites.with_columns(batch=pl.lit("2026-11-30-09"))
    before = settle(once, sites)
    after = settle(pl.concat([once, again]), pl.concat([sites, copied]))
    assert after[0].equals(before[0])
    assert after[1].equals(before[1])


@pytest.mark.parametrize("letter", ["0", "f"])
def test_an_act_that_is_charged_is_no_open_question_although_it_was_also_taken_down_without_a_role(letter):
    once = attribute().filter(pl.col("link_id") == world.link_id(1))
    unclear = once.with_columns(
        link_id=pl.lit(f"L{letter * 16}"), state=pl.lit("question"), school_id=pl.lit(None, pl.String)
    )
    _, issues = settle(pl.concat([once, unclear]), world.build_sites())
    acts = issues.filter(pl.col("category").is_in(["teacher_tutoring", "undecided"]))
    assert acts.select("category", "case_ref").rows() == [("teacher_tutoring", world.link_id(1))]
