"""回避: whoever is near to somebody in a case has no part in it (政务处分法 47).

A case is whoever was met, with everybody they may be: who may not say whether they are this teacher may not
say either that they are that one. It stays so when the raid is sent again under other numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, drop_retracted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tongcha.ledger.events import Event, NewEvent

DECLARED: Final = pl.Schema({"actor": pl.String, "link_id": pl.String, "evidence_hash": pl.String})
MET: Final = ["batch", "identity_id"]


def find_recused(events: Iterable[Event], links: pl.DataFrame) -> dict[str, frozenset[str]]:
    """Return for each person the links from which a declared conflict of interest that stands keeps them.

    These are the links that they named, those that say of the same two people under another number (the
    evidence shown is the same), and every other candidate of whoever was met there.

    Args:
        events: the ledger, or its recusals and retractions.
        links: table `candidate_links`, of all batches in which somebody might act.
    """
    said = [
        (event.actor, event.subject, event.payload.get("evidence_hash"))
        for event in drop_retracted(events)
        if event.kind is EventKind.RECUSAL
    ]
    if not said:
        return {}
    declared = pl.DataFrame(said, schema=DECLARED, orient="row")
    shown = links.select(*MET, "link_id", "evidence_hash")
    by_number = shown.join(declared.select("actor", "link_id"), on="link_id")
    by_evidence = shown.join(declared.select("actor", "evidence_hash"), on="evidence_hash")
    met = pl.concat(found.select("actor", *MET) for found in (by_number, by_evidence)).unique()
    kept_from = pl.concat(
        [shown.join(met, on=MET).select("actor", "link_id"), declared.select("actor", "link_id")]
    )
    recused: dict[str, set[str]] = {}
    for actor, link_id in kept_from.iter_rows():
        recused.setdefault(actor, set()).add(link_id)
    return {actor: frozenset(own) for actor, own in recused.items()}


def refuse_recused(
    recused: Mapping[str, Collection[str]],
    wanted: Iterable[NewEvent],
    about: Mapping[str, Collection[str]],
) -> None:
    """Let nobody who declared a conflict of interest with a link act in its case, withdrawal included.

    Saying that somebody disputes it stops the link as fast and decides nothing; saying once more that one
    is recused does no harm.

    Args:
        recused: from which links each person is kept (`find_recused`).
        wanted: what is to be recorded.
        about: the links behind papers, notices, issues, raids, batches and events, by number.

    Raises:
        LedgerError: an event is about a link from which its author is recused.
    """
    for event in wanted:
        concerned = {event.subject, *about.get(event.subject, ())} & set(recused.get(event.actor, ()))
        if concerned and event.kind not in {EventKind.DISPUTE, EventKind.RECUSAL}:
            link = min(concerned)
            place = "" if link == event.subject else f"，{event.subject} 涉及它"
            raise LedgerError(
                f"比对 {link}",
                f"代号 {event.actor} 对此现场人员的比对声明过回避{place}，不能由其办理，撤销也不能",
                "由他人办理；须立即停用的，可以先用 tongcha case dispute 登记异议",
            )
