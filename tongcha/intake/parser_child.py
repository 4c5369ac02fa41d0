"""The process that parses workbooks: reads one file name per line, answers with one JSON line."""

from __future__ import annotations

import json
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypedDict

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from tongcha.intake.cells import write_cell
from tongcha.intake.confinement import limit_time, read_limits, write_line, write_refusal
from tongcha.intake.preflight import RESAVE, FileRefusedError, Limits, inspect_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tongcha.intake.xls_cells import Cells

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


class Grid(TypedDict):
    """One sheet as text: `rows[i]` is line i+1 of the sheet; merged cells are filled down."""

    sheet: str
    visible: bool
    rows: list[list[str]]


def main() -> None:
    """Serve requests until the input ends; the first line gives the limits."""
    limits = read_limits()
    for line in sys.stdin.buffer:
        answer = _answer(Path(json.loads(line)), limits)
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


def _answer(path: Path, limits: Limits) -> bytes:
    limit_time(limits["parser_seconds"])
    try:
        answer = write_line({"grids": read_grids(path, limits)})
    except FileRefusedError as refusal:
        answer = write_refusal(refusal)
    except MemoryError:
        answer = write_refusal(FileRefusedError("too_large", "解析所需内存超过上限", "拆分为较小的文件"))
    limit_time(0)
    return answer


def read_grids(path: Path, limits: Limits) -> list[Grid]:
    """Return every worksheet of an XLSX, XLS or HTML file as text.

    Raises:
        FileRefusedError: the file is hostile, broken, encrypted or beyond the limits.
    """
    with path.open("rb") as file:
        head = file.read(len(OLE_MAGIC))
        if head == OLE_MAGIC:
            _refuse_encrypted(file)
        elif head.startswith(b"PK"):
            return _read_workbook(inspect_workbook(path, limits), limits)
        else:
            from tongcha.intake.html_tables import read_html_tables  # noqa: PLC0415 - lxml is rarely needed

            tables = read_html_tables(head + file.read())
            return [Grid(sheet=f"表{i}", visible=True, rows=rows) for i, rows in enumerate(tables, 1)]
    return _read_workbook(path, limits)


def _refuse_encrypted(file: BinaryIO) -> None:
    if ENCRYPTED_STREAM in file.read():
        raise FileRefusedError("encrypted", "文件已加密", "去除密码后再报送")


def _read_workbook(source: Path | bytes, limits: Limits) -> list[Grid]:
    try:
        with _open_workbook(source) as book:
            sheets = [
                (book.get_sheet_by_index(i), meta.visible is SheetVisibleEnum.Visible)
                for i, meta in enumerate(book.sheets_metadata)
                if meta.typ is SheetTypeEnum.WorkSheet
            ]
            told = _find_telling_cells(source, len(sheets))
            return [
                _read_sheet(sheet, visible, limits, cells)
                for (sheet, visible), cells in zip(sheets, told, strict=True)
            ]
    except PasswordError as error:
        raise FileRefusedError("encrypted", "文件已加密", "去除密码后再报送") from error
    except (
        CalamineError,
        OSError,
        ValueError,
        IndexError,
    ) as error:  # the last two: what is told fits no cell
        raise FileRefusedError("unreadable", "工作簿无法读取", RESAVE) from error


def _open_workbook(source: Path | bytes) -> CalamineWorkbook:
    if isinstance(source, bytes):
        return CalamineWorkbook.from_filelike(BytesIO(source))
    return CalamineWorkbook.from_path(source)


def _find_telling_cells(source: Path | bytes, count: int) -> list[Cells]:
    if isinstance(source, bytes):  # a zip workbook, whose sheets were made to tell already
        return [{}] * count
    from tongcha.intake.xls_cells import find_telling_cells  # noqa: PLC0415 - the old format is rare

    return find_telling_cells(source)


def _read_sheet(sheet: CalamineSheet, visible: bool, limits: Limits, told: Cells) -> Grid:  # noqa: FBT001 - one of the facts of a sheet
    if sheet.total_height * sheet.total_width > limits["max_sheet_box"]:
        raise FileRefusedError("stray_cell", "已用区域过大", "删除数据区以外的行列后另存")
    rows = [
        [cell if type(cell) is str else write_cell(cell) for cell in row]
        for row in sheet.to_python(skip_empty_area=False)
    ]
    for (row, column), text in told.items():
        rows[row][column] = text
    fill_down(rows, sheet.merged_cell_ranges or ())
    return Grid(sheet=sheet.name, visible=visible, rows=rows)


def fill_down(rows: list[list[str]], ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Repeat a merged cell's value down its own range, in rows that hold something themselves."""
    for (top, left), (bottom, _) in ranges:
        if top >= len(rows) or left >= len(rows[top]) or not rows[top][left]:
            continue
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and any(row):
                row[left] = rows[top][left]


if __name__ == "__main__":
    main()
