"""Text columns as fixed-width numbers: names as code points, ID numbers as bytes, phones as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from tongcha.linkage.glyphs import SIZE, U32, U64, load_glyphs

WIDTH: Final = 4  # characters of a name that keys and comparisons look at
ID_LENGTH: Final = 18
STAR: Final = ord("*")
PRIME: Final = np.uint64(0x9E3779B97F4A7C15)
SHIFT: Final = np.uint64(29)
CHECK_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.float32)
CHECK_DIGITS: Final = np.frombuffer(b"10X98765432", np.uint8)
U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Names:
    """Names as folded code points.

    Attributes:
        raw: (n, WIDTH) code points as written after cleaning; 0 where the name is shorter.
        fold: the same, folded to standard forms.
        length: number of characters, also beyond WIDTH.
    """

    raw: U32
    fold: U32
    length: I64

    def take(self, rows: I64) -> Names:
        """Return the names of these rows."""
        return Names(self.raw[rows], self.fold[rows], self.length[rows])


def code_names(names: pl.Series) -> Names:
    """Return cleaned names as code points; null is a name of length 0."""
    text = names.fill_null("")
    flat = np.frombuffer(str(text.str.join("").item()).encode("utf-32-le"), np.uint32)
    flat = np.minimum(flat, SIZE - 1)
    length = text.str.len_chars().to_numpy().astype(np.int64)
    raw = np.zeros((len(length), WIDTH), np.uint32)
    if len(flat):
        start = np.cumsum(length) - length
        for position in range(WIDTH):
            there = length > position
            raw[there, position] = flat[start[there] + position]
    return Names(raw, load_glyphs().fold[raw], length)


def code_ids(numbers: pl.Series) -> U8:
    """Return 18-place ID numbers (digits, X, `*` for unknown) as bytes; zeros where there is none."""
    text = pl.select(pl.when(numbers.str.len_bytes() == ID_LENGTH).then(numbers)).to_series()
    there = text.is_not_null().to_numpy()
    table = np.zeros((len(text), ID_LENGTH), np.uint8)
    joined = text.drop_nulls().str.join("").item() if there.any() else ""
    table[there] = np.frombuffer(joined.encode(), np.uint8).reshape(-1, ID_LENGTH)
    return table


def code_phones(phones: pl.Series) -> I64:
    """Return 11-digit mobile numbers as integers; 0 where there is none."""
    return phones.cast(pl.Int64, strict=False).fill_null(0).to_numpy()


def mix(*parts: npt.NDArray[np.unsignedinteger]) -> U64:
    """Return one 64-bit key per row from several columns of numbers (multiply–xorshift hashing)."""
    key = parts[0].astype(np.uint64)
    for part in parts[1:]:
        key = (key * PRIME) ^ part.astype(np.uint64)
        key ^= key >> SHIFT
    return key * PRIME


def is_checked(ids: U8) -> npt.NDArray[np.bool_]:
    """Whether an 18-place number is complete and its check digit is right (GB 11643, MOD 11-2)."""
    complete = ((ids[:, :17] >= ord("0")) & (ids[:, :17] <= ord("9"))).all(axis=1)
    right = np.zeros(len(ids), np.bool_)
    right[complete] = _check_digits(ids[complete]) == ids[complete, 17]
    return right


def with_check_digit(ids: U8) -> U8:
    """Return the numbers with their last place set to the check digit of the first seventeen."""
    checked = ids.copy()
    checked[:, 17] = _check_digits(ids)
    return checked


def _check_digits(ids: U8) -> U8:
    total = (ids[:, :17].astype(np.float32) - ord("0")) @ CHECK_WEIGHTS
    return CHECK_DIGITS[total.astype(np.int64) % 11]
