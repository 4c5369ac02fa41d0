"""The machine's proposal for each candidate, its evidence grade, and the reason in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.linkage.links import list_links

DECISIONS: Final = ("accept", "review", "none")
AFTER: Final = ("", "，须两人复核", "，不进入复核")
"""what a reason ends with, by decision"""
CONFLICTS: Final = ("conflict", "different")
"""levels of the ID number that speak against a link"""
OTHER_BIRTHS: Final = ("month_or_year", "different")
"""levels of the birth date that do; beside an equal number, the record contradicts itself"""
ACCEPTED: Final = "证据充分，没有相近的竞争候选"

if TYPE_CHECKING:
    from tongcha.linkage.scoring import Scored
    from tongcha.policy.linkage import Grades, LinkagePolicy


def decide_pairs(scored: Scored, identities: pl.DataFrame, policy: LinkagePolicy) -> pl.DataFrame:
    """Return the best candidates of each identity (see `list_links`) with grade, decision and reason."""
    return decide_links(grade_links(list_links(scored, identities, policy), policy), policy)


def grade_links(links: pl.DataFrame, policy: LinkagePolicy) -> pl.DataFrame:
    """Add evidence_grade from the levels of the fields, strongest first.

    甲: number and name agree. 乙: name agrees with a number seen in a whole part or one edit away, or with
    the phone (on a staff list: and the age), and nothing speaks against. 丙: name agrees with school, or with
    age in the same city. 丁: the rest.

    Args:
        links: id_tells, one column of level names per field.
        policy: which levels count as agreement.
    """
    rule = policy.grades
    name = pl.col("name").is_in(rule.close_names)
    nothing_against = (
        (pl.col("sex") != "different")
        & ~pl.col("age").is_in(rule.contrary_ages)
        & ~pl.col("id_number").is_in(CONFLICTS)
    )
    part = _is_numbered(rule)
    aged = pl.col("age").is_in(rule.close_ages) & pl.col("area").is_in(rule.close_areas)
    listed = (pl.col("phone") == "listed") & aged
    return links.with_columns(
        evidence_grade=pl.when(name & (pl.col("id_number") == "exact"))
        .then(pl.lit("甲"))
        .when(name & nothing_against & (part | (pl.col("phone") == "exact") | listed))
        .then(pl.lit("乙"))
        .when(name & nothing_against & ((pl.col("school") == "fits") | aged | (pl.col("birth") == "day")))
        .then(pl.lit("丙"))
        .otherwise(pl.lit("丁"))
    )


def decide_links(links: pl.DataFrame, policy: LinkagePolicy) -> pl.DataFrame:
    """Add decision and reason.

    Args:
        links: score, rank, margin_bits, one column of level names per field, twin_id, id_failed,
            excluded_bits, person_school, id_tells, evidence_grade.
        policy: thresholds.
    """
    rule = policy.decision
    refusals = _list_refusals(policy)
    first = pl.coalesce(
        *(pl.when(test).then(pl.lit(place, pl.Int8)) for place, (test, _) in enumerate(refusals))
    )
    settled = pl.col("refusal").is_null().any().over("identity_id")
    likely = pl.col("score") - pl.col("excluded_bits") >= rule.review_bits  # who else was met hides nobody
    reviewed = ~settled & (pl.col("rank") <= rule.review_ranks) & likely
    told = links.with_columns(refusal=first).select(
        pl.col("refusal").fill_null(len(refusals)).cast(pl.Int64),
        decision=pl.when(pl.col("refusal").is_null())
        .then(0)
        .when(reviewed)
        .then(1)
        .otherwise(2)
        .cast(pl.Int64),
    )
    reasons = [text + after for text in (*(text for _, text in refusals), ACCEPTED) for after in AFTER]
    place = told["refusal"] * len(AFTER) + told["decision"]
    return links.with_columns(
        decision=pl.Series(DECISIONS).gather(told["decision"]), reason=pl.Series(reasons).gather(place)
    )


def _list_refusals(policy: LinkagePolicy) -> list[tuple[pl.Expr, str]]:
    """Return what keeps a link from `accept`, in the order in which it is told."""
    rule, grades = policy.decision, policy.grades
    return [
        (pl.col("rank") > 1, "另有更相符的候选"),
        (
            pl.col("excluded_bits") <= -rule.contested_bits,
            "同场另有他人也与库中此人相符，二人不会都是此人",
        ),
        (pl.col("id_failed"), "证件号码校验不通过，须核对原件"),
        (
            (pl.col("id_number") == "exact") & ~pl.col("name").is_in(grades.close_names),
            "证件号一致而姓名不同，可能是他人持用证件",
        ),
        (pl.col("id_number").is_in(CONFLICTS), "证件号码与库中不一致"),
        (pl.col("twin_id").is_not_null(), "同一人有两条登记，须确认以哪一条为准"),
        (pl.col("sex") == "different", "性别不同"),
        (pl.col("birth").is_in(OTHER_BIRTHS), "证件中的出生日期与库中登记的不同"),
        (pl.col("age").is_in(grades.contrary_ages), "年龄相差较大"),
        (~pl.col("evidence_grade").is_in(rule.accept_grades), "只有姓名与旁证相符，没有证件号或手机号印证"),
        (~_is_numbered(grades) & _has_namesake(grades), "同校另有姓名相符的人，没有证件号区分"),
        (~_is_numbered(grades) & (pl.col("phone") == "listed"), "手机号只见于名册，名册上的可能是同名的人"),
        (
            ~_is_numbered(grades)
            & ~pl.col("name").is_in(rule.names_with_phone)
            & (pl.col("school") != "fits"),
            "姓名用字与库中不同，只有手机号印证，可能是家人",
        ),
        (pl.col("margin_bits") < rule.accept_margin_bits, "与另一候选相差不够"),
        (pl.col("score") < rule.accept_bits, "证据还不够充分"),
    ]


def _is_numbered(rule: Grades) -> pl.Expr:
    """Whether the number bears the name out, in whole or in a part that tells."""
    part = pl.col("id_number").is_in(rule.near_numbers) & pl.col("id_tells")
    return (pl.col("id_number") == "exact") | part


def _has_namesake(rule: Grades) -> pl.Expr:
    """Whether the name fits somebody else at the same school as well, and neither sex nor age contradicts.

    Colleagues of one name are the likeliest to have been given each other's phone.
    """
    fits = (
        pl.col("name").is_in(rule.close_names)
        & (pl.col("sex") != "different")
        & ~pl.col("age").is_in(rule.contrary_ages)
        & pl.col("person_school").is_not_null()
    )
    return fits & (fits.sum().over("identity_id", "person_school") > 1)
