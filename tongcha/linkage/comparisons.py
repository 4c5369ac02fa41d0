"""Comparison levels of each field, for many pairs at once; the best level that holds is taken.

Absent is not different: a field that one side lacks is `ABSENT` and carries no evidence.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from tongcha.identity.ladder import NameLevel, name_level
from tongcha.linkage.codes import NO_DAY, STAR, WIDTH, Names, Truth
from tongcha.linkage.glyphs import (
    FUZZY,
    READINGS,
    SYLLABLE,
    TONE,
    U16,
    U32,
    WILD,
    load_glyphs,
    pack,
)
from tongcha.linkage.sides import (
    FORM_LATIN,
    FORM_NONE,
    FORM_SURNAME,
    NUMBER_ABSENT,
    NUMBER_BAD,
    NUMBER_PARTIAL,
    NUMBER_VALID,
    Side,
)

Levels = npt.NDArray[np.int8]
ABSENT: Final = -1
NAME_LEVELS: Final = (
    "exact",
    "variant",
    "tone",
    "syllable",
    "fuzzy",
    "lookalike",
    "wildcard",
    "swapped",
    "former",
    "dropped",
    "one_differs",
    "surname_differs",
    "surname_only",
    "surname_sounds",
    "surname_same",
    "different",
)
ID_LEVELS: Final = ("exact", "near", "partial", "conflict")
PHONE_LEVELS: Final = ("exact", "listed", "near", "different")
BIRTH_LEVELS: Final = ("day", "month_or_year", "different")
AGE_LEVELS: Final = ("same", "one", "two", "far", "very_far")
SEX_LEVELS: Final = ("same", "different")
AREA_LEVELS: Final = ("district", "city", "elsewhere")
SCHOOL_LEVELS: Final = ("fits", "same_district", "elsewhere")
SUBJECT_LEVELS: Final = ("same", "different")
FAR_YEARS: Final = 4
PHONE_DIGITS: Final = 11
REFERENCE_LEVELS: Final = {
    NameLevel.EXACT: NAME_LEVELS.index("exact"),
    NameLevel.VARIANT: NAME_LEVELS.index("variant"),
    NameLevel.TONE: NAME_LEVELS.index("tone"),
    NameLevel.PINYIN: NAME_LEVELS.index("syllable"),
    NameLevel.FUZZY: NAME_LEVELS.index("fuzzy"),
    NameLevel.LOOKALIKE: NAME_LEVELS.index("lookalike"),
    NameLevel.WILDCARD: NAME_LEVELS.index("wildcard"),
    NameLevel.SWAPPED: NAME_LEVELS.index("swapped"),
    NameLevel.DROPPED: NAME_LEVELS.index("dropped"),
    NameLevel.ONE_DIFFERS: NAME_LEVELS.index("one_differs"),
    NameLevel.SURNAME_DIFFERS: NAME_LEVELS.index("surname_differs"),
    NameLevel.SURNAME_ONLY: NAME_LEVELS.index("surname_only"),
    NameLevel.NONE: NAME_LEVELS.index("different"),
    NameLevel.ABSENT: ABSENT,
}
"""rungs of `tongcha.identity.ladder`, which compares the few unusual names one by one"""
FORMER_AS_CLOSE_AS: Final = NAME_LEVELS.index("fuzzy")


def compare_names(met: Side, person: Side) -> Levels:
    """Level of the name (positions in NAME_LEVELS); row i of one side is compared with row i of the other."""
    level = name_ladder(met.name, person.name)
    odd = np.flatnonzero(_is_unusual(met) | _is_unusual(person))
    written = (side.name_text.gather(odd) for side in (met, person))
    level[odd] = [REFERENCE_LEVELS[name_level(*pair)] for pair in zip(*written, strict=True)]
    renamed = np.flatnonzero(person.former.length > 0)
    if len(renamed):
        before = name_ladder(met.name.take(renamed), person.former.take(renamed))
        better = (before <= FORMER_AS_CLOSE_AS) & (level[renamed] > NAME_LEVELS.index("former"))
        level[renamed[better]] = NAME_LEVELS.index("former")
    only = np.flatnonzero((met.form == FORM_SURNAME) | (person.form == FORM_SURNAME))
    surnames = met.name.take(only).fold, person.name.take(only).fold
    heard = sounds_alike(surnames[0][:, :1], surnames[1][:, :1], SYLLABLE)
    told = [NAME_LEVELS.index(name) for name in ("surname_only", "surname_sounds", "different")]
    level[only] = np.select([_same_surname(*surnames), heard], told[:2], told[2])
    level[(met.form == FORM_NONE) | (person.form == FORM_NONE)] = ABSENT
    return level


def _is_unusual(side: Side) -> Truth:
    """Names of more characters than the arrays hold, with unreadable characters, or in Latin letters."""
    illegible: Truth = (side.name.raw == WILD).any(axis=1)
    unusual: Truth = illegible | (side.name.length > WIDTH) | (side.form == FORM_LATIN)
    return unusual


def name_ladder(one: Names, other: Names) -> Levels:
    """Level of two full names, up to `one_differs`, `surname_differs` and `different`."""
    level = np.zeros(len(one.length), np.int8)
    differ = np.flatnonzero((one.length != other.length) | (one.raw != other.raw).any(axis=1))
    level[differ] = _climb(one.take(differ), other.take(differ))
    return level


def _climb(one: Names, other: Names) -> Levels:
    """Level of names that aren't equal as written, as far as the arrays hold them."""
    glyphs = load_glyphs()
    same_length = one.length == other.length
    whole = same_length & (one.length <= WIDTH)
    a, b = one.fold, other.fold
    same = a == b
    spelled = glyphs.spelling[a[:, 0]] == glyphs.spelling[b[:, 0]]
    conditions = [
        whole & (one.raw == other.raw).all(axis=1),
        same_length & (same[:, 1:].all(axis=1) & (same[:, 0] | spelled)),
        *(whole & sounds_alike(a, b, strictness) for strictness in (TONE, SYLLABLE, FUZZY)),
        whole & _one_lookalike(a, b, same),
        whole & _fits_wildcard(a, b, same),
        whole & _given_swapped(a, b, one.length),
        np.zeros(len(a), np.bool_),
        _one_dropped(a, b, one.length, other.length),
        whole & (one.length >= 3) & same[:, 0] & ((~same[:, 1:]).sum(axis=1) == 1),  # noqa: PLR2004
        whole & (one.length >= 3) & ~same[:, 0] & same[:, 1:].all(axis=1),  # noqa: PLR2004
        np.zeros(len(a), np.bool_),
        np.zeros(len(a), np.bool_),
        same[:, 0],
    ]
    return np.select(conditions, list(range(len(conditions))), NAME_LEVELS.index("different")).astype(np.int8)


