"""What each school may lose, as addends that each point to a rule, a clause and a case.

Points are exact decimals. The addends of a school and campaign sum to what the notice proposes; the cap
and every relief are negative addends of their own, so nothing is hidden in a total.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.numbers import number_record
from tongcha.tables.responsibility import SCORE_DEDUCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.policy.deductions import DeductionPolicy

TEACHER: Final = "teacher_confirmed"
REPEAT: Final = "teacher_repeat"
PUPILS: Final = "pupil_bands"
SELF_REPORT: Final = "self_report"
CAP: Final = "school_cap"
RECTIFICATION: Final = "rectification"
LABELS: Final = {
    TEACHER: "涉及在职教师的线索",
    REPEAT: "同一教师再次涉及",
    PUPILS: "本校学生在证照不全的场所登记",
    SELF_REPORT: "学校主动报告减轻",
    CAP: "封顶冲减",
    RECTIFICATION: "整改销号恢复",
}
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Addend:
    """One line of a school's sum; fields as the columns of `score_deductions`."""

    school_id: str
    campaign: str
    rule: str
    clause: str
    case_ref: str
    count: int
    points: Decimal
    sum_shown: str


def compute_deductions(
    *,
    school_responsibilities: pl.DataFrame,
    pupil_schools: pl.DataFrame,
    sites: pl.DataFrame,
    policy: DeductionPolicy,
    reliefs: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the table `score_deductions`.

    A pure function of what stands now: a withdrawn link or an answered question is simply no longer, or
    newly, among the responsibilities, and the same inputs always give the same sums.

    Args:
        school_responsibilities: table of that name; only `attributed` rows count, each act once.
        pupil_schools: table of that name; only `resolved` rows count, each pupil once per campaign.
        sites: table `sites` of all batches; gives each raid's date and licence.
        policy: policy/deductions.yaml.
        reliefs: what people decided in the school's favour: `school_id, campaign, rule` (`self_report` or
            `rectification`), `case_ref`; each counts once per school and campaign.

    Raises:
        PolicyError: a raid lies outside the days on which these rules are in force.
    """
    charges = [
        *_charge_teachers(school_responsibilities, policy),
        *_charge_pupils(pupil_schools, sites, policy),
    ]
    granted = _index_reliefs(reliefs)
    addends: list[Addend] = []
    for school_id, campaign in sorted({(a.school_id, a.campaign) for a in charges}):
        own = [a for a in charges if (a.school_id, a.campaign) == (school_id, campaign)]
        addends += settle_school(own, granted.get((school_id, campaign), {}), policy)
    return _tabulate(addends, policy)


def price_in_force(
    *,
    school_responsibilities: pl.DataFrame,
    pupil_schools: pl.DataFrame,
    sites: pl.DataFrame,
    policy: DeductionPolicy,
    reliefs: pl.DataFrame,
) -> pl.DataFrame:
    """Return `score_deductions` of the raids in these rules' days only, by rules kept with a decision.

    The decision was about such raids; one of a later year mustn't keep it from being computed again.

    Args:
        school_responsibilities: as for `compute_deductions`.
        pupil_schools: as for `compute_deductions`.
        sites: as for `compute_deductions`.
        policy: the rules that were kept.
        reliefs: as for `compute_deductions`.
    """
    is_own = pl.col("raid_date").is_between(policy.valid_from, policy.valid_to)
    return compute_deductions(
        school_responsibilities=school_responsibilities.filter(is_own),
        pupil_schools=pupil_schools,
        sites=sites.filter(is_own),
        policy=policy,
        reliefs=reliefs,
    )


def settle_school(charges: list[Addend], granted: dict[str, str], policy: DeductionPolicy) -> list[Addend]:
    """Return one school's charges of one campaign with the reliefs and the cap that apply to them.

    Order: charges, mitigation for the school's own report, cap, then restoration after rectification.

    Args:
        charges: the positive addends.
        granted: relief rule → the case that grants it.
        policy: policy/deductions.yaml.
    """
    addends = list(charges)
    first = charges[0]

    def give_back(rule: str, clause: str, case_ref: str, points: Decimal, shown: str) -> None:
        if points > 0:
            addends.append(Addend(first.school_id, first.campaign, rule, clause, case_ref, 1, -points, shown))

    if SELF_REPORT in granted:
        share, total = policy.self_report.share, sum_points(addends)
        points = _share(total, share)
        give_back(SELF_REPORT, policy.self_report.clause, granted[SELF_REPORT], points,
                  f"{total} 分 × {share:.0%} = {points} 分，减轻")  # fmt: skip
    total = sum_points(addends)
    cases = "、".join(sorted({a.case_ref for a in charges}))
    excess = total - policy.cap.points
    give_back(CAP, policy.cap.clause, cases, excess,
              f"合计 {total} 分，封顶 {policy.cap.points} 分，冲减 {excess} 分")  # fmt: skip
    if RECTIFICATION in granted:
        share, total = policy.rectification.share, sum_points(addends)
        points = _share(total, share)
        give_back(RECTIFICATION, policy.rectification.clause, granted[RECTIFICATION], points,
                  f"{total} 分 × {share:.0%} = {points} 分，恢复")  # fmt: skip
    return addends


def sum_points(addends: Iterable[Addend]) -> Decimal:
    """Return the exact sum of the addends' points."""
    return sum((a.points for a in addends), Decimal("0.00"))


