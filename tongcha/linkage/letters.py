"""Short forms against full names: a short form fits if its letters occur in order in the name.

Most pairs are left out before letters are compared in order: those that don't share one of the rarest
letters of the short form, and those that lack more of its letters than they may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist

from tongcha.linkage.codes import PRIME, sort_unique, spread

if TYPE_CHECKING:
    import polars as pl

    from tongcha.linkage.codes import I64
    from tongcha.linkage.glyphs import U32, U64

CODE_BITS: Final = 21
"""of a code point"""
BIT_OF: Final = np.uint64(58)
"""leaves six bits of a mixed code point: which of 64 truths it is"""
SLACK: Final = 1e-9
"""shares are compared as fractions: what rounding may add"""


def fit_letters(
    shorts: pl.Series, names: pl.Series, pairs: tuple[I64, I64], fits_from: float
) -> tuple[I64, I64]:
    """Return those pairs whose short form fits the name.

    Args:
        shorts: short forms.
        names: full names.
        pairs: positions of a short form and of a name.
        fits_from: share of the letters that must occur in order in the name.
    """
    short, name = pairs
    missing = _hash_letters(shorts)[short] & ~_hash_letters(names)[name]
    likely = np.bitwise_count(missing) <= _spare_letters(shorts, fits_from)[short]
    short, name = short[likely], name[likely]
    one, other = shorts.gather(short), names.gather(name)
    common = np.asarray(cpdist(one.to_list(), other.to_list(), scorer=LCSseq.similarity))
    fits = common >= one.str.len_chars().to_numpy() * fits_from - SLACK
    return short[fits], name[fits]


def share_rare_letters(
    shorts: pl.Series, short_in: I64, names: pl.Series, name_in: I64, fits_from: float
) -> tuple[I64, I64]:
    """Return pairs of one region that share one of the short form's rarest letters there.

    A name that lacks n letters of a short form has one of any n + 1 of them.

    Args:
        shorts: short forms.
        short_in: region of each.
        names: full names.
        name_in: region of each.
        fits_from: as in `fit_letters`.
    """
    (short, letter), (name, its) = _list_letters(shorts), _list_letters(names)
    keys = (name_in[name] << CODE_BITS) | its
    order = np.argsort(keys, kind="stable")
    wanted = (short_in[short] << CODE_BITS) | letter
    start = np.searchsorted(keys[order], wanted, "left")
    size = np.searchsorted(keys[order], wanted, "right") - start
    rarest = np.lexsort((size, short))
    place = np.arange(len(short)) - np.searchsorted(short, short)  # its letters stand together, rarest first
    chosen = rarest[place <= _spare_letters(shorts, fits_from)[short]]
    found = name[order][spread(start[chosen], size[chosen])]
    pairs = sort_unique(np.repeat(short[chosen], size[chosen]) * len(names) + found)
    return pairs // len(names), pairs % len(names)


def _list_letters(texts: pl.Series) -> tuple[I64, I64]:
    """Return (position of the text, code point) of every letter that occurs in it, in order."""
    text = np.repeat(np.arange(len(texts)), _lengths(texts))
    both = sort_unique((text << CODE_BITS) | _code_points(texts).astype(np.int64))
    return both >> CODE_BITS, both & ((1 << CODE_BITS) - 1)


def _hash_letters(texts: pl.Series) -> U64:
    """Return which letters may occur in each text: 64 truths, each shared by some letters."""
    bit = np.uint64(1) << (_code_points(texts).astype(np.uint64) * PRIME >> BIT_OF)
    length = _lengths(texts)
    start = np.cumsum(length) - length
    return np.bitwise_or.reduceat(bit, start) if len(bit) else np.zeros(len(texts), np.uint64)


def _spare_letters(shorts: pl.Series, fits_from: float) -> I64:
    """How many of its letters a name may lack and still be fit by each short form."""
    length = _lengths(shorts)
    spare: I64 = length - np.ceil(length * fits_from - SLACK).astype(np.int64)
    return spare


def _lengths(texts: pl.Series) -> I64:
    return texts.str.len_chars().to_numpy().astype(np.int64)


def _code_points(texts: pl.Series) -> U32:
    text = str(texts.str.join("").item()) if len(texts) else ""
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)
