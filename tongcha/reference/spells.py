"""Spells of which one went back: what is left may name the wrong school, so none of them counts.

An old spell left open and a new one that couldn't be read would put the person at the old school; a spell
that ended and one that couldn't be read, out of service. Both would be guessed from half of what was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.intake.acceptance import Accepted
from tongcha.intake.refusals import PLACE, join_rejections, reject_rows, without_places
from tongcha.intake.typed import read_codes

if TYPE_CHECKING:
    from tongcha.intake.landing import Landing

REASON: Final = "该教师另有任职经历没有收下，只凭余下的可能认错学校；改正后整份重新报送，一并收下"


def hold_partial(taken: Accepted, landing: Landing) -> Accepted:
    """Send back every spell of a teacher of whom one goes back.

    Args:
        taken: table `employment` after intake.
        landing: what was read.
    """
    back = taken.rejections.filter(pl.col("outcome") == "rejected").select(PLACE).unique()
    if back.is_empty():
        return taken
    broken = landing.table("employment").join(back, on=PLACE, how="semi")
    owners = read_codes(broken["teacher_id"]).drop_nulls().unique()
    rest = taken.rows.filter(pl.col("teacher_id").is_in(owners.implode()))
    entries = reject_rows(rest, table="employment", rule="spells_are_whole", reason=REASON)
    return Accepted(without_places(taken.rows, entries), join_rejections([taken.rejections, entries]))
