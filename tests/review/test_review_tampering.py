"""Whoever edits, swaps, replays or forges a review workbook is found, and told where."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING, Final

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.review_scenario import (
    AT,
    BATCH,
    DAY,
    KEY,
    LIKELY,
    REVIEWERS,
    SURE,
    candidate_links,
    states_of,
    terms,
    write_books,
)
from tongcha.documents.files import pack_parts
from tongcha.ledger.events import EventKind
from tongcha.ledger.store import Ledger
from tongcha.review import layout
from tongcha.review.decisions import record_retraction
from tongcha.review.return_file import ReturnCover, read_cover
from tongcha.review.returns import take_returns
from tongcha.review.reviewers import Reviewers
from tongcha.review.seal import find_edits, seal_row
from tongcha.synthetic.workbook_filler import Answer, fill_workbook

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # workbooks are written, altered and read back

OFFICE: Final = shutil.which("soffice")
SHOWN_TEXTS = st.fixed_dictionaries({header: st.text(max_size=8) for header in layout.SHOWN})
HEAD = (BATCH, "一审", SURE, "h1")


@pytest.fixture
def ledger(tmp_path):
    return Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


@pytest.fixture
def book(ledger, tmp_path):
    [path] = write_books(ledger, candidate_links(), tmp_path)
    return fill_workbook(path, {SURE: Answer("same", "r1", DAY), LIKELY: Answer("same", "r1", DAY)})


def edit(path: Path, change) -> None:
    """Change cells as a person with an office suite would, the protection lifted."""
    book = openpyxl.load_workbook(path, rich_text=True)
    change(book)
    book.save(path)


def row_of(sheet, link_id: str) -> int:
    letter = layout.name_column("比对编号")
    return int(next(cell.row for cell in sheet[letter] if str(cell.value) == link_id))


def put(header: str, value: object, link_id: str = SURE):
    def change(book) -> None:
        sheet = book[layout.REVIEW_SHEET]
        sheet[f"{layout.name_column(header)}{row_of(sheet, link_id)}"].value = value

    return change


def refused_of(table: pl.DataFrame) -> dict[str, str]:
    return dict(table.filter(pl.col("outcome") == "refused").select("link_id", "reason").iter_rows())


def test_a_save_by_another_program_changes_nothing(ledger, book):
    edit(book, lambda _: None)
    table = take_returns([book], ledger, terms(candidate_links()), at=AT)
    assert refused_of(table) == {}
    assert len(ledger.events(EventKind.JUDGEMENT)) == 2


@pytest.mark.parametrize("data", [b"%PDF-1.7", "已签字".encode(), b"<html></html>"])
def test_a_scan_or_note_beside_the_workbooks_is_called_what_it_is(ledger, book, data):
    (book.parent / "签字页.pdf").write_bytes(data)
    table = take_returns([book, book.parent / "签字页.pdf"], ledger, terms(candidate_links()), at=AT)
    (reason,) = refused_of(table).values()
    assert "不是复核表" in reason
    assert "扫描件" in reason


@pytest.mark.parametrize("header", layout.SHOWN)
def test_every_shown_column_is_sealed_and_an_edit_names_it(ledger, book, header):
    edit(book, put(header, "场｜改过\n册｜改过"))
    table = take_returns([book], ledger, terms(candidate_links()), at=AT)
    reasons = refused_of(table)
    assert list(reasons) == [SURE]
    assert f"“{header}”列" in reasons[SURE]
    assert "改动" in reasons[SURE]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (put("证据指纹", "h-forged"), "可能被改动"),
        (put("校验码", "0" * 98), "可能被改动"),
        (put("校验码", ""), "可能被改动"),
        (put("校验码", "一" * 98), "可能被改动"),
        (put("比对编号", "L00000000000000ff"), "可能被改动"),
        (put("比对编号", LIKELY), "不止一行"),
    ],
)
def test_forged_hidden_cells_refuse_the_row(ledger, book, change, told):
    edit(book, change)
    reasons = refused_of(take_returns([book], ledger, terms(candidate_links()), at=AT))
    assert any(told in reason for reason in reasons.values())
    assert SURE not in {event.subject for event in ledger.events(EventKind.JUDGEMENT)}


def test_seals_swapped_between_rows_refuse_both(ledger, book):
    def swap(workbook) -> None:
        sheet = workbook[layout.REVIEW_SHEET]
        letter = layout.name_column("校验码")
        one, two = (sheet[f"{letter}{row_of(sheet, link)}"] for link in (SURE, LIKELY))
        one.value, two.value = two.value, one.value

    edit(book, swap)
    assert set(refused_of(take_returns([book], ledger, terms(candidate_links()), at=AT))) == {SURE, LIKELY}


def test_a_duplicated_row_refuses_both_copies(ledger, book):
    def duplicate(workbook) -> None:
        sheet = workbook[layout.REVIEW_SHEET]
        source, target = row_of(sheet, SURE), sheet.max_row + 1
        for column in range(1, len(layout.HEADERS) + 1):
            sheet.cell(target, column).value = sheet.cell(source, column).value

    edit(book, duplicate)
    table = take_returns([book], ledger, terms(candidate_links()), at=AT)
    assert table.filter((pl.col("link_id") == SURE) & (pl.col("outcome") == "refused")).height == 2


def test_rows_in_another_order_are_all_the_same(ledger, book):
    def reverse(workbook) -> None:
        sheet = workbook[layout.REVIEW_SHEET]
        first = layout.FIRST_ROW + 1
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first, max_row=sheet.max_row)]
        for offset, row in enumerate(reversed(rows)):
            for column, value in enumerate(row, 1):
                sheet.cell(first + offset, column).value = value

    edit(book, reverse)
    assert refused_of(take_returns([book], ledger, terms(candidate_links()), at=AT)) == {}
    assert len(ledger.events(EventKind.JUDGEMENT)) == 2


def test_a_first_book_passed_off_as_a_second_is_refused_as_a_whole(ledger, book):
    def change(workbook) -> None:
        workbook[layout.META_SHEET]["B3"].value = "二审"

    edit(book, change)
    table = take_returns([book], ledger, terms(candidate_links()), at=AT)
    assert table.select("row", "outcome").rows() == [(0, "refused")]
    assert "轮次" in table["reason"][0]


@pytest.mark.parametrize("sheet", [layout.META_SHEET, layout.REVIEW_SHEET])
def test_a_book_without_one_of_its_sheets_is_refused_as_a_whole(ledger, book, sheet):
    edit(book, lambda workbook: workbook.remove(workbook[sheet]))
    table = take_returns([book], ledger, terms(candidate_links()), at=AT)
    assert table.select("row", "outcome").rows() == [(0, "refused")]


def test_a_moved_column_is_refused_as_a_whole(ledger, book):
    edit(book, lambda workbook: workbook[layout.REVIEW_SHEET].delete_cols(3))
    table = take_returns([book], ledger, terms(candidate_links()), at=AT)
    assert table.select("row", "outcome").rows() == [(0, "refused")]


def test_an_old_file_replayed_after_a_retraction_does_not_bring_the_judgement_back(ledger, book):
    links = candidate_links()
    take_returns([book], ledger, terms(links), at=AT)
    [judgement] = [event for event in ledger.events(EventKind.JUDGEMENT) if event.subject == SURE]
    ledger.append(record_retraction(event_id=judgement.event_id, by="r1", reason="看错了行"), at=AT)
    reasons = refused_of(take_returns([book], ledger, terms(links), at=AT))
    assert "已被撤回" in reasons[SURE]
    assert states_of(ledger, links)[SURE] == "待一审"
    fill_workbook(book, {SURE: Answer("same", "r1", DAY, "重新核对后确认")})
    take_returns([book], ledger, terms(links), at=AT)
    assert states_of(ledger, links)[SURE] == "已确认"


def disable(code: str) -> Reviewers:
    """The deployment's list with a person disabled."""
    people = [p.model_copy(update={"disabled_on": DAY}) if p.code == code else p for p in REVIEWERS.reviewers]
    return Reviewers(reviewers=tuple(people))


