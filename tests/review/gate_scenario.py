"""Judgements on the batch of `review_scenario`, and the gate that they pass or don't."""

from __future__ import annotations

from typing import Any

import polars as pl

from tests.review.review_scenario import BATCH, DAY, POLICY, candidate_links, facts, identities
from tongcha.ledger.chain import digest_event
from tongcha.ledger.events import Event, NewEvent
from tongcha.review.decisions import find_withdrawn, record_judgement, record_recusal
from tongcha.review.disputes import find_disputed
from tongcha.review.gate import GateOutcome, confirm_links
from tongcha.review.judgements import project_judgements


def judge(link_id: str, who: str, verdict: str = "same", rnd: str = "一审", saw: str = "") -> NewEvent:
    return record_judgement(
        batch=BATCH,
        link_id=link_id,
        review_round=rnd,
        reviewer=who,
        verdict=verdict,
        reason="理由充分",
        evidence_hash=saw or f"h{link_id}",
        decided_on=DAY,
    )


def recuse(link_id: str, who: str) -> NewEvent:
    return record_recusal(
        batch=BATCH,
        link_id=link_id,
        reviewer=who,
        reason="亲属关系",
        evidence_hash=f"h{link_id}",
        declared_on=DAY,
    )


def both(link_id: str, verdict: str = "same") -> list[NewEvent]:
    return [judge(link_id, "r1", verdict), judge(link_id, "r2", verdict, "二审")]


def store(events: list[NewEvent]) -> list[Event]:
    stored = [
        Event(n, e.event_id, e.kind, e.subject, e.actor, "2026-10-20", e.payload, "", "")
        for n, e in enumerate(events, 1)
    ]
    assert all(digest_event(event) for event in stored)
    return stored


def pass_gate(events: list[NewEvent], links: pl.DataFrame | None = None, **changes: Any) -> GateOutcome:
    links = candidate_links() if links is None else links
    ledger = store(events)
    policy, registered = changes.pop("policy", POLICY), changes.pop("people", None)
    met = changes.pop("identities", identities())
    known = {"withdrawn": find_withdrawn(ledger), "disputed": find_disputed(ledger)}
    return confirm_links(
        candidate_links=links,
        judgements=project_judgements(ledger, links, BATCH),
        identities=met,
        facts=facts(**(known | changes)),
        policy=policy,
        people=registered,
    )


def confirmed_by(outcome: GateOutcome) -> list[str]:
    return outcome.confirmed.frame["link_id"].to_list()


def missing_of(outcome: GateOutcome, link_id: str) -> list[str]:
    held = outcome.withheld_links
    return held.filter(pl.col("link_id") == link_id)["requirement"].to_list()
