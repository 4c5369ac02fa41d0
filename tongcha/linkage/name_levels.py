"""The ladder of names for many pairs at once; `tongcha.identity.ladder` is its readable reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.identity.ladder import NameLevel, name_level
from tongcha.linkage.codes import ABSENT, WIDTH, Levels, Names, Truth
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
from tongcha.linkage.sides import FORM_LATIN, FORM_NONE, FORM_SURNAME

if TYPE_CHECKING:
    from tongcha.linkage.codes import I64
    from tongcha.linkage.sides import Side

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
        *_climb_by_ear(a, b, whole),
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


def _climb_by_ear(a: U32, b: U32, whole: Truth) -> list[Truth]:
    """Whether names sound alike with tone, without, and blurred; the first two where the last holds."""
    blurred = np.flatnonzero(whole)
    blurred = blurred[sounds_alike(a[blurred], b[blurred], FUZZY)]
    alike = np.zeros((3, len(a)), np.bool_)
    alike[FUZZY, blurred] = True
    for strictness in (TONE, SYLLABLE):
        alike[strictness, blurred] = sounds_alike(a[blurred], b[blurred], strictness)
    return list(alike)


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


def _given_swapped(a: U32, b: U32, length: I64) -> Truth:
    three: Truth = (length == 3) & (a[:, 0] == b[:, 0]) & (a[:, 1] == b[:, 2]) & (a[:, 2] == b[:, 1])  # noqa: PLR2004
    start = (a[:, :2] == b[:, :2]).all(axis=1)
    four: Truth = (length == WIDTH) & start & (a[:, 2] == b[:, 3]) & (a[:, 3] == b[:, 2])
    return three | four


def _one_dropped(a: U32, b: U32, la: I64, lb: I64) -> Truth:
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
