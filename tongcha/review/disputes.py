"""异议: somebody concerned says that a link is wrong; while that is open, nothing about the link leaves.

A dispute is about who a person is. What a school says against points (申辩, 复核) is a step of its notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHOOL: Final = "学校"
SOURCES: Final = ("当事人", SCHOOL)
"""Who may say so; the gate speaks of both."""
ANSWERS: Final = {True: "成立", False: "不成立"}
OPEN_SCHEMA: Final = pl.Schema(
    {
        "link_id": pl.String,
        "on": pl.Date,
        "source": pl.String,
        "reason": pl.String,
        "by": pl.String,
        "event_id": pl.String,
    }
)


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute, and how it was resolved, if it was.

    Attributes:
        opened: the event that recorded it; its subject is the link.
        resolved: the event that resolved it.
    """

    opened: Event
    resolved: Event | None = None

    @property
    def sentence(self) -> str:
        """What became of it, in one sentence; the reasons are those of whoever recorded them."""
        said = self.opened.payload
        head = f"{said['on']} {said['source']}提出（登记人 {self.opened.actor}，{self.opened.event_id}）"
        if self.resolved is None:
            return f"{head}，尚未办结：{said['reason']}"
        done = self.resolved.payload
        answer = ANSWERS[done["upheld"] is True]
        tail = f"{done['on']} 办结为{answer}（办结人 {self.resolved.actor}，{self.resolved.event_id}）"
        return f"{head}：{said['reason']}；{tail}：{done['reason']}"


def record_dispute(  # noqa: PLR0913 - who says what of which link, when, and who enters it
    *,
    batch: str,
    link_id: str,
    source: str,
    on: date,
    by: str,
    reason: str,
    earlier: int = 0,
    school: str = "",
) -> NewEvent:
    """Return the event that opens a dispute; nothing about the link leaves until it is resolved.

    Args:
        batch: the link's batch.
        link_id: the link.
        source: one of `SOURCES`: who says so.
        on: the day on which it was said.
        by: the person who enters it.
        reason: what is said, without any name.
        earlier: disputes of this link that were resolved before; the same words count anew.
        school: name of the school that says so, to which the answer goes; a person is never named.

    Raises:
        LedgerError: it isn't said who disputes, or why.
    """
    if source not in SOURCES:
        raise LedgerError(f"比对 {link_id}", "没有写明由谁提出异议", "只能是：" + "、".join(SOURCES))
    _refuse_blank(link_id, reason, "写明异议要点，不写姓名")
    payload = {
        "batch": batch, "source": source, "reason": reason, "on": on.isoformat(), "earlier": earlier,
    }  # fmt: skip
    if school:
        payload["school"] = school
    return NewEvent(EventKind.DISPUTE, link_id, by, payload)


def record_resolution(dispute: Event, *, by: str, reason: str, on: date, upheld: bool) -> NewEvent:
    """Return the event that resolves a dispute; an upheld one takes the link back (`find_withdrawn`).

    One event, so that one retraction opens the dispute again and nothing leaves in between.

    Args:
        dispute: the event that opened it.
        by: the person who decides.
        reason: on what grounds, without any name.
        on: the day of the decision.
        upheld: whether it is true that the link is wrong.

    Raises:
        LedgerError: no grounds are given, or the day lies before the dispute.
    """
    link_id = dispute.subject
    _refuse_blank(link_id, reason, "写明核实所得，不写姓名")
    if on.isoformat() < str(dispute.payload["on"]):
        raise LedgerError(f"比对 {link_id} 的异议", "办结日期早于提出日期", "核对日期")
    payload = {
        "batch": dispute.payload["batch"],
        "dispute": dispute.event_id,
        "upheld": upheld,
        "reason": reason,
        "on": on.isoformat(),
    }
    return NewEvent(EventKind.RESOLUTION, link_id, by, payload)


def list_disputes(events: Iterable[Event]) -> list[Dispute]:
    """Return every dispute that stands, in the order of the ledger."""
    standing = drop_retracted(events)
    resolved = {e.payload["dispute"]: e for e in standing if e.kind is EventKind.RESOLUTION}
    return [Dispute(e, resolved.get(e.event_id)) for e in standing if e.kind is EventKind.DISPUTE]


def find_disputed(events: Iterable[Event]) -> frozenset[str]:
    """Return the links with a dispute that isn't resolved."""
    return frozenset(d.opened.subject for d in list_disputes(events) if d.resolved is None)


def find_upheld(events: Iterable[Event]) -> frozenset[str]:
    """Return the links of which a dispute was upheld."""
    return frozenset(
        e.subject
        for e in drop_retracted(events)
        if e.kind is EventKind.RESOLUTION and e.payload["upheld"] is True
    )


def list_open_disputes(events: Iterable[Event]) -> pl.DataFrame:
    """Return `link_id, on, source, reason, by, event_id` of every open dispute, the oldest first."""
    rows = [
        {
            "link_id": dispute.opened.subject,
            "on": date.fromisoformat(str(dispute.opened.payload["on"])),
            "source": dispute.opened.payload["source"],
            "reason": dispute.opened.payload["reason"],
            "by": dispute.opened.actor,
            "event_id": dispute.opened.event_id,
        }
        for dispute in list_disputes(events)
        if dispute.resolved is None
    ]
    return pl.DataFrame(rows, schema=OPEN_SCHEMA).sort("on", "link_id")


def refuse_partial(events: Iterable[Event], link_id: str, by: str) -> None:
    """Refuse a person who judged the link, or declared a conflict of interest, to decide about it.

    Raises:
        LedgerError: that person took part.
    """
    took_part = {EventKind.JUDGEMENT, EventKind.RECUSAL}
    if any(e.subject == link_id and e.actor == by and e.kind in took_part for e in drop_retracted(events)):
        raise LedgerError(
            f"比对 {link_id}", f"代号 {by} 对此比对作过判断或者声明过回避，不能由其决定",
            "由没有参与过此比对的人办理",
        )  # fmt: skip


def refuse_loose_ends(before: Iterable[Event], after: Iterable[Event]) -> None:
    """Refuse what would leave a link with two open disputes, or a resolution without its dispute.

    Only what is new is refused: what a race left in the ledger doesn't stop everything else.

    Raises:
        LedgerError: the events that come after would not fit together.
    """
    loose = sorted(_find_loose_ends(after) - _find_loose_ends(before))
    if loose:
        raise LedgerError(
            f"比对 {loose[0]} 的异议", "与已登记的办结或者异议不相符，不能登记或者撤回",
            "先撤回后面的登记，用 tongcha explain 查看其经过",
        )  # fmt: skip


def _find_loose_ends(events: Iterable[Event]) -> set[str]:
    standing = drop_retracted(events)
    opened = {e.event_id for e in standing if e.kind is EventKind.DISPUTE}
    waiting = [d.opened.subject for d in list_disputes(standing) if d.resolved is None]
    answered = [e for e in standing if e.kind is EventKind.RESOLUTION]
    named = [e.payload["dispute"] for e in answered]
    return {link for link in waiting if waiting.count(link) > 1} | {
        e.subject
        for e in answered
        if e.payload["dispute"] not in opened or named.count(e.payload["dispute"]) > 1
    }


def _refuse_blank(link_id: str, reason: str, fix: str) -> None:
    if not reason.strip():
        raise LedgerError(f"比对 {link_id} 的异议", "没有写明理由", fix)
