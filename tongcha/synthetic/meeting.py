"""Who of one part of the registry is met at the raids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.synthetic.employment import NEVER, OPEN, SLOTS, TRANSFER, Careers, standing_on
from tongcha.synthetic.raids import EX_TEACHER, HIRED_LATER, IN_SERVICE, pick_local

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.places import Places
    from tongcha.synthetic.raids import Slots
    from tongcha.synthetic.shares import FoundShares

ROUNDS: Final = 40


@dataclass(frozen=True, slots=True)
class Meetings:
    """Which person stands in which slot.

    Attributes:
        slot: row of the slot.
        person: row of the person in this part.
        moved_that_day: whether the person changed schools on the very day of the raid.
    """

    slot: NDArray[np.int64]
    person: NDArray[np.int64]
    moved_that_day: NDArray[np.bool_]


def meet_teachers(
    rng: np.random.Generator,
    places: Places,
    shares: FoundShares,
    slots: Slots,
    mine: NDArray[np.int64],
    careers: Careers,
) -> Meetings:
    """Fill the slots `mine` with people of this part whose career fits the slot's kind on its day.

    A few are met twice, and a few careers get a transfer on the very day (changes `careers`).
    Slots for which nobody fits stay unfilled.
    """
    chosen = np.full(len(mine), -1)
    taken = np.zeros(len(careers.school), dtype=bool)
    city = places.city[careers.latest_school]
    for kind, pool in pools_by_kind(careers, int(slots.day.min())).items():
        pool_sorted = pool[np.argsort(city[pool], kind="stable")]
        for _ in range(ROUNDS if len(pool) else 0):
            open_slots = np.flatnonzero((chosen < 0) & (slots.kind[mine] == kind))
            at = pick_local(rng, city[pool_sorted], slots.city[mine[open_slots]], shares.same_city)
            person = pool_sorted[at]
            fits = fitting(careers, person, slots.day[mine[open_slots]], kind) & ~taken[person]
            once = np.unique(person[fits], return_index=True)[1]
            chosen[open_slots[fits][once]] = person[fits][once]
            taken[person[fits]] = True
    filled = np.flatnonzero(chosen >= 0)
    chosen = meet_again(rng, shares.met_again, slots, mine, filled, chosen, careers)
    serving = filled[slots.kind[mine[filled]] == IN_SERVICE]
    moved = move_on_the_day(
        rng, shares.same_day_transfer, places, careers, chosen[serving], slots.day[mine[serving]]
    )
    flagged = np.zeros(len(mine), dtype=bool)
    flagged[serving] = moved
    return Meetings(mine[filled], chosen[filled], flagged[filled])


def pools_by_kind(careers: Careers, first_raid: int) -> dict[int, NDArray[np.int64]]:
    """Return who may at all be met as in service, gone, or not yet hired."""
    gone = careers.end[np.arange(len(careers.end)), careers.last] < OPEN
    paused = (careers.end[:, 0] < careers.start[:, 1]) & (careers.start[:, 1] < NEVER)
    return {
        IN_SERVICE: np.arange(len(careers.school)),
        EX_TEACHER: np.flatnonzero(gone | paused),
        HIRED_LATER: np.flatnonzero(careers.start[:, 0] > first_raid),
    }


def fitting(
    careers: Careers, person: NDArray[np.int64], day: NDArray[np.int64], kind: int
) -> NDArray[np.bool_]:
    """Return whether each person's standing on the day is of this kind."""
    standing = standing_on(careers.take(person), day)
    return {IN_SERVICE: standing.serving, EX_TEACHER: standing.after, HIRED_LATER: standing.before}[kind]


def meet_again(
    rng: np.random.Generator,
    share: float,
    slots: Slots,
    mine: NDArray[np.int64],
    filled: NDArray[np.int64],
    chosen: NDArray[np.int64],
    careers: Careers,
) -> NDArray[np.int64]:
    """Put some people of one raid into a slot of the same kind at a later raid of the same city."""
    again = filled[rng.random(len(filled)) < share]
    order = filled[np.lexsort((slots.day[mine[filled]], slots.city[mine[filled]], slots.kind[mine[filled]]))]
    position = {int(at): place for place, at in enumerate(order)}
    result = chosen.copy()
    for at in again.tolist():
        before = int(order[max(position[at] - 1, 0)])
        one, other = mine[before], mine[at]
        same = slots.kind[one] == slots.kind[other] and slots.city[one] == slots.city[other]
        if same and slots.raid[one] != slots.raid[other]:
            kind, person = int(slots.kind[other]), result[[before]]
            if fitting(careers, person, slots.day[[other]], kind)[0]:
                result[at] = person[0]
    return result


def move_on_the_day(
    rng: np.random.Generator,
    share: float,
    places: Places,
    careers: Careers,
    person: NDArray[np.int64],
    day: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Let some people change schools on the day itself (changes `careers`); return which.

    Only where the running spell is the latest, began well before, and the person is met once.
    """
    last = careers.last[person]
    running = (careers.start[person, last] + 30 < day) & (day + 30 < careers.end[person, last])
    once = np.isin(person, np.unique(person)[np.unique(person, return_counts=True)[1] == 1])
    able = np.flatnonzero(
        running & once & (last < SLOTS - 1) & (careers.lent[person] == 0) & ~careers.rehired[person]
    )
    wanted = max(1, rng.binomial(len(person), share)) if len(able) else 0
    moved = np.zeros(len(person), dtype=bool)
    moved[rng.choice(able, size=min(wanted, len(able)), replace=False)] = True
    who, column = person[moved], last[moved]
    careers.school[who, column + 1] = places.draw_nearby(rng, careers.school[who, column])
    careers.start[who, column + 1] = day[moved]
    careers.end[who, column + 1] = careers.end[who, column]
    careers.reason[who, column + 1] = careers.reason[who, column]
    careers.end[who, column] = day[moved]
    careers.reason[who, column] = TRANSFER
    return moved
