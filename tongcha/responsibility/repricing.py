"""What a change (of rules, or of what is known) would alter, shown before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.documents.numbers import number_record
from tongcha.errors import PolicyError
from tongcha.ledger.events import drop_retracted
from tongcha.responsibility.deductions import PUPILS, TEACHER
from tongcha.tables.contract import POINTS
from tongcha.tables.responsibility import SCORE_DEDUCTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tongcha.ledger.events import Event


def keep_final(*, under_old: pl.DataFrame, under_new: pl.DataFrame, final: pl.DataFrame) -> pl.DataFrame:
    """Return the deductions in force: final schools under the old rules, all others under the new.

    Both are computed from today's facts, so a withdrawal reaches a final school too, at the old price.

    Args:
        under_old: table `score_deductions` by the rules that the final decisions were made under.
        under_new: the same by the rules of today.
        final: `school_id, campaign` whose decision is final and stays priced as it was.

    Raises:
        PolicyError: the rules of today put a case that was decided into another campaign, where it would be
            charged once more.
    """
    own = ["school_id", "campaign"]
    keys = final.select(own).unique()
    kept = under_old.join(keys, on=own, how="semi")
    repriced = under_new.join(keys, on=own, how="anti")
    _refuse_moved(kept, repriced, under_old)
    return pl.concat([kept, repriced]).sort("deduction_id")


def _refuse_moved(kept: pl.DataFrame, repriced: pl.DataFrame, under_old: pl.DataFrame) -> None:
    cases = [
        table.filter(pl.col("rule").is_in([TEACHER, PUPILS]))
        .select("school_id", "campaign", "rule", case=pl.col("case_ref").str.split("、"))
        .explode("case")
        for table in (kept, repriced, under_old)
    ]
    # two batches may number their raids alike: only what the old rules didn't have there was moved
    moved = cases[1].join(cases[2], on=cases[2].columns, how="anti")
    twice = moved.join(cases[0], on=["school_id", "rule", "case"], how="semi").sort(pl.all())
    for school, campaign, _, case in twice.head(1).iter_rows():
        raise PolicyError(
            "扣分规则",
            f"把学校 {school} 已作决定的事项 {case} 改归“{campaign}”，会重复扣分",
            "专项行动的名称和起止日期照作出决定时的规则写",
        )


def read_decided_rules(events: Iterable[Event]) -> dict[str, str]:
    """Return notice → SHA-256 of the rules that its decision was made under, as far as one was recorded."""
    return {
        event.subject: str(event.payload["rules"])
        for event in drop_retracted(events)
        if event.payload.get("step") == "decided" and "rules" in event.payload
    }


def keep_decided(
    under_new: pl.DataFrame, decided: Mapping[str, str], price: Callable[[str], pl.DataFrame]
) -> pl.DataFrame:
    """Return `score_deductions` with each decided notice priced by the rules of its decision.

    Args:
        under_new: the table by the rules of today.
        decided: notice → rules, from `read_decided_rules`.
        price: gives the table by the rules of that SHA-256, of the raids of their days.

    Raises:
        PolicyError: as `keep_final`.
    """
    own, table = ["school_id", "campaign"], under_new
    for rules in sorted(set(decided.values())):
        under_old = price(rules)
        keys = pl.concat([under_old.select(own), under_new.select(own)]).unique().sort(own)
        numbers = [number_record("N", *key) for key in keys.iter_rows()]
        is_own = [decided.get(number) == rules for number in numbers]
        final = keys.filter(pl.Series(is_own, dtype=pl.Boolean))
        table = keep_final(under_old=under_old, under_new=table, final=final)
    return SCORE_DEDUCTIONS.conform(table)


def compare_deductions(*, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return per school and campaign what was and what would be: `before, after, change`, and which addends.

    Args:
        before: table `score_deductions` as it was (or as another policy gives it).
        after: the same as it would be.

    Returns:
        `school_id, campaign, before, after, change, added, removed`; the last two list deduction ids. Rows
        without any difference are left out.
    """
    own = ["school_id", "campaign"]
    totals = _total(before, "before").join(_total(after, "after"), on=own, how="full", coalesce=True)
    added = _list_only(after, before, "added")
    removed = _list_only(before, after, "removed")
    zero = pl.lit(0, POINTS)
    compared = (
        totals.join(added, on=own, how="left")
        .join(removed, on=own, how="left")
        .with_columns(pl.col("before", "after").fill_null(zero), pl.col("added", "removed").fill_null(""))
    )
    return (
        compared.with_columns(change=(pl.col("after") - pl.col("before")).cast(POINTS))
        .filter((pl.col("added") != "") | (pl.col("removed") != "") | (pl.col("change") != zero))
        .select(*own, "before", "after", "change", "added", "removed")
        .sort(own)
    )


def _total(deductions: pl.DataFrame, name: str) -> pl.DataFrame:
    sums = deductions.group_by("school_id", "campaign").agg(pl.col("points").sum().alias(name))
    return sums.with_columns(pl.col(name).cast(POINTS))


def _list_only(these: pl.DataFrame, those: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the addends that only the first frame has, or has at another price."""
    only = these.join(those, on=["deduction_id", "points"], how="anti")
    return only.group_by("school_id", "campaign").agg(
        pl.col("deduction_id").sort().str.join("、").alias(name)
    )
