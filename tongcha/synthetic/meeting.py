"""Who of one part of the registry is met at the raids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.synthetic.careers import NEVER, OPEN, SLOTS, TRANSFER, Careers, standing_on
from tongcha.synthetic.raids import EX_TEACHER, HIRED_LATER, IN_SERVICE, find_earlier, pick_local

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tongcha.synthetic.raids import Slots
    from tongcha.synthetic.setting import Setting

ROUNDS: Final = 40
"""How often somebody is sought for a slot before it is given up."""


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
    rng: np.random.Generator, setting: Setting, slots: Slots, mine: NDArray[np.int64], careers: Careers
) -> Meetings:
    """Fill the slots `mine` with people of this part whose career fits the slot's kind on its day.

    A few are met twice, and a few careers get a transfer on the very day (changes `careers`).
    Slots for which nobody fits stay unfilled.
    """
    person = choose_people(rng, setting, slots, mine, careers)
    slot, person = mine[person >= 0], person[person >= 0]
    person = meet_again(rng, setting.shares.found.met_again, slots, slot, person, careers)
    serving = np.flatnonzero(slots.kind[slot] == IN_SERVICE)
    moved = np.zeros(len(slot), dtype=bool)
    moved[serving] = move_on_the_day(rng, setting, careers, person[serving], slots.day[slot[serving]])
    return Meetings(slot, person, moved)


def choose_people(
    rng: np.random.Generator, setting: Setting, slots: Slots, mine: NDArray[np.int64], careers: Careers
) -> NDArray[np.int64]:
    """Choose a different person for each slot, mostly one who works in the raid's city; -1 if nobody fits."""
    chosen = np.full(len(mine), -1)
    taken = np.zeros(len(careers), dtype=bool)
    city = setting.places.city[careers.latest_school]
    for kind, people in pool_by_kind(careers, int(slots.day.min())).items():
        pool = people[np.argsort(city[people], kind="stable")]
        for _ in range(ROUNDS if len(pool) else 0):
            waiting = np.flatnonzero((chosen < 0) & (slots.kind[mine] == kind))
            at = pick_local(rng, city[pool], slots.city[mine[waiting]], setting.shares.found.same_city)
            person = pool[at]
            fits = fit_kind(careers, person, slots.day[mine[waiting]], kind) & ~taken[person]
            once = np.unique(person[fits], return_index=True)[1]
            chosen[waiting[fits][once]] = person[fits][once]
            taken[person[fits]] = True
    return chosen


def pool_by_kind(careers: Careers, first_raid: int) -> dict[int, NDArray[np.int64]]:
    """Return who may at all be met as in service, gone, or not yet hired."""
    paused = (careers.end[:, 0] < careers.start[:, 1]) & (careers.start[:, 1] < NEVER)
    return {
        IN_SERVICE: np.arange(len(careers)),
        EX_TEACHER: np.flatnonzero((careers.latest_end < OPEN) | paused),
        HIRED_LATER: np.flatnonzero(careers.start[:, 0] > first_raid),
    }


def fit_kind(
    careers: Careers, person: NDArray[np.int64], day: NDArray[np.int64], kind: int
) -> NDArray[np.bool_]:
    """Return whether each person's standing on the day is of this kind."""
    standing = standing_on(careers.take(person), day)
    return {IN_SERVICE: standing.serving, EX_TEACHER: standing.after, HIRED_LATER: standing.before}[kind]


def meet_again(
    rng: np.random.Generator,
    share: float,
    slots: Slots,
    slot: NDArray[np.int64],
    person: NDArray[np.int64],
    careers: Careers,
) -> NDArray[np.int64]:
    """Put some people of one raid into a slot of the same kind at a later raid of the same city."""
    earlier = find_earlier(slots, slot)
    wanted = (earlier >= 0) & (rng.random(len(slot)) < share)
    again = person.copy()
    for kind in (IN_SERVICE, EX_TEACHER, HIRED_LATER):
        rows = np.flatnonzero(wanted & (slots.kind[slot] == kind))
        known = person[earlier[rows]]
        fits = fit_kind(careers, known, slots.day[slot[rows]], kind)
        again[rows[fits]] = known[fits]
    return again


def move_on_the_day(
    rng: np.random.Generator,
    setting: Setting,
    careers: Careers,
    person: NDArray[np.int64],
    day: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Let some people change schools on the day itself (changes `careers`); return which.

    Only where the running spell is the latest, began well before, and the person is met once;
    at least one if anybody can.
    """
    last = careers.last[person]
    running = (careers.start[person, last] + 30 < day) & (day + 30 < careers.end[person, last])
    _, group, times = np.unique(person, return_inverse=True, return_counts=True)
    free = (careers.lent[person] == 0) & ~careers.rehired[person]
    able = np.flatnonzero(running & (times[group] == 1) & (last < SLOTS - 1) & free)
    wanted = max(1, rng.binomial(len(person), setting.shares.found.same_day_transfer))
    moved = np.zeros(len(person), dtype=bool)
    moved[rng.choice(able, size=min(wanted, len(able)), replace=False)] = True
    who, column = person[moved], last[moved]
    careers.school[who, column + 1] = setting.places.draw_nearby(rng, careers.school[who, column])
    careers.start[who, column + 1] = day[moved]
    careers.end[who, column + 1] = careers.end[who, column]
    careers.reason[who, column + 1] = careers.reason[who, column]
    careers.end[who, column] = day[moved]
    careers.reason[who, column] = TRANSFER
    return moved
