"""The forms: a verdict, a conflict of interest, an undo. Each ends in a redirection."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from console.desk import open_desk
from console.link_pages import show_link
from console.progress import choose_next, queue_url
from console.refusals import Refusal
from console.verdicts import record_conflict, record_verdict, take_back
from console.web import link_to
from tongcha.tables.review import EVERY_ROUND

if TYPE_CHECKING:
    from starlette.responses import Response

    from console.web import Form, Visit


def give_verdict(visit: Visit, form: Form) -> Response:
    """Take a verdict and lead on to the next link; a poor reason leads back to the same page."""
    console = visit.console
    try:
        with console.one_at_a_time:
            record_verdict(console.settings, visit.session, visit.reviewer, visit.place, form)
    except Refusal as refusal:
        if refusal.status is HTTPStatus.UNPROCESSABLE_ENTITY:
            return show_link(visit, str(refusal), form.get("reason", ""), refusal.status)
        raise
    return _lead_on(visit, form.get("round", ""))


def declare_conflict(visit: Visit, form: Form) -> Response:
    """Take a declared conflict of interest and lead on to the next link."""
    console = visit.console
    try:
        with console.one_at_a_time:
            record_conflict(console.settings, visit.session, visit.reviewer, visit.place, form)
    except Refusal as refusal:
        if refusal.status is HTTPStatus.UNPROCESSABLE_ENTITY:
            return show_link(visit, str(refusal), form.get("reason", ""), refusal.status)
        raise
    return _lead_on(visit, form.get("round", ""))


def undo(visit: Visit, form: Form) -> Response:
    """Take back what this login put on record, and show that link again."""
    console = visit.console
    span = timedelta(minutes=console.settings.console_policy.session.undo_minutes)
    with console.one_at_a_time:
        entry = take_back(console.settings, visit.session, form.get("event", ""), span)
    visit.session.notice = f"已撤销：{entry.link_id}“{entry.words}”。撤销已登记在台账，原判断不再计入。"
    return _redirect(link_to("batches", entry.batch, "links", entry.link_id))


def _lead_on(visit: Visit, wanted: str) -> Response:
    review_round = wanted if wanted in EVERY_ROUND else ""
    batch, link_id = visit.place
    visit.console.holds.release(visit.reviewer.code)
    desk = open_desk(visit.console.settings, batch, visit.reviewer)
    following = choose_next(desk, visit, review_round, link_id)
    if following:
        return _redirect(link_to("batches", batch, "links", following))
    visit.session.notice = f"本批次{review_round}暂无派给您的比对。"
    return _redirect(queue_url(batch, review_round))


def _redirect(url: str) -> Response:
    """POST-redirect-GET, so that reloading a page never sends a form again."""
    return RedirectResponse(url, HTTPStatus.SEE_OTHER)
