"""What recipients report back of a referral, the misses included: unfounded, not proven, not the person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.tables.papers import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.policy.casebook import CasebookPolicy


def record_outcome(
    *,
    link_id: str,
    outcome: str,
    recipient_name: str,
    measure: str,
    on: date,
    by: str,
    policy: CasebookPolicy,
) -> NewEvent:
    """Return the ledger event of what a recipient reported of a link.

    Args:
        link_id: the link.
        outcome: a code of policy/casebook.yaml.
        recipient_name: who reports.
        measure: what was done (kind of sanction), without a name; empty when nothing was.
        on: the day of the report.
        by: the person who enters it.
        policy: policy/casebook.yaml.

    Raises:
        PolicyError: the policy knows no such outcome.
    """
    finding = policy.outcome(outcome).outcome
    payload = {"finding": finding, "recipient_name": recipient_name, "measure": measure, "on": on.isoformat()}
    return NewEvent(EventKind.OUTCOME, link_id, by, payload)


def read_outcomes(events: Iterable[Event], policy: CasebookPolicy) -> pl.DataFrame:
    """Return the table `outcomes` from the ledger's standing events.

    Args:
        events: the ledger.
        policy: policy/casebook.yaml; names the codes.
    """
    rows = []
    for event in drop_retracted(events):
        if event.kind is EventKind.OUTCOME and "recipient_name" in event.payload:
            code = policy.outcome(str(event.payload["finding"]))
            rows.append(
                {
                    "link_id": event.subject,
                    "seq": event.seq,
                    "event_id": event.event_id,
                    "outcome": code.outcome,
                    "label": code.label,
                    "clears": code.clears,
                    "recipient_name": str(event.payload["recipient_name"]),
                    "on": date.fromisoformat(str(event.payload["on"])),
                    "measure": str(event.payload["measure"]) or None,
                    "by": event.actor,
                }
            )
    return OUTCOMES.conform(pl.DataFrame(rows, schema=OUTCOMES.schema))
