"""Which school answers for a confirmed act: the one that employed the person on the day of the raid.

The school named by the link is checked again against the employment spells. What can't be decided
(gap, two posts, sources that disagree, a retired teacher re-hired, a role that is none of the four bans)
becomes a question to a person and is counted nowhere until answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.documents.numbers import number_record
from tongcha.identity.written_values import write_day
from tongcha.linkage.as_of import list_records
from tongcha.linkage.spells import complete_spells, names_a_loan, runs_on
from tongcha.tables.responsibility import SCHOOL_RESPONSIBILITIES

if TYPE_CHECKING:
    from tongcha.policy.linkage import EmploymentRules
    from tongcha.policy.routing import RoutingPolicy
    from tongcha.review.confirmed import ConfirmedLinks


def attribute_schools(
    *,
    confirmed: ConfirmedLinks,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    employment: pl.DataFrame,
    schools: pl.DataFrame,
    policy: RoutingPolicy,
    spell_rules: EmploymentRules,
) -> pl.DataFrame:
    """Return the table `school_responsibilities`: one row per confirmed link.

    `act_id` is the identity of the act: one person at one raid, however many records met there;
    `person_id` is the record kept of that person when the registry holds several.

    Args:
        confirmed: links that passed the gate, of all batches.
        identities: table `identities` of all batches; gives the role at the site.
        people: table `people`; tells which records are the same person.
        employment: table `employment`.
        schools: table `schools`.
        policy: policy/routing.yaml; says which roles are banned and who was hired again.
        spell_rules: `employment` of policy/linkage.yaml.
    """
    links = (
        confirmed.frame.join(
            identities.select("batch", "identity_id", "role"), on=["batch", "identity_id"], how="left"
        )
        .join(_name_persons(people), on="person_id", how="left")
        .join(_summarise_spells(confirmed.frame, people, employment, spell_rules), on="link_id", how="left")
        .join(
            schools.select(
                pl.col("school_id").alias("responsible_school_id"),
                pl.col("name").alias("school_name"),
                "authority",
            ),
            on="responsible_school_id",
            how="left",
        )
        .with_columns(question=_ask(policy), person_id=pl.coalesce("person", "person_id"))
    )
    decided = pl.col("question").is_null()
    acts = [number_record("A", *act) for act in links.select("person_id", "raid_id").iter_rows()]
    return SCHOOL_RESPONSIBILITIES.conform(
        links.with_columns(
            pl.Series("act_id", acts, dtype=pl.String),
            state=pl.when(decided).then(pl.lit("attributed")).otherwise(pl.lit("question")),
            school_id=pl.when(decided).then("responsible_school_id"),
            school_name=pl.when(decided).then("school_name"),
            authority=pl.when(decided).then("authority"),
            chain=_show_chain(),
            inspector_id=pl.lit(None, pl.String),
            inspector_question=pl.lit(None, pl.String),
        ).select(SCHOOL_RESPONSIBILITIES.schema.names())
    )


def _name_persons(people: pl.DataFrame) -> pl.DataFrame:
    return people.select("person_id", person=pl.coalesce("same_person_as", "person_id"))


def _summarise_spells(
    links: pl.DataFrame, people: pl.DataFrame, employment: pl.DataFrame, spell_rules: EmploymentRules
) -> pl.DataFrame:
    """Return per link the claimed spell, and how many of the person's ran that day and of what kind."""
    claims = links.select(
        *("link_id", "person_id", "teacher_id", "raid_date"),
        claimed_of="teacher_id",
        claimed="spell_no",
        claimed_school="responsible_school_id",
    )
    spells = list_records(claims, people).join(employment, on="teacher_id")
    spells = complete_spells(spells, ["link_id"], spell_rules)
    valid = spells.filter(runs_on("raid_date", ["link_id"], spell_rules))
    is_claimed = (
        (pl.col("teacher_id") == pl.col("claimed_of"))
        & (pl.col("spell_no") == pl.col("claimed"))
        & (pl.col("school_id") == pl.col("claimed_school"))
    )
    return valid.group_by("link_id").agg(
        schools_that_day=pl.col("school_id").n_unique().cast(pl.Int64),
        lent=names_a_loan(spell_rules).any(),
        claim_holds=is_claimed.fill_null(value=False).any(),
        start=write_day("start", "start_latest").filter(is_claimed).min(),
        end=write_day("end", "end_latest").filter(is_claimed).min(),
        staff_type=pl.col("staff_type").filter(is_claimed).min(),
    )


def _ask(policy: RoutingPolicy) -> pl.Expr:
    """Return the question that stands in the way of attributing, or null."""
    questions = (
        (pl.col("role").is_in(policy.banned_roles).fill_null(value=False).not_(),
         "现场登记的身份不是授课、举办或者介绍，须由人查明其在现场做什么"),
        (pl.col("employment_state") != "in_service", "查处当日是否在职不能由任职经历确定，须由人查明"),
        (pl.col("teacher_id").is_null(), "此人只在学校名册上，没有任职经历，须由学校出具当日任职证明"),
        (pl.col("spell_no").is_null(), "查处当日的任职段在此人的另一条登记上，须由人核对以哪一条登记为准"),
        (pl.col("claim_holds").fill_null(value=False).not_(), "比对所依的任职段与任职经历不一致，须由人核对"),
        ((pl.col("schools_that_day") > 1) & pl.col("lent").not_(),
         "查处当日有两所学校的任职段同时有效，须由人判定责任学校"),
        (pl.col("staff_type").str.contains_any(list(policy.facts.rehired)).fill_null(value=False),
         "查处当日为退休返聘人员，是否属于在职教师须由人判定"),
        (pl.col("school_name").is_null(), "责任学校不在学校名录中，须先补全名录"),
    )  # fmt: skip
    asked = pl.lit(None, pl.String)
    for condition, text in reversed(questions):
        asked = pl.when(condition).then(pl.lit(text)).otherwise(asked)
    return asked


def _show_chain() -> pl.Expr:
    until = pl.coalesce(pl.col("end") + "止", pl.lit("至今"))
    spell = pl.format(
        "任职经历第{}段（{}起，{}，{}）",
        "spell_no",
        "start",
        until,
        pl.coalesce("staff_type", pl.lit("人员类别未登记")),
    )
    several = (
        pl.when(pl.col("schools_that_day") > 1)
        .then(pl.lit("；当日另有任职学校，属借调、轮岗等"))
        .otherwise(pl.lit(""))
    )
    shown = pl.format(
        "{}；{}→{}{}", spell, "school_name", pl.coalesce("authority", pl.lit("主管部门未登记")), several
    )
    return pl.when(pl.col("question").is_null()).then(shown).otherwise(pl.lit("未定"))
