"""Blocking keys: 64-bit numbers that two records share if they may be the same person.

A registry record has one key of each kind; an identity probes with as many as its possible errors need
(`tongcha.linkage.blocking.probes`). So errors are searched from the few thousand identities and never from
the millions of records.

Kinds of one family share a part (the name as it sounds, the last four places …). Records whose part no
identity probes with are left out before the family's keys are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np

from tongcha.linkage.encoding.codes import I64, U8, mix, years_of
from tongcha.linkage.encoding.glyphs import FUZZY, SYLLABLE, TONE, U32, U64, hear, load_glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tongcha.linkage.encoding.codes import I8, I32
    from tongcha.linkage.people.keyed import Keyed

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
    "surname_subject",
    "surname_city_subject",
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
    "surname": ("surname_year", "surname_subject", "surname_city_subject"),
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
EVERY: Final = slice(None)


class Sift(Protocol):
    """Chooses, of the parts that a family's keys share, those that may be probed with."""

    def __call__(self, family: str, parts: U64) -> Rows:
        """Return their positions."""


def keep_all(family: str, parts: U64) -> Rows:
    """Leave nobody out."""
    del family, parts
    return EVERY


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
    heard = hear(fold, strictness)
    if at >= 0:
        glyphs = load_glyphs()
        table = (glyphs.given if at else glyphs.surname)[reading, strictness]
        heard[:, at] = table[fold[:, at]]
    return mix(heard.view(np.uint64)[:, 0])  # four identifiers of two bytes each are one number


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


def provinces(areas: I32) -> U64:
    """Return the province of each six-digit region."""
    return (areas // 10_000).astype(np.uint64)


def year_and_city(year: U64, area: I32) -> U64:
    """Return what people of one birth year and city share."""
    return mix(year, cities(area))


def surname_years(fold: U32, year: U64, sex: I8) -> U64:
    """Return the syllable of the surname with birth year and sex: 王老师 of about forty."""
    heard = load_glyphs().surname[0, SYLLABLE][fold[:, 0]]
    return mix(heard, year, sex.astype(np.uint64))


class Keys(NamedTuple):
    """Keys of one kind.

    Attributes:
        kind: the kind.
        key: the keys.
        at: position of the person of each key; None if everyone has one, in order.
    """

    kind: str
    key: U64
    at: I64 | None

    def rows(self, chosen: Rows = EVERY) -> I64:
        """Return the positions of the people of some of the keys."""
        if self.at is not None:
            return self.at[chosen]
        return chosen if isinstance(chosen, np.ndarray) else np.arange(len(self.key))[chosen]


def person_keys(people: Keyed, sift: Sift = keep_all) -> Iterator[Keys]:
    """Yield the keys of the people, kind by kind; a known former name gives keys of its own.

    Args:
        people: a part of the people.
        sift: leaves out those whose keys of a family nobody probes with.
    """
    region, birth, tail = segments(people.number)
    yield Keys("id_full", mix(region, birth, tail), None)
    yield Keys("phone", mix(people.phone.astype(np.uint64)), None)
    hit = sift("birth", mix(birth))
    yield Keys("id_birth_tail", mix(birth[hit], tail[hit]), _at(None, hit))
    yield Keys("id_region_birth", mix(region[hit], birth[hit]), _at(None, hit))
    hit = sift("tail", mix(tail))
    yield Keys("id_region_tail", mix(region[hit], tail[hit]), _at(None, hit))
    fold, year = people.name.fold, years_of(people.birth)
    where = year_and_city(year, people.area)
    yield from _part_keys(fold, where, sift)
    yield from _surname_keys(people, fold, year, sift)
    for names, of in ((fold, None), (people.former.fold, people.renamed)):
        rows = EVERY if of is None else of
        yield from _name_keys(names, people.birth[rows], year[rows], people.area[rows], of, sift)
        for family, first in (("tail", tail[rows]), ("school", people.school[rows])):
            hit = sift(family, mix(first))
            yield Keys(f"{family}_surname", mix(first[hit], surname_sound(names[hit])), _at(of, hit))


def _at(of: I64 | None, hit: Rows) -> I64 | None:
    """Positions among all people of those that were hit among `of`."""
    if of is not None:
        return of[hit]
    return hit if isinstance(hit, np.ndarray) else None


def _name_keys(fold: U32, born: I32, year: U64, area: I32, of: I64 | None, sift: Sift) -> Iterator[Keys]:
    """Keys of the names of all people, or of the former names of some (`of`)."""
    fuzzy = sound(fold, FUZZY)
    hit = sift("name", fuzzy)
    heard, at, fold = fuzzy[hit], _at(of, hit), fold[hit]
    yield Keys("name", heard, at)
    yield Keys("name_birth", mix(heard, born[hit].astype(np.uint32)), at)
    yield Keys("name_year", mix(heard, year[hit]), at)
    yield Keys("name_city", mix(heard, cities(area[hit])), at)
    if of is None:  # nobody bears a former name
        yield Keys("name_exact", mix(*fold.T), at)
        yield Keys("name_tone", sound(fold, TONE), at)
        yield Keys("name_syllable", sound(fold, SYLLABLE), at)


def _surname_keys(people: Keyed, fold: U32, year: U64, sift: Sift) -> Iterator[Keys]:
    """Surname, birth year and sex with the city; as written, also with the subject in city and province."""
    about = surname_years(fold, year, people.sex)
    hit = sift("surname", about)
    about, at = about[hit], _at(None, hit)
    area, taught = people.area[hit], mix(about, fold[hit, 0], people.subject[hit])
    yield Keys("surname_year", mix(about, cities(area)), at)
    yield Keys("surname_subject", mix(taught, provinces(area)), at)
    yield Keys("surname_city_subject", mix(taught, cities(area)), at)


def _part_keys(fold: U32, where: U64, sift: Sift) -> Iterator[Keys]:
    """Surname and one given character with birth year and city: finds what lost or changed the other one."""
    place = mix(where, fold[:, 0])
    hit = sift("place", place)
    place, fold, at = place[hit], fold[hit], _at(None, hit)
    for given in (1, 2):
        there = np.flatnonzero(fold[:, given] > 0)
        yield Keys("name_part", mix(place[there], fold[there, given]), there if at is None else at[there])
