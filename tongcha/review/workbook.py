"""Review workbooks: a row per link, both values over each other, the score kept on a second sheet.

XlsxWriter 3.3; the same tables give the same bytes. Every value is written as text, so none can run.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import polars as pl
from rapidfuzz.distance import Indel, Levenshtein

from tongcha.documents.files import write_file
from tongcha.documents.sheets import open_workbook
from tongcha.review import layout
from tongcha.review.layout import COLUMN, FIRST_ROW, HEADERS, PAIRED, SHOWN
from tongcha.review.seal import seal_row
from tongcha.review.settle import ROUND_OF_STATE
from tongcha.review.shown import ShownTables, show_links
from tongcha.review.workbook_formats import add_formats
from tongcha.review.workbook_sides import (
    add_guide_sheet,
    add_meta_sheet,
    add_reveal_sheet,
    add_scores_sheet,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tongcha.policy.review import ReviewPolicy
    from tongcha.review.shown import Pair, ShownLink
    from tongcha.review.workbook_formats import Book, Formats, Sheet

LIKE_ENOUGH: Final = 0.4
"""below this similarity two values simply differ, and red characters would only be noise"""
WIDTHS: Final = (5, 19, 12, 15, 23, 15, 13, 30, 13, 22, 26, 22, 26, 11, 24, 9, 11, 10, 10)
LINE_HEIGHT: Final = 15.0
WIDE_FROM: Final = 0x2E80
"""from this code point on characters are as wide as two letters"""


def write_review_workbooks(  # noqa: PLR0913 – five tables, where to, how sealed, under which rules
    *,
    queue: pl.DataFrame,
    candidate_links: pl.DataFrame,
    evidence: pl.DataFrame,
    identities: pl.DataFrame,
    people: pl.DataFrame,
    schools: pl.DataFrame,
    out: Path,
    key: bytes,
    batch: str,
    policy: ReviewPolicy,
) -> list[Path]:
    """Write one workbook per round in which links wait, and remove the batch's others.

    The second round's book doesn't tell what the first one answered; only the round of a link differs.

    Args:
        queue: table `review_queue`; its positions give the order of rows.
        candidate_links: table `candidate_links`.
        evidence: table `link_evidence`.
        identities: table `identities`.
        people: table `people`.
        schools: table `schools`.
        out: folder to write into.
        key: secret that seals rows.
        batch: the raid batch.
        policy: what the guide sheet says of reasons.

    Returns:
        The files written, in the order of the rounds.
    """
    tables = ShownTables(candidate_links, evidence, identities, people, schools)
    written = []
    for state, review_round in ROUND_OF_STATE.items():
        path = out / layout.name_workbook(batch, review_round)
        waiting = queue.filter(pl.col("state") == state).sort("position")["link_id"].to_list()
        if waiting:
            write_file(path, render_workbook(show_links(tables, waiting), key, batch, review_round, policy))
            written.append(path)
        else:
            path.unlink(missing_ok=True)
    return written


def render_workbook(
    links: Sequence[ShownLink], key: bytes, batch: str, review_round: str, policy: ReviewPolicy
) -> bytes:
    """Return the workbook of one round as bytes."""
    buffer = io.BytesIO()
    book = open_workbook(buffer)
    formats = add_formats(book)
    _add_review_sheet(book, formats, links, key, (batch, review_round))
    _add_rules(book.get_worksheet_by_name(layout.REVIEW_SHEET), formats, len(links), policy.reasons.min_chars)
    add_reveal_sheet(book, formats, links)
    add_guide_sheet(book, formats, policy.reasons)
    add_scores_sheet(book, links)
    add_meta_sheet(book, key, batch, review_round, len(links))
    book.close()
    return buffer.getvalue()


def split_differences(text: str, other: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it differs from the other value.

    Values that have less than two fifths in common come back in one piece, unmarked.
    """
    if text == other or Indel.normalized_similarity(text, other) < LIKE_ENOUGH:
        return [(text, False)]
    blocks = Levenshtein.opcodes(text, other)
    return [(text[b.src_start : b.src_end], b.tag != "equal") for b in blocks if b.src_end > b.src_start]


def _add_review_sheet(
    book: Book, formats: Formats, links: Sequence[ShownLink], key: bytes, scope: tuple[str, str]
) -> None:
    sheet = book.add_worksheet(layout.REVIEW_SHEET)
    _write_head(sheet, formats, *scope)
    for offset, link in enumerate(links):
        row = FIRST_ROW + offset
        sheet.set_row(row, LINE_HEIGHT * max(_count_lines(*item) for item in link.texts.items()))
        sheet.write_number(row, 0, offset + 1, formats["header"])
        sheet.write_string(row, layout.LINK_COLUMN, link.link_id, formats["text"])
        for header in SHOWN:
            _write_shown(sheet, row, header, link, formats)
        for header in layout.INPUTS:
            sheet.write_blank(row, COLUMN[header], None, formats["date" if header == "日期" else "input"])
        seal = seal_row(key, (*scope, link.link_id, link.evidence_hash), link.texts)
        sheet.write_string(row, COLUMN["证据指纹"], link.evidence_hash, formats["text"])
        sheet.write_string(row, COLUMN["校验码"], seal, formats["text"])
    _set_page(sheet, *scope)


