"""The pages: batches, the queue of a batch, one link."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import polars as pl

from console.desk import VIEWER, admit, open_desk
from console.dossier_page import render_dossier_page
from console.link_page import compose_link_page
from console.refusals import Refusal
from console.rendering import render_page
from console.verdicts import DOSSIER_VIEW, SCORES_VIEW, record_access
from console.web import link_to
from tongcha.review.layout import ANSWER_OF_VERDICT
from tongcha.review.settle import PANEL, WAITING
from tongcha.tables.review import EVERY_ROUND

if TYPE_CHECKING:
    from starlette.responses import Response

    from console.desk import Admission, Desk
    from console.web import Visit
    from tongcha.policy.review import Reasons

MOST_ROWS: Final = 200
"""rows of a queue on one page; whoever has judged them all sees the next"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one round of a batch has come, for one person.

    Attributes:
        review_round: the round.
        waiting: links that wait for this person.
        judged: links that this person has judged.
        share: judged share of both, 0 to 100, for the bar; None when there is nothing.
        url: the queue.
    """

    review_round: str
    waiting: int
    judged: int
    share: int | None
    url: str


def show_batches(visit: Visit) -> Response:
    """Show every batch with this person's progress."""
    settings = visit.console.settings
    rows = []
    for batch in settings.list_batches():
        desk = open_desk(settings, batch)
        rows.append((batch, link_to("batches", batch), _count(desk, visit), measure_progress(desk, visit)))
    return render_page("batches.html", batches=rows, **frame(visit))


def show_queue(visit: Visit) -> Response:
    """Show what waits for this person in a round; link numbers only, no personal data."""
    batch, _ = visit.place
    desk = open_desk(visit.console.settings, batch)
    review_round = visit.request.query_params.get("round", "") or _first_round(desk, visit)
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
    desk = open_desk(visit.console.settings, batch)
    return render_page("progress.html", batch=batch, progress=measure_progress(desk, visit))


def show_link(
    visit: Visit, message: str = "", draft: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Show one link, and put on record that it was shown.

    Args:
        visit: who asks.
        message: why the last answer was refused; empty if none was.
        draft: the reason typed with it.
        status: HTTP status of the page.
    """
    batch, link_id = visit.place
    console = visit.console
    desk = open_desk(console.settings, batch)
    admission = admit(desk, link_id, visit.reviewer)
    with_scores = _may_see_scores(desk, link_id, admission)
    record_access(console.settings, visit.session, (batch, link_id), SCORES_VIEW if with_scores else "link")
    if admission.mode == "judge":
        console.holds.take(batch, link_id, visit.reviewer.code, console.settings.clock())
    page = compose_link_page(console.settings, desk, link_id, with_scores=with_scores)
    row = desk.find(link_id)
    return render_page(
        "link.html",
        status,
        batch=batch,
        link_id=link_id,
        page=page,
        admission=admission,
        reopened=row["reopened"],
        evidence_hash=row["evidence_hash"],
        form=visit.session.issue_form(link_id),
        own_answer=_word_own(admission),
        entry=next((e for e in visit.session.entries if e.link_id == link_id), None),
        panel=_list_earlier(desk, link_id, visit) if admission.review_round == PANEL else [],
        message=message,
        draft=draft,
        **_ask_for_reasons(console.settings.review_policy.reasons, admission),
        **_find_way(desk, visit, link_id, admission),
        **frame(visit),
    )


def show_dossier(visit: Visit) -> Response:
    """Show the full dossier, with the machine's view, to who has given their own; never others' answers."""
    batch, link_id = visit.place
    settings = visit.console.settings
    desk = open_desk(settings, batch)
    if not _may_see_scores(desk, link_id, admit(desk, link_id, visit.reviewer)):
        raise Refusal(
            HTTPStatus.FORBIDDEN, f"比对 {link_id} 的卷宗", "作出判断之前不能看，内有机器的看法", "先作判断"
        )
    record_access(settings, visit.session, (batch, link_id), DOSSIER_VIEW)
    return render_dossier_page(settings, desk, link_id)


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
    counted = []
    for review_round in (r for r in EVERY_ROUND if r in visit.reviewer.roles):
        waiting = len(desk.list_tasks(visit.reviewer, review_round))
        judged = desk.count_own(visit.reviewer, review_round)
        share = round(100 * judged / (waiting + judged)) if waiting + judged else None
        url = queue_url(desk.batch, review_round)
        counted.append(Progress(review_round, waiting, judged, share, url))
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


def _first_round(desk: Desk, visit: Visit) -> str:
    """The first of the person's rounds with something to do, else the first of them."""
    own = [r for r in EVERY_ROUND if r in visit.reviewer.roles]
    busy = [r for r in own if desk.list_tasks(visit.reviewer, r)]
    return next(iter(busy or own), "")


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


def _may_see_scores(desk: Desk, link_id: str, admission: Admission) -> bool:
    """After one's own answer; for a look, once the link is settled."""
    if admission.mode == "view":
        return desk.find(link_id)["state"] not in WAITING
    return admission.mode == "judged"


def _word_own(admission: Admission) -> tuple[str, str]:
    if admission.own is None:
        return "", ""
    return ANSWER_OF_VERDICT[str(admission.own["verdict"])], str(admission.own["reason"] or "")


def _ask_for_reasons(rules: Reasons, admission: Admission) -> dict[str, Any]:
    """Which answers need a reason, and how the form says so."""
    everything = tuple(ANSWER_OF_VERDICT)
    needed = everything if admission.review_round == PANEL else rules.required_for
    named = "".join(f"“{ANSWER_OF_VERDICT[verdict]}”" for verdict in everything if verdict in needed)
    due = {len(everything): "须写，", 0: "可不写；如写，"}.get(len(needed), f"{named}须写，")
    return {"rules": rules, "reasons_for": needed, "due": due}


def _list_earlier(desk: Desk, link_id: str, visit: Visit) -> list[tuple[str, str]]:
    """What the panel has to decide between: the earlier answers and reasons, without names."""
    if PANEL not in visit.reviewer.roles:
        raise Refusal(HTTPStatus.FORBIDDEN, f"比对 {link_id}", "只有集体研究人员可看", "回到队列")
    earlier = desk.judgements.filter(
        (pl.col("link_id") == link_id) & pl.col("is_current") & (pl.col("round") != PANEL)
    ).sort("verdict", "event_id")  # not in the order of the rounds, so that nobody is recognised
    return [
        (ANSWER_OF_VERDICT[verdict], reason or "（未写理由）")
        for verdict, reason in earlier.select("verdict", "reason").iter_rows()
    ]


def _find_way(desk: Desk, visit: Visit, link_id: str, admission: Admission) -> dict[str, Any]:
    review_round = admission.review_round or _first_round(desk, visit)
    tasks = desk.list_tasks(visit.reviewer, review_round)
    before, after = desk.find_neighbours(visit.reviewer, review_round, link_id)
    return {
        "place": tasks.index(link_id) + 1 if link_id in tasks else None,
        "total": len(tasks),
        "queue_url": queue_url(desk.batch, review_round),
        "previous_url": link_to("batches", desk.batch, "links", before) if before else "",
        "next_url": link_to("batches", desk.batch, "links", after) if after else "",
        "own_url": link_to("batches", desk.batch, "links", link_id),
    }
