"""A CSV file from the disk: a large plain one piece by piece, read once for its fingerprint and its rows."""

from __future__ import annotations

import codecs
import hashlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO, Final

import polars as pl

from tongcha.intake.csv_files import (
    HASH,
    SAMPLE,
    Records,
    is_tidy,
    read_csv_records,
    read_head,
    read_plain,
    sniff_layout,
    survey_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

PIECE: Final = 8 << 20
"""So small that a piece takes the memory of one before it: fresh memory costs as much as the fingerprint."""

WORKERS: Final = 2
AHEAD: Final = 3


def read_csv_file(path: Path, head_rows: int) -> Records:
    """Read a CSV file of any usual encoding and delimiter, and its fingerprint with it.

    Raises:
        FileRefusedError: as `read_csv_records`.
    """
    with path.open("rb") as file:
        records = _read_in_pieces(file, head_rows)
    if records:
        return records
    data = path.read_bytes()
    return read_csv_records(data, head_rows)._replace(sha256=hashlib.sha256(data).hexdigest())


def _read_in_pieces(file: BinaryIO, head_rows: int) -> Records | None:
    """Read a file of several pieces; None if it is a small one or not plain all through."""
    start = file.read(SAMPLE + len(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8)
    head, layout = read_head(start, head_rows), sniff_layout(start)
    pieces = cut_at_lines(file)
    first = next(pieces, b"")
    if len(first) < PIECE:
        return None
    text, digest = first.removeprefix(codecs.BOM_UTF8), hashlib.sha256(first)
    frames: list[pl.DataFrame] = []
    tidy, marked, row = True, False, 1
    under_way: deque[Future[pl.DataFrame | None]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        while text:
            survey = survey_bytes(text)
            if not survey.is_plain:
                return None
            under_way.append(pool.submit(read_plain, text, layout, survey, row))
            tidy, row = tidy and is_tidy(text, survey), row + survey.lines
            marked = marked or HASH in survey.seen
            text = next(pieces, b"")
            digest.update(text)
            while len(under_way) > (AHEAD if text else 0):
                frame = under_way.popleft().result()
                if frame is None:
                    return None
                frames.append(frame)
    return Records(head, pl.concat(frames), 1, tidy, digest.hexdigest(), marked)


def cut_at_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file in pieces of whole lines."""
    place = 0
    while True:
        file.seek(place + PIECE)
        size = PIECE + len(file.readline())
        file.seek(place)
        piece = file.read(size)
        if not piece:
            return
        yield piece
        place += len(piece)
