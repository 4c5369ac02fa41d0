"""The periods that bulletins are about: day, week, half month, quarter, campaign."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tongcha.policy.deductions import DeductionPolicy

_MID = 15


class Period(NamedTuple):
    """A stretch of days, both ends included, and what a bulletin calls it."""

    cadence: str
    start: date
    end: date
    period: str


def list_periods(day: date, policy: DeductionPolicy) -> list[Period]:
    """Return the five periods that a day lies in.

    Args:
        day: any day.
        policy: policy/deductions.yaml; a day outside every campaign belongs to none.
    """
    monday = day - timedelta(days=day.weekday())
    year, week, _ = day.isocalendar()
    last = calendar.monthrange(day.year, day.month)[1]
    first, until, half = (1, _MID, "上") if day.day <= _MID else (_MID + 1, last, "下")
    quarter = (day.month - 1) // 3
    month = quarter * 3 + 3
    found = [
        Period("日报", day, day, day.isoformat()),
        Period("周通报", monday, monday + timedelta(days=6), f"{year}年第{week}周"),
        Period(
            "半月报", day.replace(day=first), day.replace(day=until), f"{day.year}年{day.month}月{half}半月"
        ),
        Period(
            "季通报",
            date(day.year, month - 2, 1),
            date(day.year, month, calendar.monthrange(day.year, month)[1]),
            f"{day.year}年第{quarter + 1}季度",
        ),
    ]
    campaigns = [entry for entry in policy.campaigns if entry.start <= day <= entry.end]
    return found + [Period("专项总结", entry.start, entry.end, entry.campaign) for entry in campaigns]
