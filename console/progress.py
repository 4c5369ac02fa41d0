"""How far a person has come in each round, what comes next, and what every page carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from console.web import link_to
from tongcha.tables.review import EVERY_ROUND

if TYPE_CHECKING:
    from console.desk import Desk
    from console.web import Visit


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one round of a batch has come, for one person.

    Attributes:
        review_round: the round.
        waiting: links that wait for this person.
        judged: links that this person has judged.
        share: judged share of both, 0 to 100, for the bar; None when there is nothing.
        url: the queue.
        signature: what this person writes into a workbook of this round as 复核人.
    """

    review_round: str
    waiting: int
    judged: int
    share: int | None
    url: str
    signature: str


def frame(visit: Visit) -> dict[str, Any]:
    """What every page of somebody who is logged in carries."""
    latest = visit.session.entries[-1] if visit.session.entries else None
    return {
        "user": visit.reviewer,
        "token": visit.token,
        "idle_seconds": visit.console.settings.console_policy.session.idle_minutes * 60,
        "latest": latest,
        "notice": visit.session.take_notice(),
    }


def measure_progress(desk: Desk, visit: Visit) -> list[Progress]:
    """Return the progress of each round that this person judges in.

    Rounds of others aren't counted: a number that moves right after one's own answer would tell how
    the first reviewer answered.
    """
    counted, signs = [], visit.console.settings.sign
    for review_round in (r for r in EVERY_ROUND if r in visit.reviewer.roles):
        waiting = len(desk.list_tasks(visit.reviewer, review_round))
        judged = desk.count_own(visit.reviewer, review_round)
        share = round(100 * judged / (waiting + judged)) if waiting + judged else None
        url = queue_url(desk.batch, review_round)
        own = f"{visit.reviewer.code}/{signs(visit.reviewer.code, desk.batch, review_round)}"
        counted.append(Progress(review_round, waiting, judged, share, url, own))
    return counted


def queue_url(batch: str, review_round: str) -> str:
    """Return the address of a batch's queue in a round; without a round, of the batch."""
    query = f"?round={quote(review_round)}" if review_round else ""
    return link_to("batches", batch) + query


def choose_next(desk: Desk, visit: Visit, review_round: str, after: str) -> str:
    """Return the next link for this person: after the given one, not open with a colleague; else empty."""
    tasks = desk.list_tasks(visit.reviewer, review_round)
    now = visit.console.settings.clock()
    held = visit.console.holds.held_by_others(desk.batch, tasks, visit.reviewer.code, now)
    free = [task for task in tasks if task not in held and task != after]
    places = desk.places(review_round)
    later = [task for task in free if places[task] > places.get(after, 0)]
    return (later or free or [""])[0]


def find_first_round(desk: Desk, visit: Visit) -> str:
    """The first of the person's rounds with something to do, else the first of them."""
    own = [r for r in EVERY_ROUND if r in visit.reviewer.roles]
    busy = [r for r in own if desk.list_tasks(visit.reviewer, r)]
    return next(iter(busy or own), "")
