"""The gate: what a link needs before anything about it may leave the bureau.

Each requirement is a predicate of its own with the Chinese sentence for what is missing; whoever asks
"why wasn't this referred?" reads the answer in table `withheld_links`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl
import polars.selectors as cs

from tongcha.errors import GateError
from tongcha.review.capacity import CAPACITY, OVER_CAPACITY, find_over_capacity
from tongcha.review.confirmed import ConfirmedLinks, seal_links
from tongcha.review.rivals import count_rivals, name_person
from tongcha.review.settle import settle
from tongcha.review.shown import EMPLOYMENT
from tongcha.review.verification import UNVERIFIED, VERIFIED
from tongcha.tables.linkage import GRADES
from tongcha.tables.review import CONFIRMED_LINKS, WITHHELD_LINKS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
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
        handed_over: when each link of any batch was first handed over (`date_handovers`).
        open_elsewhere: links of other batches that have a referral.
        referred_roles: roles at a site that are referred; others take no place in a week. None means all.
        is_filed: the batch is a list of filed staff: nobody was met, no police officer checked anything.
        verified: filed links that the school or the person confirmed (`find_verified`).
        is_closed: the batch was closed; what came through by then rests on no source any more.
    """

    withdrawn: Collection[str]
    disputed: Collection[str]
    source_expiry: date
    today: date
    outward_policies: Sequence[PolicyFile] = ()
    is_demo: bool = False
    handed_over: Mapping[str, date] = field(default_factory=dict)
    open_elsewhere: Collection[str] = ()
    referred_roles: Collection[str] | None = None
    is_filed: bool = False
    verified: Collection[str] = ()
    is_closed: bool = False


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
    return pl.col("people_confirmed") <= 1


def _is_the_record_to_use(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("link_id") == pl.col("record_to_use")


def _was_in_service(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("in_service") & (pl.col("employment_state") == "in_service")


def _has_a_school(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("responsible_school_id").is_not_null()


def _is_not_withdrawn(facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return ~pl.col("link_id").is_in(sorted(facts.withdrawn))


def _is_not_disputed(facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return ~pl.col("link_id").is_in(sorted(facts.disputed))


def _has_a_source_in_force(facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    in_force = facts.is_closed or facts.today <= facts.source_expiry
    return pl.lit(in_force) | pl.col("link_id").is_in(sorted(facts.handed_over))


def _is_not_erased(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("digest").is_null()


def _was_met_or_verified(facts: GateFacts, policy: ReviewPolicy) -> pl.Expr:
    needs_no_answer = not facts.is_filed or policy.referral.filed_lists == "refer"
    return pl.lit(needs_no_answer) | pl.col("link_id").is_in(sorted(facts.verified))


def _rests_on_adopted_policies(facts: GateFacts, policy: ReviewPolicy) -> pl.Expr:
    return pl.lit(facts.is_demo or all(p.is_adopted for p in (policy, *facts.outward_policies)))


REQUIREMENTS: Final = (
    Requirement("signatures", "尚未有足够的人一致判断为同一人", _has_the_signatures),
    Requirement("proposal", "按现有证据，机器不再建议此比对，须重新核对", _is_still_proposed),
    Requirement(
        "evidence_grade", "证据等级低于可对外的最低等级，须补充核验证件或联系方式", _has_evidence_good_enough
    ),
    Requirement("no_rival", "有相近的竞争候选，尚未由人逐一排除", _has_no_rival),
    Requirement(VERIFIED, UNVERIFIED, _was_met_or_verified),
    Requirement("one_person", "同一现场人员被确认为不止一人，须先查清", _is_the_only_one_confirmed),
    Requirement("one_record", "同一人的另一条登记已确认，按那一条办理", _is_the_record_to_use),
    Requirement("in_service", "未能认定查处当日在职", _was_in_service),
    Requirement("school", "未能认定查处当日任职学校", _has_a_school),
    Requirement("not_withdrawn", "比对已被撤销", _is_not_withdrawn),
    Requirement("no_dispute", "当事人或学校的异议尚未办结", _is_not_disputed),
    Requirement(
        "source", "本批数据的使用期限已过，须续签协议并更新 source.yaml 的有效期", _has_a_source_in_force
    ),
    Requirement("not_erased", "现场人员的信息已在批次办结时删除，不能再对外", _is_not_erased),
    Requirement("adopted_policy", "所依据的规则尚未正式启用", _rests_on_adopted_policies),
)


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
    met = identities.select("identity_id", "raid_date", "role", "digest")
    dated = links.join(met, on="identity_id", how="left")
    considered = count_rivals(dated, policy).filter(
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
