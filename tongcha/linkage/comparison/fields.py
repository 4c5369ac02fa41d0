"""Comparison levels of each field, for many pairs at once; the best level that holds is taken.

Absent is not different: a field that one side lacks is `ABSENT` and carries no evidence.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from tongcha.linkage.encoding.codes import ABSENT, DAYS, FIRST_DAY, I32, I64, NO_DAY, STAR, U8, Levels, Truth
from tongcha.linkage.encoding.values import NUMBER_ABSENT, NUMBER_BAD, NUMBER_PARTIAL, NUMBER_VALID

if TYPE_CHECKING:
    from tongcha.linkage.encoding.sides import Side

ID_LEVELS: Final = ("exact", "near", "partial", "partial_near", "conflict", "different")
PHONE_LEVELS: Final = ("exact", "listed", "near", "different")
BIRTH_LEVELS: Final = ("day", "month_or_year", "different")
AGE_LEVELS: Final = ("same", "one", "two", "far", "very_far")
SEX_LEVELS: Final = ("same", "different")
AREA_LEVELS: Final = ("district", "city", "elsewhere")
SCHOOL_LEVELS: Final = ("fits", "same_district", "elsewhere")
SUBJECT_LEVELS: Final = ("same", "different")
FAR_YEARS: Final = 4
PHONE_DIGITS: Final = 11
POWERS: Final = 10 ** np.arange(PHONE_DIGITS)
DAYS_A_YEAR: Final = 365.25


def compare_numbers(met: Side, person: Side, slip_places: int) -> Levels:
    """Level of the ID number: exact, one edit away, agreeing where visible, in conflict, or another number.

    Numbers are another's (`different`) if both are complete and right, or if two visible places differ.

    Args:
        met: one side of the pairs.
        person: the other.
        slip_places: of so many visible places one may differ by a slip (`id_number.slip_places`).
    """
    state, other = met.number_state, person.number_state
    known = (state > NUMBER_ABSENT) & (other > NUMBER_ABSENT)
    level = np.where(known, ID_LEVELS.index("conflict"), ABSENT).astype(np.int8)
    full = np.flatnonzero((state == NUMBER_VALID) & (other == NUMBER_VALID))
    exact = (met.number[full] == person.number[full]).all(axis=1)
    level[full] = np.where(exact, ID_LEVELS.index("exact"), ID_LEVELS.index("different"))
    bad = (state == NUMBER_BAD) | (other == NUMBER_BAD)
    some = np.flatnonzero(known & ~bad & ((state == NUMBER_PARTIAL) | (other == NUMBER_PARTIAL)))
    level[some] = _compare_visible(met.number[some], person.number[some], slip_places)
    odd = np.flatnonzero(known & bad)
    level[odd[_one_edit(met, person, odd)]] = ID_LEVELS.index("near")
    return level


def _compare_visible(one: U8, other: U8, slip_places: int) -> Levels:
    """Level of numbers of which some places are unknown."""
    shown = (one != STAR) & (other != STAR)
    differ = ((one != other) & shown).sum(axis=1)
    almost = (differ == 1) & (shown.sum(axis=1) >= slip_places)
    levels = [ID_LEVELS.index(name) for name in ("partial", "partial_near", "different")]
    level = np.select([differ == 0, almost, differ > 1], levels, ID_LEVELS.index("conflict"))
    return level.astype(np.int8)


def _one_edit(met: Side, person: Side, rows: npt.NDArray[np.int64]) -> Truth:
    if not len(rows):
        return np.zeros(0, np.bool_)
    one, other = _texts(met, rows), _texts(person, rows)
    return np.asarray(cpdist(one, other, scorer=OSA.distance, score_cutoff=1)) <= 1


def _texts(side: Side, rows: npt.NDArray[np.int64]) -> list[str]:
    written = side.number_text.gather(rows).to_list()
    return [text or bytes(side.number[row]).decode() for text, row in zip(written, rows, strict=True)]


def compare_phones(met: Side, person: Side) -> Levels:
    """Level of the mobile number: as registered, as on a staff list, one digit away, different."""
    level = np.where(met.phone == person.phone, 0, PHONE_LEVELS.index("different")).astype(np.int8)
    apart = np.abs(met.phone - person.phone)
    power = POWERS[np.searchsorted(POWERS, apart, "right") - 1]  # of ten, no greater than that
    likely = np.flatnonzero((apart % power == 0) & (apart > 0) & (met.phone > 0) & (person.phone > 0))
    digits = [side.phone[likely, None] // POWERS % 10 for side in (met, person)]
    level[likely[(digits[0] != digits[1]).sum(axis=1) == 1]] = PHONE_LEVELS.index("near")
    level[(met.phone == 0) | (person.phone == 0)] = ABSENT
    listed = (met.phone > 0) & (met.phone == person.listed_phone) & (level != 0)
    level[listed] = PHONE_LEVELS.index("listed")
    return level


def compare_births(met: Side, person: Side) -> Levels:
    """Level of the birth date in the identity's number against the registered one."""
    a, b = met.birth, person.birth
    absent = (a == NO_DAY) | (b == NO_DAY)
    differ = np.flatnonzero((a != b) & ~absent)
    one, other = split_days(a[differ]), split_days(b[differ])
    near = sum((part == its).astype(int) for part, its in zip(one, other, strict=True)) == 2  # noqa: PLR2004
    level = np.zeros(len(a), np.int8)
    level[differ] = np.where(near, BIRTH_LEVELS.index("month_or_year"), BIRTH_LEVELS.index("different"))
    level[absent] = ABSENT
    return level


