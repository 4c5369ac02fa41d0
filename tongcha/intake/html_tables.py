"""Tables of an HTML page that was saved under a spreadsheet's name, as several systems export."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree, html

from tongcha.intake.preflight import FileRefusedError

CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
MAX_SPAN: Final = 1000
SPREADSHEET_ML: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
PARTING: Final = ("br", "p", "div", "li")
"""Tags after which another line begins: two names parted by one are two."""


def read_html_tables(data: bytes) -> list[list[list[str]]]:
    """Return the text cells of each outermost table; rowspans are filled down, colspans left blank.

    Raises:
        FileRefusedError: the page has no table, can't be parsed, or is the XML of Excel 2003.
    """
    if SPREADSHEET_ML in data[:4096]:
        raise FileRefusedError("xml_spreadsheet", "是 XML 表格（Excel 2003）", "用表格软件打开后另存为 XLSX")
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = html.document_fromstring(decode_text(data).encode("utf-8"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise FileRefusedError("unreadable", "网页格式的表无法解析", "另存为 XLSX") from error
    tables = [
        _read_rows(table) for table in root.iter("table") if next(table.iterancestors("table"), None) is None
    ]
    if not tables:
        raise FileRefusedError("no_table", "网页格式的文件里没有表", "另存为 XLSX")
    return tables


def decode_text(data: bytes) -> str:
    """Decode by BOM, declared charset (any GB name means GB18030), UTF-8, then GB18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    declared = CHARSET.search(data[:4096])
    name = declared[1].decode().lower() if declared else "utf-8"
    for encoding in ("gb18030" if name.startswith("gb") else "utf-8-sig", "utf-8-sig"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("gb18030", errors="replace")


def _read_rows(table: html.HtmlElement) -> list[list[str]]:
    rows: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for line in table.iter("tr"):
        row: list[str] = []
        for cell in line.iterchildren("td", "th"):
            _place_hanging(row, hanging)
            for tag in cell.iter(*PARTING):
                tag.tail = f"\n{tag.tail or ''}"
            text = " ".join(str(cell.text_content()).split())
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            if down > 1:
                hanging[len(row)] = (down - 1, text)
            row += [text, *[""] * (across - 1)]
        _place_hanging(row, hanging)
        rows.append(row)
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _place_hanging(row: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    """Put the values of cells that reach down from earlier rows."""
    while len(row) in hanging:
        left, text = hanging.pop(len(row))
        if left > 1:
            hanging[len(row)] = (left - 1, text)
        row.append(text)


def _span(cell: html.HtmlElement, name: str) -> int:
    written = str(cell.get(name, "1")).strip()
    return min(int(written), MAX_SPAN) if written.isascii() and written.isdigit() and int(written) else 1