def sounds_alike(a: U32, b: U32, strictness: int) -> Truth:
    """Whether at every place some reading of one character is some reading of the other."""
    glyphs = load_glyphs()
    alike = np.ones(len(a), np.bool_)
    for place in range(a.shape[1]):
        table = (glyphs.given if place else glyphs.surname)[:, strictness]
        one, other = a[:, place], b[:, place]
        alike &= (one == other) | (table[0][one] == table[0][other]) | _share_reading(table, one, other)
    return alike


def _share_reading(table: U16, one: U32, other: U32) -> Truth:
    """Whether characters of several readings share one; for the others the main reading decides."""
    several = load_glyphs().has_readings
    shared = np.zeros(len(one), np.bool_)
    rows = np.flatnonzero(several[one] | several[other])
    for i in range(READINGS):
        for j in range(READINGS):
            shared[rows] |= table[i][one[rows]] == table[j][other[rows]]
    return shared


def _one_lookalike(a: U32, b: U32, same: Truth) -> Truth:
    once = np.flatnonzero((~same).sum(axis=1) == 1)
    place = np.argmax(~same[once], axis=1)
    wanted = pack(a[once, place], b[once, place])
    pairs = load_glyphs().lookalike
    at = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    found = np.zeros(len(a), np.bool_)
    found[once] = pairs[at] == wanted
    return found


def _fits_wildcard(a: U32, b: U32, same: Truth) -> Truth:
    wild = (a == WILD) | (b == WILD)
    fits: Truth = wild.any(axis=1) & (same | (wild & (a > 0) & (b > 0))).all(axis=1)
    return fits


def _given_swapped(a: U32, b: U32, length: npt.NDArray[np.int64]) -> Truth:
    three: Truth = (length == 3) & (a[:, 0] == b[:, 0]) & (a[:, 1] == b[:, 2]) & (a[:, 2] == b[:, 1])  # noqa: PLR2004
    start = (a[:, :2] == b[:, :2]).all(axis=1)
    four: Truth = (length == WIDTH) & start & (a[:, 2] == b[:, 3]) & (a[:, 3] == b[:, 2])
    return three | four


