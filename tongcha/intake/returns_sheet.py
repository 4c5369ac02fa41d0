"""What to send back to whom: one workbook per file with the rejected rows, reasons and marked cells."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import polars as pl
import xlsxwriter

from tongcha.intake.source_rows import SourceRows, read_source_rows
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tongcha.policy.intake import IntakePolicy

OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
CREATED: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""Fixed, so that the same rows give the same bytes."""

MAX_STEM: Final = 60
SUMMARY_HEAD: Final = ("工作表", "行号", "列", "原因")
SUMMARY_WIDTHS: Final = (18, 8, 16, 70)
REASON_WIDTH: Final = 44
LINE_HEIGHT: Final = 16
TEXT: Final = {"num_format": "@", "quote_prefix": True, "font_name": "宋体", "valign": "top"}


@dataclass(frozen=True, slots=True)
class _Styles:
    title: Format
    head: Format
    text: Format
    marked: Format
    reason: Format


def write_rejections(
    rejected_rows: pl.DataFrame, inbox: Path, out: Path, *, policy: IntakePolicy
) -> list[Path]:
    """Write one XLSX per file that had rows rejected.

    Args:
        rejected_rows: table `rejected_rows` or `rejected_reference_rows`.
        inbox: where the source files still are.
        out: folder for the workbooks; made if missing.
        policy: to find the columns in the source files again.

    Returns:
        The workbooks, in the order of the source files' names. Every cell is text: nothing that a
        file contains can become a formula or a link.
    """
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    entries = rejected_rows.filter(pl.col("outcome") == "rejected").sort(
        "file", "sheet", "row", "column", "rule"
    )
    files = sorted(entries["file"].unique())
    stems = Counter(_safe_stem(file) for file in files)
    written = []
    for file in files:
        stem = _safe_stem(file)
        if stems[stem] > 1:
            stem = f"{stem}-{hashlib.sha256(file.encode()).hexdigest()[:6]}"
        path = out / f"退回-{stem}.xlsx"
        _write_file(path, file, entries.filter(pl.col("file") == file), inbox, policy)
        written.append(path)
    return written


def _safe_stem(file: str) -> str:
    return re.sub(r"[^0-9A-Za-z_\-\u3400-\u9fff]+", "_", PurePosixPath(file).stem)[:MAX_STEM] or "文件"


def _write_file(path: Path, file: str, entries: pl.DataFrame, inbox: Path, policy: IntakePolicy) -> None:
    draft = path.with_suffix(".tmp")
    with xlsxwriter.Workbook(draft, OPTIONS) as book:
        book.set_properties({"title": "退回行", "created": CREATED})
        styles = _Styles(
            title=book.add_format({**TEXT, "bold": True, "font_size": 14}),
            head=book.add_format(
                {**TEXT, "bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True}
            ),
            text=book.add_format({**TEXT, "border": 1}),
            marked=book.add_format({**TEXT, "border": 1, "bg_color": "#F8CBAD", "font_color": "#9C0006"}),
            reason=book.add_format({**TEXT, "border": 1, "text_wrap": True}),
        )
        _write_summary(book.add_worksheet("退回说明"), file, entries, styles)
        groups = entries.filter(pl.col("row") > 0).partition_by("sheet", "table", maintain_order=True)
        for number, group in enumerate(groups, 1):
            source = read_source_rows(
                inbox / file,
                inbox,
                group["sheet"][0],
                group["row"].unique().to_list(),
                table=group["table"][0],
                policy=policy,
            )
            if source:
                _write_rows(book.add_worksheet(f"退回行{number}"), group, source, styles)
    draft.chmod(0o600)
    os.replace(draft, path)  # noqa: PTH105 - Path.replace is the same call; the intent is atomic replacement


def _write_summary(sheet: Worksheet, file: str, entries: pl.DataFrame, styles: _Styles) -> None:
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, "退回说明", styles.title)
    sheet.write_string(1, 0, f"来源文件：{PurePosixPath(file).name}")
    sheet.write_string(2, 0, _what_to_do(entries))
    for place, label in enumerate(SUMMARY_HEAD):
        sheet.write_string(4, place, label, styles.head)
    for line, entry in enumerate(entries.iter_rows(named=True), 5):
        cells = (
            entry["sheet"],
            str(entry["row"]) if entry["row"] else "整份",
            _label(entry["table"], entry["column"]),
            entry["reason"],
        )
        for place, text in enumerate(cells):
            sheet.write_string(line, place, text, styles.reason)
        _fit_row(sheet, line, entry["reason"], SUMMARY_WIDTHS[-1])
    for place, width in enumerate(SUMMARY_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(5, 0)
    _set_page(sheet)


def _what_to_do(entries: pl.DataFrame) -> str:
    if (entries["row"] == 0).any():
        return "整份退回，没有收下任何一行。请按下面的原因处理后重新报送。"
    rows = entries.select("sheet", "row").unique().height
    return f"退回 {rows} 行，其余行已收下。请在原文件中改正「退回行」各表里标红的单元格，再整份重新报送。"


def _write_rows(sheet: Worksheet, entries: pl.DataFrame, source: SourceRows, styles: _Styles) -> None:
    for place, label in enumerate(("原行号", "退回原因", *source.header)):
        sheet.write_string(0, place, label, styles.head)
    for line, group in enumerate(entries.partition_by("row", maintain_order=True), 1):
        number = group["row"][0]
        marked = {source.places[name] for name in group["column"] if name in source.places}
        sheet.write_string(line, 0, str(number), styles.text if marked else styles.marked)
        reason = "；".join(group["reason"].unique(maintain_order=True))
        sheet.write_string(line, 1, reason, styles.reason)
        _fit_row(sheet, line, reason, REASON_WIDTH)
        for place, text in enumerate(source.rows.get(number, [])):
            sheet.write_string(line, place + 2, text, styles.marked if place in marked else styles.text)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 1, REASON_WIDTH)
    sheet.set_column(2, len(source.header) + 1, 14)
    sheet.freeze_panes(1, 2)
    _set_page(sheet)


def _fit_row(sheet: Worksheet, line: int, text: str, width: int) -> None:
    """Make a row high enough for its reason: a Chinese character takes two units of width."""
    sheet.set_row(line, LINE_HEIGHT * -(-2 * len(text) // width))


def _set_page(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _label(table: str, column: str) -> str:
    return BY_NAME[table].column(column).label if table and column else "整行"
