"""Formulas that failed or were never worked out: no empty cells, and no values either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlsxwriter

from tests.intake.intake_batches import assert_rows_add_up, identity, read
from tests.intake_files import IDENTITY_HEADER, POLICY, SNAPSHOT, make_batch, make_snapshot
from tongcha.identity.written_values import ANY_DAY
from tongcha.intake.sheet_failures import FAILURES, tell_failures
from tongcha.reference.snapshot import read_snapshot

if TYPE_CHECKING:
    from pathlib import Path

NUMBER, NAME = IDENTITY_HEADER.index("证件号码"), IDENTITY_HEADER.index("姓名")


pytestmark = pytest.mark.slow


def fill(book: Path, cell: str, value: str) -> None:
    """Write a value into a workbook as a program does that works nothing out."""
    opened = openpyxl.load_workbook(book)
    opened.worksheets[0][cell] = value
    opened.save(book)


@pytest.mark.parametrize("value", ["=VLOOKUP(A2,Z1:Z9,1,0)", "#N/A", "=1/0"])
def test_a_number_that_a_formula_did_not_give_is_told_of_and_the_person_stays(inbox, value):
    folder = make_batch(inbox, [identity(capture="手录")])
    fill(folder / "identities.xlsx", f"{chr(ord('A') + NUMBER)}2", value)
    taken = read(inbox)
    assert taken.identities["id_number"].to_list() == [None]
    entries = taken.rejected_rows.select("row", "column", "rule", "outcome").rows()
    assert entries == [(2, "id_number", "id_number_is_worked_out", "blanked")]
    assert_rows_add_up(taken)


def test_in_a_large_workbook_they_are_found_too(inbox):
    folder = make_batch(inbox)
    with xlsxwriter.Workbook(folder / "identities.xlsx", {"constant_memory": True}) as book:
        sheet = book.add_worksheet("现场人员")
        sheet.write_row(0, 0, IDENTITY_HEADER)
        for row in range(1, 12_000):
            sheet.write_row(row, 0, identity(identity_id=f"I{row}", capture="手录", id_number=""))
        sheet.write_formula(12_000, NAME, "=NA()", None, "#N/A")
        sheet.write_row(12_000, 0, ("I12000", "R1", "2026-10-18", "手录"))
    taken = read(inbox)
    assert taken.rejected_rows.select("row", "rule").rows() == [(12_001, "name_is_worked_out")]


def test_a_formula_with_its_value_or_an_empty_text_stays_as_it_is():
    sheet = b'<c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>IF(1,"")</f><v></v></c><c r="C1"/>'
    assert tell_failures(sheet) == sheet


def read_spell(tmp_path, **cell):
    spell = {"end": "", "staff_type": "在编"} | cell
    header = "教师编号,经历序号,学校标识码,起始日期,终止日期,人员类别"
    text = f"{header}\nT1,1,2134000001,2000-09-01,{spell['end']},{spell['staff_type']}\n"
    (make_snapshot(tmp_path) / "任职经历.csv").write_text(text, encoding="utf-8")
    return read_snapshot(tmp_path, SNAPSHOT, policy=POLICY)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_spell_whose_kind_is_a_failed_formula_is_no_ordinary_one(tmp_path, failure):
    taken = read_spell(tmp_path, staff_type=failure)
    assert taken.employment.is_empty()
    assert taken.rejected_reference_rows["outcome"].to_list() == ["rejected"]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_spell_whose_end_is_a_failed_formula_is_no_open_one(tmp_path, failure):
    taken = read_spell(tmp_path, end=failure)
    assert taken.employment.select("end", "end_latest").rows() == [ANY_DAY]
    assert taken.rejected_reference_rows["outcome"].to_list() == ["blanked"]
