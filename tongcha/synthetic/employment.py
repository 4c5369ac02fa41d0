"""Careers of invented teachers: hired, moved, lent, gone, back again; and what was so on a given day."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.places import Places
    from tongcha.synthetic.shares import EmploymentShares

OPEN: Final = 10**6
"""End of a spell that hasn't ended, in days since 1970-01-01."""
NEVER: Final = OPEN + 1
"""Start of a spell that isn't there."""
YEAR: Final = 365.25
SLOTS: Final = 4
"""At most three spells in service and one after retirement."""
REASONS: Final = ("", "调动", "辞职", "退休", "返聘期满")
TRANSFER, RESIGNED, RETIRED, REHIRE_OVER = 1, 2, 3, 4
LENT_KINDS: Final = ("", "借调", "交流轮岗")


@dataclass(frozen=True, slots=True)
class Careers:
    """Careers as arrays of one row per person; days count from 1970-01-01.

    Attributes:
        school: school of each spell (four columns), -1 where there is none.
        start: first day of each spell; `NEVER` where there is none.
        end: first day on which the spell no longer runs; `OPEN` if it does, `NEVER` where there is none.
        reason: index into `REASONS` of why it ended.
        rehired: whether the last spell is one after retirement.
        lent: index into `LENT_KINDS`; 0 for those never lent to another school.
        host: school that borrows the person; the employing spell goes on.
        lent_start: first day of that.
        lent_end: first day after it.
    """

    school: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    reason: NDArray[np.int64]
    rehired: NDArray[np.bool_]
    lent: NDArray[np.int64]
    host: NDArray[np.int64]
    lent_start: NDArray[np.int64]
    lent_end: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the careers at these rows, in this order."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    @property
    def last(self) -> NDArray[np.int64]:
        """Column of each person's latest spell."""
        return (self.school >= 0).sum(axis=1) - 1

    @property
    def latest_school(self) -> NDArray[np.int64]:
        """School of each person's latest spell."""
        return self.school[np.arange(len(self.school)), self.last]


@dataclass(frozen=True, slots=True)
class Standing:
    """What was so on one day per person.

    Attributes:
        serving: in service that day.
        before: not hired yet.
        after: has left (for good, or for a while).
        school: the employing school, -1 if not in service.
        host: the school to which the person is lent, -1 if none.
    """

    serving: NDArray[np.bool_]
    before: NDArray[np.bool_]
    after: NDArray[np.bool_]
    school: NDArray[np.int64]
    host: NDArray[np.int64]


def standing_on(careers: Careers, day: NDArray[np.int64]) -> Standing:
    """Return who was in service where on the given day; a spell runs from `start` until before `end`."""
    running = (careers.start <= day[:, None]) & (day[:, None] < careers.end)
    serving = running.any(axis=1)
    before = day < careers.start[:, 0]
    school = np.where(serving, careers.school[np.arange(len(day)), running.argmax(axis=1)], -1)
    lent = serving & (careers.lent > 0) & (careers.lent_start <= day) & (day < careers.lent_end)
    return Standing(serving, before, ~serving & ~before, school, np.where(lent, careers.host, -1))


