"""From levels to bits: log2(m / u), with u counted in the reference data for this very value.

All bits are multiples of 2⁻¹⁰, so that sums of them are exact whatever the order of addition.
Fields that say the same thing are not counted twice: once the ID number agrees, the birth date, age and
sex inside it can only speak against the match, and a name can only add what a borrowed card leaves open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tongcha.linkage.codes import ABSENT, F64, FIRST_DAY, I64, STAR, Levels, Truth
from tongcha.linkage.comparisons import (
    AGE_LEVELS,
    BIRTH_LEVELS,
    ID_LEVELS,
    PHONE_LEVELS,
    SEX_LEVELS,
    SUBJECT_LEVELS,
)
from tongcha.linkage.name_levels import NAME_LEVELS
from tongcha.linkage.sides import CAPTURES, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.linkage.census import Census
    from tongcha.policy.linkage import LinkagePolicy

GRAIN: Final = 1024.0
FIELDS: Final = ("id_number", "name", "phone", "birth", "age", "sex", "area", "school", "subject")
KIN_SURNAME_BITS: Final = 1.5
"""a surname alone says little when the phone may be a relative's"""
KIN_NAME_BITS: Final = 5.0
"""same phone and surname, another name: rather a relative than the person under a false name"""
NAME_CAPTURES: Final = ("card", "typed", "typed", "typed", "oral")
"""whose name ladder each way of taking an identity follows, in the order of CAPTURES"""


