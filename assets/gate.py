"""The gate on stored tables: as a run passes a batch through, and again when a paper is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tongcha.casebook.closing import find_closed
from tongcha.casebook.disclosures import read_disclosures
from tongcha.casebook.filed import find_filed_batches
from tongcha.intake.batch import find_batch
from tongcha.intake.source import read_source
from tongcha.policy.deductions import DeductionPolicy
from tongcha.policy.review import ReviewPolicy
from tongcha.policy.routing import RoutingPolicy
from tongcha.review.capacity import date_handovers
from tongcha.review.decisions import find_renumbered, find_withdrawn
from tongcha.review.disputes import find_disputed
from tongcha.review.gate import confirm_links
from tongcha.review.judgements import project_judgements
from tongcha.review.requirements import GateFacts
from tongcha.review.verification import find_verified
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Collection

    from assets.office import Office
    from tongcha.ledger.events import Event
    from tongcha.review.gate import GateOutcome


@dataclass(frozen=True, slots=True)
class GateTables:
    """What the gate looks at, each the table of its name: of the batch, `people` of the batch's snapshot."""

    candidate_links: pl.DataFrame
    judgements: pl.DataFrame
    identities: pl.DataFrame
    people: pl.DataFrame
    sites: pl.DataFrame


def open_gate(office: Office, batch: str, given: GateTables) -> GateOutcome:
    """Let through the links of a batch that have everything today, and name what the others lack."""
    events, policy = office.events(), office.policy(ReviewPolicy, "review")
    return confirm_links(
        candidate_links=given.candidate_links,
        judgements=given.judgements,
        identities=given.identities,
        facts=_gather_facts(office, batch, given, events, policy),
        people=given.people,
        policy=policy,
    )


def find_lapsed(office: Office, links: Collection[str]) -> dict[str, str]:
    """Return which of these links lack something of the gate by now, and what, whatever the tables say.

    A judgement may have been taken back, or the source have expired, since the papers were written.

    Args:
        office: the office, as of today.
        links: links that a paper speaks of.
    """
    stored = office.tables.read_all(BY_NAME["confirmed_links"]).filter(pl.col("link_id").is_in(sorted(links)))
    lapsed = dict.fromkeys(set(links) - set(stored["link_id"]), "没有通过关口")
    for (batch,), own in stored.partition_by("batch", as_dict=True).items():
        outcome = open_gate(office, batch, _read_given(office, batch))
        lacks = dict(outcome.withheld_links.select("link_id", "reason").reverse().iter_rows())
        for link in sorted(set(own["link_id"]) - set(outcome.confirmed.frame["link_id"])):
            lapsed[link] = lacks.get(link, "没有人再判断为同一人")
    return lapsed


def _read_given(office: Office, batch: str) -> GateTables:
    links = office.tables.read(BY_NAME["candidate_links"], batch)
    return GateTables(
        links,
        project_judgements(office.events(), links, batch),
        office.tables.read(BY_NAME["identities"], batch),
        office.tables.read(BY_NAME["people"], str(links["snapshot"][0])),
        office.tables.read(BY_NAME["sites"], batch),
    )


def _gather_facts(
    office: Office, batch: str, given: GateTables, events: list[Event], policy: ReviewPolicy
) -> GateFacts:
    routing, stored = office.policy(RoutingPolicy, "routing"), BY_NAME["referrals"]
    referred = stored.empty() if policy.weekly_cap is None else office.tables.read_all(stored)
    # expired or not: the gate itself says what may no longer leave, and what left can still be taken back
    source = read_source(find_batch(office.inbox, batch), today=date.min)
    everywhere = office.tables.read_all(BY_NAME["candidate_links"])
    withdrawn, disputed = (
        stopped | find_renumbered(events, given.candidate_links, batch, stopped, everywhere)
        for stopped in (find_withdrawn(events), find_disputed(events))
    )
    return GateFacts(
        withdrawn=withdrawn,
        disputed=disputed,
        source_expiry=source.expires_on,
        today=office.today,
        outward_policies=(routing, office.policy(DeductionPolicy, "deductions")),
        is_demo=office.is_demo,
        handed_over=date_handovers(read_disclosures(events)),
        open_elsewhere=referred.filter(pl.col("batch") != batch)["link_id"].to_list(),
        referred_roles=[conduct.role for conduct in routing.conducts if conduct.refer],
        is_filed=bool(find_filed_batches(given.sites)),
        verified=find_verified(events),
        is_closed=batch in find_closed(events),
    )
