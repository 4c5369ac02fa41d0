"""The few pieces of WordprocessingML that an official letter needs, as text.

Written by hand because a library's default document drags along 850 KB of styles; these parts are
small, in schema order (ECMA-376 part 1, 17), and the same on every build. Lengths are twips
(1/20 pt) unless said otherwise.
"""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def run(text: str, *, font: str = "", size: int = 0, bold: bool = False, color: str = "") -> str:
    """Return one run; size in half-points."""
    properties = (
        (
            f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:hint="eastAsia"/>'
            if font
            else ""
        )
        + ("<w:b/>" if bold else "")
        + (f'<w:color w:val="{color}"/>' if color else "")
        + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "")
    )
    wrapped = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{wrapped}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(content: str, style: str = "", properties: str = "") -> str:
    """Return a paragraph of runs, or of plain text when the content holds no run."""
    runs = content if content.startswith("<w:") else (run(content) if content else "")
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    wrapped = f"<w:pPr>{named}{properties}</w:pPr>" if named or properties else ""
    return f"<w:p>{wrapped}{runs}</w:p>"


def rule_line(above: int, below: int) -> str:
    """Return an empty paragraph that is a red rule 170 mm wide (7 mm beyond the text on each side).

    Args:
        above: weight of the upper line in eighths of a point; 0 for none.
        below: weight of the lower line; 0 for none.
    """
    borders = ""
    if above:
        borders += f'<w:top w:val="single" w:sz="{above}" w:space="0" w:color="FF0000"/>'
    if below:
        borders += f'<w:bottom w:val="single" w:sz="{below}" w:space="0" w:color="FF0000"/>'
    return paragraph(
        "",
        "Rule",
        f'<w:pBdr>{borders}</w:pBdr><w:spacing w:before="0" w:after="0" w:line="50" w:lineRule="exact"/>'
        '<w:ind w:left="-397" w:right="-397"/>',
    )


def table(widths: tuple[int, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a bordered table; the first row is the head and is repeated on each page.

    A row of one text is a loop tag that the renderer takes out (`{%tr … %}`). Both gridCol and tcW
    are set because WPS reads the former first.
    """
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    properties = (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
    )
    body = "".join(_table_row(widths, row, is_head=index == 0) for index, row in enumerate(rows))
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def _table_row(widths: tuple[int, ...], texts: tuple[str, ...], *, is_head: bool) -> str:
    spans = [(sum(widths), texts[0], len(widths))] if len(texts) == 1 else _as_cells(widths, texts)
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
        + (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "")
        + f'<w:vAlign w:val="center"/></w:tcPr>{paragraph(text, "CellHead" if is_head else "Cell")}</w:tc>'
        for width, text, span in spans
    )
    head = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{cells}</w:tr>"


def _as_cells(widths: tuple[int, ...], texts: tuple[str, ...]) -> list[tuple[int, str, int]]:
    return [(width, text, 1) for width, text in zip(widths, texts, strict=True)]
