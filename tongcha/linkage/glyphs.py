"""Character tables stacked by reading and strictness, so that a million names are compared by gathering."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from tongcha.identity.characters import (
    DATA,
    NO_READING,
    SIZE,
    load_characters,
    lookalikes,
    surname_alternates,
    surname_readings,
)

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
TONE, SYLLABLE, FUZZY = 0, 1, 2
READINGS: Final = 3
"""how many readings of a character are compared; nine characters have more"""
WILD: Final = ord("?")
"""a character that was there and can't be read"""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """What is known per character, indexed by code point.

    Attributes:
        fold: uint32, the standard form.
        spelling: uint32, the standard form with surnames that have two spellings made one (闫 → 阎).
        given: uint16 [reading, strictness, code point], identifiers of the readings inside a given name.
        surname: the same at the first place of a name.
        has_readings: whether a character has several readings, as a surname or else.
        is_han: whether the code point has a reading.
        lookalike: sorted pairs of look-alikes, packed `char << 32 | other`.
        compound: sorted two-character surnames, packed the same way.
    """

    fold: U32
    spelling: U32
    given: U16
    surname: U16
    has_readings: npt.NDArray[np.bool_]
    is_han: npt.NDArray[np.bool_]
    lookalike: U64
    compound: U64


@lru_cache(maxsize=1)
def load_glyphs() -> Glyphs:
    """Stack the frozen character tables once per process."""
    tables = load_characters()
    number = {tone: i for i, tone in enumerate(tables.tones)}
    tones = [tables.tone.copy() for _ in range(READINGS)]
    for char, readings in _heteronyms():
        for place, reading in enumerate(readings.split(" ")[1:READINGS], start=1):
            for later in tones[place:]:
                later[ord(char)] = number.get(reading, later[ord(char)])
    given = np.stack([_strictness(tone) for tone in tones])
    surname = np.stack([_strictness(t) for t in (tables.surname_tone, *_other_surname_tones(number))])
    spelling = tables.fold.copy()
    for alternate, standard in surname_alternates().items():
        spelling[ord(alternate)] = ord(standard)
    several = (given[0, TONE] != given[1:, TONE]).any(axis=0) | (surname[0, TONE] != surname[1:, TONE]).any(
        axis=0
    )
    is_han = tables.tone < NO_READING
    return Glyphs(tables.fold, spelling, given, surname, several, is_han, _lookalikes(), _compounds())


def _heteronyms() -> list[tuple[str, str]]:
    """Return characters with several readings in names, and the readings."""
    frame = pl.scan_parquet(DATA / "characters.parquet").select("char", "readings")
    return frame.filter(pl.col("readings").str.contains(" ")).collect().rows()


def _strictness(tone: U16) -> U16:
    tables = load_characters()
    syllable = tables.tone_to_syllable[tone]
    return np.stack([tone, syllable, tables.syllable_to_fuzzy[syllable]])


def _other_surname_tones(number: dict[str, int]) -> list[U16]:
    others = [load_characters().surname_tone.copy() for _ in range(READINGS - 1)]
    for surname, readings in surname_readings().items():
        if len(surname) == 1:
            for place, reading in enumerate(readings[1:READINGS]):
                for later in others[place:]:
                    later[ord(surname)] = number[reading]
    return others


def pack(first: U32, second: U32) -> U64:
    """Return two code points as one number."""
    return (first.astype(np.uint64) << np.uint64(32)) | second.astype(np.uint64)


def _code(text: list[str]) -> U32:
    return np.frombuffer("".join(text).encode("utf-32-le"), np.uint32)


def _lookalikes() -> U64:
    pairs = lookalikes()  # each pair stands there in both orders
    return np.sort(pack(*(_code([pairs[side].str.join("").item()]) for side in ("char", "other"))))


def _compounds() -> U64:
    double = [surname for surname in surname_readings() if len(surname) == 2]  # noqa: PLR2004
    return np.sort(pack(_code([s[0] for s in double]), _code([s[1] for s in double])))


__all__ = ["FUZZY", "READINGS", "SIZE", "SYLLABLE", "TONE", "WILD", "Glyphs", "load_glyphs", "pack"]
