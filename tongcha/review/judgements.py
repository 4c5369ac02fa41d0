"""What the ledger says of today's links: each judgement with its standing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tongcha.ledger.events import EventKind, drop_retracted
from tongcha.review.recusals import find_recused
from tongcha.tables.review import JUDGEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.ledger.events import Event


def project_judgements(events: Iterable[Event], candidate_links: pl.DataFrame, batch: str) -> pl.DataFrame:
    """Return every judgement of the batch that the ledger holds, and whether it still counts.

    A verdict is remembered across runs, models and snapshots, because link numbers come from the two
    identifiers alone; it stops counting only when the evidence that its reviewer saw has changed, when
    the same person judged again in that round, took it back, or declared a conflict of interest with
    whoever was met.

    Args:
        events: the whole ledger.
        candidate_links: today's links of the batch.
        batch: the raid batch.

    Returns:
        Table `judgements`.
    """
    everything = sorted(events, key=lambda event: event.seq)
    standing = {event.event_id for event in drop_retracted(everything)}
    recused = find_recused(everything, candidate_links)
    today = dict(candidate_links.select("link_id", "evidence_hash").iter_rows())
    mine = [e for e in everything if e.kind is EventKind.JUDGEMENT and e.payload.get("batch") == batch]
    latest = {_key(event): event.event_id for event in mine if event.event_id in standing}

    def stand(event: Event) -> str:
        if event.event_id not in standing:
            return "retracted"
        if event.subject in recused.get(event.actor, ()):
            return "recused"
        if latest[_key(event)] != event.event_id:
            return "superseded"
        return "current" if today.get(event.subject) == event.payload.get("evidence_hash") else "stale"

    rows = [_write_row(event, batch, stand(event)) for event in mine]
    return JUDGEMENTS.conform(pl.DataFrame(rows, schema=JUDGEMENTS.schema))


def _key(event: Event) -> tuple[str, str, str]:
    return event.subject, str(event.payload["round"]), event.actor


def _write_row(event: Event, batch: str, standing: str) -> dict[str, object]:
    payload = event.payload
    return {
        "batch": batch,
        "event_id": event.event_id,
        "link_id": event.subject,
        "round": payload["round"],
        "reviewer": event.actor,
        "verdict": payload["verdict"],
        "reason": payload["reason"] or None,
        "evidence_hash": payload["evidence_hash"],
        "decided_on": date.fromisoformat(str(payload["decided_on"])),
        "standing": standing,
        "is_current": standing == "current",
    }
