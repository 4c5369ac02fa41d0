"""Employment as of the raid date, from spells and never from today's status.

A spell runs from its start until before its end: on a same-day transfer the new school answers. Some offices
write the last day instead (08-31, and 09-01 for the next school): where another spell of the person begins on
the day after the end, the end day still belongs to the ending spell, unless another one employs them then.
A teacher lent to another school (借调、交流轮岗) stays employed by the lending one, which answers for the
person unless the policy says `host` (《中小学教师违反职业道德行为处理办法》 addresses the employing school).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

Responsible = Literal["employer", "host"]


def employment_as_of(
    asked: pl.DataFrame,
    employment: pl.DataFrame,
    *,
    lent: Sequence[str],
    responsible: Responsible = "employer",
) -> pl.DataFrame:
    """Return what each person's employment was on each day asked for.

    Args:
        asked: person_id, teacher_id (one row per record of the person), day.
        employment: table `employment`: teacher_id, spell_no, school_id, start, end, staff_type, end_reason.
        lent: what a `staff_type` contains if the person is lent out (policy/linkage.yaml).
        responsible: which school answers for a person who was lent out on that day.

    Returns:
        person_id, day, employment_state, in_service (null if it can't be told), responsible_school_id,
        spell_no; one row per distinct (person_id, day) in that order.
    """
    days = asked.unique()
    spells = days.join(employment, on="teacher_id", how="inner").with_columns(
        is_lent=names_a_loan(lent),
        runs=runs_on("day", ["person_id", "day"], lent),
    )
    standing = _sum_up(spells).join(_choose(spells, responsible), on=["person_id", "day"], how="left")
    state = (
        pl.when(pl.col("spells").is_null())
        .then(pl.lit("unknown"))
        .when(pl.col("schools") > 1)
        .then(pl.lit("conflict"))
        .when(pl.col("running") > 0)
        .then(pl.lit("in_service"))
        .when(pl.col("began") == 0)
        .then(pl.lit("not_yet"))
        .when(pl.col("to_come") > 0)
        .then(pl.lit("gap"))
        .otherwise(pl.lit("left"))
    )
    told = {"in_service": True, "left": False, "not_yet": False}
    return (
        days.select("person_id", "day")
        .unique()
        .join(standing, on=["person_id", "day"], how="left")
        .with_columns(employment_state=state)
        .with_columns(
            in_service=pl.col("employment_state").replace_strict(told, default=None, return_dtype=pl.Boolean)
        )
        .with_columns(
            pl.when(pl.col("in_service")).then(column).alias(column)
            for column in ("responsible_school_id", "spell_no")
        )
        .select("person_id", "day", "employment_state", "in_service", "responsible_school_id", "spell_no")
        .sort("person_id", "day")
    )


def names_a_loan(lent: Sequence[str]) -> pl.Expr:
    """Whether the `staff_type` of a spell contains one of the words."""
    return pl.col("staff_type").str.contains_any(list(lent)).fill_null(value=False)


def runs_on(day: str, by: list[str], lent: Sequence[str]) -> pl.Expr:
    """Whether a spell (start, end, staff_type) runs on a day.

    Args:
        day: column of the day.
        by: columns that are equal for the spells of one person and day.
        lent: what a `staff_type` contains if the person is lent out.
    """
    begun, end = pl.col("start") <= pl.col(day), pl.col("end")
    runs = begun & (end.is_null() | (pl.col(day) < end))
    is_last = begun & (end == pl.col(day)).fill_null(value=False)
    goes_on = (pl.col("start") == pl.col(day) + pl.duration(days=1)).any().over(by)
    is_employed = (runs & ~names_a_loan(lent)).any().over(by)
    return runs | (is_last & goes_on & ~is_employed)


def _sum_up(spells: pl.DataFrame) -> pl.DataFrame:
    """Count each person's spells by how they lie to the day; schools of employing spells that run."""
    employing = pl.col("runs") & ~pl.col("is_lent")
    return spells.group_by("person_id", "day").agg(
        spells=pl.len(),
        running=pl.col("runs").sum(),
        began=(pl.col("start") <= pl.col("day")).sum(),
        to_come=(pl.col("start") > pl.col("day")).sum(),
        schools=pl.col("school_id").filter(employing).n_unique(),
    )


def _choose(spells: pl.DataFrame, responsible: Responsible) -> pl.DataFrame:
    """Pick the running spell that answers: the employing one before a loan, the latest begun first."""
    loan_last = pl.col("is_lent") if responsible == "employer" else ~pl.col("is_lent")
    return (
        spells.filter("runs")
        .sort("person_id", "day", loan_last, -pl.col("start").to_physical(), "teacher_id", "spell_no")
        .unique(["person_id", "day"], keep="first", maintain_order=True)
        .select("person_id", "day", responsible_school_id="school_id", spell_no="spell_no")
    )
