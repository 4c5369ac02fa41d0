"""The ladder of names for many pairs at once; `tongcha.identity.ladder` is its readable reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.identity.ladder import NameLevel, name_level
from tongcha.linkage.encoding.codes import ABSENT, GIVEN, WIDTH, Levels, Names, Truth, count_places, holds
from tongcha.linkage.encoding.glyphs import (
    FUZZY,
    SYLLABLE,
    TONE,
    U32,
    WILD,
    hear,
    load_glyphs,
    pack,
)
from tongcha.linkage.encoding.values import FORM_LATIN, FORM_NONE, FORM_SURNAME

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import I64
    from tongcha.linkage.encoding.sides import Side

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
    first = np.arange(WIDTH) == 0
    alone = [np.where(first, fold, 0).astype(np.uint32) for fold in surnames]
    heard = sounds_alike(alone[0], alone[1], SYLLABLE)
    told = [NAME_LEVELS.index(name) for name in ("surname_only", "surname_sounds", "different")]
    level[only] = np.select([_same_surname(*surnames), heard], told[:2], told[2])
    level[(met.form == FORM_NONE) | (person.form == FORM_NONE)] = ABSENT
    return level


def _is_unusual(side: Side) -> Truth:
    """Names of more characters than the arrays hold, with unreadable characters, or in Latin letters."""
    illegible = count_places(side.name.raw == WILD) > 0
    unusual: Truth = illegible | (side.name.length > WIDTH) | (side.form == FORM_LATIN)
    return unusual


def name_ladder(one: Names, other: Names) -> Levels:
    """Level of two full names, up to `one_differs`, `surname_differs` and `different`."""
    level = np.zeros(len(one.length), np.int8)
    differ = np.flatnonzero((one.length != other.length) | ~holds(one.raw == other.raw))
    level[differ] = _climb(one.take(differ), other.take(differ))
    return level


def _climb(one: Names, other: Names) -> Levels:
    """Level of names that aren't equal as written, as far as the arrays hold them."""
    whole = (one.length == other.length) & (one.length <= WIDTH)
    level = np.full(len(whole), NAME_LEVELS.index("different"), np.int8)
    blurred = np.flatnonzero(whole)
    blurred = blurred[sounds_alike(one.fold[blurred], other.fold[blurred], FUZZY)]
    level[blurred] = _climb_by_ear(one.take(blurred), other.take(blurred))
    rest = np.flatnonzero(level == NAME_LEVELS.index("different"))
    level[rest] = _climb_by_eye(one.take(rest), other.take(rest), whole[rest])
    return level


def _climb_by_ear(one: Names, other: Names) -> Levels:
    """Level of names that sound alike when blurred."""
    a, b = one.fold, other.fold
    conditions = {
        "exact": holds(one.raw == other.raw),
        "variant": _same_spelling(a, b),
        "tone": sounds_alike(a, b, TONE),
        "syllable": sounds_alike(a, b, SYLLABLE),
    }
    rungs = [NAME_LEVELS.index(name) for name in conditions]
    return np.select(list(conditions.values()), rungs, NAME_LEVELS.index("fuzzy")).astype(np.int8)


def _climb_by_eye(one: Names, other: Names, whole: Truth) -> Levels:
    """Level of names that don't sound alike, and of those of another length or longer than the arrays."""
    a, b = one.fold, other.fold
    same = a == b
    three = whole & (one.length >= 3)  # noqa: PLR2004
    conditions = {
        "variant": (one.length == other.length) & _same_spelling(a, b),
        "lookalike": whole & _one_lookalike(a, b, same),
        "wildcard": whole & _fits_wildcard(a, b, same),
        "swapped": whole & _given_swapped(a, b, one.length),
        "dropped": _one_dropped(a, b, one.length, other.length),
        "one_differs": three & same[:, 0] & (count_places(~same) == 1),
        "surname_differs": three & ~same[:, 0] & holds(same, GIVEN),
        "surname_same": same[:, 0],
    }
    rungs = [NAME_LEVELS.index(name) for name in conditions]
    return np.select(list(conditions.values()), rungs, NAME_LEVELS.index("different")).astype(np.int8)


def _same_spelling(a: U32, b: U32) -> Truth:
    """Whether names are the same but for the form of a character or the spelling of the surname."""
    spelling = load_glyphs().spelling
    same: Truth = holds(a == b, GIVEN) & (spelling[a[:, 0]] == spelling[b[:, 0]])
    return same


def sounds_alike(a: U32, b: U32, strictness: int) -> Truth:
    """Whether at every place some reading of one character is some reading of the other."""
    several = load_glyphs().has_readings
    alike = (a == b) | (hear(a, strictness) == hear(b, strictness))
    row, place = np.nonzero(~alike)
    one, other = a[row, place], b[row, place]
    may = several[one] | several[other]
    row, place, one, other = row[may], place[may], one[may], other[may]
    alike[row, place] = _share_reading(one, other, place == 0, strictness)
    return holds(alike)


def _share_reading(one: U32, other: U32, is_surname: Truth, strictness: int) -> Truth:
    """Whether characters share a reading, as surnames or inside a given name."""
    glyphs = load_glyphs()
    shared = np.zeros(len(one), np.bool_)
    for table, at in (
        (glyphs.surname, np.flatnonzero(is_surname)),
        (glyphs.given, np.flatnonzero(~is_surname)),
    ):
        read = [table[:, strictness][:, side[at]] for side in (one, other)]
        shared[at] = (read[0][:, None] == read[1][None]).any(axis=(0, 1))
    return shared


def _one_lookalike(a: U32, b: U32, same: Truth) -> Truth:
    once = np.flatnonzero(count_places(~same) == 1)
    place = np.argmax(~same[once], axis=1)
    wanted = pack(a[once, place], b[once, place])
    pairs = load_glyphs().lookalike
    at = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    found = np.zeros(len(a), np.bool_)
    found[once] = pairs[at] == wanted
    return found


def _fits_wildcard(a: U32, b: U32, same: Truth) -> Truth:
    wild = (a == WILD) | (b == WILD)
    fits: Truth = (count_places(wild) > 0) & holds(same | (wild & (a > 0) & (b > 0)))
    return fits


def _given_swapped(a: U32, b: U32, length: I64) -> Truth:
    three: Truth = (length == 3) & (a[:, 0] == b[:, 0]) & (a[:, 1] == b[:, 2]) & (a[:, 2] == b[:, 1])  # noqa: PLR2004
    start = (a[:, 0] == b[:, 0]) & (a[:, 1] == b[:, 1])
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
