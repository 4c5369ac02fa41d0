"""Bits of the ID number: exact, one edit away, agreeing where visible, or in conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.linkage.comparison.fields import ID_LEVELS
from tongcha.linkage.encoding.codes import F64, FIRST_DAY, I32, I64, STAR, U8, Truth, read_digits
from tongcha.linkage.encoding.sides import CAPTURES
from tongcha.linkage.weights.ratios import compare_shares

if TYPE_CHECKING:
    from tongcha.linkage.people.census import Census
    from tongcha.linkage.weights.ratios import Compared
    from tongcha.policy.linkage_weights import IdNumber

REGION: Final = slice(0, 6)
BIRTH: Final = slice(6, 14)
YEAR: Final = slice(6, 10)
TAIL: Final = slice(14, 18)
SEX: Final = slice(16, 17)
"""places of an ID number (GB 11643); the one of the sex is odd for men"""
PARTS: Final = {"region": REGION, "birth": BIRTH, "tail": TAIL}


def weigh_numbers(pairs: Compared, census: Census, policy: IdNumber) -> F64:
    """Return the bits of the number, pair by pair; 0 where a side lacks it."""
    people = max(census.people, 1)
    level = pairs.levels["id_number"]
    by_capture = np.array([[policy.m[c][lv] for lv in ID_LEVELS] for c in CAPTURES])
    m = by_capture[pairs.met.capture, np.maximum(level, 0)]
    near = max(policy.near_u, policy.near_people / people)
    u = np.array([policy.borrowed / people, near, 1.0, 1.0, 1.0, 1.0])[np.maximum(level, 0)]
    some = np.flatnonzero(agrees_in_part(pairs))
    u[some] = share_visible(pairs, some, census, policy)
    return compare_shares(m, u, level)


def agrees_in_part(pairs: Compared) -> Truth:
    """Whether numbers of which places are unknown agree at those that are seen, or at all of them but one."""
    level = pairs.levels["id_number"]
    part: Truth = (level == ID_LEVELS.index("partial")) | (level == ID_LEVELS.index("partial_near"))
    return part


def share_visible(pairs: Compared, rows: I64, census: Census, policy: IdNumber) -> F64:
    """Share of people whose number agrees as far as those of these pairs do.

    Where one place that is seen differs, it might have been any of them.
    """
    one, other = pairs.met.number[rows], pairs.person.number[rows]
    shown = (one != STAR) & (other != STAR) & (one != 0) & (other != 0)
    alike = shown & (one == other)
    region = _share_region(one, alike, census, policy)
    birth = _share_birth(one, alike, pairs.person.birth[rows], census, policy)
    tail = np.power(policy.digit_u["tail"], alike[:, TAIL].sum(axis=1))
    places = np.where((shown == alike).all(axis=1), 1, shown.sum(axis=1))
    share: F64 = np.maximum(region * birth * tail * places, policy.least_u)
    return np.minimum(share, 1.0)


def _share_region(number: U8, alike: Truth, census: Census, policy: IdNumber) -> F64:
    """Share of people whose number begins with the same places, counted; the other places by policy."""
    known = np.cumprod(alike[:, REGION], axis=1).sum(axis=1)
    size = 10 ** (REGION.stop - known)
    first = read_digits(np.where(alike[:, REGION], number[:, REGION], ord("0"))) // size * size
    rest = alike[:, REGION].sum(axis=1) - known
    share: F64 = census.share_origins(first, first + size) * np.power(policy.digit_u["region"], rest)
    return share


def _share_birth(number: U8, alike: Truth, birth: I32, census: Census, policy: IdNumber) -> F64:
    """Share of people born on the day that is seen, or in the year; the other places by policy."""
    born = np.clip(birth - FIRST_DAY, 0, len(census.births) - 1)
    day = census.share(census.births[born].astype(float))
    places, whole_year = alike[:, BIRTH].sum(axis=1), alike[:, YEAR].all(axis=1)
    year = census.share_years(np.where(whole_year, read_digits(number[:, YEAR]), 0))
    some = np.where(whole_year, year, 1.0) * np.power(policy.digit_u["birth"], places - 4 * whole_year)
    return np.where(alike[:, BIRTH].all(axis=1), day, some)


def shows(pairs: Compared, places: slice) -> Truth:
    """Whether numbers that agree in part do so at all of these places."""
    shown = agrees_in_part(pairs)
    some = np.flatnonzero(shown)
    one, other = pairs.met.number[some, places], pairs.person.number[some, places]
    shown[some] = ((one == other) & (one != STAR)).all(axis=1)
    return shown


def tells(pairs: Compared, policy: IdNumber) -> Truth:
    """Whether numbers agree as far as namesakes' hardly would: all of it, but for a slip, or a whole part.

    A region or a year that is seen tells little: namesakes are often of the same age and from the same place.
    """
    level = pairs.levels["id_number"]
    whole: Truth = (level == ID_LEVELS.index("exact")) | (level == ID_LEVELS.index("near"))
    for part in policy.telling_parts:
        whole |= shows(pairs, PARTS[part])
    return whole


def shows_birth(pairs: Compared) -> Truth:
    """Whether numbers that agree in part show something of the birth date."""
    shown = agrees_in_part(pairs)
    some = np.flatnonzero(shown)
    shown[some] = (pairs.met.number[some, BIRTH] != STAR).any(axis=1)
    return shown
