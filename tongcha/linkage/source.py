"""Where the people on record are read from: a frame in memory, or a Parquet file read part by part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tongcha.linkage.codes import I64

KEY_COLUMNS: Final[tuple[str, ...]] = (
    "name",
    "former_name",
    "sex",
    "birth_date",
    "id_number",
    "id_tail",
    "phone",
    "school_id",
    "area",
)
"""columns of people that keys are made of"""
PART: Final = 350_000
"""people whose keys are made at a time: bounds the memory, and gives each of a few threads a part"""


class People(Protocol):
    """People on record, in a fixed order of rows."""

    def parts(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield (row of the first, columns that keys are made of) for part after part of the people."""

    def fetch(self, rows: I64) -> pl.DataFrame:
        """Return whole records at these rows, which ascend."""


@dataclass(frozen=True, slots=True)
class PeopleFrame:
    """People in memory."""

    frame: pl.DataFrame

    def parts(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield parts of the frame."""
        keys = self.frame.select(c for c in KEY_COLUMNS if c in self.frame.columns)
        for start in range(0, max(keys.height, 1), PART):
            yield start, keys.slice(start, PART)

    def fetch(self, rows: I64) -> pl.DataFrame:
        """Return the rows."""
        return self.frame[rows]


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """People in a Parquet file, of which only a part is in memory at a time.

    Attributes:
        path: the file.
        columns: columns of whole records.
        height: number of rows.
    """

    path: Path
    columns: tuple[str, ...]
    height: int

    def parts(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield parts of the file."""
        columns = [c for c in KEY_COLUMNS if c in self.columns]
        for start in range(0, max(self.height, 1), PART):
            yield start, self._read(columns, start)

    def fetch(self, rows: I64) -> pl.DataFrame:
        """Read the file once more and keep the rows."""
        found = []
        for start in range(0, max(self.height, 1), PART):
            first, last = np.searchsorted(rows, [start, start + PART])
            if last > first:
                found.append(self._read(self.columns, start)[rows[first:last] - start])
        return pl.concat(found) if found else self._read(self.columns, 0).clear()

    def _read(self, columns: Sequence[str], start: int) -> pl.DataFrame:
        return pl.scan_parquet(self.path).select(columns).slice(start, PART).collect()
