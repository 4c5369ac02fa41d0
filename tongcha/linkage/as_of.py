"""Employment as of the raid date, from spells and never from today's status.

A spell runs from its start until before its end: on a same-day transfer the new school answers. Some offices
write the last day instead (08-31, and 09-01 for the next school): where another spell of the person begins on
the day after the end, the end day still belongs to the ending spell, unless another one employs them then.
A spell that says why it ended but not when ended where the person's next employment began; one whose reason
says that they left (退休, 调动) may have ended on any day until then, and so may one that ends before it
began. What contradicts itself (two employers, an employer left open though a later one was left, a
loan whose employer is gone) is left to people. So is a day in the very month (or year) in which a spell began
or ended if no day is written for that (2020-09); any other day is as sure as with one, unless it hangs on
which of two such spells came first, or on whether a loan began where one ended. So is a day between hiring
and the first spell on record, one between two spells unless the reason says that they left (辞职), and one
after a move (调动) that nothing follows: whoever was moved served somewhere. A teacher lent to another school
(借调、交流轮岗) stays employed by the lending one, also where the loan cuts its spell in two; it answers for
the person unless the policy says `host`:
《中小学教师违反职业道德行为处理办法》 addresses that school.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.identity.written_values import ANY_DAY
from tongcha.linkage.spells import began_by, complete_spells, names, names_a_loan, runs_on

if TYPE_CHECKING:
    from tongcha.policy.linkage import EmploymentRules

BY: Final = ["person_id", "day"]


def employment_as_of(asked: pl.DataFrame, employment: pl.DataFrame, rules: EmploymentRules) -> pl.DataFrame:
    """Return what each person's employment was on each day asked for.

    Args:
        asked: person_id, teacher_id, hire_date (one row per record of the person), day.
        employment: table `employment`: teacher_id, spell_no, school_id, start, start_latest, end,
            end_latest, staff_type, end_reason.
        rules: `employment` of policy/linkage.yaml.

    Returns:
        person_id, day, employment_state, in_service, responsible_school_id, spell_no, spell_of (teacher_id of
        the record that this spell stands on); one row per distinct (person_id, day) in that order.
        in_service is null if no spell is known, spells contradict each other or don't say whether they began
        or ended before that day, and false between two spells only if the reason says that the person left.
    """
    days = asked.unique()
    known = days.drop("hire_date").join(employment, on="teacher_id", how="inner")
    spells = complete_spells(known, BY, rules).with_columns(
        is_lent=names_a_loan(rules), runs=runs_on("day", BY, rules)
    )
    hired = days.group_by(BY).agg(pl.col("hire_date").min())
    standing = (
        hired.join(_sum_up(spells, rules), on=BY, how="left")
        .join(_choose(spells, rules), on=BY, how="left")
        .with_columns(employment_state=_state())
    )
    told = {"in_service": True, "left": False, "not_yet": False, "gap": False}
    return (
        standing.with_columns(
            in_service=pl.col("employment_state").replace_strict(told, default=None, return_dtype=pl.Boolean)
        )
        .with_columns(
            pl.when(pl.col("in_service")).then(column).alias(column)
            for column in ("responsible_school_id", "spell_no", "spell_of")
        )
        .select(*BY, "employment_state", "in_service", "responsible_school_id", "spell_no", "spell_of")
        .sort(BY)
    )


def list_records(asked: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Repeat each row for every record of its person, with the teacher_id of that record.

    Args:
        asked: person_id, teacher_id and others; whom `people` doesn't know any more keeps the own record.
        people: table `people`; same_person_as tells which records are one person.
    """
    kept = pl.coalesce("same_person_as", "person_id")
    own = people.select("person_id", kept=kept).join(asked, on="person_id", how="semi")
    records = people.select(kept=kept, record="teacher_id").join(own, on="kept", how="semi")
    told = own.join(records, on="kept").select("person_id", "record")
    each = asked.join(told, on="person_id", how="left")
    return each.with_columns(teacher_id=pl.coalesce("record", "teacher_id")).drop("record")


