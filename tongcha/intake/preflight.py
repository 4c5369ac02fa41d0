"""A look at a workbook's parts before any parser sees it; standard library only, bounded memory.

Runs inside the parsing process. Why at all: a legal 2 kB workbook with cells at A1 and XFD1048576
aborts the calamine process (calamine#693), and a small zip can claim gigabytes.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Final, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

CHUNK: Final = 1 << 20
CELL: Final = re.compile(rb"""<c\b[^>]*?\br=["']([A-Z]{1,4})([0-9]{1,8})["']|<c(?=[\s>/])""")
PREFIXED: Final = re.compile(rb"<[^<>\s:/]+:(?:c|row|sheetData)[\s>/]")
READ_PARTS: Final = (  # what the parser reads; pictures, themes and properties are never opened
    "_rels/.rels",
    "xl/_rels/",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/worksheets/",
    "xl/tables/",
)


class Limits(TypedDict):
    """The limits of `tongcha.policy.intake.FileLimits`, as plain values that cross a pipe."""

    max_file_bytes: int
    max_parts: int
    max_part_bytes: int
    max_total_bytes: int
    max_ratio: float
    ratio_from_bytes: int
    max_sheet_box: int
    max_cells: int
    max_parquet_rows: int
    parser_memory_bytes: int
    parser_seconds: int
    forbidden_parts: dict[str, str]


class FileRefusedError(Exception):
    """A file is turned away as a whole.

    Args:
        rule: ASCII name of the rule.
        reason: the rule as Chinese text, without anything read from the file.
        fix: what the sender can do.
        table: the table it was to serve, when its header told.
    """

    def __init__(self, rule: str, reason: str, fix: str, table: str = "") -> None:
        """Keep the parts; the first three cross the pipe one by one."""
        super().__init__(rule)
        self.rule, self.reason, self.fix, self.table = rule, reason, fix, table


RESAVE: Final = "用表格软件打开核对后，另存为不含宏与链接的 XLSX 再报送"


def inspect_workbook(path: Path, limits: Limits) -> None:
    """Refuse a zip workbook that is hostile, broken or beyond the limits.

    Raises:
        FileRefusedError: with the first reason found.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _inspect_entries(archive.infolist(), limits)
            for entry in archive.infolist():
                if entry.filename.startswith(READ_PARTS):
                    _inspect_part(archive, entry, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise FileRefusedError("truncated", "文件不完整或已损坏", "重新导出或重新传送") from error


def _inspect_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > limits["max_parts"] or sum(e.file_size for e in entries) > limits["max_total_bytes"]:
        raise FileRefusedError("too_large", "解压后超过允许的大小", "拆分为较小的文件")
    _refuse_names(names, limits["forbidden_parts"])
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FileRefusedError("encrypted", "文件已加密", "去除密码后再报送")
    if any(_is_swollen(entry, limits) for entry in entries):
        raise FileRefusedError("zip_bomb", "部件解压后异常膨胀", RESAVE)


def _refuse_names(names: list[str], forbidden: dict[str, str]) -> None:
    if len({name.casefold() for name in names}) < len(names):
        raise FileRefusedError("duplicate_entries", "压缩包内有重名部件", RESAVE)
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        raise FileRefusedError("traversing_entries", "压缩包内部件路径越界", RESAVE)
    if "xl/workbook.xml" not in names:
        raise FileRefusedError("not_a_workbook", "不是 XLSX 工作簿", "另存为 XLSX 或 CSV")
    kinds = [kind for prefix, kind in forbidden.items() if any(n.startswith(prefix) for n in names)]
    if kinds:
        raise FileRefusedError("forbidden_part", f"含有{'、'.join(kinds)}", RESAVE)


def _is_swollen(entry: zipfile.ZipInfo, limits: Limits) -> bool:
    ratio = entry.file_size / max(entry.compress_size, 1)
    is_bomb = ratio > limits["max_ratio"] and entry.file_size > limits["ratio_from_bytes"]
    return is_bomb or entry.file_size > limits["max_part_bytes"]


def _inspect_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> None:
    is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
    rows = columns = cells = 0
    with archive.open(entry) as part:
        tail = b""
        while chunk := part.read(CHUNK):
            text = tail + chunk
            _refuse_markup(text)
            text, tail = _hold_back(text)
            if is_sheet:
                rows, columns, count = _widen_box(text, rows, columns)
                cells += count
                if rows * columns > limits["max_sheet_box"] or cells > limits["max_cells"]:
                    raise FileRefusedError(
                        "stray_cell", "已用区域过大（末尾可能有误填的单元格）", "删除数据区以外的行列后另存"
                    )


def _hold_back(text: bytes) -> tuple[bytes, bytes]:
    """Part what can be judged from a tag that the end of this piece cuts in two."""
    opened = text.rfind(b"<")
    if opened <= text.rfind(b">"):
        return text, b""
    if len(text) - opened > CHUNK:
        raise FileRefusedError("endless_tag", "含有长得不正常的标记", RESAVE)
    return text[:opened], text[opened:]


def _refuse_markup(text: bytes) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise FileRefusedError("doctype", "含有文档类型声明（可夹带外部实体）", RESAVE)
    if b"\x00" in text:
        raise FileRefusedError("encoding", "部件编码不是 UTF-8", RESAVE)


def _widen_box(text: bytes, rows: int, columns: int) -> tuple[int, int, int]:
    """Return the used rows and columns so far and the number of cells in this piece."""
    if PREFIXED.search(text):
        raise FileRefusedError("prefixed_markup", "工作表使用了非常规标记", RESAVE)
    found = CELL.findall(text)
    if not found:
        return rows, columns, 0
    letters, numbers = (set(part) for part in zip(*found, strict=True))
    if b"" in letters:
        raise FileRefusedError("unplaced_cells", "单元格没有坐标", RESAVE)
    return max(rows, *map(int, numbers)), max(columns, *map(_column_number, letters)), len(found)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
