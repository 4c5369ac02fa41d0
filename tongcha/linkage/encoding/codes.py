"""Text columns as fixed-width numbers: names as code points, ID numbers as bytes, phones as integers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from tongcha.identity.characters import SIZE
from tongcha.linkage.encoding.glyphs import U32, U64, load_glyphs

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 4
"""characters of a name that keys and comparisons look at"""
ID_LENGTH: Final = 18
FOUR_CODES: Final = np.complex128
"""a type as long as four code points, so that they are gathered as one value"""
ALL_FOUR: Final = np.ones(WIDTH, np.bool_).view(np.uint32)[0]
GIVEN: Final = np.array([False, True, True, True]).view(np.uint32)[0]
"""places of a name that must hold, as `holds` takes them: all, all but the first"""
_PLACES: Final = np.arange(WIDTH)
STATISTICAL: Final = r"^([0-9]{6})(?:[0-9]{6}|\.0+)$"
"""area codes of the statistics bureau (region, town, village), and what a spreadsheet makes of a region"""
STAR: Final = ord("*")
NO_DAY: Final = np.iinfo(np.int32).min
FIRST_DAY: Final = -25_567
"""1900-01-01 in days since 1970"""
DAYS: Final = 60_000
PRIME: Final = np.uint64(0x9E3779B97F4A7C15)
SHIFT: Final = np.uint64(29)
CHECK_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int32)
"""whole numbers: a product of fractions would wake the threads of a linear algebra library"""
CHECK_DIGITS: Final = np.frombuffer(b"10X98765432", np.uint8)
U8 = npt.NDArray[np.uint8]
I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]
Whole = TypeVar("Whole", I64, U64)
Levels = npt.NDArray[np.int8]
"""position of each pair in the levels of a field"""
ABSENT: Final = -1
"""level of a field that one side lacks"""


def holds(truth: Truth, places: np.uint32 = ALL_FOUR) -> Truth:
    """Whether a truth of four places per row holds at all of these (`all` is a hundred times slower)."""
    held: Truth = (truth.view(np.uint32)[:, 0] & places) == places
    return held


def count_places(truth: Truth, places: np.uint32 = ALL_FOUR) -> U8:
    """Return at how many of these places a truth of four places per row holds."""
    count: U8 = np.bitwise_count(truth.view(np.uint32)[:, 0] & places)
    return count


@dataclass(frozen=True, slots=True)
class Names:
    """Names as code points.

    Attributes:
        raw: (n, WIDTH) code points after cleaning; 0 where the name is shorter.
        length: number of characters, also beyond WIDTH.
    """

    raw: U32
    length: I64

    @property
    def fold(self) -> U32:
        """Code points folded to standard forms."""
        return load_glyphs().fold.take(self.raw)

    def take(self, rows: I64) -> Names:
        """Return the names of these rows."""
        return Names(self.raw.take(rows, axis=0), self.length.take(rows))

    def put(self, rows: I64, names: Names) -> None:
        """Replace the names of these rows."""
        self.raw[rows], self.length[rows] = names.raw, names.length


def code_names(names: pl.Series) -> Names:
    """Return names as code points; null is a name of length 0."""
    text = names.fill_null("") if names.null_count() else names
    joined = str(text.str.join("").item()) if len(text) else ""
    flat = np.frombuffer((joined + "\0" * WIDTH).encode("utf-32-le"), np.uint32)
    length = text.str.len_chars().to_numpy().astype(np.int64)
    windows = np.ndarray(len(flat) - WIDTH + 1, FOUR_CODES, flat, strides=flat.strides)
    raw = windows.take(np.cumsum(length) - length).view(np.uint32).reshape(-1, WIDTH)
    raw *= length[:, None] > _PLACES
    return Names(np.minimum(raw, SIZE - 1, out=raw), length)


def code_ids(numbers: pl.Series) -> U8:
    """Return 18-place ID numbers (digits, X, `*` for unknown) as bytes; zeros for anything else."""
    there = (numbers.str.len_bytes() == ID_LENGTH).fill_null(value=False)
    rows = there.to_numpy()
    joined = str((numbers if rows.all() else numbers.filter(there)).str.join("").item()) if rows.any() else ""
    places = np.frombuffer(joined.encode(), np.uint8).reshape(-1, ID_LENGTH)
    if rows.all():
        return places.copy()
    table = np.zeros((len(numbers), ID_LENGTH), np.uint8)
    table[rows] = places
    return table


def read_digits(places: U8) -> I64:
    """Return columns of few digits as whole numbers; other bytes make a number that means nothing."""
    powers = 10 ** np.arange(places.shape[1], dtype=np.int32)[::-1]
    number: I64 = (places.astype(np.int32) @ powers - ord("0") * powers.sum()).astype(np.int64)
    return number


def code_phones(phones: pl.Series) -> I64:
    """Return digits as an integer; 0 for anything else."""
    return phones.cast(pl.Int64, strict=False).fill_null(0).to_numpy()


def code_regions(areas: pl.Series) -> I32:
    """Return six-digit regions as integers, those of 12-digit codes too; 0 for anything else."""
    code = areas.cast(pl.Int32, strict=False)
    if code.null_count() > areas.null_count():
        first = areas.cast(pl.String).str.extract(STATISTICAL, 1).cast(pl.Int32)
        code = pl.select(pl.coalesce(code, first)).to_series()
    return code.fill_null(0).to_numpy()


def mix(*parts: npt.NDArray[np.unsignedinteger]) -> U64:
    """Return one 64-bit key per row from several columns of numbers (multiply–xorshift hashing)."""
    key = parts[0].astype(np.uint64)
    for part in parts[1:]:
        key *= PRIME
        key ^= part
        key ^= key >> SHIFT
    return key * PRIME


@lru_cache(maxsize=1)
def _years() -> U64:
    days = np.arange(FIRST_DAY - 1, FIRST_DAY + DAYS).astype("datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    years[0] = 0
    return years.astype(np.uint64)


def years_of(days: I32) -> U64:
    """Return calendar years of days since 1970; 0 for unknown days and those before 1900."""
    years: U64 = _years().take(days - (FIRST_DAY - 1), mode="clip")
    return years


def is_checked(ids: U8) -> Truth:
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
    total = (ids[:, :17].astype(np.int32) - ord("0")) @ CHECK_WEIGHTS
    digits: U8 = CHECK_DIGITS[total % 11]
    return digits


def concatenate(parts: Sequence[I64]) -> I64:
    """Return the parts as one array; nothing is an empty array."""
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def find_repeated(values: U64) -> Truth:
    """Whether each value, a key as `mix` makes them, occurs more than once."""
    bucket = values >> np.uint64(64 - min(len(values).bit_length() + 2, 24))
    crowded = np.flatnonzero(np.bincount(bucket.astype(np.int64))[bucket] > 1)
    order = crowded[np.argsort(values[crowded])]
    alike = values[order[1:]] == values[order[:-1]]
    repeated = np.zeros(len(values), np.bool_)
    repeated[order[1:][alike]] = repeated[order[:-1][alike]] = True
    return repeated


def order_of(values: Whole) -> I64:
    """Return the positions of the values in ascending order, equal ones in any order.

    polars sorts whole numbers in a third of numpy's time.
    """
    return pl.Series(values).arg_sort().cast(pl.Int64).to_numpy()


def sort_unique(values: Whole) -> Whole:
    """Return the distinct values in ascending order (`numpy.unique` hashes first, which is slower here)."""
    ordered: Whole = pl.Series(values).sort().to_numpy()
    distinct: Whole = ordered[np.diff(ordered, prepend=ordered[:1] - 1) != 0]
    return distinct


def spread(start: I64, size: I64) -> I64:
    """Return start, start+1, … for each span, one after the other."""
    before = np.cumsum(size) - size
    return np.repeat(start - before, size) + np.arange(int(size.sum()))
