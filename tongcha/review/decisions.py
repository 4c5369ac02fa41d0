"""How what people decide becomes ledger events, and what the standing events say of links.

Every constructor takes only what the person decided and saw; the clock is the caller's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, NewEvent, drop_retracted
from tongcha.review.disputes import find_upheld

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from tongcha.ledger.events import Event


def record_judgement(  # noqa: PLR0913 – a judgement has this many parts: who, what, when, on what, why
    *,
    batch: str,
    link_id: str,
    review_round: str,
    reviewer: str,
    verdict: str,
    reason: str,
    evidence_hash: str,
    decided_on: date,
) -> NewEvent:
    """Return the event of one verdict by one person in one round on the evidence as shown."""
    return NewEvent(
        EventKind.JUDGEMENT,
        link_id,
        reviewer,
        {
            "batch": batch,
            "round": review_round,
            "verdict": verdict,
            "reason": reason,
            "evidence_hash": evidence_hash,
            "decided_on": decided_on.isoformat(),
        },
    )


def record_recusal(
    *, batch: str, link_id: str, reviewer: str, reason: str, evidence_hash: str, declared_on: date
) -> NewEvent:
    """Return the event by which somebody declares a conflict of interest (政务处分法 47).

    The evidence tells whom it is about when the link has another number some day.
    """
    payload = {
        "batch": batch,
        "reason": reason,
        "evidence_hash": evidence_hash,
        "declared_on": declared_on.isoformat(),
    }
    return NewEvent(EventKind.RECUSAL, link_id, reviewer, payload)


def record_withdrawal(*, batch: str, link_id: str, by: str, reason: str) -> NewEvent:
    """Return the event that withdraws a link everywhere.

    Raises:
        LedgerError: no grounds are given.
    """
    _refuse_blank(f"比对 {link_id}", reason)
    return NewEvent(EventKind.WITHDRAWAL, link_id, by, {"batch": batch, "reason": reason})


def record_retraction(*, event_id: str, by: str, reason: str) -> NewEvent:
    """Return the event that takes an earlier one back: a judgement, a withdrawal, a retraction….

    Raises:
        LedgerError: no grounds are given.
    """
    _refuse_blank(f"台账事件 {event_id}", reason)
    return NewEvent(EventKind.RETRACTION, event_id, by, {"reason": reason})


def find_withdrawn(events: Iterable[Event]) -> frozenset[str]:
    """Return the links whose withdrawal stands, or of which a dispute was upheld."""
    standing = drop_retracted(events)
    withdrawn = frozenset(e.subject for e in standing if e.kind is EventKind.WITHDRAWAL)
    return withdrawn | find_upheld(standing)


def find_renumbered(
    events: Iterable[Event],
    links: pl.DataFrame,
    batch: str,
    stopped: Collection[str],
    everywhere: pl.DataFrame,
) -> frozenset[str]:
    """Return the links of a batch that say of the same two people what a stopped link says or said elsewhere.

    Link numbers are made of the numbers in the material and of the batch. Who sends a raid again with other
    numbers, or as another batch, must not lose a withdrawal or a dispute by it.

    Args:
        events: the ledger; judgements say what the evidence of a link was that is no longer there.
        links: table `candidate_links` of the batch.
        batch: the batch.
        stopped: links withdrawn or disputed.
        everywhere: table `candidate_links` of all batches.
    """
    gone = set(stopped) - set(everywhere["link_id"])
    judged = (e for e in events if e.kind is EventKind.JUDGEMENT and e.subject in gone)
    said = {str(e.payload["evidence_hash"]) for e in judged if e.payload.get("batch") == batch}
    others = everywhere.filter((pl.col("batch") != batch) & pl.col("link_id").is_in(sorted(stopped)))
    again = links.join(others, on=["raid_id", "evidence_hash"], how="semi")["link_id"]
    return frozenset(links.filter(pl.col("evidence_hash").is_in(sorted(said)))["link_id"]) | frozenset(again)


def _refuse_blank(culprit: str, reason: str) -> None:
    if not reason.strip():
        raise LedgerError(culprit, "没有写明撤销、撤回的理由", "写明依据后再办理，不写姓名")
