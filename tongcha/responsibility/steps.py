"""Between the ledger and the responsibility tables: what people recorded, as frames and back.

Everything a school can win back (a step, a struck case, a relief) is a ledger event by a named person, so
taking it back is one retraction and every sum recomputes.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.responsibility.deductions import RECTIFICATION, SELF_REPORT
from tongcha.tables.responsibility import NOTICE_STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KIND_OF_STEP: Final[Mapping[str, EventKind]] = {
    "notified": EventKind.REPLY,
    "contested": EventKind.APPEAL,
    "accepted": EventKind.APPEAL,
    "decided": EventKind.REPLY,
    "review_requested": EventKind.APPEAL,
    "review_decided": EventKind.REPLY,
    "appealed": EventKind.APPEAL,
    "appeal_decided": EventKind.REPLY,
    "appeal_upheld": EventKind.REPLY,
    "corrected": EventKind.RECTIFICATION,
    "restored": EventKind.RECTIFICATION,
    "withdrawn": EventKind.REPLY,
}
RELIEFS: Final = (SELF_REPORT, RECTIFICATION)
RELIEF_SCHEMA: Final = pl.Schema(
    {"school_id": pl.String, "campaign": pl.String, "rule": pl.String, "case_ref": pl.String}
)
STRUCK_SCHEMA: Final = pl.Schema({"case_ref": pl.String, "event_id": pl.String, "reason": pl.String})


def record_step(*, notice_id: str, step: str, on: date, by: str, reason: str, rules: str = "") -> NewEvent:
    """Return the ledger event of a step of a notice.

    Args:
        notice_id: the notice.
        step: what happened.
        on: on which day.
        by: the person who enters it.
        reason: on what grounds.
        rules: for a decision, the SHA-256 of the deduction rules it was made under; later rules don't
            price it again.

    Raises:
        LedgerError: there is no such step, or no reason is given.
    """
    if step not in KIND_OF_STEP:
        raise LedgerError(
            f"告知书 {notice_id}", f"没有“{step}”这一步", "步骤只能是 " + "、".join(KIND_OF_STEP)
        )
    _refuse_blank(notice_id, reason)
    payload = {"step": step, "on": on.isoformat(), "reason": reason}
    return NewEvent(KIND_OF_STEP[step], notice_id, by, payload | ({"rules": rules} if rules else {}))


def record_strike(*, case_ref: str, by: str, reason: str) -> NewEvent:
    """Return the ledger event by which a case is no longer held against the school.

    Args:
        case_ref: a link number, or `raid_id/pupil_no` for a pupil.
        by: the person who decides.
        reason: why; an appeal won, a pupil of another school.
    """
    _refuse_blank(case_ref, reason)
    return NewEvent(EventKind.REPLY, case_ref, by, {"strike": case_ref, "reason": reason})


def record_relief(*, school_id: str, campaign: str, relief: str, by: str, reason: str) -> NewEvent:
    """Return the ledger event that grants a school a relief that the policy knows.

    Raises:
        LedgerError: the policy knows no such relief, or no reason is given.
    """
    if relief not in RELIEFS:
        raise LedgerError(f"学校 {school_id}", f"没有“{relief}”这种减免", "只能是 " + "、".join(RELIEFS))
    _refuse_blank(school_id, reason)
    payload = {"relief": relief, "campaign": campaign, "reason": reason}
    return NewEvent(EventKind.RECTIFICATION, school_id, by, payload)


def refuse_unbacked(
    step: str, notice_id: str, school_notices: pl.DataFrame, score_deductions: pl.DataFrame
) -> None:
    """Refuse to call a sum withdrawn or restored whose points say otherwise: a step alone changes none.

    Args:
        step: what is to be recorded.
        notice_id: the notice.
        school_notices: table of that name.
        score_deductions: table of that name.

    Raises:
        LedgerError: the notice still has lines, or none by which points were restored.
    """
    own = ["school_id", "campaign"]
    notice = school_notices.filter(pl.col("notice_id") == notice_id).select(own)
    lines = score_deductions.join(notice, on=own, how="semi")
    if step == "withdrawn" and lines.height:
        raise LedgerError(
            f"告知书 {notice_id}",
            f"还有 {lines.height} 行计分，只登记“撤回”不减分",
            "认错人的用 tongcha withdraw，申辩、申诉成立的用 tongcha case strike；全部撤回后自动成为“已撤回”",
        )
    if step == "restored" and RECTIFICATION not in lines["rule"]:
        raise LedgerError(
            f"告知书 {notice_id}",
            "计分中没有整改销号恢复的分，只登记“恢复”不加分",
            "先用 tongcha case relieve 准予整改销号",
        )


def read_steps(events: Iterable[Event]) -> pl.DataFrame:
    """Return the table `notice_steps` from the ledger's standing events."""
    rows = [
        {
            "notice_id": event.subject,
            "seq": event.seq,
            "event_id": event.event_id,
            "step": str(event.payload["step"]),
            "on": date.fromisoformat(str(event.payload["on"])),
            "by": event.actor,
        }
        for event in drop_retracted(events)
        if "step" in event.payload and event.kind in KIND_OF_STEP.values()
    ]
    return NOTICE_STEPS.conform(pl.DataFrame(rows, schema=NOTICE_STEPS.schema))


