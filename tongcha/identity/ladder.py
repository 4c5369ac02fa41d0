"""How far two names agree: one rung of a ladder, the best one winning (identity.md §5).

This is the readable reference; linkage compares whole columns and is tested against it.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from rapidfuzz import fuzz

from tongcha.identity.characters import (
    blur_syllable,
    fold_characters,
    lookalike_scores,
    readings_of,
    surname_alternates,
    surname_readings,
)
from tongcha.identity.cleaning import WILDCARD
from tongcha.identity.names import DOT, LONGEST_UNDOTTED, ParsedName, fold_name, parse_name
from tongcha.identity.romanised import split_syllables

TRANSLITERATION_RATIO: Final = 80.0
"""similarity of toneless pinyin, in percent, from which two spellings of a part are one name"""

Readings = frozenset[str]


class NameLevel(StrEnum):
    """Rungs from the strongest agreement to none; `L7d`/`L7s` are the two rungs that share place seven."""

    EXACT = "L0"
    VARIANT = "L1"
    TONE = "L2"
    PINYIN = "L3"
    FUZZY = "L4"
    LOOKALIKE = "L5"
    SWAPPED = "L6"
    DROPPED = "L7d"
    ONE_DIFFERS = "L7s"
    SURNAME_DIFFERS = "L8"
    SURNAME_ONLY = "L9"
    WILDCARD = "LW"
    NONE = "LX"
    ABSENT = "L-"


LABELS: Final = {
    NameLevel.EXACT: "完全相同",
    NameLevel.VARIANT: "异体或繁简写法",
    NameLevel.TONE: "同音同调",
    NameLevel.PINYIN: "同音不同调",
    NameLevel.FUZZY: "近音或音译",
    NameLevel.LOOKALIKE: "一字形近",
    NameLevel.SWAPPED: "名字两字颠倒",
    NameLevel.DROPPED: "名字多一字或少一字",
    NameLevel.ONE_DIFFERS: "名字一字不同",
    NameLevel.SURNAME_DIFFERS: "姓不同而名相同",
    NameLevel.SURNAME_ONLY: "只有姓相同",
    NameLevel.WILDCARD: "可辨认的字相同",
    NameLevel.NONE: "不同",
    NameLevel.ABSENT: "缺少姓名",
}


def name_level(left: str | None, right: str | None) -> NameLevel:
    """Return the best rung on which two written names agree; symmetric.

    Example:
        >>> name_level("张晓明", "张小明"), name_level("王晴", "王睛")
        (<NameLevel.TONE: 'L2'>, <NameLevel.LOOKALIKE: 'L5'>)
    """
    a, b = sorted((parse_name(left), parse_name(right)), key=lambda parsed: (parsed.form, parsed.clean))
    if {"none", "perhaps_two"} & {a.form, b.form}:
        return NameLevel.ABSENT
    if "latin" in {a.form, b.form}:
        return _latin_level(a, b)
    if "surname" in {a.form, b.form}:
        return NameLevel.SURNAME_ONLY if _same_surname(a, b) else NameLevel.NONE
    if WILDCARD in a.clean + b.clean:
        return _wildcard_level(a, b)
    level = _full_level(a, b)
    return level if level is not NameLevel.NONE else _married_level(a, b)


def _full_level(a: ParsedName, b: ParsedName) -> NameLevel:
    if a.clean == b.clean:
        return NameLevel.EXACT
    if fold_name(a.clean) == fold_name(b.clean):
        return NameLevel.VARIANT
    return _sound_level(a, b) or _shape_level(a, b)


def _sound_level(a: ParsedName, b: ParsedName) -> NameLevel | None:
    left, right = name_readings(a.clean), name_readings(b.clean)
    if len(left) == len(right):
        pairs = list(zip(left, right, strict=True))
        if all(x & y for x, y in pairs):
            return NameLevel.TONE
        if all(_toneless(x) & _toneless(y) for x, y in pairs):  # a transliteration has no tones of its own
            return NameLevel.FUZZY if DOT in a.clean + b.clean else NameLevel.PINYIN
        if all(_blurred(x) & _blurred(y) for x, y in pairs):
            return NameLevel.FUZZY
    return NameLevel.FUZZY if _is_transliteration(a.clean, b.clean) else None


def _shape_level(a: ParsedName, b: ParsedName) -> NameLevel:
    left, right = fold_name(a.clean), fold_name(b.clean)
    if len(left) == len(right):
        differing = [x + y for x, y in zip(left, right, strict=True) if x != y]
        if len(differing) == 1 and is_lookalike(differing[0]):
            return NameLevel.LOOKALIKE
    if not a.surname or not b.surname:
        return NameLevel.NONE
    given_a, given_b = fold_characters(a.given), fold_characters(b.given)
    if not _same_surname(a, b):
        same = given_a == given_b and len(given_a) > 1
        return NameLevel.SURNAME_DIFFERS if same else NameLevel.NONE
    return _given_level(given_a, given_b, compound=len(a.surname) > 1)


def _given_level(given_a: str, given_b: str, *, compound: bool) -> NameLevel:
    """Compare given names whose surnames are the same."""
    if len(given_a) == 2 and given_a == given_b[::-1]:  # noqa: PLR2004
        return NameLevel.SWAPPED
    short, long = sorted((given_a, given_b), key=len)
    if len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long))):
        return NameLevel.DROPPED
    differing = sum(x != y for x, y in zip_longest(given_a, given_b))
    if len(short) == len(long) and differing == 1 and (len(long) > 1 or compound):
        return NameLevel.ONE_DIFFERS
    return NameLevel.NONE


def _wildcard_level(a: ParsedName, b: ParsedName) -> NameLevel:
    left, right = fold_name(a.clean), fold_name(b.clean)
    if len(left) == len(right):
        read = [(x, y) for x, y in zip(left, right, strict=True) if WILDCARD not in {x, y}]
        if read and all(x == y for x, y in read):
            return NameLevel.WILDCARD
    return NameLevel.NONE


def _latin_level(a: ParsedName, b: ParsedName) -> NameLevel:
    """Compare without tones, with the surname first or last."""
    if a.form == b.form and a.clean == b.clean:
        return NameLevel.EXACT
    if "surname" in {a.form, b.form}:
        return NameLevel.NONE
    left, right = _spellings(a), _spellings(b)
    return NameLevel.PINYIN if left & right else NameLevel.NONE


def _spellings(parsed: ParsedName) -> set[tuple[str, ...]]:
    if parsed.form == "latin":
        words = [split_syllables(word) for word in parsed.clean.split()]
        return {sum(words, ()), sum(words[-1:] + words[:-1], ())}
    spellings: set[tuple[str, ...]] = {()}
    for readings in name_readings(parsed.clean):
        spellings = {(*spelling, syllable) for spelling in spellings for syllable in _toneless(readings)}
    return spellings


def _married_level(a: ParsedName, b: ParsedName) -> NameLevel:
    """陈李美华 is 李美华 with a husband's surname before it."""
    for married, other in ((a, b), (b, a)):
        own = without_married_surname(married.clean)
        if own and fold_name(own) == fold_name(other.clean):
            return NameLevel.DROPPED
    return NameLevel.NONE


