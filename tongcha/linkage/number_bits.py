"""Bits of the ID number: exact, one edit away, agreeing where visible, or in conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tongcha.linkage.codes import F64, FIRST_DAY, I64, STAR, Truth
from tongcha.linkage.comparisons import ID_LEVELS
from tongcha.linkage.ratios import compare_shares
from tongcha.linkage.sides import CAPTURES

if TYPE_CHECKING:
    from tongcha.linkage.census import Census
    from tongcha.linkage.ratios import Compared
    from tongcha.policy.linkage_weights import IdNumber


def weigh_numbers(pairs: Compared, census: Census, policy: IdNumber) -> F64:
    """Return the bits of the number, pair by pair; 0 where a side lacks it."""
    people = max(census.people, 1)
    level = pairs.levels["id_number"]
    by_capture = np.array([[policy.m[c][lv] for lv in ID_LEVELS] for c in CAPTURES])
    m = by_capture[pairs.met.capture, np.maximum(level, 0)]
    near = max(policy.near_u, policy.near_people / people)
    u = np.array([policy.borrowed / people, near, 1.0, 1.0])[np.maximum(level, 0)]
    partial = np.flatnonzero(level == ID_LEVELS.index("partial"))
    u[partial] = share_visible(pairs, partial, census, policy)
    return compare_shares(m, u, level)


def share_visible(pairs: Compared, rows: I64, census: Census, policy: IdNumber) -> F64:
    """Share of people whose number agrees at the places that both numbers of these pairs show."""
    one, other = pairs.met.number[rows], pairs.person.number[rows]
    digit = policy.digit_u
    shown = (one != STAR) & (other != STAR) & (one != 0) & (other != 0)
    region = np.power(digit["region"], shown[:, :6].sum(axis=1))
    born = np.clip(pairs.person.birth[rows] - FIRST_DAY, 0, len(census.births) - 1)
    day = census.share(census.births[born].astype(float))
    birth = np.where(shown[:, 6:14].all(axis=1), day, np.power(digit["birth"], shown[:, 6:14].sum(axis=1)))
    tail = np.power(digit["tail"], shown[:, 14:].sum(axis=1))
    share: F64 = np.maximum(region * birth * tail, policy.least_u)
    return share


def shows_birth(pairs: Compared) -> Truth:
    """Whether a partial number already was compared on its birth places."""
    shown: Truth = pairs.levels["id_number"] == ID_LEVELS.index("partial")
    partial = np.flatnonzero(shown)
    shown[partial] = (pairs.met.number[partial, 6:14] != STAR).any(axis=1)
    return shown
