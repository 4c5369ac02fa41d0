"""Orders to districts (督办通知): what a named person decides where one is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from pipelines.report import read_all
from pipelines.resources import build_office
from pipelines.terminal import say
from tongcha.casebook.supervision import (
    list_district_issues,
    list_unordered,
    read_supervisions,
    record_supervision,
)
from tongcha.errors import LedgerError
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from datetime import date

    from pipelines.casework import Desk


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
