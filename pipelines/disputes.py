"""异议 at the desk: recorded on the day, and resolved by somebody who didn't judge the link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.packets import tell_unaccounted
from pipelines.report import find_link, list_batches_of, read_all
from pipelines.resources import build_office
from pipelines.terminal import say
from pipelines.workflow import act_batches
from tongcha.casebook.disclosures import find_disclosures_of
from tongcha.casebook.dispute_answers import LETTERS
from tongcha.errors import LedgerError
from tongcha.review.decisions import find_withdrawn
from tongcha.review.disputes import (
    ANSWERS,
    SCHOOL,
    Dispute,
    list_disputes,
    record_dispute,
    record_resolution,
    refuse_partial,
)

if TYPE_CHECKING:
    from datetime import date

    from pipelines.casework import Desk


def dispute(
    desk: Desk, link_id: str, *, source: str, on: date | None, reason: str, school_id: str = ""
) -> None:
    """Record that somebody disputes a link; from then on nothing about it leaves.

    A school is recorded by its name, so that the answer finds it whatever becomes of the link; unless told
    otherwise, it is the one that employed the person on the day of the raid.

    Raises:
        InputError: no batch holds that link.
        LedgerError: a dispute of it is open, or it was withdrawn already.
    """
    link = find_link(desk.runner.home, link_id)
    desk.refuse_stranger(link_id)
    refuse_named(desk, link, reason)
    school = name_school(desk, school_id or link["responsible_school_id"]) if source == SCHOOL else ""
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
        reason=reason, earlier=len(known), school=school,
    )  # fmt: skip
    desk.append([event])
    for batch in list_batches_of(desk.runner.home, link):
        act_batches(desk.runner, batch)
    say(f"✓ 比对 {link_id} 的异议已登记；办结之前，有关它的线索、扣分与告知书一律不出。")
    _tell_holders(desk, link_id, "已送达的文书列为“有异议待核实”，请送达更正函告知暂停使用")
    tell_unaccounted(desk.runner.home, link_id)


def resolve(desk: Desk, link_id: str, *, upheld: bool, on: date | None, reason: str) -> None:
    """Resolve the open dispute of a link; an upheld one takes the link back everywhere.

    Raises:
        LedgerError: no dispute of it is open, or this person judged the link.
    """
    desk.refuse_stranger(link_id)
    events = build_office(desk.runner.home).events()
    opened = find_open(list_disputes(events), link_id)
    own = dict.fromkeys(("raid_id", "evidence_hash", "identity_id", "person_id"))
    known = read_all(desk.runner.home, "candidate_links").filter(pl.col("link_id") == link_id)
    # it is gone when the material was renumbered
    link = known.row(0, named=True) if known.height else own | {"batch": opened.opened.payload["batch"]}
    refuse_named(desk, link, reason)
    refuse_partial(events, link_id, desk.by)
    event = record_resolution(opened.opened, by=desk.by, reason=reason, on=desk.date_of(on), upheld=upheld)
    desk.append([event])
    for batch in list_batches_of(desk.runner.home, link):
        act_batches(desk.runner, batch)
    after = "比对已撤销，线索、扣分、告知书与计分已重算" if upheld else "比对重新过关口，条件齐全的照常办理"
    say(f"✓ 比对 {link_id} 的异议办结为{ANSWERS[upheld]}：{after}。")
    if upheld:
        _tell_holders(desk, link_id, "请送达更正函")
    else:
        _tell_notices(desk, link_id)
    _tell_answers(desk, event.event_id)


def find_open(disputes: list[Dispute], link_id: str) -> Dispute:
    """Return the open dispute of a link.

    Raises:
        LedgerError: there is none.
    """
    found = next((d for d in disputes if d.opened.subject == link_id and d.resolved is None), None)
    if found is None:
        raise LedgerError(f"比对 {link_id}", "没有尚未办结的异议", "用 tongcha case due 查看在办的异议")
    return found


def name_school(desk: Desk, school_id: str | None) -> str:
    """Return the name of the school that disputes; empty where nobody knows which it is.

    Raises:
        LedgerError: the directory doesn't know the school.
    """
    if not school_id:
        return ""
    names = dict(read_all(desk.runner.home, "schools").select("school_id", "name").iter_rows())
    if school_id not in names:
        raise LedgerError(f"学校 {school_id}", "不在学校名录中", "核对学校标识码")
    return str(names[school_id])


def refuse_named(desk: Desk, link: dict[str, Any], reason: str) -> None:
    """Refuse a reason that names who was met or the person on record: it stays in the ledger and goes out.

    Raises:
        LedgerError: it does.
    """
    met, known = (read_all(desk.runner.home, name) for name in ("identities", "people"))
    own = pl.col("identity_id").is_in([link["identity_id"]]) & (pl.col("batch") == link["batch"])
    record = pl.col("person_id").is_in([link["person_id"]])
    names = {*met.filter(own)["name"], *known.filter(record)["name"]}
    if any(name and len(name) > 1 and name in reason for name in names):
        raise LedgerError(
            f"比对 {link['link_id']}", "理由中写有所涉人员的姓名，而理由要写入台账，异议的还写入告知书",
            "改写“本人”“该教师”或者编号",
        )  # fmt: skip


def _tell_answers(desk: Desk, event_id: str) -> None:
    """Say which letters tell the answer, and to whom they go."""
    letters = read_all(desk.runner.home, "dispute_answers").filter(pl.col("event_id") == event_id)
    for letter, name, path in letters.select("letter_id", "recipient_name", "path").sort("letter_id").rows():
        say(f"！异议核实结果告知书 {letter}：送 {name}（outbox/{path}）")
    if letters.height:
        say("　送达后逐份登记：tongcha case deliver 编号。")


def _tell_notices(desk: Desk, link_id: str) -> None:
    """Say which notices about the link a school holds: handed over anew, they start the defence afresh."""
    given = find_disclosures_of(read_all(desk.runner.home, "disclosures"), link_id)
    numbers = given.filter(pl.col("kind") == "notice")["document_id"].unique().sort().to_list()
    if numbers:
        told = "请重新送达，申辩期从头起算（tongcha case deliver）"
        say(f"！学校已收到的扣分告知书 {'、'.join(numbers)} {told}。")


def _tell_holders(desk: Desk, link_id: str, todo: str) -> None:
    """Say who holds papers that mention the link, and what is owed to them."""
    given = find_disclosures_of(read_all(desk.runner.home, "disclosures"), link_id)
    names = given.filter(~pl.col("kind").is_in(LETTERS))["recipient_name"].unique().sort().to_list()
    if names:
        say(f"！收到过有关文书的单位：{'、'.join(names)}。{todo}（tongcha case disclosed）。")