def test_a_workbook_returned_by_a_person_who_was_disabled_is_refused_whatever_day_it_says(ledger, book):
    links = candidate_links()
    edit(book, put("日期", "2020-01-01"))
    table = take_returns([book], ledger, terms(links, reviewers=disable("r1")), at=AT)
    reasons = refused_of(table)
    assert set(reasons) == {SURE, LIKELY}
    for reason in reasons.values():
        assert f"“复核人”列：代号 r1 已于 {DAY} 停用" in reason
        assert "由其他人重新判断" in reason
    assert ledger.events(EventKind.JUDGEMENT) == []


def test_what_a_person_judged_before_being_disabled_stands_and_their_old_file_says_so_still(ledger, book):
    links = candidate_links()
    before = take_returns([book], ledger, terms(links), at=AT)
    states = states_of(ledger, links)
    again = take_returns([book], ledger, terms(links, reviewers=disable("r1")), at=AT)
    assert again.equals(before)
    assert states_of(ledger, links) == states


def test_a_panel_with_a_disabled_person_among_it_is_refused_as_one(ledger, tmp_path):
    def find_book(name: str) -> Path:
        return next(p for p in write_books(ledger, candidate_links(), tmp_path / name) if name in p.name)

    for name, code, verdict in (("一审", "r1", "same"), ("二审", "r2", "different")):
        filled = fill_workbook(find_book(name), {LIKELY: Answer(verdict, code, DAY, "各项不能相互印证")})
        take_returns([filled], ledger, terms(candidate_links()), at=AT)
    panel = find_book("集体研究")
    filled = fill_workbook(panel, {LIKELY: Answer("same", "r3、r4", DAY, "集体研究认为是同一人")})
    table = take_returns([filled], ledger, terms(candidate_links(), reviewers=disable("r4")), at=AT)
    assert "r4 已于" in refused_of(table)[LIKELY]
    assert len(ledger.events(EventKind.JUDGEMENT)) == 2


