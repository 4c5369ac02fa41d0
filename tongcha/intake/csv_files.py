"""CSV as text rows: encoding by proof, delimiter by count, and no row lost or shifted unseen."""

from __future__ import annotations

import codecs
import csv
import io
from typing import Final

import polars as pl

from tongcha.intake.preflight import FileRefusedError

DELIMITERS: Final = (",", "\t", ";", "|")
SAMPLE: Final = 1 << 16
LOOKED_AT: Final = 20
MAX_FIELD: Final = 1 << 20


def decode_csv(data: bytes) -> str:
    """Decode by BOM, then as UTF-8, then as GB18030 (GBK and GB2312 are parts of it).

    Raises:
        FileRefusedError: the bytes are none of these.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    if b"\x00" in data[:SAMPLE] and encodings != ["utf-16"]:
        raise FileRefusedError("binary", "不是文本文件", "另存为 XLSX 或 CSV")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefusedError("encoding", "文字编码无法识别", "另存为 UTF-8 或 GB18030 编码的 CSV")


def sniff_delimiter(text: str) -> str:
    """Return the delimiter that occurs most in the first lines; a comma if none does."""
    sample = text[:SAMPLE]
    return max(DELIMITERS, key=lambda mark: (sample.count(mark), -DELIMITERS.index(mark)))


def first_rows(text: str, delimiter: str, count: int) -> list[list[str]]:
    """Return the first records as lists of cells."""
    reader = csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=delimiter)
    return [row for row, _ in zip(reader, range(count), strict=False)]


def read_records(text: str, delimiter: str) -> pl.DataFrame:
    """Return all records: text columns `c0`, `c1`, … (null when empty) and `row`, numbered from 1.

    Raises:
        FileRefusedError: a quoted value is never closed (the file is truncated).
    """
    plain = text.replace("\r\n", "\n").strip("\n")
    if '"' not in plain and "\n\n" not in plain and not text.startswith(("\n", "\r\n")):
        frame = _read_plain(plain, delimiter)
        if frame is not None:
            return frame
    return _read_carefully(text, delimiter)


def _read_plain(plain: str, delimiter: str) -> pl.DataFrame | None:
    """Read text without quotes and blank lines the fast way; None unless every line gives a row."""
    columns = max(line.count(delimiter) for line in plain[:SAMPLE].split("\n")[:LOOKED_AT]) + 1
    try:
        frame = pl.read_csv(
            plain.encode(),
            has_header=False,
            separator=delimiter,
            quote_char=None,
            schema={f"c{i}": pl.String for i in range(columns)},
        )
    except pl.exceptions.PolarsError:
        return None
    return frame.with_row_index("row", offset=1) if frame.height == plain.count("\n") + 1 else None


def _read_carefully(text: str, delimiter: str) -> pl.DataFrame:
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise FileRefusedError("truncated", "引号没有配对，文件可能不完整", "重新导出或重新传送") from error
    width = max((len(row) for row in rows), default=0)
    columns = {f"c{i}": [(row[i] or None) if i < len(row) else None for row in rows] for i in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return frame.with_row_index("row", offset=1)