def compare_ages(met: Side, person: Side) -> Levels:
    """Level of the claimed age against the registered birth date on the raid date."""
    known = np.flatnonzero((met.age >= 0) & (person.birth != NO_DAY) & (met.day != NO_DAY))
    off = np.abs(met.age[known] - age_on(person.birth[known], met.day[known]))
    level = np.full(len(met.age), ABSENT, np.int8)
    level[known] = np.select([off == 0, off == 1, off == 2, off <= FAR_YEARS], [0, 1, 2, 3], 4)  # noqa: PLR2004
    return level


def age_on(birth: I32, day: I32) -> I64:
    """Return completed years of age on a day."""
    born, today = split_days(birth), split_days(day)
    birthday, date = ((month << 5) | number for _, month, number in (born, today))
    years: I64 = today[0] - born[0] - (date < birthday)
    return years


def split_days(days: I32) -> tuple[I64, I64, I64]:
    """Return year since 1970, month and day of days since 1970, both from 0; days from 1900 on."""
    year, month, number = _calendar()[:, np.clip(days - FIRST_DAY, 0, DAYS - 1)]
    return year, month, number


@lru_cache(maxsize=1)
def _calendar() -> I64:
    """Year since 1970, month and day, both from 0, of every day since 1900."""
    dates = np.arange(FIRST_DAY, FIRST_DAY + DAYS).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    number = months.astype(np.int64)
    return np.stack([number // 12, number % 12, (dates - months).astype(np.int64)])


def compare_sexes(met: Side, person: Side) -> Levels:
    """Level of the sex."""
    level: Levels = (met.sex != person.sex).astype(np.int8)
    level[(met.sex == 0) | (person.sex == 0)] = ABSENT
    return level


def compare_areas(met: Side, person: Side) -> Levels:
    """Level of the raid's district against the district of the person's school."""
    same = [met.area == person.area, met.area // 100 == person.area // 100]
    level = np.select(same, [0, 1], 2).astype(np.int8)
    level[(met.area == 0) | (person.area == 0)] = ABSENT
    return level


def may_be_one(met: Side, pairs: I64, years: float) -> Truth:
    """Whether neither sex nor claimed age contradicts that two identities are one person.

    Args:
        met: the identities.
        pairs: positions of two identities per row.
        years: claimed ages that differ by more, counted back to a birth date, contradict.
    """
    one, other = met.take(pairs[:, 0]), met.take(pairs[:, 1])
    told = (one.age >= 0) & (other.age >= 0)
    apart = np.abs((one.age - one.day / DAYS_A_YEAR) - (other.age - other.day / DAYS_A_YEAR)) > years
    may: Truth = (compare_sexes(one, other) != SEX_LEVELS.index("different")) & ~(told & apart)
    return may
