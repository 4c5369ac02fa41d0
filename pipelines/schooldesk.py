"""What a named person may record of a school's side: who answers, its steps, what is struck or relieved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.archive import Archive
from pipelines.report import read_all
from pipelines.resources import build_office
from tongcha.casebook.rectification import list_unclosed_issues
from tongcha.errors import LedgerError
from tongcha.policy.deductions import DeductionPolicy
from tongcha.responsibility.deductions import RECTIFICATION
from tongcha.responsibility.rulings import record_ruling, refuse_settled
from tongcha.responsibility.steps import record_relief, record_step, record_strike, refuse_unbacked
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from datetime import date

    from pipelines.casework import Desk


def take_step(desk: Desk, notice_id: str, step: str, *, on: date | None, reason: str) -> None:
    """Record a step of a notice; a decision keeps the rules that it was made under.

    Raises:
        LedgerError: the step is out of order, too early or too late, the day lies ahead, or the points say
            otherwise.
    """
    home = desk.runner.home
    refuse_unbacked(step, notice_id, read_all(home, "school_notices"), read_all(home, "score_deductions"))
    office = build_office(home)
    rules = Archive(office.home).keep_rules(office) if step == "decided" else ""
    day = desk.date_of(on)
    event = record_step(notice_id=notice_id, step=step, on=day, by=desk.by, reason=reason, rules=rules)
    desk.record([event])


def rule_on(desk: Desk, link_id: str, *, school_id: str, reason: str) -> None:
    """Answer an open question by naming the school.

    Raises:
        LedgerError: the link has no open question, another link of the act has its school, or the directory
            doesn't know the school.
    """
    refuse_settled(read_all(desk.runner.home, "school_responsibilities"), link_id)
    office = build_office(desk.runner.home)
    schools = office.tables.read(BY_NAME["schools"], office.tables.current_snapshot())
    if school_id not in set(schools["school_id"]):
        raise LedgerError(f"学校 {school_id}", "不在学校名录中", "核对学校标识码")
    desk.record([record_ruling(link_id=link_id, school_id=school_id, by=desk.by, reason=reason)])


def strike(desk: Desk, case_ref: str, *, reason: str) -> None:
    """Take a case off a school's account, as a defence or an appeal won.

    Raises:
        LedgerError: nothing is counted under that number.
    """
    links = read_all(desk.runner.home, "school_responsibilities")["link_id"]
    pupils = read_all(desk.runner.home, "pupil_schools").select(pl.format("{}/{}", "raid_id", "pupil_no"))
    if case_ref not in {*links, *pupils.to_series()}:
        raise LedgerError(f"事项 {case_ref}", "没有这一事项", "写比对编号，或者 查处编号/学生序号")
    desk.record([record_strike(case_ref=case_ref, by=desk.by, reason=reason)])


def relieve(desk: Desk, school_id: str, *, campaign: str, relief: str, reason: str) -> None:
    """Grant a school a relief.

    Raises:
        LedgerError: the school has nothing to be relieved of in that campaign.
    """
    board = read_all(desk.runner.home, "scoreboard")
    own = board.filter((pl.col("school_id") == school_id) & (pl.col("campaign") == campaign))
    if own.is_empty():
        raise LedgerError(f"学校 {school_id}", f"在“{campaign}”中没有扣分", "核对学校与专项行动的名称")
    if relief == RECTIFICATION:
        refuse_open_issues(desk, school_id, campaign)
    event = record_relief(school_id=school_id, campaign=campaign, relief=relief, by=desk.by, reason=reason)
    desk.record([event])


def refuse_open_issues(desk: Desk, school_id: str, campaign: str) -> None:
    """Refuse to restore points while an issue of the campaign isn't closed (凡整改到位的实行销号管理).

    Raises:
        LedgerError: some issue of the school in that campaign is still open.
    """
    policy = build_office(desk.runner.home).policy(DeductionPolicy, "deductions")
    issues = read_all(desk.runner.home, "issue_ledger").filter(pl.col("school_id") == school_id)
    left = list_unclosed_issues(issues, campaign, policy)
    if left:
        raise LedgerError(
            f"学校 {school_id}", f"还有 {len(left)} 个问题没有销号（如 {left[0]}）", "整改到位并销号后再办理"
        )
