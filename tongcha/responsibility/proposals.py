"""Measures that a school's sum suggests to a person: honours, talks, circulars. Nothing is decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.documents.numbers import number_record
from tongcha.tables.responsibility import MEASURE_PROPOSALS

if TYPE_CHECKING:
    from tongcha.policy.deductions import DeductionPolicy

HONOURS = "取消学校当年各项评优评先资格"


def propose_measures(*, scoreboard: pl.DataFrame, policy: DeductionPolicy) -> pl.DataFrame:
    """Return the table `measure_proposals`: one row per school, campaign and threshold reached.

    A pure function of the scoreboard: when points fall after a withdrawal, the proposal is gone.

    Args:
        scoreboard: table of that name.
        policy: policy/deductions.yaml.
    """
    thresholds = [(HONOURS, policy.honours.at_least, policy.honours.clause)]
    thresholds += [(e.measure, e.at_least, e.clause) for e in policy.escalations]
    rows = [
        {
            "proposal_id": number_record("M", row["school_id"], row["campaign"], measure),
            "school_id": row["school_id"],
            "campaign": row["campaign"],
            "measure": measure,
            "clause": clause,
            "points": row["points"],
            "threshold": floor,
            "sentence": f"拟扣 {row['points']} 分，达到 {floor} 分，建议研究是否{measure}；由负责人决定",
        }
        for row in scoreboard.iter_rows(named=True)
        for measure, floor, clause in thresholds
        if row["points"] >= floor > 0
    ]
    return MEASURE_PROPOSALS.conform(pl.DataFrame(rows, schema=MEASURE_PROPOSALS.schema))
