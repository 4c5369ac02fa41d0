"""回避 at the desk: whoever records cases says that a link concerns somebody near to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.casework import rehearse_events
from pipelines.concerned import locate_links
from pipelines.disputes import refuse_named
from pipelines.report import find_link, name_link
from pipelines.resources import build_office
from pipelines.terminal import say
from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, drop_retracted
from tongcha.review.decisions import record_recusal
from tongcha.review.recusals import find_recused
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from datetime import date

    from pipelines.casework import Desk


def recuse(desk: Desk, link_id: str, *, on: date | None, reason: str) -> None:
    """Record a person's own conflict of interest with whoever a link is about; they may only dispute it then.

    Raises:
        InputError: no batch holds that link.
        LedgerError: no reason is given, it holds a name, the person may not record, or their own judgement of
            the link counts: voiding that takes their signature or password (ADR 10).
    """
    home = desk.runner.home
    link = find_link(home, name_link(home, link_id))
    link_id, office = link["link_id"], build_office(home)
    desk.refuse_stranger(link_id)
    if not reason.strip():
        raise LedgerError(f"比对 {link_id}", "没有写明回避的理由", "写明何种利害关系，如亲属、同事，不写姓名")
    refuse_named(desk, link, reason)
    before = office.events()
    event = record_recusal(
        batch=str(link["batch"]),
        link_id=link_id,
        reviewer=desk.by,
        reason=reason,
        evidence_hash=str(link["evidence_hash"]),
        declared_on=desk.date_of(on),
    )
    links = office.tables.read_all(BY_NAME["candidate_links"])
    kept_from = find_recused(rehearse_events(before, [event]), links)[desk.by]
    own = [event for event in drop_retracted(before) if event.actor == desk.by]
    judged = sorted(e.subject for e in own if e.kind is EventKind.JUDGEMENT and e.subject in kept_from)
    if judged:
        raise LedgerError(
            f"比对 {judged[0]}", f"代号 {desk.by} 对此现场人员作过判断，声明回避会使该判断失效，须由本人签名",
            "在复核台打开这条比对声明，或者在复核表中选“回避”",
        )  # fmt: skip
    desk.append([event])
    say(
        f"✓ 已声明回避比对 {link_id} 及同一现场人员的其他比对：此后有关的撤销、送达、登记、办结"
        "都须由他人办理；可以登记异议。"
    )
    about = locate_links(office.tables, before)
    said = [e for e in own if e.kind not in {EventKind.ACCESS, EventKind.RECUSAL}]
    touched = [e.event_id for e in said if kept_from & about.get(e.subject, set())]
    if touched:
        say(f"此前由您登记、涉及它的 {len(touched)} 项仍然有效：{'、'.join(touched)}；请告知负责人复查。")