def _share(total: Decimal, share: Decimal) -> Decimal:
    return (total * share).quantize(CENT, ROUND_HALF_UP)


def _charge_teachers(responsibilities: pl.DataFrame, policy: DeductionPolicy) -> list[Addend]:
    """Charge each attributed act once, and the repeated acts of a person in a campaign once more.

    An act goes by its first link of the first batch, so that a raid sent again changes no notice.
    """
    acts = (
        responsibilities.filter(pl.col("state") == "attributed")
        .sort("raid_date", "act_id", "batch", "link_id")
        .unique("act_id", keep="first", maintain_order=True)
    )
    rule, addends = policy.teacher, []
    seen: set[tuple[str, str]] = set()
    for row in acts.iter_rows(named=True):
        campaign = policy.campaign_of(row["raid_date"])
        school, case = row["school_id"], row["link_id"]
        addends.append(Addend(school, campaign, TEACHER, rule.clause, case, 1, rule.points,
                              f"1 人次 × {rule.points} 分 = {rule.points} 分"))  # fmt: skip
        if (row["person_id"], campaign) in seen and rule.repeat_points > 0:
            addends.append(Addend(school, campaign, REPEAT, rule.repeat_clause, case, 1, rule.repeat_points,
                                  f"同一专项行动内再次涉及，另加 {rule.repeat_points} 分"))  # fmt: skip
        seen.add((row["person_id"], campaign))
    return addends


def count_pupils(pupil_schools: pl.DataFrame, sites: pl.DataFrame, policy: DeductionPolicy) -> pl.DataFrame:
    """Return `school_id, campaign, count, raids`: distinct verified pupils and the raids they come from.

    Args:
        pupil_schools: table of that name.
        sites: table `sites` of all batches.
        policy: policy/deductions.yaml; says at which sites training was unlawful.
    """
    dated = (
        pupil_schools.filter(pl.col("state") == "resolved")
        .join(sites.select("batch", "raid_id", "raid_date", "licence"), on=["batch", "raid_id"])
        .filter(pl.col("licence").is_in(list(policy.pupils.licences)))
    )
    campaigns = [policy.campaign_of(day) for day in dated["raid_date"]]
    return (
        dated.with_columns(pl.Series("campaign", campaigns, dtype=pl.String))
        .group_by("school_id", "campaign")
        .agg(
            count=pl.col("pupil_key").n_unique().cast(pl.Int64),
            raids=pl.col("raid_id").unique().sort().str.join("、"),
        )
        .sort("school_id", "campaign")
    )


def _charge_pupils(pupil_schools: pl.DataFrame, sites: pl.DataFrame, policy: DeductionPolicy) -> list[Addend]:
    addends = []
    for row in count_pupils(pupil_schools, sites, policy).iter_rows(named=True):
        band, name = policy.pupils.band_of(row["count"])
        if band is not None and band.points > 0:
            shown = f"本校学生 {row['count']} 人，属“{name}”档，扣 {band.points} 分"
            addends.append(
                Addend(
                    row["school_id"], row["campaign"], PUPILS, policy.pupils.clause, row["raids"],
                    row["count"], band.points, shown,
                )
            )  # fmt: skip
    return addends


def _index_reliefs(reliefs: pl.DataFrame | None) -> dict[tuple[str, str], dict[str, str]]:
    granted: dict[tuple[str, str], dict[str, str]] = {}
    if reliefs is not None:
        ordered = reliefs.sort("school_id", "campaign", "rule", "case_ref")
        for row in ordered.iter_rows(named=True):
            granted.setdefault((row["school_id"], row["campaign"]), {}).setdefault(
                row["rule"], row["case_ref"]
            )
    return granted


def _tabulate(addends: list[Addend], policy: DeductionPolicy) -> pl.DataFrame:
    rows = [
        {
            "deduction_id": number_record("D", a.school_id, a.campaign, a.rule, a.case_ref),
            "school_id": a.school_id,
            "campaign": a.campaign,
            "rule": a.rule,
            "clause": a.clause,
            "case_ref": a.case_ref,
            "count": a.count,
            "points": a.points,
            "sum_shown": a.sum_shown,
            "policy_version": policy.stamp,
        }
        for a in addends
    ]
    return SCORE_DEDUCTIONS.conform(pl.DataFrame(rows, schema=SCORE_DEDUCTIONS.schema))
