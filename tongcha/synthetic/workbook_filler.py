"""Fill a review workbook as a reviewer would, for the demo and tests: input cells only, nothing else touched.

The cells are edited in the sheet's own XML. An office suite does the same when it saves; openpyxl would
drop rich text and conditional formats on the way.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from tongcha.documents.files import pack_parts, write_file
from tongcha.review import layout

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

NAMESPACE: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SHEET_PART, STRINGS_PART = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reviewer writes into a row.

    Attributes:
        verdict: `same`, `different` or `unsure`; or the text to write as it is.
        reviewer: code; several joined by 、 on a panel's workbook.
        decided_on: the day.
        reason: why.
    """

    verdict: str
    reviewer: str
    decided_on: date
    reason: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """Text of each input cell."""
        answer = layout.ANSWER_OF_VERDICT.get(self.verdict, self.verdict)
        return dict(
            zip(layout.INPUTS, (answer, self.reason, self.reviewer, self.decided_on.isoformat()), strict=True)
        )


def fill_workbook(path: Path, answers: Mapping[str, Answer], out: Path | None = None) -> Path:
    """Write the answers into the rows of their links.

    Args:
        path: a workbook written by `tongcha.review.workbook`.
        answers: by link number; links that the workbook doesn't hold are passed over.
        out: where to write; over the file itself by default.

    Returns:
        The file written.
    """
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strings = _read_strings(parts[STRINGS_PART])
    sheet = etree.fromstring(parts[SHEET_PART])
    for row in sheet.iter(f"{NAMESPACE}row"):
        cells = {str(cell.get("r")).rstrip("0123456789"): cell for cell in row.iter(f"{NAMESPACE}c")}
        answer = answers.get(_read_cell(cells.get(layout.name_column("比对编号")), strings))
        for header, text in answer.texts.items() if answer else ():
            _write_cell(cells[layout.name_column(header)], text)
    parts[SHEET_PART] = etree.tostring(sheet, xml_declaration=True, encoding="UTF-8", standalone=True)
    target = out or path
    write_file(target, pack_parts(parts))
    return target


def list_links(path: Path) -> list[str]:
    """Return the link numbers of a workbook in row order."""
    with zipfile.ZipFile(path) as archive:
        strings = _read_strings(archive.read(STRINGS_PART))
        sheet = etree.fromstring(archive.read(SHEET_PART))
    letter = layout.name_column("比对编号")
    cells = [c for c in sheet.iter(f"{NAMESPACE}c") if str(c.get("r")).rstrip("0123456789") == letter]
    return [text for cell in cells if (text := _read_cell(cell, strings)).startswith("L")]


def _read_strings(part: bytes) -> list[str]:
    items = etree.fromstring(part).iter(f"{NAMESPACE}si")
    return ["".join(text.text or "" for text in item.iter(f"{NAMESPACE}t")) for item in items]


def _read_cell(cell: etree._Element | None, strings: list[str]) -> str:
    value = cell.find(f"{NAMESPACE}v") if cell is not None and cell.get("t") == "s" else None
    return strings[int(value.text or "0")] if value is not None else ""


def _write_cell(cell: etree._Element, text: str) -> None:
    for child in list(cell):
        cell.remove(child)
    if "t" in cell.attrib:
        del cell.attrib["t"]
    if text:
        cell.set("t", "inlineStr")
        holder = etree.SubElement(etree.SubElement(cell, f"{NAMESPACE}is"), f"{NAMESPACE}t")
        holder.text = text
