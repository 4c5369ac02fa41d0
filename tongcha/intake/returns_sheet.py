"""What to send back to whom: one workbook per file with rejected rows, values to check, and why."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import polars as pl
import xlsxwriter

from tongcha.intake.folder import read_contents, sniff_kinds
from tongcha.intake.soft import ASKED, BLANKED
from tongcha.intake.source_rows import SourceRows, pick_rows
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from tongcha.intake.folder import Content
    from tongcha.policy.intake import IntakePolicy

OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
CREATED: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""Fixed, so that the same rows give the same bytes."""

MAX_STEM: Final = 60
CONFIDENTIAL: Final = "本文件载有原报的个人信息，只限原报送单位改正、核实使用，不得转发，用毕销毁。"
SUMMARY_HEAD: Final = ("工作表", "行号", "列", "原因")
SUMMARY_WIDTHS: Final = (18, 8, 16, 70)
QUESTION_HEAD: Final = ("工作表", "原行号", "列", "填写的内容", "为什么请您核实")
QUESTION_WIDTHS: Final = (18, 8, 16, 24, 56)
KEPT: Final = {BLANKED: "该行其余各格已收下。", ASKED: "该行各格均已照原样收下。"}
REJECTED: Final = "rejected"
TO_CHECK: Final = (BLANKED, ASKED)
TOLD: Final = (REJECTED, *TO_CHECK)
"""Outcomes that a sender is told of; a total or a signature that was left out needs no answer."""
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
    """Write one XLSX per file that had rows rejected, or values set aside or doubted in rows that were taken.

    Args:
        rejected_rows: table `rejected_rows` or `rejected_reference_rows`.
        inbox: where the source files still are.
        out: folder for the workbooks; made if missing.
        policy: to find the columns in the source files again.

    Returns:
        The workbooks, in the order of the source files' names; `退回-…`, or `核实-…` when every row was
        taken. Every cell is text: nothing that a file contains can become a formula or a link.
    """
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    entries = rejected_rows.filter(pl.col("outcome").is_in(TOLD)).sort(
        "file", "sheet", "row", "column", "rule"
    )
    files = sorted(entries["file"].unique())
    stems = Counter(_safe_stem(file) for file in files)
    # a file that went back as a whole isn't parsed once more to be told so
    shown = [inbox / file for file in entries.filter(pl.col("row") > 0)["file"].unique().sort()]
    kinds = sniff_kinds(shown, inbox, policy.limits)
    written = []
    with closing(read_contents(kinds, policy)) as contents:
        for file in files:
            stem = _safe_stem(file)
            if stems[stem] > 1:
                stem = f"{stem}-{hashlib.sha256(file.encode()).hexdigest()[:6]}"
            told = entries.filter(pl.col("file") == file)
            path = out / f"{'退回' if (told['outcome'] == REJECTED).any() else '核实'}-{stem}.xlsx"
            _write_file(path, file, told, next(contents)[1] if (told["row"] > 0).any() else [], policy)
            written.append(path)
    return written


def _safe_stem(file: str) -> str:
    return re.sub(r"[^0-9A-Za-z_\-\u3400-\u9fff]+", "_", PurePosixPath(file).stem)[:MAX_STEM] or "文件"


def _write_file(path: Path, file: str, entries: pl.DataFrame, content: Content, policy: IntakePolicy) -> None:
    draft = path.with_suffix(".tmp")
    back = entries.filter(pl.col("outcome") == REJECTED)
    asked = entries.filter(pl.col("outcome").is_in(TO_CHECK))
    with xlsxwriter.Workbook(draft, OPTIONS) as book:
        styles = _prepare(book)
        _write_summary(
            book.add_worksheet("退回说明" if back.height else "核实说明"), file, back, asked, styles
        )
        if asked.height:
            _write_questions(book.add_worksheet("请核实"), asked, content, policy, styles)
        groups = back.filter(pl.col("row") > 0).partition_by("sheet", "table", maintain_order=True)
        for number, group in enumerate(groups, 1):
            source = _pick_rows(group, content, policy)
            if source:
                _write_rows(book.add_worksheet(f"退回行{number}"), group, source, styles)
    draft.chmod(0o600)
    os.replace(draft, path)  # noqa: PTH105 - Path.replace is the same call; the intent is atomic replacement


