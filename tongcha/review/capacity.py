"""How many referrals a week holds, and whose turn it is when it is full.

What counts is what people said they handed over (table `disclosures`), so a link that a recipient holds is
never called back for want of room, and a late signature can't rewrite a week that is past.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.tables.linkage import GRADES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

CAPACITY: Final = "capacity"
OVER_CAPACITY: Final = "本周移送件数已满，按证据等级和确认先后排到以后各周"
REFERRAL: Final = "referral"
_GRADE_RANKS: Final = {grade: rank for rank, grade in enumerate(GRADES)}


def date_handovers(disclosures: pl.DataFrame) -> dict[str, date]:
    """Return for each link the day on which a referral that names it was first handed over.

    Args:
        disclosures: table of that name; notices to schools and other papers aren't referrals.
    """
    given = disclosures.filter(pl.col("kind") == REFERRAL).select(
        "on", link_id=pl.col("links").str.split("、")
    )
    first = given.explode("link_id").drop_nulls("link_id").group_by("link_id").agg(pl.col("on").min())
    return dict(first.sort("link_id").select("link_id", "on").iter_rows())


def find_over_capacity(
    ready: pl.DataFrame,
    *,
    cap: int | None,
    today: date,
    handed_over: Mapping[str, date],
    open_elsewhere: Collection[str],
) -> list[str]:
    """Return the links that must wait because the ISO week of `today` is full, sorted.

    Args:
        ready: links of one batch that are referred and have everything else: link_id, evidence_grade,
            confirmed_on.
        cap: how many links may leave in an ISO week, over all batches; None means as many as there are.
        today: the day on which the gate stands.
        handed_over: when each link was first handed over, over all batches; such a link stays through.
        open_elsewhere: links of other batches that have a referral; those not handed over hold a place.
    """
    if cap is None:
        return []
    week = today.isocalendar()[:2]
    taken = sum(day.isocalendar()[:2] == week for day in handed_over.values())
    room = max(cap - taken - len(set(open_elsewhere) - handed_over.keys()), 0)
    rank = pl.col("evidence_grade").replace_strict(_GRADE_RANKS, return_dtype=pl.Int64)
    waiting = ready.filter(~pl.col("link_id").is_in(sorted(handed_over)))
    return sorted(waiting.sort(rank, "confirmed_on", "link_id")["link_id"].to_list()[room:])
