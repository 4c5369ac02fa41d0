"""The gate: what a link needs before anything about it may leave the bureau.

Each requirement is a predicate of its own with the Chinese sentence for what is missing; whoever asks
"why wasn't this referred?" reads the answer in table `withheld_links`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
import polars.selectors as cs

from tongcha.errors import GateError
from tongcha.review.confirmed import ConfirmedLinks, seal_links
from tongcha.review.settle import settle
from tongcha.review.shown import EMPLOYMENT
from tongcha.tables.linkage import GRADES
from tongcha.tables.review import CONFIRMED_LINKS, WITHHELD_LINKS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date

    from tongcha.policy.base import PolicyFile
    from tongcha.policy.review import ReviewPolicy


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """What came through, and what was held back and why.

    Attributes:
        confirmed: links that may be used outwards.
        withheld_links: table `withheld_links`, a row per link and missing requirement.
    """

    confirmed: ConfirmedLinks
    withheld_links: pl.DataFrame


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the requirements look at besides the link itself.

    Attributes:
        withdrawn: links withdrawn (`find_withdrawn`).
        disputed: links with an open dispute (`find_disputed`).
        source_expiry: last day on which the batch's source may be used.
        today: the day on which the gate stands, by the caller's clock.
        outward_policies: policies that what follows rests on; each must be adopted.
        is_demo: an invented city; policies needn't be adopted.
    """

    withdrawn: Collection[str]
    disputed: Collection[str]
    source_expiry: date
    today: date
    outward_policies: Sequence[PolicyFile] = ()
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a link needs.

    Attributes:
        name: English name, as in table `withheld_links`.
        missing: what is missing, in Chinese.
        is_met: expression that is true of a link that has it; null counts as not met.
    """

    name: str
    missing: str
    is_met: Callable[[GateFacts, ReviewPolicy], pl.Expr]


def _has_the_signatures(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("state") == "已确认"


def _is_still_proposed(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("decision") != "none"


def _has_evidence_good_enough(_facts: GateFacts, policy: ReviewPolicy) -> pl.Expr:
    admitted = GRADES[: GRADES.index(policy.referral.lowest_grade) + 1]
    return pl.col("evidence_grade").is_in(admitted)


def _has_no_rival(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("open_rivals") == 0


def _is_the_only_one_confirmed(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("confirmed_for_identity") <= 1


def _was_in_service(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("in_service") & (pl.col("employment_state") == "in_service")


def _has_a_school(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("responsible_school_id").is_not_null()


def _is_not_withdrawn(facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return ~pl.col("link_id").is_in(sorted(facts.withdrawn))


def _is_not_disputed(facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return ~pl.col("link_id").is_in(sorted(facts.disputed))


def _has_a_source_in_force(facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.lit(facts.today <= facts.source_expiry)


def _rests_on_adopted_policies(facts: GateFacts, policy: ReviewPolicy) -> pl.Expr:
    return pl.lit(facts.is_demo or all(p.is_adopted for p in (policy, *facts.outward_policies)))


REQUIREMENTS: Final = (
    Requirement("signatures", "尚未有足够的人一致判断为同一人", _has_the_signatures),
    Requirement("proposal", "按现有证据，机器不再建议此比对，须重新核对", _is_still_proposed),
    Requirement("evidence_grade", "证据等级低于可对外的最低等级", _has_evidence_good_enough),
    Requirement("no_rival", "有相近的竞争候选，尚未由人逐一排除", _has_no_rival),
    Requirement("one_person", "同一现场人员被确认为不止一人，须先查清", _is_the_only_one_confirmed),
    Requirement("in_service", "未能认定查处当日在职", _was_in_service),
    Requirement("school", "未能认定查处当日任职学校", _has_a_school),
    Requirement("not_withdrawn", "比对已被撤销", _is_not_withdrawn),
    Requirement("no_dispute", "当事人或学校的异议尚未办结", _is_not_disputed),
    Requirement("source", "本批数据的使用期限已过", _has_a_source_in_force),
    Requirement("adopted_policy", "所依据的规则尚未正式启用", _rests_on_adopted_policies),
)


def confirm_links(
    *,
    candidate_links: pl.DataFrame,
    judgements: pl.DataFrame,
    identities: pl.DataFrame,
    facts: GateFacts,
    policy: ReviewPolicy,
) -> GateOutcome:
    """Let through the links that have everything, and name what the others lack.

    Args:
        candidate_links: table `candidate_links` of one batch.
        judgements: table `judgements` of that batch.
        identities: table `identities` of that batch, for the raid date.
        facts: withdrawals, disputes, the source's term, the day, the policies.
        policy: signatures and the evidence that a referral needs.

    Returns:
        Confirmed links, and the withheld ones among those that somebody judged to be the same person and
        that weren't rejected since.

    Raises:
        GateError: a link belongs to nobody in `identities`.
    """
    examined = _gather(candidate_links, judgements, identities, policy)
    verdicts = examined.select(
        "batch",
        "link_id",
        "employment_state",
        *(
            need.is_met(facts, policy).fill_null(value=False).alias(f"has {need.name}")
            for need in REQUIREMENTS
        ),
    )
    passed = examined.filter(verdicts.select(pl.all_horizontal(cs.starts_with("has "))).to_series())
    return GateOutcome(seal_links(passed.select(CONFIRMED_LINKS.schema.names())), _name_missing(verdicts))


def _gather(
    candidate_links: pl.DataFrame, judgements: pl.DataFrame, identities: pl.DataFrame, policy: ReviewPolicy
) -> pl.DataFrame:
    """Every link that somebody called the same and nobody has rejected since, with what is asked of it."""
    said_same = judgements.filter(pl.col("is_current") & (pl.col("verdict") == "same"))["link_id"].unique()
    settled = settle(judgements, candidate_links, policy)
    links = candidate_links.join(settled.drop("decision"), on="link_id", how="left", maintain_order="left")
    dated = links.join(identities.select("identity_id", "raid_date"), on="identity_id", how="left")
    considered = _count_rivals(dated, policy).filter(
        pl.col("link_id").is_in(said_same.to_list()) & pl.col("state").ne_missing("已否定")
    )
    orphan = considered.filter(pl.col("raid_date").is_null())
    if orphan.height:
        raise GateError(f"比对 {orphan['link_id'].sort()[0]}", "找不到对应的现场人员", "重新运行 propose")
    return considered.with_columns(confirmed_on="decided_on").sort("link_id")


def _count_rivals(links: pl.DataFrame, policy: ReviewPolicy) -> pl.DataFrame:
    """Add how many links of its identity people confirmed, and how many near rivals nobody has excluded.

    A rival is another proposed candidate of the identity whose score is not clearly lower; people exclude
    it by judging it to be someone else.
    """
    own = links.select("link_id", "identity_id", "score")
    open_links = links.filter((pl.col("decision") != "none") & pl.col("state").ne_missing("已否定"))
    rivals = (
        own.join(open_links.select("identity_id", rival="link_id", rival_score="score"), on="identity_id")
        .filter(pl.col("rival") != pl.col("link_id"))
        .filter(pl.col("rival_score") > pl.col("score") - policy.referral.rival_margin_bits)
        .group_by("link_id")
        .agg(open_rivals=pl.len())
    )
    confirmed = pl.col("state").eq_missing("已确认")
    counted = links.with_columns(confirmed_for_identity=confirmed.sum().over("identity_id"))
    return counted.join(rivals, on="link_id", how="left").with_columns(pl.col("open_rivals").fill_null(0))


def _name_missing(verdicts: pl.DataFrame) -> pl.DataFrame:
    sentences = {need.name: need.missing for need in REQUIREMENTS}
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
