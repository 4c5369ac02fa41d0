"""What the reference data itself says about how common each value is: the u of the match weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from tongcha.linkage.blocking import SortedKeys
from tongcha.linkage.codes import I64
from tongcha.linkage.glyphs import SIZE
from tongcha.linkage.keys import Probes
from tongcha.linkage.sides import NO_DAY, Side

F64 = npt.NDArray[np.float64]
FIRST_DAY: Final = -25_567
"""1900-01-01"""
DAYS: Final = 60_000
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
        mixed = (seen + LEAN * share) / (aged.sum() + LEAN)
        return np.maximum(mixed, 1e-4)


def _day(days: F64) -> I64:
    return np.clip(days.astype(np.int64), 0, DAYS - 1)


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
