"""What goes back to a sender: their own rows, the reason, the marked cell; no formula, same bytes."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from tests.intake_files import BATCH, IDENTITY_ROW, POLICY, copy_inbox, make_batch
from tongcha.intake.batch import read_batch
from tongcha.intake.refusals import reject_whole
from tongcha.intake.returns_sheet import write_rejections

ATTACK = '=HYPERLINK("http://x","点我")'


@pytest.fixture
def rejected(tmp_path):
    inbox = tmp_path / "inbox"
    bad = ["I2", "R1", "2026-10-18", "口述", ATTACK, "", "", "40", "看客"]
    folder = make_batch(inbox, [IDENTITY_ROW, bad])
    write = (folder / "identities.xlsx").exists()
    assert write
    taken = read_batch(inbox, BATCH, today=dt.date(2026, 11, 22), policy=POLICY)
    return inbox, taken.rejected_rows


def test_the_sender_sees_the_row_the_reason_and_the_marked_cell(rejected, tmp_path):
    inbox, rows = rejected
    (path,) = write_rejections(rows, inbox, tmp_path / "out", policy=POLICY)
    book = openpyxl.load_workbook(path)
    summary, returned = book["退回说明"], book["退回行1"]
    assert "退回 1 行" in summary["A3"].value
    assert [cell.value for cell in returned[2]][:3] == ["3", returned["B2"].value, "I2"]
    assert "「现场身份」只能是" in returned["B2"].value
    marked = [cell.value for cell in returned[2] if cell.fill.fgColor.rgb == "FFF8CBAD"]
    assert marked == ["看客"]


def test_nothing_in_it_is_a_formula_or_a_link(rejected, tmp_path):
    inbox, rows = rejected
    (path,) = write_rejections(rows, inbox, tmp_path / "out", policy=POLICY)
    for sheet in openpyxl.load_workbook(path):
        for line in sheet.iter_rows():
            assert all(cell.data_type in {"s", "n"} and cell.hyperlink is None for cell in line)
            assert not any(isinstance(cell.value, int | float) for cell in line)


def test_it_can_be_read_by_its_owner_only(rejected, tmp_path):
    inbox, rows = rejected
    (path,) = write_rejections(rows, inbox, tmp_path / "out", policy=POLICY)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_rejections_give_the_same_bytes(rejected, tmp_path):
    inbox, rows = rejected
    (one,) = write_rejections(rows, inbox, tmp_path / "one", policy=POLICY)
    other_inbox = copy_inbox(inbox, tmp_path / "copy")
    (other,) = write_rejections(rows.reverse(), other_inbox, tmp_path / "two", policy=POLICY)
    assert one.read_bytes() == other.read_bytes()


def test_a_file_refused_as_a_whole_gets_a_page_that_says_so(tmp_path):
    entry = reject_whole(
        "reference/x/坏.xlsx",
        "",
        table="staff_entries",
        rule="truncated",
        reason="文件不完整",
        outcome="rejected",
    )
    (path,) = write_rejections(entry, tmp_path, tmp_path / "out", policy=POLICY)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["退回说明"]
    assert "整份退回" in book["退回说明"]["A3"].value


def test_files_of_the_same_name_do_not_overwrite_each_other(tmp_path):
    names = ("reference/x/甲/名册.xlsx", "reference/x/乙/名册.xlsx", "reference/x/乙/=名册.xlsx")
    parts = [
        reject_whole(name, "", table="", rule="truncated", reason="文件不完整", outcome="rejected")
        for name in names
    ]
    paths = write_rejections(
        parts[0].vstack(parts[1]).vstack(parts[2]), tmp_path, tmp_path / "out", policy=POLICY
    )
    assert len({path.name for path in paths}) == 3
