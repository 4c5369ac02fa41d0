"""Plain lists as .xlsx: every cell is text, nothing can run, the same rows give the same bytes."""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import xlsxwriter

from tongcha.documents.unseen import drop_unseen

if TYPE_CHECKING:
    from collections.abc import Sequence

FIXED_MOMENT: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a constant for the file's properties, no clock
_FONT: Final = "宋体"
_LINE_POINTS: Final = 16.5
_HIGHEST: Final = 409.0
"""no office program shows a higher row"""
_LAST_NARROW: Final = "\u02ff"
_WORDS: Final = re.compile(r"[\x21-\u02ff]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One list.

    Attributes:
        name: tab name.
        title: first line.
        note: second line; what the reader must know before reading on.
        columns: heading and width in characters.
        rows: cell texts, one list per row.
    """

    name: str
    title: str
    note: str
    columns: tuple[tuple[str, float], ...]
    rows: Sequence[Sequence[str]]


def open_workbook(buffer: io.BytesIO) -> xlsxwriter.Workbook:
    """Return a workbook in memory that turns no text into a formula, link or number."""
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"created": FIXED_MOMENT, "author": ""})
    return book


def render_workbook(sheets: Sequence[Sheet], footer: str) -> bytes:
    """Return the lists as an .xlsx.

    Args:
        sheets: the lists in order.
        footer: printed at the foot of each page.
    """
    buffer = io.BytesIO()
    book = open_workbook(buffer)
    for sheet in sheets:
        _add_sheet(book, sheet, footer)
    book.close()
    return buffer.getvalue()


def measure_height(values: Sequence[str], widths: Sequence[float]) -> float:
    """Return the row height in points that shows every wrapped text whole.

    Office programs don't grow a row on opening; a Chinese character takes two columns.
    """
    lines = [count_lines(value, max(width - 1, 1)) for value, width in zip(values, widths, strict=True)]
    return min(max(lines, default=1) * _LINE_POINTS, _HIGHEST)


def count_lines(text: str, width: float) -> int:
    """Return how many lines a text takes: words of letters and digits break only where they fill a line."""
    lines = 0
    for paragraph in text.split("\n"):
        lines, used = lines + 1, 0.0
        for word in _WORDS.findall(paragraph):
            taken = sum(2 if character > _LAST_NARROW else 1 for character in word)
            if used and used + taken > width:
                lines, used = lines + 1, 0.0
            more = max(math.ceil(taken / width) - 1, 0)
            lines, used = lines + more, used + taken - more * width
    return lines


def _add_sheet(book: xlsxwriter.Workbook, sheet: Sheet, footer: str) -> None:
    base = {"font_name": _FONT, "text_wrap": True, "valign": "vcenter", "num_format": "@"}
    head = book.add_format({**base, "bold": True, "border": 1, "bg_color": "#E8EEF4", "align": "center"})
    cell = book.add_format({**base, "border": 1})
    cell.set_quote_prefix(True)
    title = book.add_format({**base, "bold": True, "font_size": 16, "align": "center", "text_wrap": False})
    note = book.add_format({**base, "font_color": "#9C0006"})
    page = book.add_worksheet(sheet.name)
    last = len(sheet.columns) - 1
    page.merge_range(0, 0, 0, last, sheet.title, title)
    page.merge_range(1, 0, 1, last, sheet.note, note)
    page.set_row(0, 30)
    widths = [width for _, width in sheet.columns]
    page.set_row(1, max(36.0, measure_height([sheet.note], [sum(widths)])))
    for column, (label, width) in enumerate(sheet.columns):
        page.set_column(column, column, width)
        page.write_string(2, column, label, head)
    for row, values in enumerate(sheet.rows, start=3):
        page.set_row(row, measure_height(values, widths))
        for column, value in enumerate(values):
            page.write_string(row, column, drop_unseen(value), cell)
    page.freeze_panes(3, 1)
    page.repeat_rows(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{footer.replace('&', '&&')}&R第 &P 页，共 &N 页")
