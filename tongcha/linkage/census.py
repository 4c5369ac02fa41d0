"""What the reference data itself says about how common each value is: the u of the match weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from tongcha.linkage.codes import DAYS, F64, FIRST_DAY, I64, NO_DAY
from tongcha.linkage.glyphs import SIZE, U64

if TYPE_CHECKING:
    from tongcha.linkage.sides import Keyed, Side

YEAR: Final = 365.2425
OLDEST: Final = 120
LEAN: Final = 50.0
"""as many collected ages weigh as much as the registry does"""
AREAS: Final = 1_000_000


@dataclass(slots=True)
class Census:
    """Counts over all people, filled part by part.

    Attributes:
        people: records counted.
        surnames: by code point of the first character of the name.
        births: by day of birth since 1900.
        areas: by six-digit region of the school.
        sexes: unknown, male, female.
        schools: by school code, as `code_keys` numbers them.
    """

    people: int
    surnames: I64
    births: I64
    areas: I64
    sexes: I64
    schools: dict[int, int]

    @classmethod
    def empty(cls) -> Self:
        """Return a census of nobody."""
        surnames, births, areas, sexes = (np.zeros(size, np.int64) for size in (SIZE, DAYS, AREAS, 3))
        return cls(0, surnames, births, areas, sexes, {})

    @classmethod
    def of(cls, people: Keyed) -> Self:
        """Count a part of the people."""
        born = people.birth[people.birth != NO_DAY] - FIRST_DAY
        schools, staff = np.unique(people.school, return_counts=True)
        return cls(
            len(people.phone),
            np.bincount(people.name.raw[:, 0], minlength=SIZE),
            np.bincount(np.clip(born, 0, DAYS - 1), minlength=DAYS),
            np.bincount(np.clip(people.area, 0, AREAS - 1), minlength=AREAS),
            np.bincount(people.sex, minlength=3),
            dict(zip(schools.tolist(), staff.tolist(), strict=True)),
        )

    def add(self, other: Census) -> None:
        """Add what was counted of another part."""
        self.people += other.people
        self.surnames += other.surnames
        self.births += other.births
        self.areas += other.areas
        self.sexes += other.sexes
        for school, staff in other.schools.items():
            self.schools[school] = self.schools.get(school, 0) + staff

    def staff_of(self, schools: U64) -> I64:
        """Return how many people each school has."""
        return np.array([self.schools.get(int(school), 0) for school in schools], np.int64)

    def share(self, counts: I64 | F64) -> F64:
        """Return counts as shares of all people, never less than one person's."""
        return np.maximum(counts, 1) / max(self.people, 1)

    def age_share(self, met: Side) -> F64:
        """Share of each identity's claimed age among the people met, leaning on the registry where few were.

        A student of twenty is common at raids and rare in the registry: what speaks for a link is how
        unusual the age is among those who might have been met instead.
        """
        aged = met.age >= 0
        below = np.concatenate([[0], np.cumsum(self.births)])
        last, first = (met.day - FIRST_DAY - (met.age + more) * YEAR for more in (0, 1))
        known = below[_day(last) + 1] - below[_day(first) + 1]
        share = known / max(int(below[-1]), 1)
        ages = np.clip(met.age, 0, OLDEST)
        seen = np.convolve(np.bincount(ages[aged], minlength=OLDEST + 1), [0.25, 0.5, 0.25], "same")[ages]
        mixed: F64 = (seen + LEAN * share) / (aged.sum() + LEAN)
        return np.maximum(mixed, 1e-4)


def _day(days: F64) -> I64:
    return np.clip(days.astype(np.int64), 0, DAYS - 1)
