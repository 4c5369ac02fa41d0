"""What identities probe with: the keys of the person who was met, with the errors that police may have made.

Other readings, swapped characters, birth years around the claimed age, numbers with a place lost.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tongcha.identity.characters import common_surnames
from tongcha.linkage.blocking.keys import Probes, cities, segments, sound, surname_sound, year_and_city
from tongcha.linkage.blocking.surname_probes import surname_probes
from tongcha.linkage.blocking.years import is_contradicted, likely_years
from tongcha.linkage.encoding.codes import I64, NO_DAY, STAR, U8, Names, mix
from tongcha.linkage.encoding.glyphs import FUZZY, READINGS, SYLLABLE, TONE, WILD, load_glyphs, pack
from tongcha.linkage.encoding.values import FORM_FULL, FORM_NONE, NUMBER_BAD, NUMBER_VALID

if TYPE_CHECKING:
    import polars as pl

    from tongcha.linkage.encoding.codes import Truth
    from tongcha.linkage.encoding.glyphs import U64
    from tongcha.linkage.encoding.sides import Side
    from tongcha.policy.linkage import Blocking


def probe_keys(met: Side, subject: pl.Series, policy: Blocking) -> dict[str, Probes]:
    """Return the keys that the identities probe with, by kind (all but `school_surname`).

    Args:
        met: the identities.
        subject: the subjects that they claim.
        policy: which ages are tried where none was told, and how far off a told one may be.
    """
    names = _name_probes(met, policy.age_slack)
    probes = {**_number_probes(met), **names, **surname_probes(met, subject, policy)}
    given = np.flatnonzero(met.phone > 0)
    probes["phone"] = Probes(mix(met.phone[given].astype(np.uint64)), given)
    return probes


def _number_probes(met: Side) -> dict[str, Probes]:
    valid = np.flatnonzero(met.number_state == NUMBER_VALID)
    bad_rows, bad = _align_bad(met)
    rows = np.concatenate([np.flatnonzero(met.number_state > NUMBER_VALID), bad_rows])
    partial = np.concatenate([met.number[met.number_state > NUMBER_VALID], bad])
    region, birth, tail = segments(partial)
    swapped_rows, swapped = _swap_neighbours(bad_rows, bad)
    full = mix(*segments(np.concatenate([met.number[valid], swapped])))
    surname = surname_sound(met.name.take(rows).fold)
    sees = [
        (partial[:, a:b] != STAR).all(axis=1) & (partial[:, a:b] != 0).all(axis=1)
        for a, b in ((0, 6), (6, 14), (14, 18))
    ]
    named = met.form[rows] > FORM_NONE

    def seen(key: U64, part: U64, at: Truth) -> Probes:
        return Probes(key[at], rows[at], mix(part[at]))

    return {
        "id_full": Probes(full, np.concatenate([valid, swapped_rows])),
        "id_region_tail": seen(mix(region, tail), tail, sees[0] & sees[2]),
        "id_birth_tail": seen(mix(birth, tail), birth, sees[1] & sees[2]),
        "id_region_birth": seen(mix(region, birth), birth, sees[0] & sees[1]),
        "tail_surname": seen(mix(tail, surname), tail, sees[2] & named),
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


def _name_probes(met: Side, slack: int) -> dict[str, Probes]:
    legible = (met.form == FORM_FULL) & ~(met.name.raw == WILD).any(axis=1)
    everyone = np.flatnonzero(legible)
    fold = met.name.take(everyone).fold
    heard = sound(fold, FUZZY)
    probes = {
        "name_exact": Probes(mix(*fold.T), everyone, heard),
        "name_tone": Probes(sound(fold, TONE), everyone, heard),
        "name_syllable": Probes(sound(fold, SYLLABLE), everyone, heard),
    }
    key, who = _name_variants(everyone, met.name)
    dated = met.birth[who] != NO_DAY
    probes["name_birth"] = Probes(mix(key, met.birth[who].astype(np.uint32))[dated], who[dated], key[dated])
    unsure = met.number_state[who] != NUMBER_VALID
    probes["name"] = Probes(key[unsure], who[unsure], key[unsure])
    doubtful = everyone[met.number_state[everyone] != NUMBER_VALID]
    likely, bearer = _correct_surnames(doubtful, met.name)
    key, who = np.concatenate([key, likely]), np.concatenate([who, bearer])
    probes["name_city"] = Probes(mix(key, cities(met.area[who])), who, key)
    probes["name_year"] = _year_probes(met, key, who, slack)
    partly = (met.form == FORM_FULL) & (met.number_state != NUMBER_VALID)  # a character may be illegible
    probes["name_part"] = _part_probes(met, np.flatnonzero(partly), slack)
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


def _year_probes(met: Side, key: U64, who: I64, slack: int) -> Probes:
    doubted = is_contradicted(met, slack)
    unsure = doubted[who] | (met.number_state[who] != NUMBER_VALID)
    key, who = key[unsure], who[unsure]
    at, year = likely_years(met, who, slack, doubted)
    return Probes(mix(key[at], year), who[at], key[at])


def _part_probes(met: Side, who: I64, slack: int) -> Probes:
    at, year = likely_years(met, who, slack)
    rows = who[at]
    fold = met.name.take(rows).fold
    there = [(fold[:, place] > 0) & (fold[:, place] != WILD) for place in (1, 2)]
    where = mix(year_and_city(year, met.area[rows]), fold[:, 0])
    keys = [mix(where, fold[:, place])[there[place - 1]] for place in (1, 2)]
    who, part = (np.concatenate([column[mask] for mask in there]) for column in (rows, where))
    return Probes(np.concatenate(keys), who, part)
