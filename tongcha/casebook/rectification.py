"""整改台账: measure, time limit, department and person for each issue; closing with proof; looking again.

Closing (销号) is a person's decision with proof; a second look may reopen. The person answerable is
written by post or code: the ledger can't forget a name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.tables.casebook import RECTIFICATION_LEDGER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.policy.deductions import DeductionPolicy

STATE_LABELS: Final = {
    "open": "待整改",
    "rectifying": "整改中",
    "closed": "已销号",
    "reopened": "回头看重开",
    "void": "依据已撤销",
}
DONE: Final = pl.Schema(
    {
        "issue_id": pl.String, "state": pl.String, "measure": pl.String, "due": pl.Date,
        "department": pl.String, "person": pl.String, "assigned_by": pl.String, "assigned_on": pl.Date,
        "closed_on": pl.Date, "proof": pl.String, "closed_by": pl.String, "rechecks": pl.Int64,
        "finding": pl.String,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rectification:
    """Where an issue's putting right stands; fields as the columns of `rectification_ledger`."""

    issue_id: str
    state: str = "open"
    measure: str = ""
    due: date | None = None
    department: str = ""
    person: str = ""
    assigned_by: str = ""
    assigned_on: date | None = None
    closed_on: date | None = None
    proof: str | None = None
    closed_by: str | None = None
    rechecks: int = 0
    finding: str | None = None


def record_assignment(
    *, issue_id: str, measure: str, due: date, department: str, person: str, on: date, by: str
) -> NewEvent:
    """Return the ledger event that sets measure, limit, department and person of an issue.

    Raises:
        LedgerError: one of the four is missing, or the limit lies before the day it is set.
    """
    if not (measure.strip() and department.strip() and person.strip()):
        raise LedgerError(f"问题 {issue_id}", "整改措施、责任部门、责任人须写全", "补全后再登记")
    if due < on:
        raise LedgerError(f"问题 {issue_id}", "整改时限早于登记日期", "核对日期")
    payload = {
        "assign": measure, "due": due.isoformat(), "department": department, "person": person,
        "on": on.isoformat(),
    }  # fmt: skip
    return NewEvent(EventKind.RECTIFICATION, issue_id, by, payload)


def record_closing(*, issue_id: str, proof: str, on: date, by: str) -> NewEvent:
    """Return the ledger event by which a person closes an issue (销号).

    Raises:
        LedgerError: no proof is named.
    """
    if not proof.strip():
        raise LedgerError(f"问题 {issue_id}", "没有写明整改到位的依据", "写明材料编号或者核查情况")
    return NewEvent(EventKind.RECTIFICATION, issue_id, by, {"close": proof, "on": on.isoformat()})


def record_recheck(*, issue_id: str, is_kept: bool, finding: str, on: date, by: str) -> NewEvent:
    """Return the ledger event of a second look: the rectification held, or the issue is open again.

    Raises:
        LedgerError: what was found isn't said.
    """
    if not finding.strip():
        raise LedgerError(f"问题 {issue_id}", "没有写明回头看所见", "写明后再登记")
    payload = {"recheck": "kept" if is_kept else "reopened", "finding": finding, "on": on.isoformat()}
    return NewEvent(EventKind.RECTIFICATION, issue_id, by, payload)


def read_rectifications(events: Iterable[Event]) -> pl.DataFrame:
    """Return one row per issue that something was done about, shaped as `DONE`.

    Raises:
        LedgerError: what was recorded contradicts itself.
    """
    stands: dict[str, Rectification] = {}
    for event in drop_retracted(events):
        if event.kind is EventKind.RECTIFICATION and {"assign", "close", "recheck"} & set(event.payload):
            before = stands.get(event.subject, Rectification(event.subject))
            stands[event.subject] = take_measure(before, event)
    rows = [{name: getattr(stands[issue], name) for name in DONE} for issue in sorted(stands)]
    return pl.DataFrame(rows, schema=DONE)


def take_measure(before: Rectification, event: Event) -> Rectification:
    """Return where an issue stands after what one event says.

    Raises:
        LedgerError: the event doesn't follow from where the issue stands.
    """
    said, on = event.payload, date.fromisoformat(str(event.payload["on"]))
    if "assign" in said:
        _refuse_unless(before, ("open", "rectifying", "reopened"), "确定整改措施")
        return replace(
            before,
            state="rectifying",
            measure=str(said["assign"]),
            due=date.fromisoformat(str(said["due"])),
            department=str(said["department"]),
            person=str(said["person"]),
            assigned_by=event.actor,
            assigned_on=on,
            closed_on=None,
            proof=None,
            closed_by=None,
        )
    if "close" in said:
        _refuse_unless(before, ("rectifying",), "销号")
        return replace(before, state="closed", closed_on=on, proof=str(said["close"]), closed_by=event.actor)
    _refuse_unless(before, ("closed",), "回头看")
    state = "closed" if said["recheck"] == "kept" else "reopened"
    return replace(before, state=state, rechecks=before.rechecks + 1, finding=str(said["finding"]))


def build_rectification_ledger(
    *, done: pl.DataFrame, issue_ledger: pl.DataFrame, today: date
) -> pl.DataFrame:
    """Return the table `rectification_ledger`.

    Args:
        done: from `read_rectifications`.
        issue_ledger: table of that name; an issue void there is void here.
        today: the day to judge limits by.
    """
    void = issue_ledger.filter(pl.col("state") == "void").select("issue_id", is_void=pl.lit(value=True))
    joined = done.join(void, on="issue_id", how="left")
    state = pl.when(pl.col("is_void")).then(pl.lit("void")).otherwise("state")
    runs = pl.col("state").is_in(["rectifying", "reopened"])
    left = (pl.col("due") - pl.lit(today)).dt.total_days()
    placed = joined.with_columns(state=state).with_columns(
        overdue=runs & (left < 0), days_left=pl.when(runs).then(left)
    )
    return RECTIFICATION_LEDGER.conform(placed.select(RECTIFICATION_LEDGER.schema.names()))


def _refuse_unless(before: Rectification, states: tuple[str, ...], act: str) -> None:
    if before.state not in states:
        raise LedgerError(
            f"问题 {before.issue_id}",
            f"处于“{STATE_LABELS[before.state]}”，不能{act}",
            "须处于" + "、".join(f"“{STATE_LABELS[s]}”" for s in states),
        )


def list_unclosed_issues(issues: pl.DataFrame, campaign: str, policy: DeductionPolicy) -> list[str]:
    """Return the issues found during a campaign that aren't closed, sorted.

    An issue of another campaign doesn't keep this one's points back.

    Args:
        issues: rows of table `issue_ledger`.
        campaign: name of the campaign, or what the policy calls the days outside every one.
        policy: policy/deductions.yaml; says when each campaign ran.
    """
    left = issues.filter(~pl.col("state").is_in(["closed", "void"])).select("issue_id", "found_on")
    return sorted(
        issue
        for issue, day in left.iter_rows()
        if policy.valid_from <= day <= policy.valid_to and policy.campaign_of(day) == campaign
    )
