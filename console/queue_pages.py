"""The pages without personal data: the batches, the queue of a batch, its progress."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from console.desk import VIEWER, open_desk
from console.progress import Progress, find_first_round, frame, measure_progress
from console.refusals import Refusal
from console.rendering import render_page
from console.web import link_to
from tongcha.errors import TongchaError
from tongcha.review.page_one import TITLE
from tongcha.review.settle import WAITING
from tongcha.tables.review import REVERIFICATION

if TYPE_CHECKING:
    from starlette.responses import Response

    from console.desk import Desk
    from console.web import Visit

MOST_ROWS: Final = 200
"""rows of a queue on one page; whoever has judged them all sees the next"""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch on the first page.

    Attributes:
        batch: the batch.
        url: its queue.
        closed: why it is closed; empty while it is open, and the rest is then meant.
        waiting: links that wait for anybody, for those who only look.
        progress: this person's rounds.
    """

    batch: str
    url: str
    closed: str
    waiting: int | None = None
    progress: list[Progress] = field(default_factory=list)


def show_batches(visit: Visit) -> Response:
    """Show every batch with this person's progress, and how often the wrong person was confirmed.

    Whoever re-verifies isn't shown the rate: where few links were looked at, a number that moves after their
    own answer tells how the link had been settled.
    """
    settings = visit.console.settings
    rows = [row for batch in settings.list_batches() if (row := _describe_batch(visit, batch))]
    error_rates = [] if REVERIFICATION in visit.reviewer.roles else settings.error_rates()
    return render_page("batches.html", batches=rows, title=TITLE, error_rates=error_rates, **frame(visit))


def _describe_batch(visit: Visit, batch: str) -> BatchRow | None:
    """Return the batch's row; None where nothing in it is this person's business."""
    url = link_to("batches", batch)
    try:
        desk = open_desk(visit.console.settings, batch, visit.reviewer)
    except Refusal:
        return None
    except TongchaError as closed:
        return BatchRow(batch, url, str(closed))
    return BatchRow(batch, url, "", _count(desk, visit), measure_progress(desk, visit))


def show_queue(visit: Visit) -> Response:
    """Show what waits for this person in a round; link numbers only, no personal data."""
    batch, _ = visit.place
    desk = open_desk(visit.console.settings, batch, visit.reviewer)
    review_round = visit.request.query_params.get("round", "") or find_first_round(desk, visit)
    tasks = desk.list_tasks(visit.reviewer, review_round)
    held = visit.console.holds.held_by_others(
        batch, tasks, visit.reviewer.code, visit.console.settings.clock()
    )
    return render_page(
        "queue.html",
        batch=batch,
        review_round=review_round,
        progress=measure_progress(desk, visit),
        rows=_list_rows(desk, visit, tasks[:MOST_ROWS], held),
        left_out=max(0, len(tasks) - MOST_ROWS),
        viewable=_list_viewable(desk, visit),
        **frame(visit),
    )


def show_progress(visit: Visit) -> Response:
    """Show the progress of a batch alone, for the page to refresh."""
    batch, _ = visit.place
    desk = open_desk(visit.console.settings, batch, visit.reviewer)
    return render_page("progress.html", batch=batch, progress=measure_progress(desk, visit))


def _count(desk: Desk, visit: Visit) -> int | None:
    """Links that wait for anybody, for those who only look."""
    waiting = desk.queue.filter(pl.col("state").is_in(WAITING)).height
    return waiting if VIEWER in visit.reviewer.roles else None


def _list_rows(desk: Desk, visit: Visit, tasks: list[str], held: set[str]) -> list[dict[str, object]]:
    settings = visit.console.settings
    today = settings.clock().date()
    raids = desk.sites.select("raid_id", "raid_date").unique("raid_id")
    links = desk.links.select("link_id", "raid_id").join(raids, on="raid_id", how="left")
    known = {row["link_id"]: row for row in links.iter_rows(named=True)}
    queue = {row["link_id"]: row for row in desk.queue.iter_rows(named=True)}
    rows: list[dict[str, object]] = []
    for place, link_id in enumerate(tasks, start=1):
        raid_date = known[link_id]["raid_date"]
        days = (today - raid_date).days if raid_date else None
        rows.append(
            {
                "place": place,
                "link_id": link_id,
                "url": link_to("batches", desk.batch, "links", link_id),
                "raid_id": known[link_id]["raid_id"],
                "raid_date": raid_date,
                "days": days,
                "overdue": days is not None and days > settings.review_policy.queue.overdue_days,
                "reopened": queue[link_id]["reopened"],
                "held": link_id in held,
            }
        )
    return rows


def _list_viewable(desk: Desk, visit: Visit) -> list[tuple[str, str, str]]:
    """Link numbers and where they stand, for people who only look."""
    if set(visit.reviewer.roles) != {VIEWER}:
        return []
    rows = desk.queue.sort("position").select("link_id", "state").iter_rows()
    return [(link, link_to("batches", desk.batch, "links", link), state) for link, state in rows]
