"""Workbooks and CSV files as clerks send them: merged titles, aliases as headers, totals at the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import xlsxwriter

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

CREATED: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed instant, so that equal content gives equal bytes
COLUMN_WIDTH: Final = 14
TITLE_HEIGHT: Final = 28


@dataclass(frozen=True, slots=True)
class Layout:
    """How a clerk lays out a sheet.

    Attributes:
        title: merged line above the header; none if empty.
        headers: column → what the clerk calls it, in the clerk's order; other columns are left out.
        footer: lines under the data, each in the first cell.
        numeric: columns whose digits the clerk's program keeps as numbers (leading zeros are lost,
            and whatever goes beyond 15 digits).
        real_dates: whether dates are date cells, or text.
    """

    title: str
    headers: dict[str, str]
    footer: tuple[str, ...] = ()
    numeric: frozenset[str] = frozenset()
    real_dates: bool = False

    @property
    def first_row(self) -> int:
        """Sheet row (from 1) of the first record."""
        return 3 if self.title else 2


def write_workbook(path: Path, sheets: list[tuple[str, pl.DataFrame, Layout]]) -> None:
    """Write a workbook with the given sheets (name, frame, layout); equal input gives equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": CREATED, "author": "虚构城市"})
        styles = {
            "title": book.add_format({"bold": True, "align": "center", "font_size": 16}),
            "header": book.add_format({"bold": True, "border": 1, "text_wrap": True}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for name, frame, layout in sheets:
            fill_sheet(book.add_worksheet(name), frame, layout, styles)


def fill_sheet(
    sheet: xlsxwriter.worksheet.Worksheet,
    frame: pl.DataFrame,
    layout: Layout,
    styles: dict[str, xlsxwriter.format.Format],
) -> None:
    """Write title, header, records and footer."""
    columns = list(layout.headers)
    top = layout.first_row - 2
    sheet.set_column(0, len(columns) - 1, COLUMN_WIDTH)
    if layout.title:
        sheet.set_row(0, TITLE_HEIGHT)
        sheet.merge_range(0, 0, 0, len(columns) - 1, layout.title, styles["title"])
    for place, column in enumerate(columns):
        sheet.write_string(top, place, layout.headers[column], styles["header"])
    for at, record in enumerate(frame.select(columns).iter_rows(), top + 1):
        for place, value in enumerate(record):
            write_cell(
                sheet,
                at,
                place,
                value,
                as_number=columns[place] in layout.numeric,
                layout=layout,
                style=styles["date"],
            )
    for at, line in enumerate(layout.footer, top + 1 + frame.height):
        sheet.write_string(at, 0, line)


def write_cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    value: object,
    *,
    as_number: bool,
    layout: Layout,
    style: xlsxwriter.format.Format,
) -> None:
    """Write one cell as the clerk's program would keep it."""
    if value is None:
        return
    if isinstance(value, date):
        if layout.real_dates:
            sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 - a calendar date
        else:
            sheet.write_string(row, column, value.isoformat())
    elif isinstance(value, int) or (as_number and str(value).isdecimal()):
        sheet.write_number(row, column, float(str(value)))
    else:
        sheet.write_string(row, column, str(value))


def write_csv(path: Path, frame: pl.DataFrame, headers: dict[str, str], *, encoding: str) -> None:
    """Write a CSV file with the clerk's headers, in `gb18030`, `utf-8` or `utf-8-sig`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = frame.select(list(headers)).rename(headers).write_csv(line_terminator="\r\n")
    path.write_bytes(text.encode(encoding))
