"""属地管理: which district a raid's cases belong to, and how one district hands them to another.

A raid belongs to the district where it took place until a person records that it was handed over (003:
分级负责，属地管理). Who may see or record what is decided by that district alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tongcha.review.reviewers import Reviewer

HANDED_TO: Final = "handed_to"
AREA: Final = r"^[0-9]{6}$"


def record_handover(
    *, batch: str, raid_id: str, from_area: str | None, to_area: str, on: date, by: str, reason: str
) -> NewEvent:
    """Return the ledger event by which a person hands a raid's cases to another district.

    Args:
        batch: the batch.
        raid_id: the raid.
        from_area: the district that it belongs to now; None where nobody knows.
        to_area: the district that takes it.
        on: the day of the handover.
        by: the person who hands it over.
        reason: on what grounds.

    Raises:
        LedgerError: the district is no code or the same one, or no reason is given.
    """
    culprit = f"查处 {raid_id}"
    if pl.Series([to_area]).str.contains(AREA)[0] is not True:
        raise LedgerError(culprit, "接收的区划不是六位代码", "写六位行政区划代码")
    if to_area == from_area:
        raise LedgerError(culprit, "已经由该区划管辖", "核对接收的区划")
    if not reason.strip():
        raise LedgerError(culprit, "没有写明移交理由", "写明依据后再登记")
    payload = {HANDED_TO: to_area, "from": from_area or "", "on": on.isoformat(), "reason": reason}
    return NewEvent(EventKind.NOTE, name_raid(batch, raid_id), by, payload)


def name_raid(batch: str, raid_id: str) -> str:
    """Return what the ledger calls a raid; raid numbers are unique in their batch only."""
    return f"{batch}/{raid_id}"


def read_handovers(events: Iterable[Event]) -> dict[str, str]:
    """Return the raids that were handed over and the district that each belongs to now."""
    given = (e for e in drop_retracted(events) if e.kind is EventKind.NOTE and HANDED_TO in e.payload)
    return {event.subject: str(event.payload[HANDED_TO]) for event in given}


def assign_areas(sites: pl.DataFrame, events: Iterable[Event]) -> pl.DataFrame:
    """Return which district each raid belongs to: `batch, raid_id, area` (null where nobody knows).

    Args:
        sites: table of that name.
        events: the ledger.
    """
    handed = read_handovers(events)
    keyed = sites.select("batch", "raid_id", "area", key=pl.format("{}/{}", "batch", "raid_id"))
    moved = pl.col("key").replace_strict(handed, default=None, return_dtype=pl.String)
    return keyed.select("batch", "raid_id", area=pl.coalesce(moved, "area")).sort("batch", "raid_id")


def list_own_raids(sites: pl.DataFrame, events: Iterable[Event], person: Reviewer) -> list[str]:
    """Return the raids of a batch that are a person's business, sorted.

    Args:
        sites: table of that name, one batch.
        events: the ledger.
        person: who asks; whoever is bound to no district sees all.
    """
    placed = assign_areas(sites, events)
    return [raid for raid, area in placed.select("raid_id", "area").iter_rows() if person.covers(area)]
