"""The reference of limits and of where a notice stands, from docs/responsibility.md and clocks.yaml.

Slow and obvious on purpose; `test_responsibility_slow_clocks` holds the program to it on random histories.
The days off are those of the State Council's yearly notices, typed here and not read from a library.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.policy.clocks import Clock, ClockPolicy

DAY: Final = timedelta(days=1)
FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
"""days of which the notices are typed here"""
LONGEST_BREAK: Final = 10
HOLIDAYS: Final = (
    ("2025-01-01", "2025-01-01"), ("2025-01-28", "2025-02-04"), ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"), ("2025-05-31", "2025-06-02"), ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)  # fmt: skip
MADE_UP: Final = (
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
)  # fmt: skip

FOLLOWS: Final[Mapping[str, str]] = {
    "notified": "proposed notified contested accepted",
    "contested": "notified",
    "accepted": "notified",
    "decided": "notified contested accepted",
    "review_requested": "decided",
    "review_decided": "review_requested",
    "appealed": "decided review_decided",
    "appeal_decided": "appealed",
    "appeal_upheld": "appealed",
    "corrected": "appeal_upheld",
    "restored": "decided review_decided appeal_decided corrected final",
}
"""Step → where the notice must stand; it may be withdrawn from anywhere but once."""
OWN_LIMIT: Final = {"contested": "defence", "review_requested": "review_request", "appealed": "appeal"}
"""Step of the school → within which limit."""
STARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "notified": ("defence",),
    "contested": ("opinion",),
    "decided": ("review_request", "appeal"),
    "review_requested": ("review_answer",),
    "review_decided": ("appeal",),
    "appealed": ("appeal_answer",),
    "appeal_upheld": ("correction",),
}
ANSWERS: Final = ("opinion", "review_answer", "appeal_answer", "correction")
NEXT: Final[Mapping[str, str]] = {
    "proposed": "本局", "contested": "本局", "accepted": "本局", "decided": "学校",
    "review_requested": "复核机关", "review_decided": "学校", "appealed": "上一级督导机构",
    "appeal_upheld": "本局", "final": "学校", "restored": "无待办", "withdrawn": "无待办",
}  # fmt: skip


def is_worked(day: date) -> bool:
    if day.isoformat() in MADE_UP:
        return True
    return day.weekday() < 5 and not any(a <= day.isoformat() <= b for a, b in HOLIDAYS)


def end(clock: Clock, started: date) -> tuple[date | None, date | None]:
    """The last day as shown, and the last that it can be: the same where the days off are known."""
    if clock.unit == "working_days":
        day, worked = started, 0
        while worked < clock.length and day < LAST:
            day += DAY
            worked += is_worked(day)
        return (day, day) if worked == clock.length else (None, None)
    day = started + clock.length * DAY
    if clock.unit == "months":
        months = started.year * 12 + started.month - 1 + clock.length
        day = date(months // 12, months % 12 + 1, 1)
        while day.day < started.day and (day + DAY).month == day.month:
            day += DAY
    nominal = day
    while day <= LAST and not is_worked(day):
        day += DAY
    return (day, day) if day <= LAST else (nominal, nominal + LONGEST_BREAK * DAY)


class Notice:
    """One notice, walked through its steps."""

    def __init__(self, clocks: ClockPolicy) -> None:
        self.clocks, self.state = clocks, "proposed"
        self.since: date | None = None
        self.limits: dict[str, tuple[date, date | None, date | None]] = {}

    def has_passed(self, name: str, today: date) -> bool:
        latest = self.limits[name][2]
        return latest is not None and today > latest

    def is_final(self, today: date) -> bool:
        if self.state in {"decided", "review_decided"}:
            return all(self.has_passed(name, today) for name in self.limits)
        return self.state in {"appeal_decided", "corrected"}

    def refuse(self, step: str, on: date) -> str:
        """Why a step isn't taken: unknown, order, early or late; empty when it may be."""
        if step == "withdrawn":
            return "order" if self.state == "withdrawn" else ""
        if step not in FOLLOWS:
            return "unknown"
        states = FOLLOWS[step].split()
        limit = OWN_LIMIT.get(step)
        if limit is not None and self.state in states:
            return "late" if self.has_passed(limit, on) else ""
        if self.state not in states and not ("final" in states and self.is_final(on)):
            return "order"
        if self.state == "notified" and step == "decided" and not self.has_passed("defence", on):
            return "early"
        return ""

    def take(self, step: str, on: date) -> None:
        self.state, self.since = step, on
        self.limits = {name: (on, *end(self.clocks.clock(name), on)) for name in STARTS.get(step, ())}

    def show(self, today: date) -> dict[str, Any]:
        """What the table `notice_states` says of it."""
        state, since, limits = self.state, self.since, self.limits
        if self.is_final(today):
            since = max((limit[2] for limit in limits.values() if limit[2]), default=since)
            state, limits = "final", {}
        running = {name: limit for name, limit in limits.items() if not self.has_passed(name, today)}
        by_end = sorted((limit[1] or date.max, name) for name, limit in (running or limits).items())
        shown = by_end[0][1] if by_end else None
        overdue = shown in ANSWERS and not running
        due = limits[shown][1] if shown else None
        who = ("学校" if running else "本局") if state == "notified" else NEXT[state]
        return {
            "state": state,
            "since": since,
            "clock": self.clocks.clock(shown).label if shown else None,
            "started": limits[shown][0] if shown else None,
            "due": due,
            "days_left": (due - today).days if due else None,
            "overdue": overdue,
            "who": "本局" if overdue and shown == "review_answer" else who,
            "ways": sorted(running) if state == "decided" else None,
        }
