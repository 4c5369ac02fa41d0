"""Tables that lie in a folder as they lie in memory, and are looked up by one text column.

A prepared index keeps the people, their employment and the staff lists so: a small batch then touches only
the pages that hold what it asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import polars as pl

from tongcha.linkage.blocking.scan import SortedKeys
from tongcha.linkage.encoding.codes import sort_unique, spread
from tongcha.linkage.encoding.sides import hash_text

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.linkage.encoding.codes import I64
    from tongcha.linkage.encoding.glyphs import U64

PART: Final = 1_000_000
"""rows whose keys are made at a time"""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table and the sorted keys of one of its columns."""

    frame: pl.DataFrame
    column: str
    keys: SortedKeys

    @classmethod
    def load(cls, folder: Path, name: str, column: str) -> Self:
        """Map a prepared table into memory."""
        return cls(map_table(folder / f"{name}.arrow"), column, map_keys(folder, f"{name}.{column}"))

    def find(self, values: pl.Series) -> pl.DataFrame:
        """Return the rows whose column holds one of these values, in their order."""
        asked = values.drop_nulls().unique()
        rows = find_rows(self.keys, hash_text(asked))
        return self.frame[rows].filter(pl.col(self.column).is_in(asked.implode()))


def find_rows(keys: SortedKeys, probes: U64) -> I64:
    """Return the rows that have one of these keys, ascending."""
    start, size = keys.span(probes)
    return sort_unique(keys.row[spread(start, size)].astype(np.int64))


def prepare_lookup(table: pl.LazyFrame, columns: tuple[str, ...], folder: Path, name: str) -> None:
    """Write a table and the sorted keys of some columns.

    Args:
        table: the table.
        columns: what is looked up; null never is.
        folder: gets the files.
        name: what they are called.
    """
    table.sink_ipc(folder / f"{name}.arrow", compression="uncompressed")
    frame = map_table(folder / f"{name}.arrow")
    for column in columns:
        _write_keys(frame, column, folder, f"{name}.{column}")


def _write_keys(frame: pl.DataFrame, column: str, folder: Path, name: str) -> None:
    with (folder / f"{name}.key").open("wb") as keys, (folder / f"{name}.row").open("wb") as rows:
        for start in range(0, frame.height, PART):
            part = frame[column].slice(start, PART)
            there = part.is_not_null().arg_true().to_numpy()
            hash_text(part.gather(there)).tofile(keys)
            (there + start).astype(np.uint32).tofile(rows)
    sort_on_disk(folder, name)


def map_table(path: Path) -> pl.DataFrame:
    """Map an uncompressed Arrow file into memory; polars itself would read all of it."""
    import pyarrow as pa  # noqa: PLC0415  only whoever has an index waits for it

    with pa.memory_map(str(path)) as file:
        frame = pl.from_arrow(pa.ipc.open_file(file).read_all(), rechunk=False)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError(path)
    return frame


def sort_on_disk(folder: Path, name: str) -> None:
    """Put the keys of a file, and their rows, in ascending order."""
    key = np.fromfile(folder / f"{name}.key", np.uint64)
    row = np.fromfile(folder / f"{name}.row", np.uint32)
    order = np.argsort(key, kind="stable")
    key[order].tofile(folder / f"{name}.key")
    row[order].tofile(folder / f"{name}.row")


def map_keys(folder: Path, name: str) -> SortedKeys:
    """Map sorted keys into memory."""
    key, row = folder / f"{name}.key", folder / f"{name}.row"
    if key.stat().st_size == 0:
        return SortedKeys(np.zeros(0, np.uint64), np.zeros(0, np.uint32))
    return SortedKeys(np.memmap(key, np.uint64, "r"), np.memmap(row, np.uint32, "r"))
