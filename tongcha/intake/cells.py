"""Cell values as text: the one place where a destroyed number is recognised by its type."""

from __future__ import annotations

import datetime as dt
from typing import Final

DIGITS_KEPT: Final = 15
"""A spreadsheet number keeps 15 significant digits (IEEE 754 double)."""

FIRST_LOST: Final = 10**DIGITS_KEPT


def write_cell(value: object) -> str:
    """Return a cell's value as text; empty for a blank cell.

    A number of more than 15 digits is destroyed whatever it prints as, so only its first 15 digits
    are kept and each lost one becomes `*`: the mask form that `tongcha.identity` reads as partial.
    """
    if isinstance(value, str):
        return value
    if type(value) is float:  # the kind that workbooks are full of
        return _write_number(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _write_number(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return "" if value is None else str(value)


def _write_number(value: float) -> str:
    if value != value // 1:
        return repr(value)
    whole = int(value)
    if abs(whole) < FIRST_LOST:
        return str(whole)
    digits = str(whole)
    kept = DIGITS_KEPT + digits.startswith("-")
    return digits[:kept] + "*" * (len(digits) - kept)
