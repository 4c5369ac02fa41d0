"""Employment as of the raid date, from spells and never from today's status.

A spell runs from its start until before its end: on a same-day transfer the new school answers. Some offices
write the last day instead (08-31, and 09-01 for the next school): where another spell of the person begins on
the day after the end, the end day still belongs to the ending spell, unless another one employs them then.
A spell that says why it ended but not when ended where the person's next employment began. What contradicts
itself (two employers, an employer left open though a later one was left, a loan whose employer is gone) is
left to people. So is a day in the very month (or year) in which a spell began or ended if no day is written
for that (2020-09); any other day is as sure as with one, unless it hangs on which of two such spells came
first. A teacher lent to another school (借调、交流轮岗) stays employed by the lending one, which answers for
the person unless the policy says `host`: 《中小学教师违反职业道德行为处理办法》 addresses that school.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from tongcha.identity.written_values import ANY_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

BY: Final = ["person_id", "day"]
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
        employment: table `employment`: teacher_id, spell_no, school_id, start, start_latest, end,
            end_latest, staff_type, end_reason.
        lent: what a `staff_type` contains if the person is lent out (policy/linkage.yaml).
        responsible: which school answers for a person who was lent out on that day.

    Returns:
        person_id, day, employment_state, in_service, responsible_school_id, spell_no; one row per distinct
        (person_id, day) in that order. in_service is null if no spell is known, spells contradict each other
        or don't say whether they began or ended before that day, and false between two spells, which has a
        state of its own.
    """
    days = asked.unique()
    spells = close_spells(days.join(employment, on="teacher_id", how="inner"), BY, lent).with_columns(
        is_lent=names_a_loan(lent), runs=runs_on("day", BY, lent)
    )
    standing = _sum_up(spells, responsible).join(
        _choose(spells, responsible), on=["person_id", "day"], how="left"
    )
    state = (
        pl.when(pl.col("spells").is_null())
        .then(pl.lit("unknown"))
        .when("undated")
        .then(pl.lit("undated"))
        .when((pl.col("schools") > 1) | _is_stale() | _is_lapsed())
        .then(pl.lit("conflict"))
        .when((pl.col("lent_last") > 1) & (pl.col("lent_undated") > 0))  # which of them began last?
        .then(pl.lit("undated"))
        .when(pl.col("running") > 0)
        .then(pl.lit("in_service"))
        .when(pl.col("began") == 0)
        .then(pl.lit("not_yet"))
        .when(pl.col("to_come") > 0)
        .then(pl.lit("gap"))
        .otherwise(pl.lit("left"))
    )
    told = {"in_service": True, "left": False, "not_yet": False, "gap": False}
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


def close_spells(spells: pl.DataFrame, by: list[str], lent: Sequence[str]) -> pl.DataFrame:
    """Let spells that are over, but don't say when, end where the next employment begins, or before.

    Those that say why they ended end there; those whose end can't be read ended by then.

    Args:
        spells: start, start_latest, end, end_latest, staff_type, end_reason, and what stands in `by`.
        by: columns that are equal for the spells of one person and day.
        lent: what a `staff_type` contains if the person is lent out.

    Returns:
        The same rows in that order; an end stays open where no later employment is known.
    """
    has_reason = pl.col("end_reason").str.strip_chars().str.len_chars().fill_null(0) > 0
    is_lost = (pl.col("end_latest") == ANY_DAY[1]).fill_null(value=False)
    is_over = ((pl.col("end").is_null() & has_reason) | is_lost) & ~names_a_loan(lent)
    over = spells.select(is_over).to_series()
    if not over.any():
        return spells
    numbered = spells.with_columns(over=over).with_row_index("spell")
    ends = _find_next(numbered, by, lent)
    closed = numbered.join(ends, on="spell", how="left", maintain_order="left")
    is_told = pl.col("over") & pl.col("next").is_not_null()
    end = pl.when(is_told & ~is_lost).then(pl.max_horizontal("start", "next")).otherwise("end")
    latest = pl.when(is_told).then("next_latest").otherwise("end_latest")
    closed = closed.with_columns(end=end, end_latest=pl.when(latest != end).then(latest))
    return closed.drop("over", "spell", "next", "next_latest")


