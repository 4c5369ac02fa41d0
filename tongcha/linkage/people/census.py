"""What the reference data itself says about how common each value is: the u of the match weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import polars as pl

from tongcha.identity.characters import SIZE
from tongcha.linkage.encoding.codes import DAYS, F64, FIRST_DAY, I64, NO_DAY, read_digits, years_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tongcha.linkage.encoding.glyphs import U64
    from tongcha.linkage.encoding.sides import Side
    from tongcha.linkage.people.keyed import Keyed
    from tongcha.policy.linkage_weights import Age

YEAR: Final = 365.2425
OLDEST: Final = 120
AREAS: Final = 1_000_000
SIZES: Final = {"surnames": SIZE, "births": DAYS, "areas": AREAS, "origins": AREAS, "sexes": 3}
"""places of each count over all people"""


@dataclass(frozen=True, slots=True)
class Census:
    """Counts over all people, or over a part of them.

    Attributes:
        people: records counted.
        surnames: by code point of the first character of the name.
        births: by day of birth since 1900.
        areas: by six-digit region of the school.
        origins: by the first six places of the ID number; 0 where there is none.
        sexes: unknown, male, female.
        schools: school codes as `code_keys` numbers them, ascending.
        staff: people of each of these schools.
    """

    people: int
    surnames: I64
    births: I64
    areas: I64
    origins: I64
    sexes: I64
    schools: U64
    staff: I64

    @classmethod
    def of(cls, people: Keyed) -> Self:
        """Count a part of the people; the arrays end at the largest value there is."""
        born = people.birth[people.birth != NO_DAY] - FIRST_DAY
        staff = pl.Series("school", people.school).value_counts()
        return cls(
            len(people.phone),
            np.bincount(people.name.raw[:, 0]),
            np.bincount(np.clip(born, 0, DAYS - 1)),
            np.bincount(np.clip(people.area, 0, AREAS - 1)),
            np.bincount(np.clip(read_digits(people.number[:, :6]), 0, AREAS - 1)),
            np.bincount(people.sex, minlength=3),
            staff["school"].to_numpy(),
            staff["count"].cast(pl.Int64).to_numpy(),
        )

    @classmethod
    def sum(cls, parts: Iterable[Census]) -> Self:
        """Return what was counted in all parts, of which there is at least one.

        Each part is let go before the next is asked for: together they would take more room than the people.
        """
        total = {name: np.zeros(size, np.int64) for name, size in SIZES.items()}
        people, schools, staff = 0, [], []
        for part in parts:
            people += part.people
            for name, counts in total.items():
                more: I64 = getattr(part, name)
                counts[: len(more)] += more
            schools.append(part.schools)
            staff.append(part.staff)
        every, at = np.unique(np.concatenate(schools), return_inverse=True)
        theirs = np.zeros(len(every), np.int64)
        np.add.at(theirs, at, np.concatenate(staff))
        return cls(people, **total, schools=every, staff=theirs)

    def staff_of(self, schools: U64) -> I64:
        """Return how many people each school has."""
        if not len(self.schools):
            return np.zeros(len(schools), np.int64)
        at = np.minimum(np.searchsorted(self.schools, schools), len(self.schools) - 1)
        return np.where(self.schools[at] == schools, self.staff[at], 0)

    def share_years(self, years: I64) -> F64:
        """Return the share of people born in each of these years."""
        year = years_of(np.arange(FIRST_DAY, FIRST_DAY + DAYS, dtype=np.int32)).astype(np.int64)
        born = np.bincount(year, self.births)
        return self.share(born[np.clip(years, 0, len(born) - 1)])

    def share_origins(self, first: I64, past: I64) -> F64:
        """Return the share of people whose number begins with a region from `first` on and before `past`."""
        below = np.concatenate([[0], np.cumsum(self.origins)])
        return self.share(below[past] - below[first])

    def share(self, counts: I64 | F64) -> F64:
        """Return counts as shares of all people, never less than one person's."""
        return np.maximum(counts, 1) / max(self.people, 1)

    def age_share(self, met: Side, policy: Age) -> F64:
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
        kernel = [policy.beside, 1 - 2 * policy.beside, policy.beside]
        seen = np.convolve(np.bincount(ages[aged], minlength=OLDEST + 1), kernel, "same")[ages]
        mixed: F64 = (seen + policy.lean * share) / (aged.sum() + policy.lean)
        return np.maximum(mixed, policy.least_share)


def _day(days: F64) -> I64:
    return np.clip(days.astype(np.int64), 0, DAYS - 1)
