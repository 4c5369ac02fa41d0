"""When a time limit ends: calendar days, working days or months, by the official holiday calendar.

Counted from the day after the event (民法典 201). A limit in calendar days or months that ends on a day
off ends on the next working day (民法典 203). The holiday calendar is published a year at a time; beyond
it a date in working days is not computed, and a day off can't be known: both are said, not guessed, and any
other date has passed only once no run of days off could still carry it.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import chinese_calendar

if TYPE_CHECKING:
    from tongcha.policy.clocks import Clock

LAST_KNOWN_YEAR: Final[int] = max(day.year for day in chinese_calendar.holidays)
FIRST_KNOWN_YEAR: Final[int] = min(day.year for day in chinese_calendar.holidays)
NOT_PUBLISHED: Final = "该年度节假日安排尚未收录，期限末日须人工核定"
LONGEST_BREAK: Final = timedelta(days=10)
"""the longest run of days off that the calendar has known"""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One running limit.

    Attributes:
        clock: the limit's name.
        label: what it limits.
        started: the day of the event; counting begins on the day after.
        due: the last day, or null when the calendar doesn't reach that far.
        text: the length as printed.
        basis: the clause, and whether the bureau itself set the length.
        note: what a reader must know about the date.
        latest: the last day that it can be; null when nothing can be said.
    """

    clock: str
    label: str
    started: date
    due: date | None
    text: str
    basis: str
    note: str = ""
    latest: date | None = None

    def has_passed(self, today: date) -> bool:
        """Whether the last day surely lies before today; while that can't be known it has not passed."""
        return self.latest is not None and today > self.latest


def set_deadline(clock: Clock, started: date) -> Deadline:
    """Return when the limit ends that an event on that day started."""
    if clock.unit == "working_days":
        due = latest = _add_working_days(started, clock.length)
        note = "" if due else NOT_PUBLISHED
    else:
        last = (
            _add_months(started, clock.length)
            if clock.unit == "months"
            else started + timedelta(clock.length)
        )
        due, note = _roll_forward(last)
        latest = due + LONGEST_BREAK if note == NOT_PUBLISHED else due
    return Deadline(clock.clock, clock.label, started, due, clock.text, clock.cited, note, latest)


def _is_known(day: date) -> bool:
    return FIRST_KNOWN_YEAR <= day.year <= LAST_KNOWN_YEAR


def _is_workday(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def _add_working_days(started: date, length: int) -> date | None:
    day, left = started, length
    while left:
        day += timedelta(days=1)
        if not _is_known(day):
            return None
        left -= _is_workday(day)
    return day


def _add_months(started: date, length: int) -> date:
    """Return the same day of a later month, or its last day when it has no such day (民法典 202)."""
    months = started.month - 1 + length
    year, month = started.year + months // 12, months % 12 + 1
    return date(year, month, min(started.day, calendar.monthrange(year, month)[1]))


def _roll_forward(last: date) -> tuple[date, str]:
    day = last
    while _is_known(day) and not _is_workday(day):
        day += timedelta(days=1)
    if not _is_known(day):
        return last, NOT_PUBLISHED
    return day, "" if day == last else f"原末日{last.isoformat()}为休息日，顺延"