def without_married_surname(clean: str) -> str:
    """The last three characters of a four-character name that begins with two surnames; otherwise empty."""
    folded = fold_characters(clean)
    if len(folded) != LONGEST_UNDOTTED or folded[:2] in surname_readings():
        return ""
    return clean[1:] if all(char in surname_readings() for char in folded[:2]) else ""


def _same_surname(a: ParsedName, b: ParsedName) -> bool:
    return bool(a.surname) and _standard_surname(a.surname) == _standard_surname(b.surname)


def _standard_surname(surname: str) -> str:
    folded = fold_characters(surname)
    return surname_alternates().get(folded, folded)


def is_lookalike(pair: str) -> bool:
    """Whether two characters, written together, are in the look-alike table in either order."""
    return pair in lookalike_scores() or pair[::-1] in lookalike_scores()


@lru_cache(maxsize=1 << 14)
def name_readings(clean: str) -> tuple[Readings, ...]:
    """The possible readings (`zeng1`) of each character of a clean full name; the surname as a surname."""
    letters = fold_characters(clean.replace(DOT, ""))
    readings = [frozenset(readings_of(char)) for char in letters]
    compound = surname_readings().get(letters[:2], ()) if len(letters) > 2 else ()  # noqa: PLR2004
    if compound:
        readings[:2] = [frozenset({reading}) for reading in compound]
    elif DOT not in clean and len(letters) <= LONGEST_UNDOTTED and surname_readings().get(letters[0]):
        readings[0] = frozenset(surname_readings()[letters[0]])
    return tuple(readings)


@lru_cache(maxsize=1 << 12)
def _toneless(readings: Readings) -> Readings:
    return frozenset(reading.rstrip("12345") for reading in readings)


@lru_cache(maxsize=1 << 12)
def _blurred(readings: Readings) -> Readings:
    return frozenset(blur_syllable(syllable) for syllable in _toneless(readings))


def _is_transliteration(left: str, right: str) -> bool:
    """Part by part, or as a whole where a dot is missing: 阿卜杜拉·买买提 and 阿不都拉·麦麦提."""
    if DOT not in left + right and min(len(left), len(right)) <= LONGEST_UNDOTTED:
        return False
    parts_a, parts_b = left.split(DOT), right.split(DOT)
    if len(parts_a) != len(parts_b):
        parts_a, parts_b = [left.replace(DOT, "")], [right.replace(DOT, "")]
        if min(len(parts_a[0]), len(parts_b[0])) <= LONGEST_UNDOTTED:
            return False
    return all(
        fuzz.ratio(_spell(x), _spell(y)) >= TRANSLITERATION_RATIO
        for x, y in zip(parts_a, parts_b, strict=True)
    )


@lru_cache(maxsize=1 << 14)
def _spell(part: str) -> str:
    letters = fold_characters(part)
    return "".join(readings_of(char)[0].rstrip("12345") for char in letters)
