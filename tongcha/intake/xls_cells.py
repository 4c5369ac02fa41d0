"""What cells of the old binary format say and the parser keeps back: failed formulas, dates without a day.

Asked of a second reader, and only for such workbooks; every other value is the parser's. A formula that the
sending program never worked out can't be told here: the format has no cell without a value.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Final

import xlrd

from tongcha.intake.preflight import RESAVE, FileRefusedError
from tongcha.intake.sheet_days import EPOCH, EPOCH_1904, MONTH, MONTHS_BUILT_IN, day_of, read_format

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

Cells = dict[tuple[int, int], str]
IS_BUILT_IN: Final = {int(number) for number in MONTHS_BUILT_IN}


def find_telling_cells(path: Path) -> list[Cells]:
    """Return per worksheet the places of failed formulas and of dates that show no day, each with its text.

    Raises:
        FileRefusedError: the second reader can't read the file; what its cells say isn't known then.
    """
    try:
        book = xlrd.open_workbook(
            path, logfile=StringIO(), formatting_info=True, ragged_rows=True, ignore_workbook_corruption=True
        )
    except MemoryError:
        raise
    except Exception as error:
        # it checks little of what it reads, so a damaged file ends it in any way
        raise FileRefusedError("unreadable", "工作簿无法读取", RESAVE) from error
    shown = {number: _read_format(kind) for number, kind in book.format_map.items()}
    styles = [shown[style.format_key] for style in book.xf_list]
    epoch = EPOCH_1904 if book.datemode else EPOCH
    return [_find_cells(sheet, styles, epoch) for sheet in book.sheets()]


def _read_format(kind: xlrd.formatting.Format) -> str:
    if kind.format_str is None:  # the program's own, which depends on its language
        return MONTH if kind.format_key in IS_BUILT_IN else ""
    return read_format(kind.format_str)


def _find_cells(sheet: xlrd.sheet.Sheet, styles: list[str], epoch: dt.date) -> Cells:
    found: Cells = {}
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                found[row, column] = xlrd.error_text_from_code[sheet.cell_value(row, column)]
            elif kind == xlrd.XL_CELL_DATE and (shown := styles[sheet.cell_xf_index(row, column)]):
                day = day_of(sheet.cell_value(row, column), epoch)
                found |= {(row, column): day.strftime(shown)} if day else {}
    return found
