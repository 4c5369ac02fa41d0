"""Parquet as text rows, so that every format meets the same rules."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.identity.written_values import day_of
from tongcha.intake.cells import DIGITS_KEPT, FIRST_LOST
from tongcha.intake.confinement import end, send, start
from tongcha.intake.csv_files import Records
from tongcha.intake.preflight import FileRefusedError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tongcha.policy.intake import FileLimits

CHILD: Final = "tongcha.intake.parquet_child"
BATCH_ROWS: Final = 100_000


def read_parquet_text(path: Path, max_rows: int) -> Iterator[pl.DataFrame]:
    """Yield all columns as text under their own names, some rows at a time; first the columns alone.

    Floats of more than 15 digits are masked as in `tongcha.intake.cells`; dates are ISO.

    Raises:
        FileRefusedError: unreadable, nested, or more rows claimed than `max_rows`.
    """
    try:
        lazy = pl.scan_parquet(path)
        height = lazy.select(pl.len()).collect().item()
        if height > max_rows:
            raise FileRefusedError("too_large", "行数超过上限", "拆分为较小的文件")
        text = lazy.select(_as_text(name, kind) for name, kind in lazy.collect_schema().items())
        yield text.collect_schema().to_frame()
        yield from text.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise FileRefusedError("unreadable", "Parquet 文件无法读取", "重新导出") from error


def read_parquet_records(path: Path, limits: FileLimits) -> Records:
    """Return the rows as records whose only head is the column names; read in a process of its own.

    A Parquet file of a few kilobytes can claim more rows than any memory holds.

    Raises:
        FileRefusedError: as `read_parquet_text`, the process died, or the rows take more than a
            workbook's parts may.
    """
    process = start(CHILD)
    try:
        send(process, [limits.model_dump(), str(path)])
        frames = _hear(process, limits.max_total_bytes)
    finally:
        died = end(process)
    if not frames:
        raise died
    frame = pl.concat(frames)
    renamed = frame.rename({name: f"c{i}" for i, name in enumerate(frame.columns)})
    return Records([frame.columns], renamed.with_row_index("row", offset=1), 0, is_tidy=False)


def _hear(process: subprocess.Popen[bytes], most: int) -> list[pl.DataFrame]:
    """Return what the process read, in order; nothing if it died."""
    frames: list[pl.DataFrame] = []
    held = 0
    while process.stdout is not None and (line := process.stdout.readline()).endswith(b"\n"):
        answer = json.loads(line)
        if "refused" in answer:
            raise FileRefusedError(*answer["refused"])
        if "end" in answer:
            return frames
        held += answer["bytes"]
        if held > most:
            raise FileRefusedError("too_large", "解压后超过允许的大小", "拆分为较小的文件")
        data = process.stdout.read(answer["bytes"])
        if len(data) == answer["bytes"]:
            frames.append(pl.read_ipc_stream(io.BytesIO(data)))
    return []


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind.is_nested() or kind in (pl.Binary, pl.Object):
        raise FileRefusedError("unreadable", "Parquet 含有嵌套或二进制列", "只导出文本、数字与日期列")
    if kind.is_float():
        whole = column.is_finite() & (column == column.floor())
        digits = pl.when(whole).then(column).cast(pl.Int128).cast(pl.String)
        masked = digits.str.slice(0, DIGITS_KEPT) + pl.lit("***")
        written = pl.when(column.abs() < FIRST_LOST).then(digits).otherwise(masked)
        return pl.when(whole).then(written).otherwise(column.cast(pl.String)).alias(name)
    if isinstance(kind, pl.Datetime):
        return day_of(column, kind).cast(pl.String)
    return column.cast(pl.String)
