"""Whole columns of identity numbers: the plain majority in numpy, each odd one through `parse_id`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tongcha.identity.characters import regions
from tongcha.identity.id_numbers import CHECK_CHARACTERS, LENGTH, PROVINCES, WEIGHTS, parse_id

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import date

SCHEMA: Final = pl.Schema(
    {
        "clean": pl.String,
        "status": pl.String,
        "birth_date": pl.Date,
        "sex": pl.String,
        "region": pl.String,
        "mask": pl.String,
    }
)
Digits = NDArray[np.int64]
CHECKED: Final = ("valid", "valid15", "unknown_region", "hmt_residence", "fpr_new", "misread")
"""Statuses of 18-digit numbers whose check digit holds; a region that no list knows is only a flag."""

_X: Final = 10
_CHECKS: Final = np.array([_X if char == "X" else int(char) for char in CHECK_CHARACTERS])
_POWERS: Final = 10 ** np.arange(7, -1, -1)
_IN_PROVINCE: Final = np.isin(np.arange(100), [int(code) for code in PROVINCES])


def id_columns(
    texts: pl.Series, *, today: date | None = None, known_regions: AbstractSet[str] = frozenset()
) -> pl.DataFrame:
    """Classify a column of identity numbers; the same outcomes as `parse_id`, value by value.

    Args:
        texts: numbers as written, null where there was none.
        today: no one is born after it.
        known_regions: regions that occur in check-valid registry numbers, beside the frozen list.

    Returns:
        One row per value in the same order: clean (the number to compare on, or null), status
        (`tongcha.tables.id_statuses`), birth_date, sex (男/女), region (six digits), mask (18 characters
        with `*` for unknown ones, only for numbers known in part).
    """
    frame = pl.DataFrame({"text": texts}).with_row_index("row")
    plain = frame.filter(pl.col("text").str.contains(r"^[0-9]{17}[0-9X]$"))
    fast = _classify_plain(plain, today, known_regions)
    odd = frame.join(fast, on="row", how="anti").filter(pl.col("text").is_not_null())
    slow = odd.join(_classify_odd(odd["text"].unique(), today, known_regions), on="text").drop("text")
    found = frame.join(
        pl.concat([fast, slow.select(fast.columns)]), on="row", how="left", maintain_order="left"
    )
    return found.select(SCHEMA.names()).with_columns(pl.col("status").fill_null("empty"))


def digits_of(numbers: pl.Series) -> Digits:
    """Turn 18-character numbers into a matrix of digits; `X` counts as 10."""
    text = "".join(numbers.to_list())
    matrix = np.frombuffer(text.encode("ascii"), np.uint8).reshape(-1, LENGTH).astype(np.int64) - ord("0")
    return np.where(matrix == ord("X") - ord("0"), _X, matrix)


def passes_check(digits: Digits) -> NDArray[np.bool_]:
    """Whether each row's last character is the MOD 11-2 check of the 17 before it."""
    remainder: Digits = (digits[:, :17] @ np.array(WEIGHTS)) % 11
    passed: NDArray[np.bool_] = _CHECKS[remainder] == digits[:, 17]
    return passed


def birth_days(digits: Digits) -> NDArray[np.datetime64]:
    """Date of birth of each row (positions 7–14), NaT where the calendar has no such day."""
    written = digits[:, 6:14] @ _POWERS
    year, month, day = written // 10_000, written // 100 % 100, written % 100
    possible = (year >= 1800) & (month >= 1) & (month <= 12) & (day >= 1)  # noqa: PLR2004
    months = np.where(possible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (np.where(possible, day, 1) - 1)
    return np.where(possible & (days.astype("datetime64[M]") == months), days, np.datetime64("NaT"))


def region_known(known_regions: AbstractSet[str] = frozenset()) -> NDArray[np.bool_]:
    """Flags indexed by the six digits as a whole number: assigned once, and in a real province."""
    flags = np.zeros(1_000_000, np.bool_)
    codes = [int(code) for code in {*regions(), *known_regions} if code[:2] in PROVINCES]
    flags[codes] = True
    return flags


def region_codes(digits: Digits) -> Digits:
    """The six digits of the region as a whole number."""
    codes: Digits = digits[:, :6] @ _POWERS[2:]
    return codes


def _classify_plain(plain: pl.DataFrame, today: date | None, known: AbstractSet[str]) -> pl.DataFrame:
    """Decide the common outcomes: valid, unknown_region, bad_check; unusual rows are left out."""
    digits = digits_of(plain["text"])
    passed, born = passes_check(digits), birth_days(digits)
    lived = ~np.isnat(born) if today is None else born <= np.datetime64(today)
    region = region_codes(digits)
    sound = passed & lived & _IN_PROVINCE[region // 10_000]
    checked = np.where(region_known(known)[region], "valid", "unknown_region")
    zeroed = (digits[:, 15:] == 0).all(axis=1)
    is_valid = pl.col("status") != "bad_check"
    return (
        plain.with_columns(
            status=pl.Series(np.where(sound, checked, "bad_check"), dtype=pl.String),
            birth_date=pl.Series(born.astype("datetime64[D]")).cast(pl.Date),
            sex=pl.Series(np.where(digits[:, 16] % 2 == 1, "男", "女"), dtype=pl.String),
        )
        .filter(pl.Series(sound | (~passed & ~zeroed)))
        .select(
            "row",
            "status",
            clean=pl.when(is_valid).then("text"),
            birth_date=pl.when(is_valid).then("birth_date"),
            sex=pl.when(is_valid).then("sex"),
            region=pl.when(is_valid).then(pl.col("text").str.head(6)),
            mask=pl.lit(None, pl.String),
        )
    )


def _classify_odd(distinct: pl.Series, today: date | None, known: AbstractSet[str]) -> pl.DataFrame:
    parsed = [parse_id(text, today=today, known_regions=known) for text in distinct.to_list()]
    columns = {name: [getattr(p, name) or None for p in parsed] for name in SCHEMA.names()}
    return pl.DataFrame(columns, schema=SCHEMA).insert_column(0, distinct.alias("text"))
