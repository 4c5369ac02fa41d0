"""Blocking keys: 64-bit numbers that two records share if they may be the same person.

A registry record has one key of each kind; an identity probes with as many as its possible errors need
(other readings, swapped characters, birth years around the claimed age). So errors are searched from
the few thousand identities and never from the millions of records.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.identity.characters import common_surnames
from tongcha.linkage.codes import I8, I32, I64, NO_DAY, STAR, U8, Names, mix, years_of
from tongcha.linkage.glyphs import FUZZY, READINGS, SYLLABLE, TONE, U32, U64, WILD, load_glyphs, pack
from tongcha.linkage.sides import (
    FORM_FULL,
    FORM_NONE,
    FORM_SURNAME,
    NUMBER_BAD,
    NUMBER_VALID,
    SEXES,
    Keyed,
    Side,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

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
AGE_SLACK: Final = 2
NAMED: Final = {"name": FUZZY, "name_tone": TONE, "name_syllable": SYLLABLE}


@dataclass(frozen=True, slots=True)
class Probes:
    """Keys of one kind that identities probe with: `key[i]` belongs to identity `identity[i]`."""

    key: U64
    identity: I64


def sound(fold: U32, strictness: int, reading: int = 0, at: int = -1) -> U64:
    """Return one key per name from its syllables; place `at` is read with another reading."""
    glyphs = load_glyphs()
    parts = []
    for place in range(fold.shape[1]):
        table = (glyphs.given if place else glyphs.surname)[reading if place == at else 0, strictness]
        parts.append(table[fold[:, place]])
    return mix(*parts)


def as_numbers(places: U8) -> U64:
    """Return up to eight bytes per row as one number."""
    wide = np.zeros((len(places), 8), np.uint8)
    wide[:, : places.shape[1]] = places
    numbers: U64 = wide.view(np.uint64).ravel()
    return numbers


def segments(number: U8) -> tuple[U64, U64, U64]:
    """Return region, birth date and tail of 18-place numbers, each as one number."""
    return as_numbers(number[:, :6]), as_numbers(number[:, 6:14]), as_numbers(number[:, 14:])


def surname_sound(fold: U32) -> U64:
    """Return the blurred reading of the first character."""
    heard: U64 = load_glyphs().surname[0, FUZZY][fold[:, 0]].astype(np.uint64)
    return heard


def person_keys(people: Keyed, offset: int = 0) -> Iterator[tuple[str, U64, I64]]:
    """Yield (kind, keys, rows) of the people; a known former name gives keys of its own.

    Args:
        people: a part of the people.
        offset: row of the first of them among all people.
    """
    every = np.arange(len(people.phone), dtype=np.int64) + offset
    region, birth, tail = segments(people.number)
    yield "id_full", mix(region, birth, tail), every
    yield "id_region_tail", mix(region, tail), every
    yield "id_birth_tail", mix(birth, tail), every
    yield "id_region_birth", mix(region, birth), every
    yield "phone", mix(people.phone.astype(np.uint64)), every
    fold = people.name.fold
    yield "name_exact", mix(*fold.T), every
    yield "name_tone", sound(fold, TONE), every
    yield "name_syllable", sound(fold, SYLLABLE), every
    yield from _part_keys(people, fold, every)
    yield "surname_year", _surname_years(fold, years_of(people.birth), people.area, people.sex), every
    before = people.former.fold
    for names, at in ((fold, slice(None)), (before, people.renamed)):
        yield from _name_keys(people, names, every[at], at)


def _name_keys(people: Keyed, fold: U32, rows: I64, at: slice | I64) -> Iterator[tuple[str, U64, I64]]:
    if not len(rows):
        return
    fuzzy, surname = sound(fold, FUZZY), surname_sound(fold)
    born, tail = people.birth[at], segments(people.number[at])[2]
    yield "name", fuzzy, rows
    yield "name_birth", mix(fuzzy, born.astype(np.uint32)), rows
    yield "name_year", mix(fuzzy, years_of(born).astype(np.uint64)), rows
    yield "name_city", mix(fuzzy, (people.area[at] // 100).astype(np.uint64)), rows
    yield "tail_surname", mix(tail, surname), rows
    yield "school_surname", mix(people.school[at], surname), rows


def _part_keys(people: Keyed, fold: U32, rows: I64) -> Iterator[tuple[str, U64, I64]]:
    """Surname and one given character with birth year and city: finds what lost or changed the other one."""
    where = mix(fold[:, 0], years_of(people.birth).astype(np.uint64), (people.area // 100).astype(np.uint64))
    for place in (1, 2):
        there = np.flatnonzero(fold[:, place] > 0)
        yield "name_part", mix(where[there], fold[there, place]), rows[there]


def _surname_years(fold: U32, year: I64, area: I32, sex: I8) -> U64:
    """Surname by ear with birth year, city and sex: finds 王老师 of about forty."""
    heard, city = surname_sound(fold), (area // 100).astype(np.uint64)
    return mix(heard, year.astype(np.uint64), city, sex.astype(np.uint64))


def probe_keys(met: Side) -> dict[str, Probes]:
    """Return the keys that the identities probe with, by kind (all but `school_surname`)."""
    probes = {**_number_probes(met), **_name_probes(met)}
    given = np.flatnonzero(met.phone > 0)
    probes["phone"] = Probes(mix(met.phone[given].astype(np.uint64)), given)
    return probes


def _number_probes(met: Side) -> dict[str, Probes]:
    valid = np.flatnonzero(met.number_state == NUMBER_VALID)
    bad_rows, bad = _align_bad(met)
    rows = np.concatenate([np.flatnonzero(met.number_state > NUMBER_VALID), bad_rows])
    partial = np.concatenate([met.number[met.number_state > NUMBER_VALID], bad])
    region, birth, tail = segments(partial)
    full = mix(*segments(met.number[valid]))
    swapped_rows, swapped = _swap_neighbours(bad_rows, bad)
    surname = surname_sound(met.name.take(rows).fold)
    sees = [
        (partial[:, a:b] != STAR).all(axis=1) & (partial[:, a:b] != 0).all(axis=1)
        for a, b in ((0, 6), (6, 14), (14, 18))
    ]
    named = met.form[rows] > FORM_NONE
    return {
        "id_full": Probes(
            np.concatenate([full, mix(*segments(swapped))]), np.concatenate([valid, swapped_rows])
        ),
        "id_region_tail": Probes(mix(region, tail)[sees[0] & sees[2]], rows[sees[0] & sees[2]]),
        "id_birth_tail": Probes(mix(birth, tail)[sees[1] & sees[2]], rows[sees[1] & sees[2]]),
        "id_region_birth": Probes(mix(region, birth)[sees[0] & sees[1]], rows[sees[0] & sees[1]]),
        "tail_surname": Probes(mix(tail, surname)[sees[2] & named], rows[sees[2] & named]),
    }


def _align_bad(met: Side) -> tuple[I64, U8]:
    """Lay numbers that belong to nobody over the 18 places, once from the left and once from the right."""
    rows = np.flatnonzero(met.number_state == NUMBER_BAD)
    found, places = [], []
    for row, text in zip(rows.tolist(), met.number_text.gather(rows).to_list(), strict=True):
        if 16 <= len(text) <= 20:  # noqa: PLR2004  two places lost or doubled at most
            for birth in {text[6:14], text[-12:-4]}:
                found.append(row)
                places.append((text[:6] + birth + text[-4:]).encode())
    table = np.frombuffer(b"".join(places), np.uint8).reshape(-1, 18)
    return np.array(found, np.int64), table


def _swap_neighbours(rows: I64, number: U8) -> tuple[I64, U8]:
    swaps = []
    for place in range(17):
        swapped = number.copy()
        swapped[:, [place, place + 1]] = swapped[:, [place + 1, place]]
        swaps.append(swapped)
    return np.tile(rows, len(swaps)), np.concatenate(swaps)


def _name_probes(met: Side) -> dict[str, Probes]:
    legible = (met.form == FORM_FULL) & ~(met.name.raw == WILD).any(axis=1)
    everyone = np.flatnonzero(legible)
    fold = met.name.take(everyone).fold
    probes = {
        "name_exact": Probes(mix(*fold.T), everyone),
        "name_tone": Probes(sound(fold, TONE), everyone),
        "name_syllable": Probes(sound(fold, SYLLABLE), everyone),
    }
    key, who = _name_variants(everyone, met.name)
    dated = met.birth[who] != NO_DAY
    probes["name_birth"] = Probes(mix(key, met.birth[who].astype(np.uint32))[dated], who[dated])
    unsure = met.number_state[who] != NUMBER_VALID
    probes["name"] = Probes(key[unsure], who[unsure])
    likely, bearer = _correct_surnames(everyone[met.number_state[everyone] != NUMBER_VALID], met.name)
    key, who = np.concatenate([key, likely]), np.concatenate([who, bearer])
    probes["name_city"] = Probes(mix(key, (met.area[who] // 100).astype(np.uint64)), who)
    unsure = met.number_state[who] != NUMBER_VALID
    probes["name_year"] = _year_probes(met, key[unsure], who[unsure])
    probes["surname_year"] = _surname_probes(met)
    probes["name_part"] = _part_probes(met, everyone[met.number_state[everyone] != NUMBER_VALID])
    return probes


def _name_variants(rows: I64, names: Names) -> tuple[U64, I64]:
    """Keys of the name as read first, with another reading of one character, and with characters swapped."""
    chosen = names.take(rows)
    fold, length = chosen.fold, chosen.length
    glyphs = load_glyphs()
    keys, who = [sound(fold, FUZZY)], [rows]
    for place in range(fold.shape[1]):
        table = glyphs.given if place else glyphs.surname
        for reading in range(1, READINGS):
            other = table[reading, FUZZY][fold[:, place]]
            differs = other != table[reading - 1, FUZZY][fold[:, place]]
            keys.append(sound(fold[differs], FUZZY, reading, place))
            who.append(rows[differs])
    for first in (1, 2):
        longer = length == first + 2
        swapped = fold[longer].copy()
        swapped[:, [first, first + 1]] = swapped[:, [first + 1, first]]
        keys.append(sound(swapped, FUZZY))
        who.append(rows[longer])
    return np.concatenate(keys), np.concatenate(who)


def _correct_surnames(rows: I64, names: Names) -> tuple[U64, I64]:
    """Keys of the name with a common surname that the written one may have been taken for (阵 for 陈)."""
    fold = names.take(rows).fold
    written, pairs = fold[:, 0], _common_lookalikes()
    start = np.searchsorted(pairs, pack(written, np.zeros_like(written)))
    size = np.searchsorted(pairs, pack(written + 1, np.zeros_like(written))) - start
    at = np.repeat(np.arange(len(written)), size)
    place = np.arange(int(size.sum())) + np.repeat(start - (np.cumsum(size) - size), size)
    corrected = fold[at]
    corrected[:, 0] = pairs[place] & np.uint64(0xFFFFFFFF)
    return sound(corrected, FUZZY), rows[at]


@lru_cache(maxsize=1)
def _common_lookalikes() -> U64:
    """Sorted pairs of look-alikes whose second is a common surname, packed as in `Glyphs`."""
    pairs = load_glyphs().lookalike
    common = np.array([ord(name) for name in sorted(common_surnames()) if len(name) == 1], np.uint64)
    kept: U64 = pairs[np.isin(pairs & np.uint64(0xFFFFFFFF), common)]
    return kept


def _year_probes(met: Side, key: U64, who: I64) -> Probes:
    at, year = _likely_years(met, who)
    return Probes(mix(key[at], year), who[at])


def _part_probes(met: Side, who: I64) -> Probes:
    at, year = _likely_years(met, who)
    rows = who[at]
    fold, city = met.name.take(rows).fold, (met.area[rows] // 100).astype(np.uint64)
    there = [fold[:, place] > 0 for place in (1, 2)]
    where = mix(fold[:, 0], year, city)
    keys = [mix(where, fold[:, place])[there[place - 1]] for place in (1, 2)]
    return Probes(np.concatenate(keys), np.concatenate([rows[mask] for mask in there]))


def _surname_probes(met: Side) -> Probes:
    """Of those who told their surname only and no complete number; who didn't tell their sex has either."""
    who = np.flatnonzero((met.form == FORM_SURNAME) & (met.number_state != NUMBER_VALID))
    at, year = _likely_years(met, who)
    rows = np.tile(who[at], len(SEXES))
    sex = np.repeat(np.arange(1, len(SEXES) + 1, dtype=np.int8), len(at))
    told = met.sex[rows]
    may = (told == 0) | (told == sex)
    rows, sex, year = rows[may], sex[may], np.tile(year, len(SEXES))[may]
    return Probes(_surname_years(met.name.take(rows).fold, year.astype(np.int64), met.area[rows], sex), rows)


def _likely_years(met: Side, who: I64) -> tuple[I64, U64]:
    """Return positions in `who` and likely birth years: the one in the number, else those around the age."""
    born, raided = years_of(met.birth)[who], years_of(met.day)[who]
    sure = np.flatnonzero(born > 0)
    aged = np.flatnonzero((born == 0) & (met.age[who] >= 0))
    back = range(-AGE_SLACK, AGE_SLACK + 2)
    years = [born[sure], *((raided - met.age[who] - step)[aged] for step in back)]
    return np.concatenate([sure, *(aged for _ in back)]), np.concatenate(years).astype(np.uint64)


__all__ = ["COUNTED", "KINDS", "Probes", "person_keys", "probe_keys", "segments", "surname_sound"]
