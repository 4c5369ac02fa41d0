"""回避 at the desk: whoever records cases says that a link concerns somebody near to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.concerned import locate_links
from pipelines.disputes import refuse_named
from pipelines.report import find_link, name_link
from pipelines.resources import build_office
from pipelines.terminal import say
from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, drop_retracted
from tongcha.review.decisions import record_recusal

if TYPE_CHECKING:
    from datetime import date

    from pipelines.casework import Desk


def recuse(desk: Desk, link_id: str, *, on: date | None, reason: str) -> None:
    """Record a person's own conflict of interest with a link; from then on they may only dispute it.

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
    own = [event for event in drop_retracted(before) if event.actor == desk.by]
    if any(event.kind is EventKind.JUDGEMENT and event.subject == link_id for event in own):
        raise LedgerError(
            f"比对 {link_id}", f"代号 {desk.by} 对此比对作过判断，声明回避会使该判断失效，须由本人签名",
            "在复核台打开这条比对声明，或者在复核表中选“回避”",
        )  # fmt: skip
    day, batch = desk.date_of(on), str(link["batch"])
    event = record_recusal(batch=batch, link_id=link_id, reviewer=desk.by, reason=reason, declared_on=day)
    desk.append([event])
    say(f"✓ 已声明回避比对 {link_id}：此后有关它的撤销、送达、登记、办结都须由他人办理；可以登记异议。")
    about = locate_links(office.tables, before)
    said = [e for e in own if e.kind not in {EventKind.ACCESS, EventKind.RECUSAL}]
    touched = [e.event_id for e in said if link_id in about.get(e.subject, set())]
    if touched:
        say(f"此前由您登记、涉及它的 {len(touched)} 项仍然有效：{'、'.join(touched)}；请告知负责人复查。")
