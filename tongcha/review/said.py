"""What stands in the ledger under one person's code: their receipt for what they answered.

A workbook's answers can't be sealed by hand (ADR 10). Whoever sees here an answer that they didn't give has
it taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongcha.ledger.events import EventKind, find_retracted
from tongcha.review.layout import ANSWER_OF_VERDICT, RECUSAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.ledger.events import Event


@dataclass(frozen=True, slots=True)
class Said:
    """One answer of a person as the ledger holds it.

    Attributes:
        event_id: its number; what `tongcha retract` takes.
        recorded_at: when it came into the ledger, to the minute.
        batch: the batch.
        link_id: the link.
        round: the round; empty for a recusal.
        answer: 同一人, 不是同一人, 不能确定, 回避.
        on: the day that the person gave.
        reason: their words.
        way: by which way it came: the console, or a workbook or command.
        is_retracted: whether it was taken back.
    """

    event_id: str
    recorded_at: str
    batch: str
    link_id: str
    round: str
    answer: str
    on: str
    reason: str
    way: str
    is_retracted: bool


def list_said(events: Iterable[Event], code: str) -> list[Said]:
    """Return what a person answered, latest first: verdicts and recusals, those taken back included.

    Args:
        events: the ledger.
        code: the person.
    """
    everything = list(events)
    taken_back = find_retracted(everything)
    own = (e for e in everything if e.actor == code and e.kind in {EventKind.JUDGEMENT, EventKind.RECUSAL})
    return [_tell(event, is_retracted=event.event_id in taken_back) for event in reversed(list(own))]


def _tell(event: Event, *, is_retracted: bool) -> Said:
    said = event.payload
    verdict, day = str(said.get("verdict", "")), said.get("decided_on", said.get("declared_on", ""))
    return Said(
        event.event_id,
        event.at[:16].replace("T", " "),
        str(said["batch"]),
        event.subject,
        str(said.get("round", "")),
        ANSWER_OF_VERDICT.get(verdict, RECUSAL),
        str(day),
        str(said["reason"]),
        "复核台" if "entry" in said else "复核表或者命令行",
        is_retracted,
    )
