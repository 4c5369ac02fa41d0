"""Claims about the papers that may be handed over."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from tests.responsibility import hand_worked as world
from tongcha.casebook.papers import list_school_papers
from tongcha.responsibility.deductions import CAP, PUPILS, TEACHER
from tongcha.tables import BY_NAME

LINK, RAID = "L0123456789abcdef", "LC-1018"


def test_a_raid_is_no_link_whatever_its_number_begins_with():
    common = {"school_id": "S1", "campaign": "行动", "clause": "条款", "count": 1, "sum_shown": "1",
              "policy_version": "1"}  # fmt: skip
    addends = ((PUPILS, RAID), (TEACHER, LINK), (CAP, f"{LINK}、{RAID}"))
    deductions = pl.DataFrame(
        [common | {"deduction_id": f"D{i:012x}", "rule": rule, "case_ref": ref, "points": Decimal(1)}
         for i, (rule, ref) in enumerate(addends)],
        schema=BY_NAME["score_deductions"].schema,
    )  # fmt: skip
    notice = {"notice_id": "N0123456789ab", "school_id": "S1", "campaign": "行动", "path": "n", "sha256": "0"}
    papers = list_school_papers(
        school_notices=pl.DataFrame([notice], schema=BY_NAME["school_notices"].schema),
        work_prompts=BY_NAME["work_prompts"].empty(),
        pupil_lists=BY_NAME["pupil_lists"].empty(),
        score_deductions=deductions,
        schools=world.build_schools(),
        minors_clause="条款",
    )
    assert papers["links"].to_list() == [LINK]
