"""Links on which two named people agreed: the only ones that may teach the machine anything."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.review.settle import FIRST, SECOND, STATE_OF_VERDICT, settle

if TYPE_CHECKING:
    from tongcha.policy.review import ReviewPolicy

AGREED: Final = pl.Schema(
    {
        "link_id": pl.String,
        "decision": pl.String,
        "is_same": pl.Boolean,
        "is_sampled": pl.Boolean,
        "is_agreed": pl.Boolean,
    }
)
VERDICT_OF_STATE: Final = {
    state: verdict for verdict, state in STATE_OF_VERDICT.items() if verdict != "unsure"
}


def find_agreed(
    candidate_links: pl.DataFrame, judgements: pl.DataFrame, policy: ReviewPolicy
) -> pl.DataFrame:
    """Return the settled links, and which of them two different people settled alike.

    Args:
        candidate_links: table `candidate_links`.
        judgements: table `judgements` of the same batches; only current rows count.
        policy: how links are settled.

    Returns:
        One row per settled link, sorted: link_id, decision (the machine's), is_same, is_sampled (one
        signature was enough, so a second person has looked only if the seeded draw chose the link),
        is_agreed (two different people gave this verdict).
    """
    current = judgements.filter("is_current")
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    rounds: dict[str, dict[str, str]] = defaultdict(dict)
    columns = ("link_id", "round", "reviewer", "verdict")
    for link_id, review_round, reviewer, verdict in current.select(columns).sort(columns).iter_rows():
        people[link_id, verdict].add(reviewer)
        rounds[link_id].setdefault(review_round, verdict)
    settled = settle(judgements, candidate_links, policy).filter(
        pl.col("state").is_in(list(VERDICT_OF_STATE))
    )
    rows = []
    for link_id, decision, state in (
        settled.select("link_id", "decision", "state").sort("link_id").iter_rows()
    ):
        verdict = VERDICT_OF_STATE[state]
        alone = (
            decision == "accept" and rounds[link_id].get(FIRST) == "same" and SECOND not in rounds[link_id]
        )
        rows.append((link_id, decision, verdict == "same", alone, len(people[link_id, verdict]) > 1))
    return pl.DataFrame(rows, schema=AGREED, orient="row")
