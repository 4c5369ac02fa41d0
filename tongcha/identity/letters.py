"""The letters of whole columns of names as code points, and which names need no closer look."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tongcha.identity.characters import SIZE, name_words
from tongcha.identity.names import LONGEST_UNDOTTED, NICKNAME_PREFIXES
from tongcha.identity.surnames import common_initials

if TYPE_CHECKING:
    import polars as pl

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Letters(NamedTuple):
    """The letters of each name: code points in rows of four (0 beyond the end), and how many there are."""

    codes: Codes
    lengths: NDArray[np.int64]


def read_letters(texts: pl.Series, width: int) -> Letters:
    """Code points of each text's first `width` characters, and the length of each text."""
    whole = texts.str.join("").item() if len(texts) else ""
    flat = np.frombuffer((whole + "\0" * width).encode("utf-32-le"), np.uint32)
    flat = np.where(flat < SIZE, flat, ord("\ufffd"))  # beyond all Han characters: unreadable
    lengths = texts.str.len_chars().to_numpy().astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    codes = np.empty((len(texts), width), np.int64)
    for place in range(width):
        codes[:, place] = flat[starts + place]
        codes[lengths <= place, place] = 0
    return Letters(codes, lengths)


def is_plain(letters: Letters) -> Flags:
    """Whether a name is two to four ordinary characters without anything of a title or placeholder."""
    codes, lengths = letters
    tables = _plain_tables()
    short = (lengths >= 2) & (lengths <= LONGEST_UNDOTTED)  # noqa: PLR2004
    last = codes[np.arange(len(codes)), np.clip(lengths, 1, LONGEST_UNDOTTED) - 1]
    plain: Flags = short & tables.plain[codes].all(axis=1)
    plain &= ~((lengths == LONGEST_UNDOTTED) & tables.common[codes[:, 0]] & tables.common[codes[:, 2]])
    return plain & ~tables.odd_first[codes[:, 0]] & ~tables.odd_last[last]


class PlainTables(NamedTuple):
    """Flags by code point that tell ordinary names from those that need a closer look."""

    plain: Flags
    odd_first: Flags
    odd_last: Flags
    common: Flags


@lru_cache(maxsize=1)
def _plain_tables() -> PlainTables:
    plain = np.zeros(SIZE, np.bool_)
    plain[0x3400:0xA000] = True
    plain[0] = True  # beyond the end
    plain[ord("某")] = False
    odd_first = flag_characters(NICKNAME_PREFIXES + "".join({word[0] for word in name_words("placeholder")}))
    odd_last = flag_characters("".join({title[-1] for title in name_words("title")} | {"头"}))
    return PlainTables(plain, odd_first, odd_last, flag_characters("".join(common_initials())))


def flag_characters(chars: str) -> Flags:
    """Flags by code point, set for the characters given."""
    flags = np.zeros(SIZE, np.bool_)
    flags[[ord(char) for char in chars]] = True
    return flags
