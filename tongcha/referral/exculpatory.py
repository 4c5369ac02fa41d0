"""Search what speaks for the person as carefully as what speaks against.

Every fact found goes with the referral (政务处分法 42: evidence for and against is collected). What no
table of ours can answer (课后服务安排, 请假, 亲属, 租赁) is named in the letter as not searched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.identity.schools import resolve_schools
from tongcha.linkage.as_of import list_records
from tongcha.linkage.spells import complete_spells, names_a_loan, runs_on
from tongcha.tables.intake import BATCH_KINDS
from tongcha.tables.referral import EXCULPATORY_FINDINGS

if TYPE_CHECKING:
    from tongcha.policy.intake import SchoolNameLimits
    from tongcha.policy.linkage import EmploymentRules
    from tongcha.policy.routing import FactRules
    from tongcha.review.confirmed import ConfirmedLinks


PARTLY_TAKEN: Final = ("empty", "masked", "last4", "last6", "destroyed_zeroed", "destroyed_numeric")
"""what a number can turn out to be of which not every place is there"""


def find_exculpatory(  # noqa: PLR0913 - one argument per upstream table
    *,
    confirmed: ConfirmedLinks,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    employment: pl.DataFrame,
    schools: pl.DataFrame,
    sites: pl.DataFrame,
    rules: FactRules,
    spell_rules: EmploymentRules,
    school_names: SchoolNameLimits,
) -> pl.DataFrame:
    """Return the table `exculpatory_findings`: at most one row per link and fact.

    Args:
        confirmed: links that passed the gate.
        identities: table `identities`.
        people: table `people`.
        employment: table `employment`.
        schools: table `schools`.
        sites: table `sites`.
        rules: `facts` of policy/routing.yaml.
        spell_rules: `employment` of policy/linkage.yaml.
        school_names: when a written school counts as one of the directory; of policy/intake.yaml.
    """
    links = confirmed.frame.select(
        "batch", "link_id", "identity_id", "raid_id", "raid_date", "person_id", "teacher_id",
        "responsible_school_id", "evidence_grade",
    )  # fmt: skip
    found = [
        *_search_site(links, identities, sites, rules),
        *_search_person(links, identities, people, rules),
        *_search_employment(list_records(links, people), employment, rules, spell_rules),
        *_search_school(links, identities, schools, school_names),
    ]
    return EXCULPATORY_FINDINGS.conform(
        pl.concat(found).unique(["link_id", "finding"], keep="first", maintain_order=True)
    )


def _report(
    frame: pl.DataFrame, when: pl.Expr, finding: str, sentence: pl.Expr | str, origin: pl.Expr
) -> pl.DataFrame:
    """Return the rows for which the fact holds; null counts as not found."""
    text = pl.lit(sentence) if isinstance(sentence, str) else sentence
    return frame.filter(when.fill_null(value=False)).select(
        "batch", "link_id", finding=pl.lit(finding), sentence=text, origin=origin
    )


def _search_site(
    links: pl.DataFrame, identities: pl.DataFrame, sites: pl.DataFrame, rules: FactRules
) -> list[pl.DataFrame]:
    met = links.join(
        identities.select("batch", "identity_id", "capture", "id_status", "checked_by", "ground", "role"),
        on=["batch", "identity_id"],
    )
    held = links.join(
        sites.select("batch", "raid_id", "licence", "subject_type", "officers", "kind"),
        on=["batch", "raid_id"],
    )
    person = pl.format("现场人员表 {}", "identity_id")
    site = pl.format("查处场所表 {}", "raid_id")
    officers = (
        pl.col("officers")
        .fill_null("")
        .str.split("、")
        .list.eval(pl.element().filter(pl.element() != ""))
        .list.len()
    )
    return [
        _report(met, pl.col("role").fill_null("其他") == "其他", "role_unclear",
                "现场登记的身份不是授课、举办或者介绍，到场本身不等于有偿补课", person),
        _report(met, pl.col("id_status").is_in(PARTLY_TAKEN), "number_not_read",
                "现场没有取得完整证件号码，身份由其他信息推得，可能被冒名", person),
        _report(met, pl.col("capture").is_in(["oral", "masked", "last4"]), "number_not_read",
                "证件号码不是读卡或者照证件录入的，可能被冒名", person),
        _report(met, pl.col("checked_by").is_null(), "no_police_check",
                "没有登记核验证件的民警，身份核验的合法来源待补", person),
        _report(met, pl.col("ground").is_null(), "no_check_ground",
                "没有登记查验证件的依据", person),
        _report(held, pl.col("kind") == BATCH_KINDS[1], "only_filed",
                "仅见于机构备案名单，没有在现场见到本人，可能是挂名、冒用或者早已离开", site),
        _report(held, pl.col("licence") == "有照有证", "licensed_site",
                "场所证照齐全，所从事的活动可能合法", site),
        _report(held, pl.col("subject_type").ne_missing("学科类"), "not_subject_tutoring",
                pl.when(pl.col("subject_type") == "非学科类").then(pl.lit("场所的培训登记为非学科类"))
                .otherwise(pl.lit("场所的培训尚未鉴定为学科类")), site),
        _report(held, officers < rules.officers_needed, "too_few_officers",
                f"登记的执法人员不足 {rules.officers_needed} 人，取证程序须核实", site),
    ]  # fmt: skip


def _search_person(
    links: pl.DataFrame, identities: pl.DataFrame, people: pl.DataFrame, rules: FactRules
) -> list[pl.DataFrame]:
    known = links.join(
        people.select("person_id", "name", "same_person_as", "subject", "birth_date", "status",
                      known_sex=pl.col("sex")),
        on="person_id",
    ).join(
        identities.select("batch", "identity_id", "sex", "age", "claimed_subject"),
        on=["batch", "identity_id"],
    )  # fmt: skip
    namesakes = (
        people.filter(pl.col("same_person_as").is_null())
        .group_by("name")
        .agg(namesakes=pl.len().cast(pl.Int64) - 1)
    )
    known = known.join(namesakes, on="name", how="left")
    row = pl.format("比对库 {}", "person_id")
    raid, born = pl.col("raid_date"), pl.col("birth_date")
    age = raid.dt.year() - born.dt.year() - _falls_before(raid, born).cast(pl.Int32)
    return [
        _report(known, pl.col("namesakes") > 0, "namesakes",
                pl.format("比对库中另有 {} 人与其同名", "namesakes"), row),
        _report(known, pl.col("sex") != pl.col("known_sex"), "sex_differs",
                "现场登记的性别与库中不同", row),
        _report(known, (age - pl.col("age")).abs() > rules.age_slack, "age_differs",
                "现场登记的年龄与库中出生日期相差较大", row),
        _report(known, pl.col("claimed_subject") != pl.col("subject"), "subject_differs",
                "现场自称的学科与登记的任教学科不同", row),
        _report(known, pl.col("status").str.contains_any(list(rules.gone)), "registry_says_left",
                "教师库当前登记状态为已离开，与任职经历须一并核实", row),
    ]  # fmt: skip


def _falls_before(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether a day comes earlier in its year than another in its own; a birthday then hasn't been yet."""
    month, other_month = one.dt.month(), other.dt.month()
    return (month < other_month) | ((month == other_month) & (one.dt.day() < other.dt.day()))


