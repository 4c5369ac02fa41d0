"""回头看: a seeded random sample of closed issues, so that anyone can draw it again and get the same.

The order is by SHA-256 of seed and issue number: nobody chooses, and the list of those who could have been
drawn is kept with the draw.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.tables.casebook import RECHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tongcha.policy.casebook import RecheckRule

SUBJECT = "回头看"


def draw_sample(issue_ids: Iterable[str], seed: str, *, share: Decimal, at_least: int) -> list[str]:
    """Return the issues to look at again, in the order drawn.

    Args:
        issue_ids: every closed issue, in any order.
        seed: any text; the same seed always draws the same.
        share: which share is drawn, rounded up.
        at_least: how many are drawn in any case, as far as there are so many.
    """
    population = sorted(set(issue_ids))
    wanted = int((len(population) * share).to_integral_value(ROUND_CEILING))
    ranked = sorted(population, key=lambda issue: hashlib.sha256(f"{seed}\x1f{issue}".encode()).hexdigest())
    return ranked[: max(wanted, at_least)]


def repeat_draw(event: Event) -> list[str]:
    """Draw again what a recorded draw says of itself.

    Args:
        event: a draw, as `record_draw` made it.
    """
    said = event.payload
    return draw_sample(
        read_list(said["population"]),
        str(said["seed"]),
        share=Decimal(str(said["share"])),
        at_least=int(str(said["at_least"])),
    )


def read_list(value: object) -> list[str]:
    """Return a list of numbers as the ledger gives it back; anything else as empty."""
    return [str(entry) for entry in value] if isinstance(value, list) else []


def record_draw(*, issue_ids: Sequence[str], seed: str, rule: RecheckRule, on: date, by: str) -> NewEvent:
    """Return the ledger event of a draw, with everyone who could have been drawn.

    Raises:
        LedgerError: no seed is given, or no issue is closed.
    """
    if not seed.strip():
        raise LedgerError(SUBJECT, "没有随机种子", "写一个事先公开的种子，如当日彩票号码或者会议纪要文号")
    if not issue_ids:
        raise LedgerError(SUBJECT, "还没有已销号的问题", "销号之后再抽取")
    payload = {
        "draw": draw_sample(issue_ids, seed, share=rule.share, at_least=rule.at_least),
        "seed": seed,
        "population": sorted(set(issue_ids)),
        "share": str(rule.share),
        "at_least": rule.at_least,
        "due": (on + timedelta(days=rule.within_days)).isoformat(),
        "on": on.isoformat(),
    }
    return NewEvent(EventKind.NOTE, SUBJECT, by, payload)


def read_rechecks(events: Iterable[Event]) -> pl.DataFrame:
    """Return the table `rechecks`: every draw that stands, and what came of each issue since."""
    standing = drop_retracted(events)
    rows = []
    for event in standing:
        if event.kind is not EventKind.NOTE or event.subject != SUBJECT:
            continue
        drawn, population = read_list(event.payload["draw"]), read_list(event.payload["population"])
        rows += [
            {
                "event_id": event.event_id,
                "place": place,
                "issue_id": issue,
                "drawn_on": date.fromisoformat(str(event.payload["on"])),
                "seed": str(event.payload["seed"]),
                "population": len(population),
                "by": event.actor,
                "due": date.fromisoformat(str(event.payload["due"])),
                "result": _find_result(standing, issue, event.seq),
            }
            for place, issue in enumerate(drawn, start=1)
        ]
    return RECHECKS.conform(pl.DataFrame(rows, schema=RECHECKS.schema))


def _find_result(standing: list[Event], issue_id: str, after: int) -> str:
    looks = [
        str(event.payload["recheck"])
        for event in standing
        if event.subject == issue_id and event.seq > after and "recheck" in event.payload
    ]
    return looks[0] if looks else "waiting"
