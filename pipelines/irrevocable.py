"""What can't be taken back needs two looks: first what would go, then the day, said by a person.

A clock set back is noticed (`witness`); one set forward looks like any other, and on it every term is over.
So nothing is deleted on the clock's word alone: whoever deletes says which day it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.resources import build_office
from pipelines.terminal import say
from pipelines.witness import find_latest
from tongcha.errors import LedgerError

if TYPE_CHECKING:
    from datetime import date

    from pipelines.home import Home


def show_day(home: Home) -> None:
    """Say which day would count, how far it lies from the last record, and how to go on."""
    today, latest = build_office(home).today, find_latest(home)
    say(f"以上按本机日期 {today} 计算，还没有删除；删除不能恢复。")
    if latest is not None:
        noted = latest.astimezone().date()
        say(f"系统此前最后一次有登记或者运行是 {noted}，与本机日期相隔 {abs((today - noted).days)} 天。")
    say("请对照日历或者手机核对今天的日期，无误后加 --today 年-月-日 再运行一次。")


def require_day(home: Home, said: date) -> None:
    """Refuse to delete unless the day that a person says is the clock's.

    Raises:
        LedgerError: they differ.
    """
    today = build_office(home).today
    if said != today:
        raise LedgerError(
            f"所写的今天 {said}", f"与本机日期 {today} 不一致，按错的日期会删去还没有到期的",
            "写错的改正；本机日期有误的，校正后再运行",
        )  # fmt: skip