def quantise(bits: F64) -> F64:
    """Round to the nearest multiple of 2⁻¹⁰ bit."""
    return np.round(bits * GRAIN) / GRAIN


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs side by side with the level of each field.

    Attributes:
        identity: position of the identity of each pair.
        record: position of the person's record of each pair.
        met: identities, one entry per pair.
        person: people, one entry per pair.
        levels: level per field; ABSENT where a side lacks it.
        phone_holders: per pair, how many people and identities of the raid use the identity's phone.
        school_share: per pair, share of all people who work where the claimed school fits as well.
        subject_share: per pair, share of people who teach the person's subject.
    """

    identity: I64
    record: I64
    met: Side
    person: Side
    levels: dict[str, Levels]
    phone_holders: I64
    school_share: F64
    subject_share: F64


@dataclass(frozen=True, slots=True)
class Weigher:
    """Weighs the levels of one batch against one snapshot.

    Attributes:
        policy: m, floors and caps.
        census: counts over all people.
        bearers: per identity, people with an equal name, by kind of equality.
        ages: per identity, how common its claimed age is.
    """

    policy: LinkagePolicy
    census: Census
    bearers: Mapping[str, I64]
    ages: F64

    def prior(self) -> float:
        """Bits of the prior: the identity is this very record rather than nobody on record."""
        known = self.policy.prior.in_registry
        return float(quantise(np.log2(np.array([known / (1 - known) / max(self.census.people, 1)])))[0])

    def weigh(self, pairs: Compared) -> dict[str, F64]:
        """Return bits per field; 0 where a field is absent or already counted in another."""
        id_level = pairs.levels["id_number"]
        same_id = id_level == ID_LEVELS.index("exact")
        near_id = id_level == ID_LEVELS.index("near")
        listed = pairs.levels["phone"] == PHONE_LEVELS.index("listed")
        same_phone = (pairs.levels["phone"] == PHONE_LEVELS.index("exact")) | listed
        bits = {
            "id_number": self._id_number(pairs),
            "name": self._name(pairs, same_id, same_phone, listed),
            "phone": self._phone(pairs, same_id),
            "birth": self._birth(pairs),
            "age": self._age(pairs),
            "sex": self._sex(pairs),
            "area": self._area(pairs),
            "school": self._school(pairs),
            "subject": self._subject(pairs),
        }
        bits["birth"][same_id | near_id | self._shows_birth(pairs)] = 0.0
        for field in ("age", "sex"):
            told = same_id | near_id | (pairs.levels["birth"] == 0)
            bits[field][told] = np.minimum(bits[field][told], 0.0)
        for field in ("area", "school", "subject"):
            bits[field][same_id] = 0.0
        bits["area"][same_phone] = np.minimum(bits["area"][same_phone], 1.0)
        for field in FIELDS:  # where a value is everyone's, agreement says nothing, but never the contrary
            agrees = pairs.levels[field] == 0
            bits[field][agrees] = np.maximum(bits[field][agrees], 0.0)
        return {field: quantise(bits[field]) for field in FIELDS}

    def _shows_birth(self, pairs: Compared) -> Truth:
        """Whether a partial number already was compared on its birth places."""
        partial = pairs.levels["id_number"] == ID_LEVELS.index("partial")
        shown: Truth = partial & (pairs.met.number[:, 6:14] != STAR).any(axis=1)
        return shown

    def _id_number(self, pairs: Compared) -> F64:
        policy = self.policy.id_number
        people = max(self.census.people, 1)
        level = pairs.levels["id_number"]
        m = np.array([[policy.m[c].get(lv, 0.97) for lv in ID_LEVELS] for c in CAPTURES])[pairs.met.capture]
        u = np.empty_like(m)
        u[:, 0] = policy.borrowed / people
        u[:, 1] = max(policy.near_u, 2 / people)
        u[:, 2] = self._visible_share(pairs)
        u[:, 3] = 1.0
        return _log_ratio(m, u, level)

    def _visible_share(self, pairs: Compared) -> F64:
        """Share of people whose number agrees at the places that both numbers show."""
        one, other = pairs.met.number, pairs.person.number
        shown = (one != STAR) & (other != STAR) & (one != 0) & (other != 0)
        region = np.power(0.25, shown[:, :6].sum(axis=1))
        born = np.clip(pairs.person.birth - FIRST_DAY, 0, len(self.census.births) - 1)
        day = self.census.share(self.census.births[born].astype(float))
        birth = np.where(shown[:, 6:14].all(axis=1), day, np.power(0.30, shown[:, 6:14].sum(axis=1)))
        tail = np.power(0.13, shown[:, 14:].sum(axis=1))
        share: F64 = np.maximum(region * birth * tail, 1e-9)
        return share

    def _name(self, pairs: Compared, same_id: Truth, same_phone: Truth, listed: Truth) -> F64:
        policy = self.policy.name
        level = pairs.levels["name"]
        ladder = np.array([[self._name_m(c, lv) for lv in NAME_LEVELS] for c in NAME_CAPTURES])
        m = ladder[pairs.met.capture]
        u = self._name_u(pairs)
        bits = _log_ratio(m, u, level)
        for told, floor in (
            (same_id, policy.floor_given_id),
            (same_phone & ~same_id, policy.floor_given_phone),
            (listed & ~same_id, policy.floor_given_listed),
        ):
            bits[told] = np.minimum(bits[told], -np.log2(floor))
        kin = same_phone & ~same_id
        for shared, most in (("surname_only", KIN_SURNAME_BITS), ("surname_same", -KIN_NAME_BITS)):
            alike = kin & (level == NAME_LEVELS.index(shared))
            bits[alike] = np.minimum(bits[alike], most)
        return bits

    def _name_m(self, capture: str, level: str) -> float:
        ladder = self.policy.name.m[capture]  # type: ignore[index]  # the captures are literals
        if level == "surname_only":
            return self.policy.name.surname_only_m
        if level == "surname_sounds":
            return self.policy.name.surname_sounds_m
        if level == "wildcard":
            return ladder["exact"]
        if level == "surname_same":
            return ladder["different"] * 0.15
        return ladder[level]  # type: ignore[index]  # the levels are literals

    def _name_u(self, pairs: Compared) -> F64:
        policy, census = self.policy.name, self.census
        exact = self.bearers["name_exact"][pairs.identity].astype(float)
        tone = self.bearers["name_tone"][pairs.identity] - exact
        syllable = self.bearers["name_syllable"][pairs.identity] - exact - tone
        fuzzy = self.bearers["name"][pairs.identity] - exact - tone - syllable
        surname = census.share(census.surnames[pairs.person.name.raw[:, 0]].astype(float))
        columns = {
            "exact": census.share(exact),
            "variant": census.share(np.maximum(exact * 0.05, 0.5)),
            "tone": census.share(tone),
            "syllable": census.share(syllable),
            "fuzzy": census.share(fuzzy),
            "wildcard": surname * 0.02,
            "former": census.share(exact) * 0.02,
            "surname_only": surname,
            "surname_sounds": surname,
            "surname_same": surname,
            "different": np.ones_like(surname),
        }
        return np.stack(
            [columns.get(lv, np.full_like(surname, policy.u.get(lv, 1.0))) for lv in NAME_LEVELS],  # type: ignore[call-overload]  # the levels are literals
            axis=1,
        )

    def _phone(self, pairs: Compared, same_id: Truth) -> F64:
        policy = self.policy.phone
        level = pairs.levels["phone"]
        m = _tile(policy.m, PHONE_LEVELS, level)
        u = np.ones_like(m)
        people = max(self.census.people, 1)
        u[:, 0] = u[:, 1] = policy.shared * np.maximum(pairs.phone_holders, 1) / people
        u[:, 2] = max(policy.near_u, 1 / people)
        bits = _log_ratio(m, u, level)
        bits[same_id] = np.minimum(bits[same_id], -np.log2(policy.floor_given_id))
        return bits

    def _birth(self, pairs: Compared) -> F64:
        level = pairs.levels["birth"]
        born = np.clip(pairs.person.birth - FIRST_DAY, 0, len(self.census.births) - 1)
        day = self.census.share(self.census.births[born].astype(float))
        u = np.stack([day, day * 20, np.ones_like(day)], axis=1)
        bits = _log_ratio(_tile(self.policy.birth.m, BIRTH_LEVELS, level), u, level)
        conflict = pairs.levels["id_number"] == ID_LEVELS.index("conflict")
        return np.where(conflict & (level > 0), 0.0, bits)

    def _age(self, pairs: Compared) -> F64:
        level = pairs.levels["age"]
        share = self.ages[pairs.identity]
        near = np.minimum(share[:, None] * np.array([1, 2, 2, 4]), 0.5)
        u = np.concatenate([near, np.maximum(1 - near.sum(axis=1, keepdims=True), 0.1)], axis=1)
        return _log_ratio(_tile(self.policy.age.m, AGE_LEVELS, level), u, level)

    def _sex(self, pairs: Compared) -> F64:
        level = pairs.levels["sex"]
        same = self.census.share(self.census.sexes[pairs.person.sex].astype(float))
        u = np.stack([same, np.maximum(1 - same, 0.1)], axis=1)
        return _log_ratio(_tile(self.policy.sex.m, SEX_LEVELS, level), u, level)

    def _area(self, pairs: Compared) -> F64:
        """A raid is in the person's own district, or anywhere in the own city, or anywhere at all."""
        level, m, census = pairs.levels["area"], self.policy.area.m, self.census
        district = census.share(census.areas[pairs.person.area].astype(float))
        cities = np.add.reduceat(census.areas, np.arange(0, len(census.areas), 100))
        city = census.share(cities[pairs.person.area // 100].astype(float))
        anywhere = np.full(len(level), m["elsewhere"])
        in_city = anywhere + m["city"] / city
        odds = np.stack([in_city + m["district"] / district, in_city, anywhere], axis=1)
        return _log_ratio(odds, np.ones_like(odds), level)

    def _subject(self, pairs: Compared) -> F64:
        level = pairs.levels["subject"]
        u = np.stack([pairs.subject_share, 1 - pairs.subject_share], axis=1)
        return _log_ratio(_tile(self.policy.subject.m, SUBJECT_LEVELS, level), np.maximum(u, 0.01), level)

    def _school(self, pairs: Compared) -> F64:
        level = pairs.levels["school"]
        m = self.policy.school.m
        fits = np.log2(m["fits"] / np.maximum(pairs.school_share, 1 / max(self.census.people, 1)))
        return np.select(
            [level == ABSENT, level == 0, level == 1],
            [0.0, fits, np.log2(m["same_district"] / 0.08)],
            np.log2(m["elsewhere"]),
        )


def _tile(m: Mapping[Any, float], levels: tuple[str, ...], like: Levels) -> F64:
    return np.tile([m[level] for level in levels], (len(like), 1))


def _log_ratio(m: F64, u: F64, level: Levels) -> F64:
    rows = np.arange(len(level))
    at = np.maximum(level, 0)
    return np.where(level == ABSENT, 0.0, np.log2(m[rows, at] / u[rows, at]))
