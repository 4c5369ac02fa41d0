"""CSV as text rows: encoding by proof, delimiter by count, and no row lost or shifted unseen."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl

from tongcha.intake.preflight import FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

DELIMITERS: Final = (",", "\t", ";", "|")
SAMPLE: Final = 1 << 16
LOOKED_AT: Final = 20
MAX_FIELD: Final = 1 << 20
UNTIDY: Final = (
    b" ",
    b"\t",
    b"=",
    b"\r",
    b"\xc2\xa0",
    b"\xe2\x80",
    b"\xe2\x81",
    b"\xe3\x80\x80",
    b"\xef\xbb\xbf",
)
"""Where none of these bytes occurs, no value can have outer spaces or a `="…"` wrapper."""

NUL, QUOTE, RETURN, HASH = b"\x00", b'"', b"\r", b"#"
LOOKED_FOR: Final = frozenset({NUL, QUOTE, HASH} | {mark[:1] for mark in UNTIDY})
"""A single byte is looked for much faster than several, so its absence is asked first."""

NEWLINE: Final = ord("\n")
PIECE: Final = 1 << 18


class Records(NamedTuple):
    """The records of a file that isn't a workbook.

    Attributes:
        head: the first records as cells, or the column names as the only one.
        frame: `c0`, `c1`, … as text (null when empty) and `row`, the record's number from 1.
        offset: the record number of `head[0]`; 0 if it isn't a record.
        is_tidy: whether it is known that no value needs stripping.
        sha256: fingerprint of the very bytes that were read; empty if it wasn't taken on the way.
        is_marked: whether `#` occurs, with which a spreadsheet's errors begin.
    """

    head: list[list[str]]
    frame: pl.DataFrame
    offset: int
    is_tidy: bool
    sha256: str = ""
    is_marked: bool = True


class Survey(NamedTuple):
    """What one pass over the bytes tells: the rarer marks that occur in it, and the lines."""

    seen: frozenset[bytes]
    lines: int
    lone_returns: int

    @property
    def is_plain(self) -> bool:
        """Whether every line may be taken for a record: text, nothing quoted, lines that end alike."""
        return not self.seen & {NUL, QUOTE} and not self.lone_returns


class Layout(NamedTuple):
    """How the lines of a file are parted into cells, as its first lines show."""

    delimiter: str
    columns: int


def read_csv_records(data: bytes, head_rows: int) -> Records:
    """Read a CSV file of any usual encoding and delimiter.

    Raises:
        FileRefusedError: not text, of unknown encoding, or as `read_records`.
    """
    text = data.removeprefix(codecs.BOM_UTF8)
    survey = survey_bytes(text)
    # tried before the encoding is proved: the plain reader takes nothing but UTF-8
    frame = read_plain(text, sniff_layout(text), survey)
    if frame is None:
        text = settle_line_ends(recode(data))
        survey = survey_bytes(text)
        frame = read_records(text, sniff_layout(text).delimiter)
    head = read_head(text, head_rows)
    return Records(head, frame, 1, is_tidy(text, survey), is_marked=HASH in survey.seen)


def read_head(text: bytes, rows: int) -> list[list[str]]:
    """Return the first records as cells."""
    records = _parse(_sample(text), sniff_layout(text).delimiter, strict=False)
    return [row for row, _ in zip(records, range(rows), strict=False)]


def is_tidy(text: bytes, survey: Survey) -> bool:
    """Whether no value can have outer spaces or a wrapper."""
    return not any(mark[:1] in survey.seen and mark in text for mark in UNTIDY)


def sniff_layout(text: bytes) -> Layout:
    """Return the delimiter and the number of columns that the first lines show."""
    delimiter = sniff_delimiter(_sample(text))
    lines = text[:SAMPLE].split(b"\n")[:LOOKED_AT]
    return Layout(delimiter, max(line.count(delimiter.encode()) for line in lines) + 1)


def survey_bytes(data: bytes) -> Survey:
    """Look for single bytes piece by piece, while each piece is still in the processor's cache."""
    seen: set[bytes] = set()
    lines = 0
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        seen |= {mark for mark in LOOKED_FOR - seen if mark in piece}
        lines += int(np.count_nonzero(np.frombuffer(piece, np.uint8) == NEWLINE))
    lone = data.count(RETURN) - data.count(b"\r\n") if RETURN in seen else 0
    return Survey(frozenset(seen), lines + (not data.endswith(b"\n")), lone)


