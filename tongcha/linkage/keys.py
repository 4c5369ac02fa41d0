"""Blocking keys: 64-bit numbers that two records share if they may be the same person.

A registry record has one key of each kind; an identity probes with as many as its possible errors need
(`tongcha.linkage.probes`). So errors are searched from the few thousand identities and never from the
millions of records.

Kinds of one family share a part (the name as it sounds, the last four places …). Records whose part no
identity probes with are left out before the family's keys are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from tongcha.linkage.codes import I64, U8, mix, years_of
from tongcha.linkage.glyphs import FUZZY, SYLLABLE, TONE, U32, U64, load_glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tongcha.linkage.codes import I8, I32
    from tongcha.linkage.keyed import Keyed

KINDS: Final = (
    "id_full",
    "id_region_tail",
    "id_birth_tail",
    "id_region_birth",
    "tail_surname",
    "name_birth",
    "phone",
    "name",
    "name_year",
    "name_city",
    "name_part",
    "school_surname",
    "surname_year",
)
"""kinds of key that yield candidates; see docs/linkage.md for what each one is for"""
COUNTED: Final = ("name_exact", "name_tone", "name_syllable")
"""kinds that only count how many people bear a name as exactly as this"""
FAMILIES: Final = {
    "tail": ("id_region_tail", "tail_surname"),
    "birth": ("id_birth_tail", "id_region_birth"),
    "name": ("name", "name_birth", "name_year", "name_city", *COUNTED),
    "place": ("name_part",),
    "school": ("school_surname",),
}
"""kinds whose keys share a part"""
REGION_BYTES: Final = np.uint64(0xFFFF_FFFF_FFFF)
"""the first six of eight bytes"""
PLACES: Final = np.dtype(
    {
        "names": ["head", "birth", "tail"],
        "formats": ["<u8", "<u8", "<u4"],
        "offsets": [0, 6, 14],
        "itemsize": 18,
    }
)
"""an ID number of 18 bytes: region with two places of the birth date, birth date, tail"""
Rows = I64 | slice


class Sift(Protocol):
    """Chooses, of the parts that a family's keys share, those that may be probed with."""

    def __call__(self, family: str, parts: U64) -> Rows:
        """Return their positions."""


def keep_all(family: str, parts: U64) -> Rows:
    """Leave nobody out."""
    del family, parts
    return slice(None)


@dataclass(frozen=True, slots=True)
class Probes:
    """Keys of one kind that identities probe with.

    Attributes:
        key: the keys.
        identity: identity that each key belongs to.
        part: what each key shares with the other kinds of its family, if it has one.
    """

    key: U64
    identity: I64
    part: U64 | None = None


def sound(fold: U32, strictness: int, reading: int = 0, at: int = -1) -> U64:
    """Return one key per name from its syllables; place `at` is read with another reading."""
    glyphs = load_glyphs()
    parts = []
    for place in range(fold.shape[1]):
        table = (glyphs.given if place else glyphs.surname)[reading if place == at else 0, strictness]
        parts.append(table[fold[:, place]])
    return mix(*parts)


def segments(number: U8) -> tuple[U64, U64, U64]:
    """Return region, birth date and tail of 18-place numbers, each as one number."""
    places = np.ascontiguousarray(number).view(PLACES)[:, 0]
    return places["head"] & REGION_BYTES, places["birth"].astype(np.uint64), places["tail"].astype(np.uint64)


def surname_sound(fold: U32) -> U64:
    """Return the blurred reading of the first character."""
    heard: U64 = load_glyphs().surname[0, FUZZY][fold[:, 0]].astype(np.uint64)
    return heard


def cities(areas: I32) -> U64:
    """Return the city of each six-digit region."""
    return (areas // 100).astype(np.uint64)


def surname_years(fold: U32, year: I64, area: I32, sex: I8) -> U64:
    """Return surname by ear with birth year, city and sex: finds 王老师 of about forty."""
    return mix(surname_sound(fold), year.astype(np.uint64), cities(area), sex.astype(np.uint64))


def person_keys(people: Keyed, offset: int = 0, sift: Sift = keep_all) -> Iterator[tuple[str, U64, I64]]:
    """Yield (kind, keys, rows) of the people; a known former name gives keys of its own.

    Args:
        people: a part of the people.
        offset: row of the first of them among all people.
        sift: leaves out those whose keys of a family nobody probes with.
    """
    every = np.arange(len(people.phone), dtype=np.int64) + offset
    region, birth, tail = segments(people.number)
    yield "id_full", mix(region, birth, tail), every
    yield "phone", mix(people.phone.astype(np.uint64)), every
    at = sift("birth", mix(birth))
    yield "id_birth_tail", mix(birth[at], tail[at]), every[at]
    yield "id_region_birth", mix(region[at], birth[at]), every[at]
    at = sift("tail", mix(tail))
    yield "id_region_tail", mix(region[at], tail[at]), every[at]
    fold = people.name.fold
    yield from _part_keys(people, fold, every, sift)
    yield "surname_year", surname_years(fold, years_of(people.birth), people.area, people.sex), every
    before = people.former.fold
    for names, of in ((fold, slice(None)), (before, people.renamed)):
        if not len(names):
            continue
        yield from _name_keys(people, names, of, every, sift)
        for family, first in (("tail", tail[of]), ("school", people.school[of])):
            at = sift(family, mix(first))
            yield f"{family}_surname", mix(first[at], surname_sound(names[at])), every[of][at]


def _name_keys(people: Keyed, fold: U32, of: Rows, every: I64, sift: Sift) -> Iterator[tuple[str, U64, I64]]:
    """Keys of the names of all people, or of the former names of some (`of`)."""
    fuzzy = sound(fold, FUZZY)
    at = sift("name", fuzzy)
    heard, born, rows, fold = fuzzy[at], people.birth[of][at], every[of][at], fold[at]
    yield "name", heard, rows
    yield "name_birth", mix(heard, born.astype(np.uint32)), rows
    yield "name_year", mix(heard, years_of(born).astype(np.uint64)), rows
    yield "name_city", mix(heard, cities(people.area[of][at])), rows
    if isinstance(of, slice):  # nobody bears a former name
        yield "name_exact", mix(*fold.T), rows
        yield "name_tone", sound(fold, TONE), rows
        yield "name_syllable", sound(fold, SYLLABLE), rows


def _part_keys(people: Keyed, fold: U32, every: I64, sift: Sift) -> Iterator[tuple[str, U64, I64]]:
    """Surname and one given character with birth year and city: finds what lost or changed the other one."""
    where = mix(fold[:, 0], years_of(people.birth).astype(np.uint64), cities(people.area))
    at = sift("place", where)
    where, fold, rows = where[at], fold[at], every[at]
    for place in (1, 2):
        there = np.flatnonzero(fold[:, place] > 0)
        yield "name_part", mix(where[there], fold[there, place]), rows[there]