def _search_employment(
    links: pl.DataFrame, employment: pl.DataFrame, rules: FactRules, spell_rules: EmploymentRules
) -> list[pl.DataFrame]:
    spells = links.join(
        employment.select(
            *("teacher_id", "spell_no", "school_id", "start", "start_latest", "end", "end_latest"),
            *("staff_type", "end_reason"),
        ),
        on="teacher_id",
    ).sort("link_id", "teacher_id", "spell_no")
    spells = complete_spells(spells, ["link_id"], spell_rules)
    raid, end, kind = pl.col("raid_date"), pl.col("end"), pl.col("staff_type")
    began = (raid - pl.coalesce("start_latest", "start")).dt.total_days()
    current = spells.filter(runs_on("raid_date", ["link_id"], spell_rules))
    row = pl.format("任职经历 {} 第 {} 段", "teacher_id", "spell_no")
    several = current.filter(pl.len().over("link_id") > 1)
    past = spells.filter(pl.coalesce("end_latest", "end") <= raid)
    return [
        _report(current, pl.col("start") == raid, "began_that_day",
                "查处当日正是该任职段的起始日，当日是否已到岗须核实", row),
        _report(current, began.is_between(1, rules.near_days), "began_recently",
                "该任职段在查处前不久才开始", row),
        _report(current, (end - raid).dt.total_days() <= rules.near_days, "ended_soon_after",
                "该任职段在查处后不久终止，当日是否仍在岗须核实", row),
        _report(current, names_a_loan(spell_rules), "on_loan",
                "查处当日处于借调、轮岗、支教等状态，用人单位与管理责任须核实", row),
        _report(several, pl.lit(True), "two_posts", "查处当日有两段以上任职经历同时有效", row),
        _report(current, kind.str.contains_any(list(rules.not_permanent)), "not_permanent_staff",
                "属编外、代课或者返聘人员，适用的处分规定不同", row),
        _report(past, pl.col("end_reason").str.contains("退休"), "retired_before",
                "查处之前有退休记录，可能为退休返聘", row),
    ]  # fmt: skip


def _search_school(
    links: pl.DataFrame, identities: pl.DataFrame, schools: pl.DataFrame, limits: SchoolNameLimits
) -> list[pl.DataFrame]:
    said = links.join(
        identities.select("batch", "identity_id", "claimed_school", area="site_area"),
        on=["batch", "identity_id"],
    )
    written = said.select("area", school_written="claimed_school")
    named = resolve_schools(written, schools, limits=limits).filter(
        pl.col("is_settled") & (pl.col("rank") == 1)
    )
    said = said.join(
        named.select("area", claimed_school="school_written", claimed_id="school_id"),
        on=["area", "claimed_school"],
        nulls_equal=True,
    )
    placed = links.join(
        schools.select("school_id", "ownership"), left_on="responsible_school_id", right_on="school_id"
    )
    row = pl.format("学校名录 {}", "responsible_school_id")
    return [
        _report(said, pl.col("claimed_id") != pl.col("responsible_school_id"), "school_differs",
                "现场自称的学校与当日任职学校不同", pl.format("现场人员表 {}", "identity_id")),
        _report(placed, pl.col("ownership") == "民办", "private_school",
                "当日任职学校为民办学校，事业单位处分规定不直接适用", row),
    ]  # fmt: skip