def settle_line_ends(text: bytes) -> bytes:
    """Return the text with line feeds where every line ends in a lone return, or in one too many."""
    if RETURN not in text:
        return text
    return text.replace(b"\r\r\n", b"\r\n") if b"\n" in text else text.replace(RETURN, b"\n")


def _sample(text: bytes) -> str:
    return text[:SAMPLE].decode(errors="ignore")


def recode(data: bytes) -> bytes:
    """Return the text as UTF-8 without BOM: by BOM, else UTF-8, else GB18030 (GBK, GB2312 are parts of it).

    Raises:
        FileRefusedError: the bytes are none of these.
    """
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16").encode()
        if b"\x00" in data:
            raise FileRefusedError("binary", "不是文本文件", "另存为 XLSX 或 CSV")
        return data.removeprefix(codecs.BOM_UTF8) if _is_utf8(data) else data.decode("gb18030").encode()
    except UnicodeDecodeError as error:
        raise FileRefusedError(
            "encoding", "文字编码无法识别", "另存为 UTF-8 或 GB18030 编码的 CSV"
        ) from error


def _is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8; polars checks them many times faster than decoding would."""
    try:
        pl.Series([data], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def sniff_delimiter(sample: str) -> str:
    """Return the delimiter that occurs most in the first lines; a comma if none does."""
    return max(DELIMITERS, key=lambda mark: (sample.count(mark), -DELIMITERS.index(mark)))


def read_records(text: bytes, delimiter: str) -> pl.DataFrame:
    """Return all records: text columns `c0`, `c1`, … (null when empty) and `row`, numbered from 1.

    Raises:
        FileRefusedError: a quoted value is never closed (the file is truncated), or lines end in two ways.
    """
    layout = sniff_layout(text)._replace(delimiter=delimiter)
    plain = read_plain(text, layout, survey_bytes(text))
    return _read_carefully(text.decode(), delimiter) if plain is None else plain


def read_plain(text: bytes, layout: Layout, survey: Survey, first_row: int = 1) -> pl.DataFrame | None:
    """Read UTF-8 without quotes the fast way; None unless every line gives exactly one row."""
    if not survey.is_plain:
        return None
    try:
        frame = pl.read_csv(
            text,
            has_header=False,
            separator=layout.delimiter,
            quote_char=None,
            schema={f"c{i}": pl.String for i in range(layout.columns)},
            row_index_name="row",
            row_index_offset=first_row,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.height == survey.lines else None


def _read_carefully(text: str, delimiter: str) -> pl.DataFrame:
    try:
        rows = list(_parse(text, delimiter, strict=True))
    except csv.Error as error:
        raise FileRefusedError("truncated", "引号没有配对，文件可能不完整", "重新导出或重新传送") from error
    if count_lone_returns(text) != sum(count_lone_returns(cell) for row in rows for cell in row):
        raise FileRefusedError(
            "line_ends", "换行符前后不一致，无法判断哪里是一行", "用表格软件打开核对后另存为 XLSX"
        )
    width = max((len(row) for row in rows), default=0)
    columns = {f"c{i}": [(row[i] or None) if i < len(row) else None for row in rows] for i in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return frame.with_row_index("row", offset=1)


def count_lone_returns(text: str) -> int:
    """Count returns without a line feed: an old line end, or a line break inside a cell."""
    return text.count("\r") - text.count("\r\n") if "\r" in text else 0


def _parse(text: str, delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_FIELD)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
