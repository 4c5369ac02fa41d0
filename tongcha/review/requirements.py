"""What a link needs before anything about it may leave: a predicate each, and the sentence for its lack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.review.verification import UNVERIFIED, VERIFIED
from tongcha.tables.linkage import GRADES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    from tongcha.policy.base import PolicyFile
    from tongcha.policy.review import ReviewPolicy


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


def _is_contradicted_by_nobody(_facts: GateFacts, _policy: ReviewPolicy) -> pl.Expr:
    return pl.col("contradicted") == 0


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
    Requirement(
        "one_claimant",
        "同场另有一人也被确认为此人，而二人的证件号或者性别不同，须先查清是哪一人",
        _is_contradicted_by_nobody,
    ),
    Requirement("one_record", "同一人的另一条登记已确认，按那一条办理", _is_the_record_to_use),
    Requirement("in_service", "未能认定查处当日在职", _was_in_service),
    Requirement("school", "未能认定查处当日任职学校", _has_a_school),
    Requirement("not_withdrawn", "比对已被撤销", _is_not_withdrawn),
    Requirement("no_dispute", "当事人或学校的异议尚未办结", _is_not_disputed),
    Requirement(
        "source", "本批数据的使用期限已过，须续签协议并更新 source.yaml 的有效期", _has_a_source_in_force
    ),
    Requirement("not_erased", "现场人员的信息已在批次办结时删除，不能再对外", _is_not_erased),
    Requirement("adopted_policy", "所依据的规则尚未正式启用，或者审定日期未到", _rests_on_adopted_policies),
)
