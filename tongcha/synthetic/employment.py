"""How careers of invented teachers run: hired, moved, lent, gone, back again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongcha.synthetic.careers import (
    EXCHANGED,
    NEVER,
    OPEN,
    REHIRE_OVER,
    RESIGNED,
    RETIRED,
    SECONDED,
    SLOTS,
    TRANSFER,
    YEAR,
    Careers,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.setting import Setting
    from tongcha.synthetic.shares import EmploymentShares


def draw_births(
    rng: np.random.Generator, setting: Setting, count: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Draw birth days of registered teachers, and who of them has left before the snapshot."""
    shares = setting.shares
    left = rng.random(count) < shares.registry.left
    aged = left & (rng.random(count) < shares.employment.pensioned)
    age = np.where(aged, rng.uniform(55.5, 68, count), 23 + 36 * rng.beta(1.6, 1.9, count))
    return (setting.snapshot_day - age * YEAR).astype(np.int64), left


def draw_careers(
    rng: np.random.Generator,
    setting: Setting,
    *,
    birth: NDArray[np.int64],
    left: NDArray[np.bool_],
    school: NDArray[np.int64],
) -> Careers:
    """Draw a career for each person.

    Args:
        rng: source of randomness.
        setting: shares, places and the day after which nothing is known.
        birth: birth days, in days since 1970-01-01.
        left: who has left for good before the snapshot.
        school: the first school of each.
    """
    shares, snapshot, count = setting.shares.employment, setting.snapshot_day, len(birth)
    hire = draw_hire_days(rng, shares, birth, snapshot)
    final, why = draw_leaving_days(rng, shares, birth, hire, left, snapshot)
    start = draw_moves(rng, shares, hire, np.where(final == OPEN, snapshot, final))
    there, rows = start < NEVER, np.arange(count)
    last = np.count_nonzero(there, axis=1) - 1
    end = np.where(there, np.concatenate([start[:, 1:], np.full((count, 1), NEVER)], axis=1), NEVER)
    reason = np.where(there, TRANSFER, 0)
    end[rows, last], reason[rows, last] = final, why
    schools = np.where(there, school[:, None], -1)
    for column in (1, 2):
        moved = setting.places.draw_nearby(rng, schools[:, column - 1])
        schools[:, column] = np.where(there[:, column], moved, -1)
    nobody, never = np.full(count, -1), np.full(count, NEVER)
    careers = Careers(
        school=schools,
        start=start,
        end=end,
        reason=reason,
        rehired=np.zeros(count, dtype=bool),
        lent=np.zeros(count, dtype=np.int64),
        host=nobody,
        lent_start=never,
        lent_end=never.copy(),
    )
    open_gaps(rng, shares.gap, careers)
    rehire_some(rng, shares.rehired, careers, snapshot)
    lend_some(rng, setting, careers)
    return careers


def draw_hire_days(
    rng: np.random.Generator, shares: EmploymentShares, birth: NDArray[np.int64], snapshot: int
) -> NDArray[np.int64]:
    """Draw hiring days: mostly the September after graduation, at 22 to 30 years, before the snapshot."""
    age = 22.3 + np.minimum(rng.exponential(1.8, len(birth)), 8)
    hire = start_in_september(rng, shares, birth + age * YEAR)
    latest = start_in_september(rng, shares, snapshot - rng.uniform(20, 500, len(birth)))
    return np.where(hire < snapshot - 5, hire, np.minimum(latest, snapshot - 5))