def _find_next(spells: pl.DataFrame, by: list[str], lent: Sequence[str]) -> pl.DataFrame:
    """Return of spells that are over the first and the last day that the next employment may have begun."""
    employing = spells.filter(~names_a_loan(lent)).select(
        *by, other="spell", next="start", next_latest=_began_by()
    )
    pairs = (
        spells.filter("over")
        .select(*by, "spell", "start", began_by=_began_by())
        .join(employing, on=by)
        .filter(pl.col("other") != pl.col("spell"), pl.col("next_latest") > pl.col("start"))
    )
    is_sure = pl.col("next") > pl.col("began_by")
    return pairs.group_by("spell").agg(
        next=pl.col("next").min(),
        next_latest=pl.col("next_latest").filter(is_sure).min().fill_null(pl.lit(ANY_DAY[1])),
    )


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


def _sum_up(spells: pl.DataFrame, responsible: Responsible) -> pl.DataFrame:
    """Count each person's spells by how they lie to the day; say where employing ones run, and ran last.

    When a loan began or ended matters only if the host answers, or if nobody employs the person.
    """
    employing = pl.col("runs") & ~pl.col("is_lent")
    ended = ~pl.col("runs") & ~pl.col("is_lent") & (pl.col("end") <= pl.col("day"))
    elsewhere = ended & (pl.col("school_id") != pl.col("school_id").filter(employing).first())
    matters = ~pl.col("is_lent") | pl.lit(responsible == "host") | ~employing.any()
    lends = pl.col("runs") & pl.col("is_lent") & matters
    is_last = lends & (_began_by() >= pl.col("start").filter(lends).max())
    return spells.group_by(BY).agg(
        spells=pl.len(),
        undated=(_is_undated() & matters).any(),
        running=pl.col("runs").sum(),
        began=(pl.col("start") <= pl.col("day")).sum(),
        to_come=(pl.col("start") > pl.col("day")).sum(),
        schools=pl.col("school_id").filter(employing).n_unique(),
        lent_last=pl.col("school_id").filter(is_last).n_unique(),
        lent_undated=pl.col("start_latest").filter(is_last).count(),
        is_open=pl.col("end").filter(employing).null_count() == employing.sum(),
        began_last=pl.col("start").filter("runs").max(),
        left_elsewhere=pl.min_horizontal(_began_by(), pl.coalesce("end_latest", "end"))
        .filter(elsewhere)
        .max(),
        left_last=pl.coalesce("end_latest", "end").filter(ended).max(),
    )


def _began_by() -> pl.Expr:
    """Return the day by which a spell has begun for sure."""
    return pl.coalesce("start_latest", "start")


def _is_undated() -> pl.Expr:
    """Whether a spell may have begun, or ended, before the day as well as after it."""
    day, over = pl.col("day"), pl.coalesce("end_latest", "end")
    is_on = (pl.col("start") <= day) & (over.is_null() | (day < over))
    is_between = (day < pl.col("start_latest")) | (pl.col("end") <= day)
    return (is_on & is_between).fill_null(value=False)


def _is_stale() -> pl.Expr:
    """An employer is left open from before another one that the person has left since."""
    left_since = (pl.col("left_elsewhere") > pl.col("began_last")).fill_null(value=False)
    return (pl.col("schools") > 0) & pl.col("is_open") & left_since


def _is_lapsed() -> pl.Expr:
    """Only loans run, and the employment that the last of them began in is over."""
    is_over = (pl.col("left_last") > pl.col("began_last")).fill_null(value=False)
    return (pl.col("schools") == 0) & (pl.col("running") > 0) & is_over


def _choose(spells: pl.DataFrame, responsible: Responsible) -> pl.DataFrame:
    """Pick the running spell that answers: the employing one before a loan, the latest begun first."""
    loan_last = pl.col("is_lent") if responsible == "employer" else ~pl.col("is_lent")
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
        .select("person_id", "day", responsible_school_id="school_id", spell_no="spell_no")
    )
