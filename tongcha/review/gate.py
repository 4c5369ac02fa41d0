"""The gate: what a link needs before anything about it may leave the bureau.

Each requirement (`requirements.py`) is a predicate of its own with the Chinese sentence for what is missing;
whoever asks "why wasn't this referred?" reads the answer in table `withheld_links`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from tongcha.errors import GateError
from tongcha.review.capacity import CAPACITY, OVER_CAPACITY, find_over_capacity
from tongcha.review.confirmed import ConfirmedLinks, seal_links
from tongcha.review.requirements import REQUIREMENTS
from tongcha.review.rivals import count_contradicted, count_rivals, name_person
from tongcha.review.settle import settle
from tongcha.review.shown import EMPLOYMENT
from tongcha.tables.review import CONFIRMED_LINKS, WITHHELD_LINKS

if TYPE_CHECKING:
    from tongcha.policy.review import ReviewPolicy
    from tongcha.review.requirements import GateFacts


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """What came through, and what was held back and why.

    Attributes:
        confirmed: links that may be used outwards.
        withheld_links: table `withheld_links`, a row per link and missing requirement.
    """

    confirmed: ConfirmedLinks
    withheld_links: pl.DataFrame


def confirm_links(
    *,
    candidate_links: pl.DataFrame,
    judgements: pl.DataFrame,
    identities: pl.DataFrame,
    facts: GateFacts,
    policy: ReviewPolicy,
    people: pl.DataFrame | None = None,
) -> GateOutcome:
    """Let through the links that have everything, and name what the others lack.

    Args:
        candidate_links: table `candidate_links` of one batch.
        judgements: table `judgements` of that batch.
        identities: table `identities` of that batch, for the raid date.
        facts: withdrawals, disputes, the source's term, the day, the policies.
        policy: signatures and the evidence that a referral needs.
        people: table `people`, to know two records of one person as such; without it they are rivals.

    Returns:
        Confirmed links, and the withheld ones among those that somebody judged to be the same person and
        that weren't rejected since.

    Raises:
        GateError: a link belongs to nobody in `identities`.
    """
    links = name_person(candidate_links, people)
    examined = _gather(links, judgements, identities, policy)
    lacks_nothing = pl.all_horizontal(cs.starts_with("has "))
    verdicts = examined.select(
        "batch",
        "link_id",
        "employment_state",
        *(
            need.is_met(facts, policy).fill_null(value=False).alias(f"has {need.name}")
            for need in REQUIREMENTS
        ),
    )
    ready = examined.filter(verdicts.select(lacks_nothing).to_series())
    roles = facts.referred_roles
    over = find_over_capacity(
        ready if roles is None else ready.filter(pl.col("role").is_in(sorted(roles))),
        cap=policy.weekly_cap,
        today=facts.today,
        handed_over=facts.handed_over,
        open_elsewhere=facts.open_elsewhere,
    )
    verdicts = verdicts.with_columns((~pl.col("link_id").is_in(over)).alias(f"has {CAPACITY}"))
    passed = examined.filter(verdicts.select(lacks_nothing).to_series())
    return GateOutcome(seal_links(passed.select(CONFIRMED_LINKS.schema.names())), _name_missing(verdicts))


def _gather(
    candidate_links: pl.DataFrame, judgements: pl.DataFrame, identities: pl.DataFrame, policy: ReviewPolicy
) -> pl.DataFrame:
    """Every link that somebody called the same and nobody has rejected since, with what is asked of it."""
    said_same = judgements.filter(pl.col("is_current") & (pl.col("verdict") == "same"))["link_id"].unique()
    settled = settle(judgements, candidate_links, policy)
    links = candidate_links.join(settled.drop("decision"), on="link_id", how="left", maintain_order="left")
    met = identities.select("identity_id", "raid_date", "role", "digest", "id_clean", "sex")
    dated = links.join(met, on="identity_id", how="left")
    considered = count_contradicted(count_rivals(dated, policy)).filter(
        pl.col("link_id").is_in(said_same.to_list()) & pl.col("state").ne_missing("已否定")
    )
    orphan = considered.filter(pl.col("raid_date").is_null())
    if orphan.height:
        raise GateError(f"比对 {orphan['link_id'].sort()[0]}", "找不到对应的现场人员", "重新运行 propose")
    return considered.with_columns(confirmed_on="decided_on").sort("link_id")


def _name_missing(verdicts: pl.DataFrame) -> pl.DataFrame:
    sentences = {need.name: need.missing for need in REQUIREMENTS} | {CAPACITY: OVER_CAPACITY}
    state = pl.col("employment_state").replace_strict(EMPLOYMENT, return_dtype=pl.String)
    detail = (
        pl.when(pl.col("requirement") == "in_service")
        .then(pl.lit("（") + state + pl.lit("）"))
        .otherwise(pl.lit(""))
    )
    missing = (
        verdicts.unpivot(
            index=["batch", "link_id", "employment_state"], variable_name="requirement", value_name="is_met"
        )
        .filter(~pl.col("is_met"))
        .with_columns(pl.col("requirement").str.strip_prefix("has "))
        .with_columns(reason=pl.col("requirement").replace_strict(sentences, return_dtype=pl.String) + detail)
    )
    return WITHHELD_LINKS.conform(missing.drop("is_met", "employment_state"))
