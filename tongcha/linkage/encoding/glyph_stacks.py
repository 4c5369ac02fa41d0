"""How the frozen stacks of `glyphs.py` are made of the character tables; a test holds both to each other.

python -m tongcha.linkage.encoding.glyph_stacks      # after any change of the character tables
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tongcha.identity.characters import (
    NO_READING,
    SIZE,
    all_readings,
    load_characters,
    lookalikes,
    surname_alternates,
    surname_readings,
)
from tongcha.linkage.encoding.glyphs import (
    HEARD,
    PAIRS,
    READINGS,
    STACKS,
    TONE,
    U16,
    U32,
    U64,
    Glyphs,
    has_several,
    pack,
    unread,
)


def stack_glyphs() -> Glyphs:
    """Stack the character tables by reading and strictness."""
    tables = load_characters()
    number = {tone: i for i, tone in enumerate(tables.tones)}
    given = np.stack([_strictness(tone) for tone in _tones(number)])
    surname = np.stack([_strictness(tone) for tone in (tables.surname_tone, *_other_surname_tones(number))])
    spelling = tables.fold.copy()
    for alternate, standard in surname_alternates().items():
        spelling[ord(alternate)] = ord(standard)
    pairs = lookalikes()  # each pair stands there in both orders
    lookalike = np.sort(pack(*(_code(pairs[side].to_list()) for side in ("char", "other"))))
    double = [surname for surname in surname_readings() if len(surname) == 2]  # noqa: PLR2004
    compound = np.sort(pack(_code([name[0] for name in double]), _code([name[1] for name in double])))
    is_han = given[0, TONE] < NO_READING
    several = has_several(given, surname)
    return Glyphs(tables.fold, spelling, given, surname, several, is_han, lookalike, compound)


def _tones(number: dict[str, int]) -> list[U16]:
    tones = [load_characters().tone.copy() for _ in range(READINGS)]
    for char, readings in all_readings().items():
        for place, reading in enumerate(readings[1:READINGS], start=1):
            for later in tones[place:]:
                later[ord(char)] = number[reading]
    return tones


def _other_surname_tones(number: dict[str, int]) -> list[U16]:
    others = [load_characters().surname_tone.copy() for _ in range(READINGS - 1)]
    for surname, readings in surname_readings().items():
        if len(surname) == 1:
            for place, reading in enumerate(readings[1:READINGS]):
                for later in others[place:]:
                    later[ord(surname)] = number[reading]
    return others


def _strictness(tone: U16) -> U16:
    tables = load_characters()
    syllable = tables.tone_to_syllable[tone]
    return np.stack([tone, syllable, tables.syllable_to_fuzzy[syllable]])


def _code(text: list[str]) -> U32:
    return np.frombuffer("".join(text).encode("utf-32-le"), np.uint32)


def freeze(glyphs: Glyphs) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what is written: one row per character that doesn't stand for itself, and pairs of numbers."""
    every = np.arange(SIZE, dtype=np.uint32)
    tones = dict(zip(HEARD, (*glyphs.given[:, TONE], *glyphs.surname[:, TONE]), strict=True))
    told = (glyphs.fold != every) | (glyphs.spelling != every)
    for tone in tones.values():
        told |= tone != unread(every)
    code = np.flatnonzero(told)
    columns = {"code": every, "fold": glyphs.fold, "spelling": glyphs.spelling} | tones
    tables = load_characters()
    pairs = {
        "lookalike": glyphs.lookalike,
        "compound": glyphs.compound,
        "syllable": _list_map(tables.tone_to_syllable),
        "fuzzy": _list_map(tables.syllable_to_fuzzy),
    }
    return (
        pl.DataFrame({name: column[code] for name, column in columns.items()}),
        pl.concat(
            pl.DataFrame({"pair": pair}).select(pl.lit(k).alias("kind"), "pair") for k, pair in pairs.items()
        ),
    )


def _list_map(table: U16) -> U64:
    at = np.flatnonzero(table != np.arange(len(table)))
    return pack(at.astype(np.uint32), table[at].astype(np.uint32))


if __name__ == "__main__":
    for table, path in zip(freeze(stack_glyphs()), (STACKS, PAIRS), strict=True):
        table.write_parquet(path, compression="zstd", compression_level=19)