def read_reliefs(events: Iterable[Event]) -> pl.DataFrame:
    """Return `school_id, campaign, rule, case_ref` as `compute_deductions` takes it; case = ledger event."""
    rows = [
        {
            "school_id": event.subject,
            "campaign": str(event.payload["campaign"]),
            "rule": str(event.payload["relief"]),
            "case_ref": event.event_id,
        }
        for event in drop_retracted(events)
        if event.kind is EventKind.RECTIFICATION and "relief" in event.payload
    ]
    return pl.DataFrame(rows, schema=RELIEF_SCHEMA)


def read_strikes(events: Iterable[Event]) -> pl.DataFrame:
    """Return `case_ref, event_id, reason` of every case that was struck and still is."""
    rows = [
        {"case_ref": event.subject, "event_id": event.event_id, "reason": str(event.payload["reason"])}
        for event in drop_retracted(events)
        if event.kind is EventKind.REPLY and "strike" in event.payload
    ]
    return pl.DataFrame(rows, schema=STRUCK_SCHEMA).unique("case_ref", keep="first", maintain_order=True)


def strike_responsibilities(school_responsibilities: pl.DataFrame, strikes: pl.DataFrame) -> pl.DataFrame:
    """Return the table with each struck act marked as such: it counts nowhere and asks nobody anything.

    An act was struck with any of its links: one person at one raid may have been taken down twice, or the
    raid sent again under other numbers.

    Args:
        school_responsibilities: table of that name.
        strikes: from `read_strikes`.
    """
    struck = pl.col("event_id").is_not_null()
    acts = (
        strikes.select("event_id", link_id="case_ref")
        .join(school_responsibilities.select("link_id", "act_id"), on="link_id", maintain_order="left")
        .unique("act_id", keep="first", maintain_order=True)
    )
    marked = school_responsibilities.join(
        acts.drop("link_id"), on="act_id", how="left", maintain_order="left"
    )
    return marked.with_columns(
        state=pl.when(struck).then(pl.lit("struck")).otherwise("state"),
        school_id=pl.when(~struck).then("school_id"),
        school_name=pl.when(~struck).then("school_name"),
        authority=pl.when(~struck).then("authority"),
        inspector_question=pl.when(~struck).then("inspector_question"),
        question=pl.when(struck)
        .then(pl.format("申辩或者申诉成立，不再计入（台账事件 {}）", "event_id"))
        .otherwise("question"),
    ).drop("event_id")


def strike_pupils(pupil_schools: pl.DataFrame, strikes: pl.DataFrame) -> pl.DataFrame:
    """Return the table with each struck pupil (`raid_id/pupil_no`) no longer placed at a school.

    Where the raid was sent again in another batch, the same pupil is struck there too, whatever the number.
    """
    own = pl.format("{}/{}", "raid_id", "pupil_no").is_in(strikes["case_ref"].implode())
    pupil = ("raid_id", "pupil_key")
    elsewhere = own.any().over(pupil) & ~own.any().over("batch", *pupil)
    struck = own | elsewhere
    return pupil_schools.with_columns(
        state=pl.when(struck).then(pl.lit("unknown")).otherwise("state"),
        school_id=pl.when(~struck).then("school_id"),
    )


def _refuse_blank(subject: str, reason: str) -> None:
    if not reason.strip():
        raise LedgerError(f"事项 {subject}", "没有写明理由", "写明理由后再登记")
