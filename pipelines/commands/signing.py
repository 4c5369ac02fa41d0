"""What every command asks that records something: who, why, and on which day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from pipelines.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from pipelines.casework import Desk

PORT: Final = click.IntRange(1, 65535)
DAY: Final = click.DateTime(formats=["%Y-%m-%d"])


def signed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Ask for who records it and why."""
    by = click.option("--by", required=True, metavar="代号", help="登记人在名单中的代号。 Your code.")
    reason = click.option(
        "--reason", required=True, metavar="理由", help="写依据，不写姓名。 The grounds, without names."
    )
    return by(reason(command))


def dated(command: Callable[..., Any]) -> Callable[..., Any]:
    """Ask on which day it happened; today when nothing is said."""
    return click.option(
        "--on", type=DAY, metavar="日期", help="发生日期，不写为今天。 YYYY-MM-DD, default today."
    )(command)


def sure_of_the_day(command: Callable[..., Any]) -> Callable[..., Any]:
    """Ask whoever deletes for today's date; without it only what would be deleted is shown."""
    return click.option(
        "--today", type=DAY, metavar="日期",
        help="今天的日期，核对日历后写；不写只列出将删除什么。 Today's date; without it nothing is deleted.",
    )(command)  # fmt: skip


def open_desk(by: str) -> Desk:
    """Open the home for a person who records something."""
    from pipelines.casework import Desk
    from pipelines.runs import Runner

    return Desk(Runner.open(Home.from_environment()), by)


def to_day(on: datetime | None) -> date | None:
    """Return the day of click's moment."""
    return on.date() if on else None
