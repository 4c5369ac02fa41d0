"""Cells of a sheet's XML whose formula failed, or was never worked out, made visible to the parser.

The parser gives both as empty cells, so that an ID number looked up in vain would be one that nobody
wrote. In the XML they are told apart (ECMA-376 part 1, 18.18.11 and 18.3.1.4): a failure has the type `e`; a
program that doesn't calculate writes a formula without a value. Nothing heavy is imported here: every parser
process waits for it.
"""

from __future__ import annotations

import re
from typing import Final

NOT_WORKED_OUT: Final = "#未计算"
FAILURES: Final = (
    *("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"),
    NOT_WORKED_OUT,
)
FAILED: Final = re.compile(rb"""(<c\b[^>]*?\bt=)(["'])e\2""")
EMPTY: Final = re.compile(
    rb"""<c\b((?:(?!\bt=)[^>])*)>(<f\b[^>]*?(?:/>|>[^<]*</f>))(?:<v\s*/>|<v></v>)?</c>"""
)
"""A formula without a value; one that gave an empty text says so by its type `str`."""


def may_need_telling(sheet: bytes) -> bool:
    """Whether a piece of a sheet has a formula or a failure."""
    return b"<f" in sheet or b"#" in sheet  # every failure is written with one: #N/A


def tell_failures(sheet: bytes) -> bytes:
    """Return a sheet in which failed and unworked formulas are texts that say so."""
    told = FAILED.sub(rb"\1\2str\2", sheet)
    return EMPTY.sub(rb'<c\1 t="str">\2<v>' + NOT_WORKED_OUT.encode() + b"</v></c>", told)
