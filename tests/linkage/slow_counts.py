"""The reference counting: how common each value is, person by person."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from math import floor
from typing import TYPE_CHECKING, Any

from tests.linkage.slow_levels import Record, fits
from tongcha.linkage.encoding.glyphs import READINGS, load_glyphs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tongcha.policy.linkage import LinkagePolicy

EXACT, TONE, SYLLABLE, FUZZY = "exact", 0, 1, 2
YEAR = 365.2425


def key_of(fold: str, strictness: int | str, reading: int = 0, at: int = -1) -> tuple[Any, ...]:
    """The first four characters as written, or by ear; place `at` with another reading."""
    chars = (fold[:4] + "\0\0\0\0")[:4]
    if strictness == EXACT:
        return tuple(chars)
    tables, heard = load_glyphs(), int(strictness)
    return tuple(
        int((tables.given if place else tables.surname)[reading if place == at else 0, heard, ord(char)])
        for place, char in enumerate(chars)
    )


def other_keys(fold: str) -> set[tuple[Any, ...]]:
    """The blurred sound of the name, of its other readings, and with two given characters swapped."""
    keys = {key_of(fold, FUZZY, reading, place) for place in range(4) for reading in range(READINGS)}
    for first in (1, 2):
        if len(fold) == first + 2:
            swapped = fold[:first] + fold[first + 1] + fold[first]
            keys.add(key_of(swapped, FUZZY))
    return keys


@dataclass
class Counts:
    """How common each value is among the people on record and the people met."""

    people: list[Record]
    met: list[Record]
    schools: list[Record]
    policy: LinkagePolicy
    by: dict[Any, Counter[Any]] = field(default_factory=lambda: defaultdict(Counter))

    def __post_init__(self) -> None:
        """Count."""
        for person in self.people:
            for strictness in (EXACT, TONE, SYLLABLE):
                self.by[strictness][key_of(person["fold"], strictness)] += 1
            for name in {person["fold"], person["former_fold"]} - {""}:
                self.by[FUZZY][key_of(name, FUZZY)] += 1
            for column, value in (
                ("surname", person["clean"][:1]),
                ("born", person["registered_birth"]),
                ("district", person["region"]),
                ("city", person["region"] // 100),
                ("origin", person["number"][:6] if len(person["number"]) == 18 else ""),
                ("sex", person["sex"]),
                ("school", person["school_id"]),
                ("phone", person["mobile"]),
            ):
                self.by[column][value] += 1
            if person["listed"]:
                self.by["phone"][person["listed"]] += 1
        self.by["met phone"] = Counter(identity["mobile"] for identity in self.met)

    def share_of(self, column: str, fits: Callable[[Any], bool]) -> float:
        """Share of people whose value fits."""
        return self.share(sum(count for value, count in self.by[column].items() if value and fits(value)))

    def share(self, count: float) -> float:
        """A count as a share of all people; never less than one of them."""
        return max(count, 1) / len(self.people)

    def age_share(self, identity: Record, epoch: date) -> float:
        """How common the claimed age is among those met, leaning on the registry."""
        ages = Counter(min(other["age"], 120) for other in self.met if other["age"] is not None)
        age, rule = int(identity["age"]), self.policy.age
        seen = (1 - 2 * rule.beside) * ages[age] + rule.beside * (ages[age - 1] + ages[age + 1])
        day = (identity["raid_date"] - epoch).days
        first, last = (floor(day - (age + more) * YEAR) for more in (1, 0))
        born = [p for p in self.by["born"].elements() if p is not None]
        known: float = sum(first < (b - epoch).days <= last for b in born) / max(len(born), 1)
        mixed: float = (seen + rule.lean * known) / (sum(ages.values()) + rule.lean)
        return max(mixed, rule.least_share)

    def school_share(self, identity: Record) -> float:
        """Share of people in schools that the claim fits: of the city, else of the province."""
        claim, kind = identity["reading"]
        fitting: list[str] = []
        for part in (100, 10_000):
            if claim and not fitting and identity["number_kind"] != "valid":
                fitting = [
                    school["school_id"]
                    for school in self.schools
                    if school["region"] // part == identity["region"] // part
                    and any(fits(claim, name, self.policy.school.fits_from) for name in school["kinds"][kind])
                ]
        if not fitting:
            return self.policy.school.unheard_share
        staff = sum(self.by["school"][school["school_id"]] for school in self.schools)
        return max(sum(self.by["school"][school] for school in fitting), 1) / max(staff, 1)