def test_a_hostile_workbook_never_reaches_the_parser_of_this_process(ledger, book, tmp_path):
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    stray = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", stray)
    bomb = tmp_path / "bomb.xlsx"
    bomb.write_bytes(pack_parts(parts))
    table = take_returns([bomb, book], ledger, terms(candidate_links()), at=AT)
    assert table.filter(pl.col("file") == "bomb.xlsx").select("row", "outcome").rows() == [(0, "refused")]
    assert len(ledger.events(EventKind.JUDGEMENT)) == 2, "the good book is taken all the same"


@settings(max_examples=60)
@given(SHOWN_TEXTS, st.sampled_from(layout.SHOWN), st.text(max_size=8))
def test_any_visible_change_breaks_the_seal_and_white_space_never_does(shown, header, text):
    seal = seal_row(KEY, HEAD, shown)
    assert find_edits(KEY, HEAD, shown, seal) == []
    spaced = {name: f" {value}\n_x000D_" for name, value in shown.items()}
    assert find_edits(KEY, HEAD, spaced, seal) == []
    changed = shown | {header: shown[header] + "改" + text}
    assert find_edits(KEY, HEAD, changed, seal) == [header]


@settings(max_examples=30)
@given(SHOWN_TEXTS, st.integers(0, 3), st.text(min_size=1, max_size=6))
def test_a_seal_holds_for_its_batch_round_link_and_evidence_alone(shown, place, text):
    head = list(HEAD)
    head[place] += text
    assert find_edits(KEY, head, shown, seal_row(KEY, HEAD, shown)) == ["整行"]
    assert find_edits(b"z" * 32, HEAD, shown, seal_row(KEY, HEAD, shown)) == ["整行"]


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_seals_survive_a_save_by_an_office_suite(ledger, book, tmp_path):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    saved = tmp_path / "saved"
    command = [str(OFFICE), profile, "--headless", "--convert-to", "xlsx", "--outdir", str(saved), str(book)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603 – our own arguments
    assert read_cover(saved / book.name) == ReturnCover(BATCH, "一审")
    table = take_returns([saved / book.name], ledger, terms(candidate_links()), at=AT)
    assert refused_of(table) == {}
    assert len(ledger.events(EventKind.JUDGEMENT)) == 2
