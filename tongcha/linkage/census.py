"""What the reference data itself says about how common each value is: the u of the match weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from tongcha.linkage.blocking import SortedKeys
from tongcha.linkage.codes import I64
from tongcha.linkage.comparisons import age_on
from tongcha.linkage.glyphs import SIZE
from tongcha.linkage.keys import Probes
from tongcha.linkage.sides import NO_DAY, Side

F64 = npt.NDArray[np.float64]
FIRST_DAY: Final = -25_567
"""1900-01-01"""
DAYS: Final = 60_000
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
    """

    people: int
    surnames: I64
    births: I64
    areas: I64
    sexes: I64

    @classmethod
    def empty(cls) -> Self:
        """Return a census of nobody."""
        return cls(
            0,
            np.zeros(SIZE, np.int64),
            np.zeros(DAYS, np.int64),
            np.zeros(AREAS, np.int64),
            np.zeros(3, np.int64),
        )

    def count(self, people: Side) -> None:
        """Add these people."""
        self.people += len(people)
        self.surnames += np.bincount(people.name.fold[:, 0], minlength=SIZE)
        born = people.birth[people.birth != NO_DAY] - FIRST_DAY
        self.births += np.bincount(np.clip(born, 0, DAYS - 1), minlength=DAYS)
        self.areas += np.bincount(np.clip(people.area, 0, AREAS - 1), minlength=AREAS)
        self.sexes += np.bincount(people.sex, minlength=3)

    def share(self, counts: I64 | F64) -> F64:
        """Return counts as shares of all people, never less than one person's."""
        return np.maximum(counts, 1) / max(self.people, 1)

    def age_share(self, met: Side, within: int) -> F64:
        """Share of people whose age on the raid date is within some years of the claimed one."""
        days = np.arange(DAYS, dtype=np.int32) + FIRST_DAY
        shares = np.ones(len(met))
        for day in np.unique(met.day[met.age >= 0]):
            age = np.clip(age_on(days, np.full(DAYS, day, np.int32)), 0, 120)
            by_age = np.bincount(age, self.births, 124) / max(self.births.sum(), 1)
            reach = np.cumsum(np.concatenate([np.zeros(1), by_age]))
            rows = np.flatnonzero((met.day == day) & (met.age >= 0))
            low = np.clip(met.age[rows] - within, 0, 123)
            high = np.clip(met.age[rows] + within, 0, 123)
            shares[rows] = reach[high + 1] - reach[low]
        return np.maximum(shares, 1 / max(self.people, 1))


def count_bearers(
    index: Mapping[str, SortedKeys], probes: Mapping[str, Probes], identities: int
) -> dict[str, I64]:
    """Return how many people bear a name equal to each identity's, by kind of equality."""
    counts = {}
    for kind in ("name_exact", "name_tone", "name_syllable", "name"):
        bearers = np.zeros(identities, np.int64)
        _, size = index[kind].span(probes[kind].key)
        np.maximum.at(bearers, probes[kind].identity, size)
        counts[kind] = bearers
    return counts


__all__ = ["Census", "Iterable", "count_bearers"]
