"""Where the people on record are read from: a frame in memory, or a table that is read part by part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, Self

import numpy as np
import polars as pl

from tongcha.linkage.encoding.glyphs import load_glyphs
from tongcha.linkage.people.keyed import code_keys
from tongcha.linkage.reading.threads import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from tongcha.linkage.encoding.codes import I64
    from tongcha.linkage.people.keyed import Keyed

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
    "subject",
)
"""columns of people that keys are made of"""
PART: Final = 350_000
"""people who are read from a file at a time: bounds the memory"""
CHUNK: Final = 100_000
"""people in memory whose keys are made at a time: small enough for what is written to be written over"""
Part = tuple[int, "Callable[[], Keyed]"]


class People(Protocol):
    """People on record, in a fixed order of rows."""

    def parts(self) -> Iterator[Part]:
        """Yield (row of the first, how to read what keys are made of) part by part."""

    def fetch(self, rows: I64) -> pl.DataFrame:
        """Return whole records at these rows, which ascend."""

    def save(self, path: Path) -> None:
        """Write whole records to an Arrow file that can be mapped into memory."""


@dataclass(frozen=True, slots=True)
class PeopleFrame:
    """People in memory."""

    frame: pl.DataFrame

    def parts(self) -> Iterator[Part]:
        """Yield parts of the frame."""
        keys = self.frame.select(column for column in KEY_COLUMNS if column in self.frame.columns)
        for start in range(0, max(keys.height, 1), CHUNK):
            yield start, partial(_code, keys, start)

    def fetch(self, rows: I64) -> pl.DataFrame:
        """Return the rows."""
        return self.frame[rows]

    def save(self, path: Path) -> None:
        """Write the frame."""
        self.frame.write_ipc(path, compression="uncompressed")


@dataclass(frozen=True, slots=True)
class PeopleAhead(PeopleFrame):
    """People in memory who are being made ready for their keys already.

    Attributes:
        coded: the parts in order.
    """

    coded: list[Future[Keyed]]

    @classmethod
    def start(cls, frame: pl.DataFrame) -> Self:
        """Let other threads begin."""
        load_glyphs()  # once, before several threads want it
        return cls(frame, [workers().submit(read) for _, read in PeopleFrame(frame).parts()])

    def parts(self) -> Iterator[Part]:
        """Yield parts of the frame."""
        for number, part in enumerate(self.coded):
            yield number * CHUNK, part.result


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """People in a file, of which only a few parts are in memory at a time.

    Attributes:
        scan: the file, lazily.
        height: number of rows.
    """

    scan: pl.LazyFrame
    height: int

    def parts(self) -> Iterator[Part]:
        """Yield parts of the file."""
        there = self.scan.collect_schema().names()
        keys = self.scan.select(column for column in KEY_COLUMNS if column in there)
        for start in range(0, max(self.height, 1), PART):
            yield start, partial(_read_coded, keys, start)

    def fetch(self, rows: I64) -> pl.DataFrame:
        """Read the file once more and keep the rows."""
        found = [_read(self.scan, 0).clear()]
        for start in range(0, self.height, PART):
            first, last = np.searchsorted(rows, [start, start + PART])
            if last > first:
                found.append(_read(self.scan, start)[rows[first:last] - start])
        return pl.concat(found)

    def save(self, path: Path) -> None:
        """Copy the file without holding it."""
        self.scan.sink_ipc(path, compression="uncompressed")


def _code(frame: pl.DataFrame, start: int) -> Keyed:
    return code_keys(frame.slice(start, CHUNK))


def _read_coded(scan: pl.LazyFrame, start: int) -> Keyed:
    return code_keys(_read(scan, start))


def _read(scan: pl.LazyFrame, start: int) -> pl.DataFrame:
    return scan.slice(start, PART).collect()
