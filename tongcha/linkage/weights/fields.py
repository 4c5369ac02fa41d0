"""Bits of everything but number and name: phone, birth date, age, sex, district, school, subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.linkage.comparison.fields import (
    AGE_LEVELS,
    BIRTH_LEVELS,
    ID_LEVELS,
    PHONE_LEVELS,
    SEX_LEVELS,
    SUBJECT_LEVELS,
)
from tongcha.linkage.encoding.codes import ABSENT, F64, FIRST_DAY, Truth
from tongcha.linkage.weights.ratios import choose_m, choose_u, compare_shares

if TYPE_CHECKING:
    from tongcha.linkage.people.census import Census
    from tongcha.linkage.weights.ratios import Compared
    from tongcha.policy.linkage_weights import Age, Area, Birth, Phone, School, Sex, Subject

YEARS_OF_LEVEL: Final = (1, 2, 2, 4)
"""how many years of age are the same, one, two, and three or four years off"""


def weigh_phones(pairs: Compared, census: Census, policy: Phone, same_id: Truth) -> F64:
    """Return the bits of the phone; the more people use it, the fewer."""
    level = pairs.levels["phone"]
    people = max(census.people, 1)
    same = policy.shared * np.maximum(pairs.phone_holders, 1) / people
    u: list[F64 | float] = [same, same, max(policy.near_u, policy.near_people / people), 1.0]
    bits = compare_shares(choose_m(policy.m, PHONE_LEVELS, level), choose_u(u, level), level)
    bits[same_id] = np.minimum(bits[same_id], -np.log2(policy.floor_given_id))
    return bits


def weigh_births(pairs: Compared, census: Census, policy: Birth) -> F64:
    """Return the bits of the birth date; once the numbers conflict, another date says nothing more."""
    level = pairs.levels["birth"]
    born = np.clip(pairs.person.birth - FIRST_DAY, 0, len(census.births) - 1)
    day = census.share(census.births[born].astype(float))
    u = choose_u([day, day * policy.near_days, 1.0], level)
    bits = compare_shares(choose_m(policy.m, BIRTH_LEVELS, level), u, level)
    conflict = pairs.levels["id_number"] >= ID_LEVELS.index("conflict")
    return np.where(conflict & (level > 0), 0.0, bits)


def weigh_ages(pairs: Compared, ages: F64, policy: Age) -> F64:
    """Return the bits of the age; `ages` tells per identity how common its claimed age is."""
    level = pairs.levels["age"]
    return compare_shares(choose_m(policy.m, AGE_LEVELS, level), share_ages(pairs, ages, policy), level)


def share_ages(pairs: Compared, ages: F64, policy: Age) -> F64:
    """Share of the people met whose age stands on the pair's level."""
    near = np.minimum(np.outer(YEARS_OF_LEVEL, ages), policy.most_u)
    far = np.maximum(1 - near.sum(axis=0), policy.least_far_u)
    return choose_u([share[pairs.identity] for share in (*near, far)], pairs.levels["age"])


def weigh_sexes(pairs: Compared, census: Census, policy: Sex) -> F64:
    """Return the bits of the sex."""
    level = pairs.levels["sex"]
    same = census.share(census.sexes[pairs.person.sex].astype(float))
    u = choose_u([same, np.maximum(1 - same, policy.least_u)], level)
    return compare_shares(choose_m(policy.m, SEX_LEVELS, level), u, level)


def weigh_areas(pairs: Compared, census: Census, policy: Area) -> F64:
    """A raid is in the person's own district, or anywhere in the own city, or anywhere at all."""
    level, m = pairs.levels["area"], policy.m
    district = census.share(census.areas[pairs.person.area].astype(float))
    in_city = m["elsewhere"] + m["city"] / share_cities(pairs, census)
    odds = choose_u([in_city + m["district"] / district, in_city, m["elsewhere"]], level)
    return compare_shares(odds, np.ones_like(odds), level)


def share_cities(pairs: Compared, census: Census) -> F64:
    """Share of people on record who work in the city of each pair's person."""
    cities = np.add.reduceat(census.areas, np.arange(0, len(census.areas), 100))
    return census.share(cities[pairs.person.area // 100].astype(float))


def weigh_schools(pairs: Compared, census: Census, policy: School) -> F64:
    """Return the bits of the claimed school; the more people work where the claim fits, the fewer."""
    level, m = pairs.levels["school"], policy.m
    fits = np.log2(m["fits"] / np.maximum(pairs.school_share, 1 / max(census.people, 1)))
    return np.select(
        [level == ABSENT, level == 0, level == 1],
        [0.0, fits, np.log2(m["same_district"] / policy.same_district_u)],
        np.log2(m["elsewhere"]),
    )


def weigh_subjects(pairs: Compared, policy: Subject) -> F64:
    """Return the bits of the subject."""
    level = pairs.levels["subject"]
    u = np.maximum(choose_u([pairs.subject_share, 1 - pairs.subject_share], level), policy.least_u)
    return compare_shares(choose_m(policy.m, SUBJECT_LEVELS, level), u, level)
