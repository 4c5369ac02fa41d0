"""What waits for people, in which order; only links that the machine proposed enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.review.settle import settle
from tongcha.tables.linkage import GRADES
from tongcha.tables.review import QUEUE_STATES, REVIEW_QUEUE

if TYPE_CHECKING:
    from tongcha.policy.review import ReviewPolicy

ORDER: Final = {"state": QUEUE_STATES, "evidence_grade": GRADES}


def build_review_queue(
    candidate_links: pl.DataFrame,
    judgements: pl.DataFrame,
    policy: ReviewPolicy,
    raid_dates: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the queue of one batch.

    Args:
        candidate_links: table `candidate_links`.
        judgements: table `judgements`.
        policy: signatures and order.
        raid_dates: raid_id and raid_date, such as table `sites`; without it the order by age is by raid_id.

    Returns:
        Table `review_queue`: position 1 is to be looked at first. The order is total and never depends on
        the score, so that it doesn't tell a reviewer what the machine thinks beyond the evidence grade.
    """
    links = candidate_links.select("batch", "link_id", "raid_id", "evidence_grade", "evidence_hash")
    queue = settle(judgements, candidate_links, policy).join(links, on="link_id", how="inner")
    if raid_dates is not None:
        dates = raid_dates.select("raid_id", "raid_date").unique("raid_id")
        queue = queue.join(dates, on="raid_id", how="left")
    ordered = queue.sort(*_order_keys(policy, queue.columns), "raid_id", "link_id", nulls_last=True)
    numbered = ordered.with_columns(position=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    return REVIEW_QUEUE.conform(numbered.select(REVIEW_QUEUE.schema.names()))


def _order_keys(policy: ReviewPolicy, columns: list[str]) -> list[pl.Expr]:
    keys = []
    for name in policy.queue.order:
        if name in ORDER:
            ranks = {value: rank for rank, value in enumerate(ORDER[name])}
            keys.append(pl.col(name).replace_strict(ranks, return_dtype=pl.Int64))
        elif name in columns:
            keys.append(pl.col(name))
    return keys