def draw_births(
    rng: np.random.Generator, count: int, snapshot: int, share_left: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Draw birth days of registered teachers, and who of them has left before the snapshot."""
    left = rng.random(count) < share_left
    age = 23 + 36 * rng.beta(1.6, 1.9, count)
    age = np.where(left & (rng.random(count) < 0.55), rng.uniform(55.5, 68, count), age)
    return (snapshot - age * YEAR).astype(np.int64), left


def draw_careers(
    rng: np.random.Generator,
    places: Places,
    shares: EmploymentShares,
    *,
    birth: NDArray[np.int64],
    left: NDArray[np.bool_],
    school: NDArray[np.int64],
    snapshot: int,
) -> Careers:
    """Draw a career for each person, first employed at `school`.

    Args:
        rng: source of randomness.
        places: where the schools are.
        shares: how often people move, pause, are lent or rehired.
        birth: birth days.
        left: who has left for good before the snapshot.
        school: the first school of each.
        snapshot: day after which nothing is known.
    """
    hire = draw_hire_days(rng, birth, snapshot)
    final, reason = draw_leaving_days(rng, birth, hire, left, snapshot)
    stay_until = np.where(final == OPEN, snapshot, final)
    count = len(birth)
    starts = np.full((count, SLOTS), NEVER)
    starts[:, 0] = hire
    moves = rng.random(count)
    for column, share in ((1, shares.one_move + shares.two_moves), (2, shares.two_moves)):
        day = round_to_september(
            rng, starts[:, column - 1] + (stay_until - starts[:, column - 1]) * rng.uniform(0.15, 0.95, count)
        )
        fits = (moves < share) & (starts[:, column - 1] + 300 < day) & (day < stay_until - 120)
        starts[fits, column] = day[fits]
    there = starts < NEVER
    ends = np.where(there, np.concatenate([starts[:, 1:], np.full((count, 1), NEVER)], axis=1), NEVER)
    last = there.sum(axis=1) - 1
    ends[np.arange(count), last] = final
    reasons = np.where(there, TRANSFER, 0)
    reasons[np.arange(count), last] = reason
    schools = np.where(there, school[:, None], -1)
    for column in (1, 2):
        schools[:, column] = np.where(there[:, column], places.draw_nearby(rng, schools[:, column - 1]), -1)
    open_gaps(rng, shares.gap, starts, ends, reasons)
    rehired = rehire(rng, shares.rehired, (schools, starts, ends, reasons), last, snapshot)
    return Careers(
        schools,
        starts,
        ends,
        reasons,
        rehired,
        *lend(rng, places, shares, schools, starts, ends, last, snapshot),
    )


def draw_hire_days(rng: np.random.Generator, birth: NDArray[np.int64], snapshot: int) -> NDArray[np.int64]:
    """Draw hiring days: mostly the first September after graduation, at 22 to 30 years."""
    age = 22.3 + np.minimum(rng.exponential(1.8, len(birth)), 8)
    hire = round_to_september(rng, birth + age * YEAR)
    latest = round_to_september(rng, snapshot - rng.uniform(20, 500, len(birth)))
    return np.where(hire < snapshot - 5, hire, np.minimum(latest, snapshot - 5))


def round_to_september(rng: np.random.Generator, day: NDArray[np.float64]) -> NDArray[np.int64]:
    """Move four in five days back to the start of the school year that they lie in."""
    whole = day.astype(np.int64)
    year = whole.astype("datetime64[D]").astype("datetime64[Y]")
    september = (year.astype("datetime64[M]") + 8).astype("datetime64[D]").astype(np.int64)
    earlier = ((year - 1).astype("datetime64[M]") + 8).astype("datetime64[D]").astype(np.int64)
    return np.where(rng.random(len(day)) < 0.8, np.where(september <= whole, september, earlier), whole)


def draw_leaving_days(
    rng: np.random.Generator,
    birth: NDArray[np.int64],
    hire: NDArray[np.int64],
    left: NDArray[np.bool_],
    snapshot: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw last days: retirement at 55 or 60 where that is past, a resignation otherwise."""
    pension = (birth + np.where(rng.random(len(birth)) < 0.5, 55, 60) * YEAR).astype(np.int64)
    retires = left & (pension < snapshot - 1) & (pension > hire)
    quits = (hire + (snapshot - hire) * (1 - 0.5 * rng.random(len(birth)) ** 2)).astype(np.int64) - 1
    quits = np.maximum(quits, hire + 1)
    final = np.where(retires, pension, np.where(left, quits, OPEN))
    return final, np.where(retires, RETIRED, np.where(left, RESIGNED, 0))


def open_gaps(
    rng: np.random.Generator,
    share: float,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    reasons: NDArray[np.int64],
) -> None:
    """Let some of those who moved have resigned a while before (changes `ends` and `reasons`)."""
    pause = rng.integers(60, 500, len(starts))
    moved = (starts[:, 1] < NEVER) & (rng.random(len(starts)) < share)
    moved &= starts[:, 0] + 90 < starts[:, 1] - pause
    ends[moved, 0] = starts[moved, 1] - pause[moved]
    reasons[moved, 0] = RESIGNED


def rehire(
    rng: np.random.Generator,
    share: float,
    spells: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    last: NDArray[np.int64],
    snapshot: int,
) -> NDArray[np.bool_]:
    """Give some retired people a further spell at their school (changes the arrays); return whom."""
    schools, starts, ends, reasons = spells
    rows = np.arange(len(last))
    begin = ends[rows, last] + rng.integers(1, 200, len(last))
    back = (reasons[rows, last] == RETIRED) & (begin < snapshot) & (rng.random(len(last)) < share)
    at = rows[back]
    schools[at, last[back] + 1] = schools[at, last[back]]
    starts[at, last[back] + 1] = begin[back]
    over = begin[back] + 730
    ends[at, last[back] + 1] = np.where(over < snapshot, over, OPEN)
    reasons[at, last[back] + 1] = np.where(over < snapshot, REHIRE_OVER, 0)
    return back


def lend(
    rng: np.random.Generator,
    places: Places,
    shares: EmploymentShares,
    schools: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    last: NDArray[np.int64],
    snapshot: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Lend some people to another school within their latest spell: kind, host, first day, day after."""
    rows = np.arange(len(last))
    kind = np.searchsorted(
        [shares.seconded, shares.seconded + shares.exchanged], rng.random(len(last)), side="right"
    )
    kind = np.array([1, 2, 0])[kind]
    begin = round_to_september(rng, snapshot - rng.uniform(30, 1_100, len(last)))
    over = begin + np.where(kind == 1, rng.integers(180, 730, len(last)), 365 * rng.integers(1, 4, len(last)))
    fits = (kind > 0) & (starts[rows, last] < begin) & (ends[rows, last] == OPEN) & (begin < snapshot)
    kind = np.where(fits, kind, 0)
    host = np.where(fits, places.draw_nearby(rng, schools[rows, last]), -1)
    return (
        kind,
        host,
        np.where(fits, begin, NEVER),
        np.where(fits, np.where(over < snapshot, over, OPEN), NEVER),
    )