def _count_lines(header: str, text: str) -> int:
    """How many lines the text takes in its column; a Chinese character is two units of width."""
    room = WIDTHS[COLUMN[header]] - 1
    return sum(1 + (_measure(line) - 1) // room for line in text.split("\n"))


def _measure(line: str) -> int:
    return max(sum(2 if ord(character) >= WIDE_FROM else 1 for character in line), 1)


def _write_head(sheet: Sheet, formats: Formats, batch: str, review_round: str) -> None:
    last = COLUMN["日期"]
    sheet.merge_range(0, 0, 0, last, f"比对复核表（{review_round}）　批次 {batch}", formats["title"])
    sheet.merge_range(layout.NOTICE_ROW, 0, layout.NOTICE_ROW, last, layout.NOTICE, formats["notice"])
    row = layout.DEFAULTS_ROW
    for column, label, blank in (
        (layout.DEFAULT_REVIEWER_COLUMN, "复核人代号", "input"),
        (layout.DEFAULT_DATE_COLUMN, "复核日期", "date"),
    ):
        sheet.write_string(row, column - 1, label, formats["label"])
        sheet.write_blank(row, column, None, formats[blank])
    sheet.write_string(row, layout.DEFAULT_DATE_COLUMN + 1, "← 此处填一次即可；某行另填的以该行为准")
    for column, (header, width) in enumerate(zip(HEADERS, WIDTHS, strict=True)):
        sheet.write_string(layout.HEADER_ROW, column, header, formats["header"])
        hidden = {"hidden": header in {"证据指纹", "校验码"}}
        sheet.set_column(column, column, width, None, hidden)
    for place, height in (
        (layout.TITLE_ROW, 24),
        (layout.NOTICE_ROW, 32),
        (row, 20),
        (layout.HEADER_ROW, 20),
    ):
        sheet.set_row(place, height)


def _write_shown(sheet: Sheet, row: int, header: str, link: ShownLink, formats: Formats) -> None:
    fragments = _mark_differences(link.pairs[header], formats) if header in layout.MARKED else []
    cell = formats["pair" if header in PAIRED else "text"]
    if fragments:
        sheet.write_rich_string(row, COLUMN[header], *fragments, cell)
    else:
        sheet.write_string(row, COLUMN[header], link.texts[header], cell)


def _mark_differences(pair: Pair, formats: Formats) -> list[object]:
    """The cell's text as rich fragments; nothing if no character needs a mark."""
    upper = split_differences(pair.collected, pair.registered)
    lower = split_differences(pair.registered, pair.collected)
    if not any(differs for _, differs in upper + lower):
        return []
    pieces = [
        (layout.COLLECTED, False),
        *upper,
        ("\n" + layout.REGISTERED, False),
        *lower,
        (pair.note, False),
    ]
    fragments: list[object] = []
    for text, differs in pieces:
        if text:
            fragments += [formats["differs" if differs else "plain"], text]
    return fragments


def _add_rules(sheet: Sheet, formats: Formats, count: int, min_chars: int) -> None:
    """Drop-downs, colours by verdict, and the locks; none of them is security, so the import checks again."""
    answer, reason, last = COLUMN["结论"], COLUMN["理由"], FIRST_ROW + max(count, 1) - 1
    choose = {"validate": "list", "source": list(layout.ANSWERS), "error_message": "请从下拉中选择"}
    sheet.data_validation(FIRST_ROW, answer, last, answer, choose)
    letter, why, first = layout.name_column("结论"), layout.name_column("理由"), FIRST_ROW + 1
    explain = {
        "validate": "custom",
        "value": f'=OR(${letter}{first}="同一人",LEN(${why}{first})>={min_chars})',
        "error_type": "warning",
        "error_message": "除“同一人”外，请写明理由",
    }
    sheet.data_validation(FIRST_ROW, reason, last, reason, explain)
    for text, verdict in layout.VERDICT_OF_ANSWER.items():
        rule = {"type": "formula", "criteria": f'=${letter}{first}="{text}"', "format": formats[verdict]}
        sheet.conditional_format(FIRST_ROW, 0, last, layout.LINK_COLUMN, rule)
    sheet.autofilter(layout.HEADER_ROW, 0, last, COLUMN["日期"])
    allowed = ("autofilter", "format_columns", "format_rows", "select_locked_cells", "select_unlocked_cells")
    sheet.protect("", dict.fromkeys(allowed, True))


def _set_page(sheet: Sheet, batch: str, review_round: str) -> None:
    sheet.freeze_panes(FIRST_ROW, layout.LINK_COLUMN + 1)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)  # inches
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(layout.HEADER_ROW)
    sheet.set_footer(
        f"&L批次 {batch.replace('&', '&&')}　{review_round}&C第 &P 页 共 &N 页&R内部资料 不得外传"
    )