def add_hiring(records: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Add the day on which each record (teacher_id) says that its person was hired.

    Args:
        records: teacher_id and others.
        people: teacher_id, hire_date, each record once or more; a staff list's have no teacher_id.
    """
    hired = (
        people.select("teacher_id", "hire_date")
        .drop_nulls()
        .group_by("teacher_id")
        .agg(pl.col("hire_date").min())
    )
    return records.join(hired, on="teacher_id", how="left", maintain_order="left")


def _state() -> pl.Expr:
    """Choose the state; between spells somebody may serve unless the last one says that they left."""
    may_serve = pl.when("follows").then("left_between").otherwise("moved_untraced") >= pl.col("left_last")
    was_only_lent = pl.col("follows") & pl.col("left_last").is_null()
    return (
        pl.when(pl.col("spells").is_null())
        .then(pl.lit("unknown"))
        .when("undated")
        .then(pl.lit("undated"))
        .when(pl.col("has_two_employers") | _is_stale() | _is_lapsed())
        .then(pl.lit("conflict"))
        .when((pl.col("lent_last") > 1) & (pl.col("lent_undated") > 0))  # which of them began last?
        .then(pl.lit("undated"))
        .when(pl.col("running") > 0)
        .then(pl.lit("in_service"))
        .when(pl.col("began") == 0)
        .then(
            pl.when(pl.col("hire_date") <= pl.col("day")).then(pl.lit("undated")).otherwise(pl.lit("not_yet"))
        )
        .when(may_serve | was_only_lent)
        .then(pl.lit("undated"))
        .when("follows")
        .then(pl.lit("gap"))
        .otherwise(pl.lit("left"))
    )


def _sum_up(spells: pl.DataFrame, rules: EmploymentRules) -> pl.DataFrame:
    """Count each person's spells by how they lie to the day; say where employing ones run, and ran last.

    When a loan began or ended matters only if the host answers, or if nobody employs the person.
    """
    school, over = pl.col("school_id").rank("dense"), pl.coalesce("end_latest", "end")
    employs, ended = pl.col("employs"), pl.col("ended")
    is_gone, is_moved = names("end_reason", rules.gone), names("end_reason", rules.moved)
    told = spells.with_columns(
        school=school,
        over=over,
        employs=pl.col("runs") & ~pl.col("is_lent"),
        ended=~pl.col("runs") & ~pl.col("is_lent") & (pl.col("end") <= pl.col("day")),
    ).with_columns(
        employer=pl.when("employs").then("school").min().over(BY),
        matters=~pl.col("is_lent") | pl.lit(rules.responsible == "host") | ~employs.any().over(BY),
    )
    lends = pl.col("runs") & pl.col("is_lent") & pl.col("matters")
    told = told.with_columns(
        is_last=lends & (began_by() >= pl.when(lends).then("start").max().over(BY)),
        elsewhere=ended & (pl.col("school") != pl.col("employer")),
    )
    return told.group_by(BY).agg(
        spells=pl.len(),
        undated=(_is_undated() & pl.col("matters")).any(),
        running=pl.col("runs").sum(),
        began=(pl.col("start") <= pl.col("day")).sum(),
        follows=(pl.col("start") > pl.col("day")).any(),
        is_employed=employs.any(),
        has_two_employers=(employs & (pl.col("school") != pl.col("employer"))).any(),
        lent_last=pl.col("school").filter("is_last").n_unique(),
        lent_undated=pl.col("start_latest").filter("is_last").count(),
        is_open=(_may_last() | ~employs).all(),
        began_last=pl.col("start").filter(pl.col("runs") & (began_by() <= pl.col("day"))).max(),
        left_elsewhere=pl.min_horizontal(began_by(), "over").filter("elsewhere").max(),
        left_last=pl.col("end").filter("ended").max(),
        left_between=pl.col("over").filter(ended & (is_moved | ~is_gone)).max(),
        moved_untraced=pl.col("over").filter(ended & is_moved & ~is_gone).max(),
    )


def _is_undated() -> pl.Expr:
    """Whether a spell may have begun, or ended, before the day as well as after it."""
    day, over = pl.col("day"), pl.coalesce("end_latest", "end")
    is_on = (pl.col("start") <= day) & (over.is_null() | (day < over))
    is_between = (day < pl.col("start_latest")) | (pl.col("end") <= day)
    return (is_on & is_between).fill_null(value=False)


def _may_last() -> pl.Expr:
    """Whether a spell may go on for ever."""
    return pl.col("end").is_null() | (pl.col("end_latest") == ANY_DAY[1]).fill_null(value=False)


def _is_stale() -> pl.Expr:
    """An employer is left open from before another one that the person has left since."""
    left_since = (pl.col("left_elsewhere") > pl.col("began_last")).fill_null(value=False)
    return pl.col("is_employed") & pl.col("is_open") & left_since


def _is_lapsed() -> pl.Expr:
    """Only loans run, and the employment that they were made in is over."""
    is_over = pl.col("left_last").is_not_null()
    return ~pl.col("is_employed") & (pl.col("running") > 0) & is_over


def _choose(spells: pl.DataFrame, rules: EmploymentRules) -> pl.DataFrame:
    """Pick the running spell that answers: the employing one before a loan, the latest begun first."""
    loan_last = pl.col("is_lent") if rules.responsible == "employer" else ~pl.col("is_lent")
    return (
        spells.filter("runs")
        .sort(
            "person_id",
            "day",
            loan_last,
            -pl.col("start").to_physical(),
            "teacher_id",
            "spell_no",
            "school_id",
        )
        .unique(["person_id", "day"], keep="first", maintain_order=True)
        .select(
            "person_id", "day", responsible_school_id="school_id", spell_no="spell_no", spell_of="teacher_id"
        )
    )
