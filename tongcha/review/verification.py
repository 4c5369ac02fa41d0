"""Filed staff (清查兼职): what the school or the person said to a firm's list, as a person recorded it.

A filed list says whom a firm reported, not who was met teaching: a name may be borrowed, filed without
the person's knowledge, or left standing long after. So the bureau asks first (001: 责令立即开展调查核实,
一经查实), and silence is no answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

VERIFIED: Final = "verified"
"""Name of the gate's requirement."""
UNVERIFIED: Final = "只见于机构备案名单，没有现场核验；须先请学校或者本人核实，登记属实后才能办理"
SOURCES: Final = ("学校书面核实", "本人书面陈述")


def record_verification(
    *, batch: str, link_id: str, is_true: bool, source: str, on: date, by: str, reason: str
) -> NewEvent:
    """Return the ledger event of an answer to the question whether a filed person really works there.

    Args:
        batch: the sweep's batch.
        link_id: the link.
        is_true: whether the work was confirmed.
        source: one of `SOURCES`: who answered, in writing.
        on: the day of the answer.
        by: the person who enters it.
        reason: number or gist of the paper, without any name.

    Raises:
        LedgerError: nobody answered, or the paper isn't named.
    """
    if source not in SOURCES:
        raise LedgerError(f"比对 {link_id}", "没有写明由谁核实", "只能是：" + "、".join(SOURCES))
    if not reason.strip():
        raise LedgerError(f"比对 {link_id}", "没有写明核实材料", "写明材料编号或者要点，不写姓名")
    payload = {
        "batch": batch, "filed_work": is_true, "source": source, "reason": reason, "on": on.isoformat(),
    }  # fmt: skip
    return NewEvent(EventKind.REPLY, link_id, by, payload)


def read_verifications(events: Iterable[Event]) -> dict[str, bool]:
    """Return whether the work of each filed link that was answered on was confirmed, and denied by nobody."""
    answers: dict[str, bool] = {}
    for event in _list_answers(events):
        answers[event.subject] = answers.get(event.subject, True) and event.payload["filed_work"] is True
    return answers


def refuse_denied(events: Iterable[Event], link_id: str) -> None:
    """Refuse to confirm what a standing answer denies; a denial holds until somebody takes it back.

    Raises:
        LedgerError: somebody denied the work.
    """
    for event in _list_answers(events):
        if event.subject == link_id and event.payload["filed_work"] is not True:
            raise LedgerError(
                f"比对 {link_id}", f"已登记为不属实（{event.event_id}），不能再登记为属实",
                "前一答复确有错误的，先用 tongcha retract 撤回",
            )  # fmt: skip


def find_verified(events: Iterable[Event]) -> frozenset[str]:
    """Return the filed links whose work the school or the person confirmed."""
    return frozenset(link for link, is_true in read_verifications(events).items() if is_true)


def list_unverified(
    *, withheld_links: pl.DataFrame, candidate_links: pl.DataFrame, events: Iterable[Event]
) -> pl.DataFrame:
    """Return the filed links that wait for an answer: batch, link_id, raid_id, responsible_school_id.

    Args:
        withheld_links: table of that name, all batches.
        candidate_links: table of that name, all batches; says which school to ask.
        events: the ledger; what was answered, either way, waits no more.
    """
    waiting = withheld_links.filter(pl.col("requirement") == VERIFIED)
    own = candidate_links.select("batch", "link_id", "raid_id", "responsible_school_id")
    answered = sorted(read_verifications(events))
    joined = waiting.select("batch", "link_id").join(own, on=["batch", "link_id"], how="left")
    return joined.filter(~pl.col("link_id").is_in(answered)).sort("batch", "link_id")


def _list_answers(events: Iterable[Event]) -> list[Event]:
    standing = drop_retracted(events)
    return [e for e in standing if e.kind is EventKind.REPLY and "filed_work" in e.payload]
