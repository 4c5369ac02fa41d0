"""Dates in a sheet's XML whose cells show no day, made the month or year that they show.

Whoever types 2020-9 into a spreadsheet gets the 1st of September in a cell that shows `Sep-20`: the day is
the program's and not the sender's. Nor is any other: dragging such a cell down counts days that nobody sees.
Only the number format of the cell's style tells (ECMA-376 part 1, 18.8.30 and 18.8.31), and the parser keeps
none. Nothing heavy is imported here: every parser process waits for it.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, NamedTuple

MONTH, YEAR = "%Y-%m", "%Y"
MONTHS_BUILT_IN: Final = (b"17", b"27", b"36", b"50", b"52", b"57")
"""mmm-yy, and what yyyy"年"m"月" is called where the program speaks Chinese."""

FORMAT: Final = re.compile(rb"""<(?:\w+:)?numFmt\b((?:[^>"']|"[^"]*"|'[^']*')*)>""")
NUMBER: Final = re.compile(rb"""\bnumFmtId=["']([0-9]+)["']""")
CODE: Final = re.compile(rb"""\bformatCode=(?:"([^"]*)"|'([^']*)')""")
STYLES: Final = re.compile(rb"<((?:\w+:)?)cellXfs\b[^>]*>(.*?)</\1cellXfs>", re.DOTALL)
STYLE: Final = re.compile(rb"<(?:\w+:)?xf\b([^>]*)>")
IS_1904: Final = re.compile(rb"""\bdate1904=["'](?:1|true)["']""")
NO_LETTERS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]|general|e[+-]')
"""What stands in a number format and is no part of a date: texts, paddings, colours, languages, exponents."""
KIND: Final = re.compile(rb"""\s+t=["']([^"']*)["']""")
FIRST_SOUND: Final = 61
"""Excel counts a 29 February 1900 as day 60."""
LAST: Final = 2958465
EPOCH, EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)


class DaylessStyles(NamedTuple):
    """The styles of a workbook that show a month or a year alone.

    Attributes:
        shown: number of the style → how strftime writes what it shows.
        epoch: day 0 of the workbook.
        opening: finds the beginning of a cell of such a style.
        cell: finds a whole one with its value.
    """

    shown: dict[bytes, str]
    epoch: dt.date
    opening: re.Pattern[bytes]
    cell: re.Pattern[bytes]


def find_dayless_styles(styles: bytes, workbook: bytes) -> DaylessStyles | None:
    """Return the styles whose cells show no day; None where a workbook has none, as most.

    Args:
        styles: the part `xl/styles.xml`.
        workbook: the part `xl/workbook.xml`.
    """
    formats = dict.fromkeys(MONTHS_BUILT_IN, MONTH) | _read_formats(styles)
    found = STYLES.search(styles)
    used = [NUMBER.search(style) for style in STYLE.findall(found[2])] if found else []
    shown = {
        str(place).encode(): formats[number[1]]
        for place, number in enumerate(used)
        if number and formats.get(number[1])
    }
    if not shown:
        return None
    opening = rb"""<c\b(?=[^>]*?\bs=["'](%s)["'])([^>]*)>""" % b"|".join(shown)
    cell = opening + rb"""(\s*(?:<f\b[^>]*?(?:/>|>[^<]*</f>)\s*)?)<v>([^<]*)</v>"""
    epoch = EPOCH_1904 if IS_1904.search(workbook) else EPOCH
    return DaylessStyles(shown, epoch, re.compile(opening), re.compile(cell))


def tell_dayless(sheet: bytes, styles: DaylessStyles) -> bytes:
    """Return a sheet in which dates that show no day are texts like `2020-09` or `2020`."""

    def tell(cell: re.Match[bytes]) -> bytes:
        style, attributes, formula, value = cell.groups()
        kind = KIND.search(attributes)
        day = _read_day(value, kind[1] if kind else b"n", styles.epoch)
        if day is None:
            return cell[0]
        text = day.strftime(styles.shown[style]).encode()
        return b'<c%s t="str">%s<v>%s</v>' % (KIND.sub(b"", attributes), formula, text)

    return styles.cell.sub(tell, sheet)


def _read_formats(styles: bytes) -> dict[bytes, str]:
    """Return how each format of the workbook's own writes a date; empty if with a day, or without year."""
    formats = {}
    for attributes in FORMAT.findall(styles):
        number, code = NUMBER.search(attributes), CODE.search(attributes)
        if number and code:
            formats[number[1]] = read_format(b"".join(code.groups(b"")).decode("utf-8", "replace"))
    return formats


def read_format(code: str) -> str:
    """Return how strftime writes what a number format shows of a date; empty if it shows a day or no year."""
    letters = NO_LETTERS.sub("", code.replace("&quot;", '"').replace("&#34;", '"').casefold())
    if not {"y", "e"} & set(letters) or {"d", "h", "s"} & set(letters):
        return ""
    return MONTH if "m" in letters else YEAR


def day_of(serial: float, epoch: dt.date) -> dt.date | None:
    """Return the day that a number stands for; None where programs don't agree, or there is none."""
    is_sound = FIRST_SOUND <= serial < LAST - (epoch - EPOCH).days
    return epoch + dt.timedelta(days=int(serial)) if is_sound else None


def _read_day(value: bytes, kind: bytes, epoch: dt.date) -> dt.date | None:
    try:
        if kind == b"d":
            return dt.date.fromisoformat(value[:10].decode())
        return day_of(float(value), epoch) if kind == b"n" else None
    except ValueError:
        return None
