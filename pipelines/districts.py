"""Between the bureau and its districts: orders (督办通知) that a named person decides, raids handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.report import read_all
from pipelines.resources import build_office
from pipelines.terminal import say
from tongcha.casebook.jurisdiction import assign_areas, name_raid, record_handover
from tongcha.casebook.supervision import (
    list_district_issues,
    list_unordered,
    read_supervisions,
    record_supervision,
)
from tongcha.errors import LedgerError
from tongcha.review.reviewers import Reviewers
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from datetime import date

    from pipelines.casework import Desk
    from pipelines.home import Home


def supervise(desk: Desk, area: str, *, on: date | None, reason: str) -> None:
    """Decide that an order goes to a district, where one is proposed.

    Raises:
        LedgerError: none is proposed there, or no reason is given.
    """
    home = desk.runner.home
    proposed = read_all(home, "supervision_orders").filter(pl.col("state") == "proposed")
    if area not in set(proposed["area"]):
        raise LedgerError(
            f"区划 {area}", "没有督办建议", "用 tongcha case orders 查看；起点见 policy/casebook.yaml"
        )
    office = build_office(home)
    issues = list_district_issues(
        issue_ledger=read_all(home, "issue_ledger"),
        rectification_ledger=read_all(home, "rectification_ledger"),
        schools=office.tables.read(BY_NAME["schools"], office.tables.current_snapshot()),
    )
    unordered = list_unordered(issues, read_supervisions(office.events()))
    event = record_supervision(area=area, issues=unordered, on=desk.date_of(on), by=desk.by, reason=reason)
    desk.record([event])
    say(f"✓ 区划 {area} 的督办通知已写入发件箱 supervision/，送达后用 tongcha case deliver 登记")


def hand_over(desk: Desk, batch: str, raid_id: str, *, to_area: str, on: date | None, reason: str) -> None:
    """Record that a raid's cases go to another district; who recorded it, to whom, and why, stays.

    Raises:
        LedgerError: there is no such raid or district, or it isn't this person's to give, or it is there.
    """
    home = desk.runner.home
    raids = assign_areas(read_all(home, "sites"), build_office(home).events())
    own = raids.filter((pl.col("batch") == batch) & (pl.col("raid_id") == raid_id))
    if own.is_empty():
        raise LedgerError(f"查处 {name_raid(batch, raid_id)}", "没有这次查处", "核对批次与查处编号")
    if to_area not in list_districts(home):
        fix = "核对代码；确要交给新区划的，先用 tongcha reviewer add --area 登记那里的人员"
        raise LedgerError(f"查处 {raid_id}", "接收的区划不在学校名录、查处场所和人员名单中", fix)
    event = record_handover(
        batch=batch,
        raid_id=raid_id,
        from_area=own["area"][0],
        to_area=to_area,
        on=desk.date_of(on),
        by=desk.by,
        reason=reason,
    )
    desk.record([event])


def list_districts(home: Home) -> set[str]:
    """Return the districts that schools, sites or people are in; a slip of the pen is hardly one of them."""
    people = Reviewers.load(home.root / "reviewers.yaml").reviewers
    placed = {area for name in ("schools", "sites") for area in read_all(home, name)["area"].drop_nulls()}
    return placed | {area for person in people for area in person.areas}
