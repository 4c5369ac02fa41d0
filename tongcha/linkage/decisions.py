"""The machine's proposal for each candidate, its evidence grade, and the reason in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.linkage.links import list_links

if TYPE_CHECKING:
    from tongcha.linkage.scoring import Scored
    from tongcha.policy.linkage import LinkagePolicy


def decide_pairs(scored: Scored, identities: pl.DataFrame, policy: LinkagePolicy) -> pl.DataFrame:
    """Return the best candidates of each identity (see `list_links`) with grade, decision and reason."""
    return decide_links(grade_links(list_links(scored, identities, policy), policy), policy)


def grade_links(links: pl.DataFrame, policy: LinkagePolicy) -> pl.DataFrame:
    """Add evidence_grade from the levels of the fields, strongest first.

    甲: number and name agree. 乙: name agrees with a number seen in part or one edit away, or with the
    phone (on a staff list: and the age), and nothing speaks against. 丙: name agrees with school, or with
    age in the same city. 丁: the rest.

    Args:
        links: one column of level names per field.
        policy: which levels count as agreement.
    """
    rule = policy.grades
    name = pl.col("name").is_in(rule.close_names)
    nothing_against = (
        (pl.col("sex") != "different")
        & ~pl.col("age").is_in(rule.contrary_ages)
        & (pl.col("id_number") != "conflict")
    )
    part = pl.col("id_number").is_in(rule.near_numbers)
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
            excluded_bits, evidence_grade.
        policy: thresholds.
    """
    rule, grades = policy.decision, policy.grades
    refusals = [
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
        (pl.col("id_number") == "conflict", "证件号码与库中不一致"),
        (pl.col("twin_id").is_not_null(), "同一人有两条登记，须确认以哪一条为准"),
        (pl.col("sex") == "different", "性别不同"),
        (pl.col("age").is_in(grades.contrary_ages), "年龄相差较大"),
        (~pl.col("evidence_grade").is_in(rule.accept_grades), "只有姓名与旁证相符，没有证件号或手机号印证"),
        (pl.col("margin_bits") < rule.accept_margin_bits, "与另一候选相差不够"),
        (pl.col("score") < rule.accept_bits, "证据还不够充分"),
    ]
    reason = pl.coalesce(*(pl.when(test).then(pl.lit(text)) for test, text in refusals))
    settled = pl.col("refusal").is_null().any().over("identity_id")
    likely = pl.col("score") - pl.col("excluded_bits") >= rule.review_bits  # who else was met hides nobody
    reviewed = ~settled & (pl.col("rank") <= rule.review_ranks) & likely
    return links.with_columns(refusal=reason).with_columns(
        decision=pl.when(pl.col("refusal").is_null())
        .then(pl.lit("accept"))
        .when(reviewed)
        .then(pl.lit("review"))
        .otherwise(pl.lit("none")),
        reason=pl.when(pl.col("refusal").is_null())
        .then(pl.lit("证据充分，没有相近的竞争候选"))
        .when(reviewed)
        .then(pl.col("refusal") + pl.lit("，须两人复核"))
        .otherwise(pl.col("refusal") + pl.lit("，不进入复核")),
    )