def start_in_september(
    rng: np.random.Generator, shares: EmploymentShares, day: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Move most days back to the start of the school year that they lie in."""
    whole = day.astype(np.int64)
    year = whole.astype("datetime64[D]").astype("datetime64[Y]")
    september = (year.astype("datetime64[M]") + 8).astype("datetime64[D]").astype(np.int64)
    earlier = ((year - 1).astype("datetime64[M]") + 8).astype("datetime64[D]").astype(np.int64)
    begins = np.where(september <= whole, september, earlier)
    return np.where(rng.random(len(day)) < shares.in_september, begins, whole)


def draw_leaving_days(
    rng: np.random.Generator,
    shares: EmploymentShares,
    birth: NDArray[np.int64],
    hire: NDArray[np.int64],
    left: NDArray[np.bool_],
    snapshot: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw last days and reasons: retirement at 55 or 60 where that is past, a resignation otherwise."""
    age = np.where(rng.random(len(birth)) < shares.pension_at_55, 55, 60)
    pension = (birth + age * YEAR).astype(np.int64)
    retires = left & (pension < snapshot - 1) & (pension > hire)
    # resignations crowd towards today: the registry forgets those who went long ago
    quits = (hire + (snapshot - hire) * (1 - 0.5 * rng.random(len(birth)) ** 2)).astype(np.int64) - 1
    final = np.where(retires, pension, np.where(left, np.maximum(quits, hire + 1), OPEN))
    return final, np.where(retires, RETIRED, np.where(left, RESIGNED, 0))


def draw_moves(
    rng: np.random.Generator, shares: EmploymentShares, hire: NDArray[np.int64], until: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the first day of each spell: at most two moves, each well inside the service so far."""
    start = np.full((len(hire), SLOTS), NEVER)
    start[:, 0] = hire
    moves = rng.random(len(hire))
    for column, share in ((1, shares.one_move + shares.two_moves), (2, shares.two_moves)):
        since = start[:, column - 1]
        day = start_in_september(rng, shares, since + (until - since) * rng.uniform(0.15, 0.95, len(hire)))
        fits = (moves < share) & (since + 300 < day) & (day < until - 120)
        start[fits, column] = day[fits]
    return start


def open_gaps(rng: np.random.Generator, share: float, careers: Careers) -> None:
    """Let some of those who moved have resigned a while before (changes `careers`)."""
    pause = rng.integers(60, 500, len(careers))
    moved = (careers.start[:, 1] < NEVER) & (rng.random(len(careers)) < share)
    moved &= careers.start[:, 0] + 90 < careers.start[:, 1] - pause
    careers.end[moved, 0] = careers.start[moved, 1] - pause[moved]
    careers.reason[moved, 0] = RESIGNED


def rehire_some(rng: np.random.Generator, share: float, careers: Careers, snapshot: int) -> None:
    """Give some retired people two more years at their school (changes `careers`)."""
    last, rows = careers.last, np.arange(len(careers))
    begin = careers.latest_end + rng.integers(1, 200, len(careers))
    back = (careers.reason[rows, last] == RETIRED) & (begin < snapshot) & (rng.random(len(careers)) < share)
    who, column = rows[back], last[back] + 1
    over = begin[back] + 730
    careers.school[who, column] = careers.school[who, column - 1]
    careers.start[who, column] = begin[back]
    careers.end[who, column] = np.where(over < snapshot, over, OPEN)
    careers.reason[who, column] = np.where(over < snapshot, REHIRE_OVER, 0)
    careers.rehired[who] = True


def lend_some(rng: np.random.Generator, setting: Setting, careers: Careers) -> None:
    """Lend some people to another school while their own spell goes on (changes `careers`)."""
    shares, snapshot, count = setting.shares.employment, setting.snapshot_day, len(careers)
    chance = rng.random(count)
    kind = np.select(
        [chance < shares.seconded, chance < shares.seconded + shares.exchanged], [SECONDED, EXCHANGED], 0
    )
    begin = start_in_september(rng, shares, snapshot - rng.uniform(30, 1_100, count))
    months = np.where(kind == SECONDED, rng.integers(6, 24, count), 12 * rng.integers(1, 4, count))
    over = begin + (months * YEAR / 12).astype(np.int64)
    own_start = careers.start[np.arange(count), careers.last]
    lent = (kind > 0) & (own_start < begin) & (careers.latest_end == OPEN) & (begin < snapshot)
    host = setting.places.draw_nearby(rng, careers.latest_school)
    careers.lent[lent] = kind[lent]
    careers.host[lent] = host[lent]
    careers.lent_start[lent] = begin[lent]
    careers.lent_end[lent] = np.where(over < snapshot, over, OPEN)[lent]
