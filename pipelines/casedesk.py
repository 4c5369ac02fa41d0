"""What a named person may record of one case: an issue, an outcome, a second look, what is kept of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from pipelines.archive import Archive
from pipelines.home import write_private
from pipelines.irrevocable import require_day, show_day
from pipelines.report import find_link, name_link, read_all
from pipelines.resources import build_office
from pipelines.terminal import say
from pipelines.withdrawal import record
from pipelines.workflow import act_batches
from tongcha.casebook.archiving import ARCHIVED, find_expired, record_expiry
from tongcha.casebook.disclosures import find_disclosures_of
from tongcha.casebook.due import record_reply
from tongcha.casebook.filed import find_filed_batches
from tongcha.casebook.issues import read_opened, record_issue
from tongcha.casebook.jurisdiction import AREA
from tongcha.casebook.outcomes import record_outcome
from tongcha.casebook.rechecks import draw_sample, record_draw
from tongcha.errors import LedgerError
from tongcha.policy.casebook import CasebookPolicy
from tongcha.policy.minors import MinorPolicy
from tongcha.responsibility.pupil_lists import record_release
from tongcha.review.verification import record_verification, refuse_denied

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pipelines.casework import Desk
    from pipelines.home import Home


def verify(desk: Desk, link_id: str, *, is_true: bool, source: str, on: date | None, reason: str) -> None:
    """Record what the school or the person answered about a filed link, and pass its batch through the gate.

    Raises:
        LedgerError: the link is none of filed staff, nobody answered, the paper isn't named, or an answer
            that stands denies it.
    """
    home = desk.runner.home
    batch = str(find_link(home, link_id)["batch"])
    if batch not in find_filed_batches(read_all(home, "sites")):
        raise LedgerError(f"比对 {link_id}", "不是清查兼职批次的比对", "现场查处的比对不需要此项核实")
    if is_true:
        refuse_denied(build_office(home).events(), link_id)
    event = record_verification(
        batch=batch, link_id=link_id, is_true=is_true, source=source, on=desk.date_of(on), by=desk.by,
        reason=reason,
    )  # fmt: skip
    record(desk.runner, event)
    act_batches(desk.runner, batch)


def release(desk: Desk, *, on: date | None, reason: str) -> None:
    """Release the lists of pupils to their own schools.

    Raises:
        PolicyError: the rules for minors don't allow it, which is the default.
    """
    policy = build_office(desk.runner.home).policy(MinorPolicy, "minors")
    event = record_release(on=desk.date_of(on), by=desk.by, reason=reason, policy=policy)
    desk.record([event])


def open_issue(desk: Desk, sentence: str, *, area: str, school_id: str, on: date | None) -> None:
    """Record an issue that no table gives.

    Raises:
        LedgerError: the school or district is none, or these very words stand for an issue elsewhere.
    """
    home, place = desk.runner.home, (area or None, school_id or None)
    if area and not re.fullmatch(AREA, area):
        raise LedgerError("问题的区划", "不是六位代码", "写六位行政区划代码")
    if school_id and school_id not in set(read_all(home, "schools")["school_id"]):
        raise LedgerError(f"学校 {school_id}", "不在学校名录中", "核对学校标识码")
    same = read_opened(build_office(home).events()).filter(pl.col("case_ref") == sentence)
    if set(same.select("area", "school_id").iter_rows()) - {place}:
        raise LedgerError("问题台账", "同样的说明已用于另一区划或者学校的问题", "在说明中写明地点或者学校")
    desk.record(
        [record_issue(sentence=sentence, area=area, school_id=school_id, on=desk.date_of(on), by=desk.by)]
    )


def require_issue(desk: Desk, issue_id: str) -> None:
    """Refuse a number that the register doesn't hold, or whose ground is gone.

    Raises:
        LedgerError: there is no such issue, or it is void.
    """
    known = read_all(desk.runner.home, "issue_ledger").filter(pl.col("issue_id") == issue_id)
    if known.is_empty() or known["state"][0] == "void":
        raise LedgerError(
            f"问题 {issue_id}", "不在问题台账中，或者依据已撤销", "用 tongcha issue list 核对编号"
        )


def draw_rechecks(desk: Desk, *, seed: str, on: date | None) -> None:
    """Draw a sample of the closed issues and record it.

    Raises:
        LedgerError: no seed is given, or no issue is closed.
    """
    closed = read_all(desk.runner.home, "rectification_ledger").filter(pl.col("state") == "closed")
    rule = build_office(desk.runner.home).policy(CasebookPolicy, "casebook").recheck
    event = record_draw(
        issue_ids=closed["issue_id"].to_list(), seed=seed, rule=rule, on=desk.date_of(on), by=desk.by
    )
    desk.record([event])
    drawn = draw_sample(closed["issue_id"], seed, share=rule.share, at_least=rule.at_least)
    say(f"✓ 已销号 {closed.height} 件，抽出 {len(drawn)} 件：{'、'.join(drawn)}")


def report_outcome(
    desk: Desk, link_id: str, *, outcome: str, recipient: str, measure: str, on: date | None
) -> None:
    """Record what a recipient reported of a link that was handed to it.

    Raises:
        LedgerError: that recipient never got a referral of that link.
        PolicyError: the policy knows no such outcome.
    """
    link_id = name_link(desk.runner.home, link_id)
    given = find_disclosures_of(read_all(desk.runner.home, "disclosures"), link_id)
    told = sorted(set(given.filter(pl.col("kind") == "referral")["recipient_name"]))
    if recipient not in told:
        known = (
            f"向这些单位移送过，写其全称：{'、'.join(told)}" if told else "先用 tongcha case deliver 登记送达"
        )
        raise LedgerError(f"比对 {link_id}", "没有向该单位移送过", known)
    policy = build_office(desk.runner.home).policy(CasebookPolicy, "casebook")
    outcome = name_outcome(policy, outcome)
    event = record_outcome(
        link_id=link_id,
        outcome=outcome,
        recipient_name=recipient,
        measure=measure,
        on=desk.date_of(on),
        by=desk.by,
        policy=policy,
    )
    desk.record([event])
    if policy.outcome(outcome).clears:
        say(f"！应予澄清：请核实后运行 tongcha withdraw {link_id}，系统会向收到过的单位发更正。")


def name_outcome(policy: CasebookPolicy, said: str) -> str:
    """Return the code of an outcome that was said by its code or as it is called.

    Raises:
        LedgerError: the policy knows no such outcome.
    """
    codes = {name: rule.outcome for rule in policy.outcomes for name in (rule.outcome, rule.label)}
    if said not in codes:
        listed = "、".join(f"{rule.label}（{rule.outcome}）" for rule in policy.outcomes)
        raise LedgerError(
            f"反馈结果 {said[:20]}", "不在 policy/casebook.yaml 的 outcomes 中", f"写 {listed} 之一"
        )
    return codes[said]


def reply(desk: Desk, prompt_id: str, *, text: str, on: date | None) -> None:
    """Record a school's written answer to a prompt, or a district's to an order.

    Raises:
        LedgerError: no such prompt or order was handed over.
    """
    given = read_all(desk.runner.home, "disclosures").filter(
        (pl.col("document_id") == prompt_id) & pl.col("kind").is_in(["prompt", "supervision"])
    )
    if given.is_empty():
        raise LedgerError(
            f"文书 {prompt_id}", "不是送达过的工作提示或者督办通知", "先用 tongcha case deliver 登记送达"
        )
    desk.record([record_reply(prompt_id=prompt_id, text=text, on=desk.date_of(on), by=desk.by)])


def expire_archive(desk: Desk, *, reason: str, today: date | None) -> None:
    """Delete the archived papers whose term is over, with a deletion record each; first only list them.

    Args:
        desk: who decides.
        reason: on what grounds.
        today: the day, as the person says it; None lists what would be deleted and deletes nothing.

    Raises:
        LedgerError: none has expired, no reason is given, the day isn't the clock's, or the person may not
            record or is bound to a district.
    """
    office = build_office(desk.runner.home)
    rule = office.policy(CasebookPolicy, "casebook").retention
    expired = find_expired(read_all(desk.runner.home, "disclosures"), rule, today=office.today)
    archive = Archive(office.home)
    kept = [archive.holds(sha256) for sha256 in expired["sha256"]]
    events = record_expiry(expired.filter(kept), by=desk.by, reason=reason)
    for event in events:
        desk.refuse_stranger(event.subject)
    if today is None:
        for event in events:
            say(f"{event.subject}　最后送达 {event.payload['last']}　{str(event.payload[ARCHIVED])[:12]}")
        say(f"共 {len(events)} 份文书存档满 {rule.archive_months} 个月。")
        show_day(desk.runner.home)
        return
    require_day(desk.runner.home, today)
    desk.record(events)
    for event in events:
        archive.drop(str(event.payload[ARCHIVED]))
    say(f"✓ 存档中保存期满的 {len(events)} 份文书已删除")


def reissue(home: Home, event_id: str, out: Path) -> None:
    """Write the very bytes that a disclosure handed over to a file.

    Raises:
        LedgerError: there is no such disclosure, or nothing is kept of it.
    """
    events = build_office(home).events()
    given = next((e for e in events if e.event_id == event_id and "sha256" in e.payload), None)
    if given is None:
        raise LedgerError(f"台账事件 {event_id}", "不是送达记录", "用 tongcha case disclosed 查编号")
    if out.is_dir() or not out.parent.is_dir():
        raise LedgerError(f"文件 {out.name}", "是文件夹，或者所在文件夹不存在", "用 --out 写明文件名")
    write_private(out, Archive(home.root).read(str(given.payload["sha256"])))
    say(f"✓ 已另存：{out}")
