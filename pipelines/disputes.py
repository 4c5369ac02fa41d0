"""异议 at the desk: recorded on the day, and resolved by somebody who didn't judge the link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.report import find_link, list_batches_of, read_all
from pipelines.resources import build_office
from pipelines.terminal import say
from pipelines.workflow import act_batches
from tongcha.casebook.disclosures import find_disclosures_of
from tongcha.errors import LedgerError
from tongcha.review.decisions import find_withdrawn
from tongcha.review.disputes import (
    ANSWERS,
    Dispute,
    list_disputes,
    record_dispute,
    record_resolution,
    refuse_partial,
)

if TYPE_CHECKING:
    from datetime import date

    from pipelines.casework import Desk


def dispute(desk: Desk, link_id: str, *, source: str, on: date | None, reason: str) -> None:
    """Record that somebody disputes a link; from then on nothing about it leaves.

    Raises:
        InputError: no batch holds that link.
        LedgerError: a dispute of it is open, or it was withdrawn already.
    """
    link = find_link(desk.runner.home, link_id)
    events = build_office(desk.runner.home).events()
    known = [d for d in list_disputes(events) if d.opened.subject == link_id]
    waiting = [d for d in known if d.resolved is None]
    if waiting:
        raise LedgerError(
            f"比对 {link_id}", f"已有尚未办结的异议（{waiting[0].opened.event_id}）",
            "先用 tongcha case resolve 办结；补充材料写入办结理由",
        )  # fmt: skip
    if link_id in find_withdrawn(events):
        raise LedgerError(f"比对 {link_id}", "已经撤销，不再用于任何事项", "不需要登记异议；书面告知对方即可")
    event = record_dispute(
        batch=str(link["batch"]), link_id=link_id, source=source, on=desk.date_of(on), by=desk.by,
        reason=reason, earlier=len(known),
    )  # fmt: skip
    desk.append([event])
    for batch in list_batches_of(desk.runner.home, link):
        act_batches(desk.runner, batch)
    say(f"✓ 比对 {link_id} 的异议已登记；办结之前，有关它的线索、扣分与告知书一律不出。")
    _tell_holders(desk, link_id, "已送达的文书列为“有异议待核实”，请送达更正函告知暂停使用")


def resolve(desk: Desk, link_id: str, *, upheld: bool, on: date | None, reason: str) -> None:
    """Resolve the open dispute of a link; an upheld one takes the link back everywhere.

    Raises:
        LedgerError: no dispute of it is open, or this person judged the link.
    """
    events = build_office(desk.runner.home).events()
    opened = find_open(list_disputes(events), link_id)
    own = {"batch": opened.opened.payload["batch"], "raid_id": None, "evidence_hash": None}
    known = read_all(desk.runner.home, "candidate_links").filter(pl.col("link_id") == link_id)
    link = known.row(0, named=True) if known.height else own  # it is gone when the material was renumbered
    refuse_partial(events, link_id, desk.by)
    event = record_resolution(opened.opened, by=desk.by, reason=reason, on=desk.date_of(on), upheld=upheld)
    desk.append([event])
    for batch in list_batches_of(desk.runner.home, link):
        act_batches(desk.runner, batch)
    after = "比对已撤销，线索、扣分、告知书与计分已重算" if upheld else "比对重新过关口，条件齐全的照常办理"
    say(f"✓ 比对 {link_id} 的异议办结为{ANSWERS[upheld]}：{after}。")
    todo = "请送达更正函" if upheld else "请函告异议的核实结果；学校告知书请重新送达，申辩期从头起算"
    _tell_holders(desk, link_id, todo)


def find_open(disputes: list[Dispute], link_id: str) -> Dispute:
    """Return the open dispute of a link.

    Raises:
        LedgerError: there is none.
    """
    found = next((d for d in disputes if d.opened.subject == link_id and d.resolved is None), None)
    if found is None:
        raise LedgerError(f"比对 {link_id}", "没有尚未办结的异议", "用 tongcha case due 查看在办的异议")
    return found


def _tell_holders(desk: Desk, link_id: str, todo: str) -> None:
    """Say who holds papers that mention the link, and what is owed to them."""
    given = find_disclosures_of(read_all(desk.runner.home, "disclosures"), link_id)
    names = given.filter(pl.col("kind") != "correction")["recipient_name"].unique().sort().to_list()
    if names:
        say(f"！收到过有关文书的单位：{'、'.join(names)}。{todo}（tongcha case disclosed）。")
