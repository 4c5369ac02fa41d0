"""督办通知: what a district has not settled, proposed to a person, decided by a person, told by counts only.

000: 逐地区开列问题清单，下发督办通知，提出整改要求. Each district is looked at alone: none is compared with
another. An order names the issues it was decided on, so that it is recomputed when one of them falls away.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.rechecks import read_list
from tongcha.documents.numbers import number_record
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.tables.casebook import SUPERVISION_ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.policy.casebook import SupervisionRule

OPEN: Final = ("open", "rectifying", "reopened")
ORDERED: Final = pl.Schema(
    {
        "event_id": pl.String, "area": pl.String, "decided_on": pl.Date, "by": pl.String,
        "issue_id": pl.String, "was_unassigned": pl.Boolean, "was_overdue": pl.Boolean,
    }
)  # fmt: skip
UNKNOWN: Final = "区划{}教育行政部门"


def list_district_issues(
    *, issue_ledger: pl.DataFrame, rectification_ledger: pl.DataFrame, schools: pl.DataFrame
) -> pl.DataFrame:
    """Return every issue that isn't void with its district: issue_id, label, area, state, overdue.

    An issue of a school alone belongs to the school's district; one without either belongs to none. What
    the bureau itself has yet to decide is nothing that a district could put right.
    """
    of_school = schools.select("school_id", home="area").unique("school_id")
    late = rectification_ledger.select("issue_id", "overdue")
    return (
        issue_ledger.filter((pl.col("state") != "void") & (pl.col("category") != "undecided"))
        .join(of_school, on="school_id", how="left")
        .join(late, on="issue_id", how="left")
        .with_columns(area=pl.coalesce("area", "home"), overdue=pl.col("overdue").fill_null(value=False))
        .drop_nulls("area")
        .select("issue_id", "label", "area", "state", "overdue")
        .sort("issue_id")
    )


def record_supervision(*, area: str, issues: pl.DataFrame, on: date, by: str, reason: str) -> NewEvent:
    """Return the ledger event by which a person decides to send an order to a district.

    Args:
        area: area code of the district.
        issues: from `list_unordered`, all districts.
        on: the day of the decision.
        by: the person who decides.
        reason: the grounds.

    Raises:
        LedgerError: nothing is open there that no order has named yet, or no reason is given.
    """
    own = issues.filter(pl.col("area") == area).sort("issue_id")
    if own.is_empty():
        raise LedgerError(f"区划 {area}", "没有未督办的问题", "用 tongcha case orders 查看建议")
    if not reason.strip():
        raise LedgerError(f"区划 {area}", "没有写明督办理由", "写明后再登记")
    payload = {
        "supervise": area,
        "issues": own["issue_id"].to_list(),
        "unassigned": own.filter(pl.col("state") == "open")["issue_id"].to_list(),
        "overdue": own.filter("overdue")["issue_id"].to_list(),
        "reason": reason,
        "on": on.isoformat(),
    }
    return NewEvent(EventKind.ISSUE, f"督办 {area}", by, payload)


def read_supervisions(events: Iterable[Event]) -> pl.DataFrame:
    """Return what people ordered, shaped as `ORDERED`: one row per order and issue."""
    rows = []
    for event in drop_retracted(events):
        said = event.payload
        if event.kind is EventKind.ISSUE and "supervise" in said:
            unassigned, overdue = set(read_list(said["unassigned"])), set(read_list(said["overdue"]))
            on = date.fromisoformat(str(said["on"]))
            rows += [
                (event.event_id, said["supervise"], on, event.actor, one, one in unassigned, one in overdue)
                for one in read_list(said["issues"])
            ]
    return pl.DataFrame(rows, schema=ORDERED, orient="row")


def list_unordered(issues: pl.DataFrame, ordered: pl.DataFrame) -> pl.DataFrame:
    """Return the issues that are still open and that no standing order has named in their present state.

    What an order named in time and is overdue since may be ordered again.

    Args:
        issues: from `list_district_issues`.
        ordered: from `read_supervisions`.
    """
    told = ordered.group_by("issue_id").agg(told_late=pl.col("was_overdue").any())
    joined = issues.filter(pl.col("state").is_in(OPEN)).join(told, on="issue_id", how="left")
    is_news = pl.col("told_late").is_null() | (pl.col("overdue") & ~pl.col("told_late"))
    return joined.filter(is_news).select(issues.columns).sort("issue_id")


def propose_orders(unordered: pl.DataFrame, recipients: pl.DataFrame, rule: SupervisionRule) -> pl.DataFrame:
    """Return the proposals: rows of `supervision_orders` in the state `proposed`, one per district.

    Args:
        unordered: from `list_unordered`.
        recipients: from `name_recipients`.
        rule: `supervision` of policy/casebook.yaml.
    """
    counts = unordered.group_by("area").agg(
        issue_count=pl.len().cast(pl.Int64),
        unassigned_count=(pl.col("state") == "open").sum().cast(pl.Int64),
        overdue_count=pl.col("overdue").sum().cast(pl.Int64),
    )
    many = pl.col("issue_count") >= rule.issues_at_least
    late = pl.col("overdue_count") >= rule.overdue_at_least
    sentence = pl.format(
        "未了结且未督办的问题{}件，其中逾期{}件；达到起点（{}件，或者逾期{}件），建议研究是否下发督办通知；由负责人决定",
        "issue_count", "overdue_count", pl.lit(rule.issues_at_least), pl.lit(rule.overdue_at_least),
    )  # fmt: skip
    return _shape(counts.filter(many | late), recipients, state="proposed", sentence=sentence)


def count_orders(ordered: pl.DataFrame, issues: pl.DataFrame, recipients: pl.DataFrame) -> pl.DataFrame:
    """Return the orders that people decided: rows in the state `issued`, still without their files.

    Issues whose ground is gone since aren't counted any more; an order of which none is left is gone.

    Args:
        ordered: from `read_supervisions`.
        issues: from `list_district_issues`.
        recipients: from `name_recipients`.
    """
    counts = (
        ordered.join(issues.select("issue_id"), on="issue_id", how="semi")
        .group_by("event_id", "area", "decided_on", "by")
        .agg(
            issue_count=pl.len().cast(pl.Int64),
            unassigned_count=pl.col("was_unassigned").sum().cast(pl.Int64),
            overdue_count=pl.col("was_overdue").sum().cast(pl.Int64),
        )
    )
    sentence = pl.format("{}决定督办，问题{}件，其中逾期{}件", "decided_on", "issue_count", "overdue_count")
    return _shape(counts, recipients, state="issued", sentence=sentence)


def name_recipients(schools: pl.DataFrame) -> pl.DataFrame:
    """Return area, recipient_name: the one authority that the directory knows there, else the area's code."""
    named = schools.drop_nulls("authority").group_by("area").agg(pl.col("authority").unique().sort())
    alone = pl.when(pl.col("authority").list.len() == 1).then(pl.col("authority").list.first())
    return named.select("area", recipient_name=alone).drop_nulls()


def _shape(counts: pl.DataFrame, recipients: pl.DataFrame, *, state: str, sentence: pl.Expr) -> pl.DataFrame:
    facts = ("area", "event_id") if "event_id" in counts.columns else ("area",)
    numbers = [number_record("U", *key) for key in counts.select(facts).iter_rows()]
    joined = counts.with_columns(pl.Series("order_id", numbers, dtype=pl.String)).join(
        recipients, on="area", how="left"
    )
    return SUPERVISION_ORDERS.conform(
        joined.with_columns(
            state=pl.lit(state),
            recipient_name=pl.coalesce("recipient_name", pl.format(UNKNOWN, "area")),
            sentence=sentence,
        )
    )