def _one_dropped(a: U32, b: U32, la: npt.NDArray[np.int64], lb: npt.NDArray[np.int64]) -> Truth:
    shorter = np.where((la < lb)[:, None], a, b)
    longer = np.where((la < lb)[:, None], b, a)
    least = np.minimum(la, lb)
    starts = (np.abs(la - lb) == 1) & (shorter[:, 0] == longer[:, 0])
    two = (least == 2) & ((shorter[:, 1] == longer[:, 1]) | (shorter[:, 1] == longer[:, 2]))  # noqa: PLR2004
    compound = shorter[:, 1] == longer[:, 1]
    three = (least == 3) & compound & ((shorter[:, 2] == longer[:, 2]) | (shorter[:, 2] == longer[:, 3]))  # noqa: PLR2004
    dropped: Truth = starts & (two | three)
    return dropped


def _same_surname(a: U32, b: U32) -> Truth:
    spelling = load_glyphs().spelling
    alike: Truth = spelling[a[:, 0]] == spelling[b[:, 0]]
    compound = load_glyphs().compound
    second = [np.where(np.isin(pack(side[:, 0], side[:, 1]), compound), side[:, 1], 0) for side in (a, b)]
    same: Truth = alike & (second[0] == second[1])
    return same


def compare_numbers(met: Side, person: Side) -> Levels:
    """Level of the ID number: exact, one edit away, agreeing where visible, or in conflict."""
    same = met.number == person.number
    star = (met.number == STAR) | (person.number == STAR)
    state, other = met.number_state, person.number_state
    known = (state > NUMBER_ABSENT) & (other > NUMBER_ABSENT)
    full = (state == NUMBER_VALID) & (other == NUMBER_VALID)
    level = np.full(len(state), ID_LEVELS.index("conflict"), np.int8)
    level[full & same.all(axis=1)] = ID_LEVELS.index("exact")
    some = (state == NUMBER_PARTIAL) | (other == NUMBER_PARTIAL)
    level[some & (same | star).all(axis=1)] = ID_LEVELS.index("partial")
    almost = some & ((~(same | star)).sum(axis=1) == 1) & ((~star).sum(axis=1) > 8)  # noqa: PLR2004
    level[almost] = ID_LEVELS.index("near")
    odd = np.flatnonzero(known & ((state == NUMBER_BAD) | (other == NUMBER_BAD)))
    level[odd[_one_edit(met, person, odd)]] = ID_LEVELS.index("near")
    level[~known] = ABSENT
    return level


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
    different = np.flatnonzero((level > 0) & (met.phone > 0) & (person.phone > 0))
    power = 10 ** np.arange(PHONE_DIGITS)
    digits = [side.phone[different, None] // power % 10 for side in (met, person)]
    level[different[(digits[0] != digits[1]).sum(axis=1) == 1]] = PHONE_LEVELS.index("near")
    level[(met.phone == 0) | (person.phone == 0)] = ABSENT
    listed = (met.phone > 0) & (met.phone == person.listed_phone) & (level != 0)
    level[listed] = PHONE_LEVELS.index("listed")
    return level


def compare_births(met: Side, person: Side) -> Levels:
    """Level of the birth date in the identity's number against the registered one."""
    a, b = met.birth, person.birth
    one, other = a.astype("datetime64[D]"), b.astype("datetime64[D]")
    month_a, month_b = one.astype("datetime64[M]"), other.astype("datetime64[M]")
    day = (one - month_a) == (other - month_b)
    month = (month_a.astype(np.int64) % 12) == (month_b.astype(np.int64) % 12)
    year = one.astype("datetime64[Y]") == other.astype("datetime64[Y]")
    near = (day.astype(int) + month + year) == 2  # noqa: PLR2004
    level = np.select([a == b, near], [0, 1], 2).astype(np.int8)
    level[(a == NO_DAY) | (b == NO_DAY)] = ABSENT
    return level


def compare_ages(met: Side, person: Side) -> Levels:
    """Level of the claimed age against the registered birth date on the raid date."""
    off = np.abs(met.age - age_on(person.birth, met.day))
    level = np.select([off == 0, off == 1, off == 2, off <= FAR_YEARS], [0, 1, 2, 3], 4).astype(np.int8)  # noqa: PLR2004
    level[(met.age < 0) | (person.birth == NO_DAY) | (met.day == NO_DAY)] = ABSENT
    return level


def age_on(birth: npt.NDArray[np.int32], day: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return completed years of age on a day."""
    born, now = birth.astype("datetime64[D]"), day.astype("datetime64[D]")
    years = now.astype("datetime64[Y]").astype(np.int64) - born.astype("datetime64[Y]").astype(np.int64)
    return np.where(_day_of_year(now) < _day_of_year(born), years - 1, years)


def _day_of_year(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    months = days.astype("datetime64[M]")
    order: npt.NDArray[np.int64] = months.astype(np.int64) % 12 * 32 + (days - months).astype(np.int64)
    return order


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
