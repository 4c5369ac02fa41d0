"""Short forms against full names: a short form fits if its letters occur in order in the name.

Most pairs are left out before letters are compared in order: those that don't share one of the rarest
letters of the short form, and those that lack more of its letters than they may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist

from tongcha.linkage.encoding.codes import PRIME, order_of, sort_unique, spread

if TYPE_CHECKING:
    import polars as pl

    from tongcha.linkage.encoding.codes import I64
    from tongcha.linkage.encoding.glyphs import U64

CODE_BITS: Final = 21
"""of a code point"""
BIT_OF: Final = np.uint64(58)
"""leaves six bits of a mixed code point: which of 64 truths it is"""
SLACK: Final = 1e-9
"""shares are compared as fractions: what rounding may add"""


@dataclass(frozen=True, slots=True)
class Lettered:
    """Texts and the letters that occur in them.

    Attributes:
        texts: the texts, none of them empty or null.
        length: letters of each.
        some: which letters may occur in each: 64 truths, each shared by some letters.
        text: position of the text of every letter that occurs in it, in order.
        letter: its code point.
    """

    texts: pl.Series
    length: I64
    some: U64
    text: I64
    letter: I64

    @classmethod
    def of(cls, texts: pl.Series) -> Self:
        """Take texts apart."""
        length = texts.str.len_chars().to_numpy().astype(np.int64)
        joined = str(texts.str.join("").item()) if len(texts) else ""
        codes = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
        bits = np.uint64(1) << (codes.astype(np.uint64) * PRIME >> BIT_OF)
        some = np.bitwise_or.reduceat(bits, np.cumsum(length) - length) if len(texts) else bits
        both = sort_unique((np.repeat(np.arange(len(texts)), length) << CODE_BITS) | codes.astype(np.int64))
        return cls(texts, length, some, both >> CODE_BITS, both & ((1 << CODE_BITS) - 1))

    def spare(self, fits_from: float) -> I64:
        """How many of its letters a name may lack and still be fit by each text."""
        spare: I64 = self.length - np.ceil(self.length * fits_from - SLACK).astype(np.int64)
        return spare


def fit_letters(
    shorts: Lettered, names: Lettered, pairs: tuple[I64, I64], fits_from: float
) -> tuple[I64, I64]:
    """Return those pairs whose short form fits the name.

    Args:
        shorts: short forms.
        names: full names.
        pairs: positions of a short form and of a name.
        fits_from: share of the letters that must occur in order in the name.
    """
    short, name = pairs
    missing = shorts.some[short] & ~names.some[name]
    likely = np.bitwise_count(missing) <= shorts.spare(fits_from)[short]
    short, name = short[likely], name[likely]
    one, other = shorts.texts.gather(short).to_list(), names.texts.gather(name).to_list()
    common = np.asarray(cpdist(one, other, scorer=LCSseq.similarity))
    fits = common >= shorts.length[short] * fits_from - SLACK
    return short[fits], name[fits]


def share_rare_letters(
    shorts: Lettered, short_in: I64, names: Lettered, name_in: I64, fits_from: float
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
    keys = (name_in[names.text] << CODE_BITS) | names.letter
    order = order_of(keys)
    keys = keys[order]
    wanted = (short_in[shorts.text] << CODE_BITS) | shorts.letter
    start = np.searchsorted(keys, wanted, "left")
    size = np.searchsorted(keys, wanted, "right") - start
    rarest = np.lexsort((size, shorts.text))
    place = np.arange(len(size)) - np.searchsorted(
        shorts.text, shorts.text
    )  # the rarest of a text is its 0th
    chosen = rarest[place <= shorts.spare(fits_from)[shorts.text]]
    found = names.text[order[spread(start[chosen], size[chosen])]]
    width = max(len(names.length), 1)
    pairs = sort_unique(np.repeat(shorts.text[chosen], size[chosen]) * width + found)
    return pairs // width, pairs % width
