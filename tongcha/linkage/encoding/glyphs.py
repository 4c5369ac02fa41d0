"""Character tables stacked by reading and strictness, so that a million names are compared by gathering.

The stacks are frozen (`glyph_stacks.py` makes them of the character tables): making them anew would cost
every process as long as reading the registry of a city.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from tongcha.identity.characters import NO_READING, SIZE

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
TONE, SYLLABLE, FUZZY = 0, 1, 2
READINGS: Final = 3
"""how many readings of a character are compared; nine characters have more"""
WILD: Final = ord("?")
"""a character that was there and can't be read"""
PLACES, LAST = np.uint64(32), np.uint64(0xFFFF_FFFF)
"""two numbers packed as one: how far the first is shifted, and the mask of the second"""
DATA: Final = Path(__file__).parent / "data"
STACKS: Final = DATA / "glyphs.parquet"
PAIRS: Final = DATA / "glyph_pairs.parquet"
HEARD: Final = tuple(f"{where}_{reading}" for where in ("given", "surname") for reading in range(READINGS))
"""columns of the frozen stacks: readings with their tones"""


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
    """Lay the frozen stacks out once per process; a character that isn't in them stands for itself."""
    frame = pl.read_parquet(STACKS)
    listed = {
        str(kind[0]): pairs["pair"].to_numpy() for kind, pairs in pl.read_parquet(PAIRS).group_by("kind")
    }
    code, every = frame["code"].to_numpy(), np.arange(SIZE, dtype=np.uint32)
    fold, spelling = every.copy(), every.copy()
    fold[code], spelling[code] = frame["fold"].to_numpy(), frame["spelling"].to_numpy()
    to_syllable, to_fuzzy = (_map_all(listed[kind]) for kind in ("syllable", "fuzzy"))
    heard = np.empty((len(HEARD), FUZZY + 1, SIZE), np.uint16)
    heard[:] = unread(every)
    for place, name in enumerate(HEARD):
        tone = frame[name].to_numpy()
        syllable = to_syllable[tone]
        for strictness, reading in ((TONE, tone), (SYLLABLE, syllable), (FUZZY, to_fuzzy[syllable])):
            heard[place, strictness, code] = reading
    given, surname = heard[:READINGS], heard[READINGS:]
    several = has_several(given, surname)
    is_han = given[0, TONE] < NO_READING
    return Glyphs(fold, spelling, given, surname, several, is_han, listed["lookalike"], listed["compound"])


def _map_all(pairs: U64) -> U16:
    """Identifiers of readings map as listed, the others to themselves."""
    table = np.arange(1 << 16, dtype=np.uint16)
    table[pairs >> PLACES] = (pairs & LAST).astype(np.uint16)
    return table


def hear(fold: U32, strictness: int) -> U16:
    """Return the main reading of every character of names, the first one read as a surname."""
    glyphs = load_glyphs()
    heard: U16 = glyphs.given[0, strictness].take(fold)
    heard[:, 0] = glyphs.surname[0, strictness][fold[:, 0]]
    return heard


def unread(code: U32) -> U16:
    """Identifiers of characters without a reading: each agrees with itself only."""
    return (code % NO_READING + NO_READING).astype(np.uint16)


def has_several(given: U16, surname: U16) -> npt.NDArray[np.bool_]:
    """Whether a character has several readings, as a surname or else."""
    several: npt.NDArray[np.bool_] = (given[0, TONE] != given[1:, TONE]).any(axis=0)
    several |= (surname[0, TONE] != surname[1:, TONE]).any(axis=0)
    return several


def pack(first: U32, second: U32) -> U64:
    """Return two code points as one number."""
    return (first.astype(np.uint64) << PLACES) | second.astype(np.uint64)
