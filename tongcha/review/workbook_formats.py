"""How the cells of a review workbook look."""

from __future__ import annotations

from typing import Any, Final

Book = Any  # XlsxWriter has no types
Sheet = Any
Formats = dict[str, Any]
Properties = dict[str, object]

FONT, PAIR_FONT, SIZE = "等线", "仿宋", 10
CELL: Final[Properties] = {
    "num_format": "@",
    "font_name": FONT,
    "font_size": SIZE,
    "text_wrap": True,
    "valign": "top",
    "border": 1,
}
INPUT: Final[Properties] = CELL | {"bg_color": "#FFF8DC", "locked": False}
RICH: Final[Properties] = {"font_name": PAIR_FONT, "font_size": SIZE}
FORMATS: Final[dict[str, Properties]] = {
    "title": {"bold": True, "font_size": 14, "valign": "vcenter"},
    "notice": {"font_color": "#9C0006", "text_wrap": True, "valign": "vcenter"},
    "label": {"align": "right", "valign": "vcenter"},
    "header": {"bold": True, "bg_color": "#D9E1F2", "border": 1, "text_wrap": True, "valign": "vcenter"},
    # the quote prefix keeps F2 and Enter from turning a text into a formula
    "text": CELL | {"quote_prefix": True},
    # every character of 仿宋 is equally wide, so that those of the two lines stand above each other
    "pair": CELL | {"font_name": PAIR_FONT, "quote_prefix": True},
    "input": INPUT,
    "date": INPUT | {"num_format": "yyyy-mm-dd"},
    "plain": RICH,
    "differs": RICH | {"font_color": "#C00000", "bold": True, "underline": 1},
    "guide": {"font_name": FONT, "text_wrap": True, "valign": "top"},
    "number": {"num_format": "0.00", "border": 1, "text_wrap": True, "valign": "top"},
    "same": {"bg_color": "#C6EFCE"},
    "different": {"bg_color": "#FFC7CE"},
    "unsure": {"bg_color": "#FFEB9C"},
}


def add_formats(book: Book) -> Formats:
    """Add the formats to the workbook and return them by name."""
    return {name: book.add_format(properties) for name, properties in FORMATS.items()}