def _prepare(book: xlsxwriter.Workbook) -> _Styles:
    book.set_properties({"title": "退回行", "created": CREATED})
    return _Styles(
        title=book.add_format({**TEXT, "bold": True, "font_size": 14}),
        head=book.add_format({**TEXT, "bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True}),
        text=book.add_format({**TEXT, "border": 1}),
        marked=book.add_format({**TEXT, "border": 1, "bg_color": "#F8CBAD", "font_color": "#9C0006"}),
        reason=book.add_format({**TEXT, "border": 1, "text_wrap": True}),
    )


def _pick_rows(group: pl.DataFrame, content: Content, policy: IntakePolicy) -> SourceRows | None:
    """Return the source rows of entries that are all about one sheet and table."""
    sheet, table = group["sheet"][0], group["table"][0]
    return pick_rows(content, sheet, group["row"].unique().to_list(), table=table, policy=policy)


def _write_summary(
    sheet: Worksheet, file: str, entries: pl.DataFrame, asked: pl.DataFrame, styles: _Styles
) -> None:
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, sheet.get_name(), styles.title)
    sheet.write_string(1, 0, f"来源文件：{PurePosixPath(file).name}")
    sheet.write_string(2, 0, _what_to_do(entries) + _what_to_check(asked))
    sheet.write_string(3, 0, CONFIDENTIAL)
    for place, label in enumerate(SUMMARY_HEAD if entries.height else ()):
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
    if entries.is_empty():
        return "各行均已收下，不需要整份重新报送。"
    whole = entries.filter(pl.col("row") == 0)
    if (whole["sheet"] == "").any():
        return "整份退回，没有收下任何一行。请按下面的原因处理后重新报送。"
    if whole.height:
        return "有整张工作表没有收下。请按下面的原因处理，连同标红的单元格一并改正，再整份重新报送。"
    rows = entries.select("sheet", "row").unique().height
    return f"退回 {rows} 行，其余行已收下。请在原文件中改正“退回行”各表里标红的单元格，再整份重新报送。"


def _what_to_check(asked: pl.DataFrame) -> str:
    if asked.is_empty():
        return ""
    return f"另有 {asked.height} 格没有采用或存疑，所在行已收下，请看“请核实”表，确有错误的改正后再报。"


def _write_questions(
    sheet: Worksheet, asked: pl.DataFrame, content: Content, policy: IntakePolicy, styles: _Styles
) -> None:
    """Write one line per value that was set aside or is doubted though its row was taken, and why."""
    for place, label in enumerate(QUESTION_HEAD):
        sheet.write_string(0, place, label, styles.head)
    line = 0
    for group in asked.partition_by("sheet", "table", maintain_order=True):
        source = _pick_rows(group, content, policy)
        for entry in group.iter_rows(named=True):
            line += 1
            reason = f"{entry['reason']}。{KEPT[entry['outcome']]}"
            label = _label(entry["table"], entry["column"])
            for place, text in enumerate((entry["sheet"], str(entry["row"]), label)):
                sheet.write_string(line, place, text, styles.text)
            sheet.write_string(line, 3, _written(source, entry["row"], entry["column"]), styles.marked)
            sheet.write_string(line, 4, reason, styles.reason)
            _fit_row(sheet, line, reason, QUESTION_WIDTHS[-1])
    for place, width in enumerate(QUESTION_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    _set_page(sheet)


def _written(source: SourceRows | None, row: int, column: str) -> str:
    """Return what the sender wrote in a cell; empty when the file can't be read any more."""
    cells = source.rows.get(row, []) if source else []
    place = source.places.get(column, len(cells)) if source else 0
    return cells[place] if place < len(cells) else ""


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
