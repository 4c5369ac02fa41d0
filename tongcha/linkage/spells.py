"""Employment spells, with the ends that they don't say or say wrongly, and on which days they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.identity.written_values import ANY_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongcha.policy.linkage import EmploymentRules


def names_a_loan(rules: EmploymentRules) -> pl.Expr:
    """Whether the `staff_type` of a spell contains one of the words for it."""
    return names("staff_type", rules.lent)


def names(column: str, words: Sequence[str]) -> pl.Expr:
    """Whether a text contains one of the words."""
    return pl.col(column).str.contains_any(list(words)).fill_null(value=False)


def complete_spells(spells: pl.DataFrame, by: list[str], rules: EmploymentRules) -> pl.DataFrame:
    """Give spells the ends that they don't say, or say wrongly.

    Args:
        spells: school_id, start, start_latest, end, end_latest, staff_type, end_reason, and `by`.
        by: columns that are equal for the spells of one person and day.
        rules: `employment` of policy/linkage.yaml.

    Returns:
        The same rows in that order, other ends.
    """
    return _join_lent(_close(_lose_ends(spells, rules), by, rules), by, rules)


def _lose_ends(spells: pl.DataFrame, rules: EmploymentRules) -> pl.DataFrame:
    """Let spells end on any day that say that somebody left but not when, or end before they began.

    None of the days on which a spell may have ended lies before its start.
    """
    is_moved = names("end_reason", rules.moved) & ~names("end_reason", rules.lent)
    is_gone = pl.col("end").is_null() & (names("end_reason", rules.gone) | is_moved)
    is_wrong = (pl.coalesce("end_latest", "end") < pl.col("start")).fill_null(value=False)
    is_lost = is_gone | is_wrong
    end = pl.when(is_lost).then(pl.lit(ANY_DAY[0])).otherwise("end")
    return spells.with_columns(
        end=pl.when(end.is_not_null()).then(pl.max_horizontal(end, "start")),
        end_latest=pl.when(is_lost).then(pl.lit(ANY_DAY[1])).otherwise("end_latest"),
    )


def _close(spells: pl.DataFrame, by: list[str], rules: EmploymentRules) -> pl.DataFrame:
    """Let spells that are over, but don't say when, end where the next employment begins, or before.

    Those that say why they ended end there; those whose end is lost ended by then. An end stays open, or
    lost, where no later employment is known.
    """
    is_lost = (pl.col("end_latest") == ANY_DAY[1]).fill_null(value=False)
    is_over = ((pl.col("end").is_null() & _gives_reason()) | is_lost) & ~names_a_loan(rules)
    over = spells.select(is_over).to_series()
    if not over.any():
        return spells
    numbered = spells.with_columns(over=over).with_row_index("spell")
    ends = _find_next(numbered, by, rules)
    closed = numbered.join(ends, on="spell", how="left", maintain_order="left")
    is_told = pl.col("over") & pl.col("next").is_not_null()
    end = pl.when(is_told & ~is_lost).then(pl.max_horizontal("start", "next")).otherwise("end")
    latest = pl.when(is_told).then("next_latest").otherwise("end_latest")
    closed = closed.with_columns(end=end, end_latest=pl.when(latest != end).then(latest))
    return closed.drop("over", "spell", "next", "next_latest")


def _gives_reason() -> pl.Expr:
    return pl.col("end_reason").str.strip_chars().str.len_chars().fill_null(0) > 0


def _find_next(spells: pl.DataFrame, by: list[str], rules: EmploymentRules) -> pl.DataFrame:
    """Return of spells that are over the first and the last day that the next employment may have begun."""
    employing = spells.filter(~names_a_loan(rules)).select(
        *by, other="spell", next="start", next_latest=began_by()
    )
    pairs = (
        spells.filter("over")
        .select(*by, "spell", "start", began_by=began_by())
        .join(employing, on=by)
        .filter(pl.col("other") != pl.col("spell"), pl.col("next_latest") > pl.col("start"))
    )
    is_sure = pl.col("next") > pl.col("began_by")
    return pairs.group_by("spell").agg(
        next=pl.col("next").min(),
        next_latest=pl.col("next_latest").filter(is_sure).min().fill_null(pl.lit(ANY_DAY[1])),
    )


def began_by() -> pl.Expr:
    """Return the day by which a spell has begun for sure."""
    return pl.coalesce("start_latest", "start")


def _join_lent(spells: pl.DataFrame, by: list[str], rules: EmploymentRules) -> pl.DataFrame:
    """Let an employment that a loan cut in two go on until the loan ends.

    It is cut if it ends where a loan begins, and ended for one, or goes on at the same school where the loan
    ends, or gives no reason while the loan goes on still. Where that hangs on days that aren't told, it may
    have ended on any day from its own end to that of the loan.
    """
    is_lent = names_a_loan(rules)
    loan = {"loan_start": "start", "loan_start_latest": "start_latest"}
    loan |= {"loan_end": "end", "loan_end_latest": "end_latest"}
    loans = spells.filter(is_lent).select(*by, **loan)
    if not loans.height:
        return spells
    employing = spells.filter(~is_lent).with_row_index("spell")
    ended = employing.select(*by, "spell", "school_id", "end", "end_latest", "end_reason").join(loans, on=by)
    cut = ended.filter(_may_touch("end", "loan_start")).with_columns(is_sure=_touch("end", "loan_start"))
    back = (
        cut.join(
            employing.select(*by, "school_id", "start", "start_latest", other="spell"), on=[*by, "school_id"]
        )
        .filter(_may_touch("loan_end", "start"), pl.col("other") != pl.col("spell"))
        .with_columns(is_sure=pl.col("is_sure") & _touch("loan_end", "start"))
        .select(cut.columns)
    )
    told = names("end_reason", rules.lent) | (~_gives_reason() & pl.col("loan_end").is_null())
    key = [*by, "school_id", "end", "end_latest"]
    lasts = pl.coalesce("loan_end_latest", "loan_end").fill_null(ANY_DAY[1])
    sure = pl.col("loan_end").filter("is_sure")
    cuts = (
        pl.concat([back, cut.filter(told)])
        .group_by(key)
        .agg(goes_on=sure.max(), is_open=sure.null_count() > 0, goes_on_latest=lasts.max())
    )
    joined = spells.join(cuts, on=key, how="left", nulls_equal=True, maintain_order="left")
    is_cut = pl.col("is_open").is_not_null() & ~is_lent
    end = pl.when("is_open").then(None).otherwise(pl.coalesce("goes_on", "end"))
    latest = pl.max_horizontal("end_latest", "goes_on_latest")
    return joined.with_columns(
        end=pl.when(is_cut).then(end).otherwise("end"),
        end_latest=pl.when(is_cut).then(pl.when(latest > end).then(latest)).otherwise("end_latest"),
    ).drop("goes_on", "is_open", "goes_on_latest")


def _touch(end: str, start: str) -> pl.Expr:
    """Whether something surely ends where another begins: on that day, or with the day before as its last."""
    days = (pl.col(start) - pl.col(end)).dt.total_days()
    is_dated = pl.col(f"{end}_latest").is_null() & pl.col(f"{start}_latest").is_null()
    return (is_dated & days.is_between(0, 1)).fill_null(value=False)


def _may_touch(end: str, start: str) -> pl.Expr:
    """Whether something may have ended where another began."""
    latest_end, latest_start = (pl.coalesce(f"{edge}_latest", edge) for edge in (end, start))
    may_follow = (latest_start >= pl.col(end)) & ((pl.col(start) - latest_end).dt.total_days() <= 1)
    return may_follow.fill_null(value=False)


def runs_on(day: str, by: list[str], rules: EmploymentRules) -> pl.Expr:
    """Whether a spell (start, end, staff_type) runs on a day.

    Args:
        day: column of the day.
        by: columns that are equal for the spells of one person and day.
        rules: `employment` of policy/linkage.yaml.
    """
    begun, end = pl.col("start") <= pl.col(day), pl.col("end")
    runs = begun & (end.is_null() | (pl.col(day) < end))
    is_last = begun & (end == pl.col(day)).fill_null(value=False)
    goes_on = (pl.col("start") == pl.col(day) + pl.duration(days=1)).any().over(by)
    is_employed = (runs & ~names_a_loan(rules)).any().over(by)
    return runs | (is_last & goes_on & ~is_employed)
