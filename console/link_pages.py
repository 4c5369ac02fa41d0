"""The pages with personal data: one link, and its dossier. Each look is put on record."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import polars as pl

from console.desk import admit, open_desk
from console.dossier_page import render_dossier_page
from console.link_view import compose_link_page
from console.progress import find_first_round, frame, queue_url
from console.refusals import Refusal
from console.rendering import render_page
from console.verdicts import DOSSIER_VIEW, LINK_VIEW, SCORES_VIEW, record_access
from console.web import link_to
from tongcha.review.disputes import list_disputes
from tongcha.review.layout import ANSWER_OF_VERDICT
from tongcha.review.settle import PANEL, WAITING

if TYPE_CHECKING:
    from starlette.responses import Response

    from console.desk import Admission, Desk
    from console.web import Visit
    from tongcha.policy.review import Reasons


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
    settings = visit.console.settings
    desk = open_desk(settings, batch, visit.reviewer)
    admission = admit(desk, link_id, visit.reviewer)
    with_scores = _may_see_scores(desk, link_id, admission)
    _note_look(visit, admission, with_scores=with_scores)
    row = desk.find(link_id)
    return render_page(
        "link.html",
        status,
        batch=batch,
        link_id=link_id,
        page=compose_link_page(settings, desk, link_id, with_scores=with_scores),
        admission=admission,
        reopened=row["reopened"],
        evidence_hash=row["evidence_hash"],
        form=visit.session.issue_form(link_id),
        own_answer=_word_own(admission),
        entry=next((e for e in visit.session.entries if e.link_id == link_id), None),
        disputes=_list_disputes(visit, link_id) if with_scores else [],
        panel=_list_earlier(desk, link_id, visit) if admission.review_round == PANEL else [],
        message=message,
        draft=draft,
        **_ask_for_reasons(settings.review_policy.reasons, admission),
        **_find_way(desk, visit, link_id, admission),
        **frame(visit),
    )


def show_dossier(visit: Visit) -> Response:
    """Show the full dossier, with the machine's view, to who has given their own; never others' answers."""
    batch, link_id = visit.place
    settings = visit.console.settings
    desk = open_desk(settings, batch, visit.reviewer)
    admission = admit(desk, link_id, visit.reviewer)
    if not _may_see_scores(desk, link_id, admission):
        raise Refusal(
            HTTPStatus.FORBIDDEN, f"比对 {link_id} 的案卷", "作出判断之前不能看，内有机器的看法", "先作判断"
        )
    record_access(settings, visit.session, (batch, link_id), DOSSIER_VIEW)
    can_undo = any(entry.link_id == link_id for entry in visit.session.entries)
    tells_search = admission.mode == "view" or not can_undo
    return render_dossier_page(settings, desk, link_id, tells_search=tells_search)


def _note_look(visit: Visit, admission: Admission, *, with_scores: bool) -> None:
    """Put the look on record before anything is shown, and keep colleagues off the link for a while."""
    console, (batch, link_id) = visit.console, visit.place
    view = SCORES_VIEW if with_scores else LINK_VIEW
    record_access(console.settings, visit.session, visit.place, view)
    if admission.mode == "judge":
        console.holds.take(batch, link_id, visit.reviewer.code, console.settings.clock())


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


def _list_disputes(visit: Visit, link_id: str) -> list[str]:
    """What somebody concerned said against the link; shown where the scores are, so that nobody is led."""
    disputes = list_disputes(visit.console.settings.ledger.events())
    return [dispute.sentence for dispute in disputes if dispute.opened.subject == link_id]


def _find_way(desk: Desk, visit: Visit, link_id: str, admission: Admission) -> dict[str, Any]:
    review_round = admission.review_round or find_first_round(desk, visit)
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
