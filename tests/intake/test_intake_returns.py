"""What goes back to a sender: their own rows, the reason, the marked cell; no formula, same bytes."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from tests.intake_files import BATCH, IDENTITY_ROW, POLICY, copy_inbox, make_batch
from tongcha.intake.acceptance import FilesRefusedError
from tongcha.intake.batch import read_batch
from tongcha.intake.refusals import reject_whole
from tongcha.intake.returns_sheet import write_rejections

pytestmark = pytest.mark.slow

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
    assert "只限原报送单位" in summary["A4"].value
    assert [cell.value for cell in returned[2]][:3] == ["3", returned["B2"].value, "I2"]
    assert "“现场身份”只能是" in returned["B2"].value
    marked = [cell.value for cell in returned[2] if cell.fill.fgColor.rgb == "FFF8CBAD"]
    assert marked == ["看客"]


@pytest.fixture
def questioned(tmp_path):
    inbox = tmp_path / "inbox"
    unsure = ["I3", "R1", "2026-10-18", "手录", "张三", "", "", "约40", "授课"]
    make_batch(inbox, [IDENTITY_ROW, unsure])
    return inbox, read_batch(inbox, BATCH, today=dt.date(2026, 11, 22), policy=POLICY).rejected_rows


def test_a_value_set_aside_in_a_row_that_was_taken_is_put_to_its_sender(questioned, tmp_path):
    inbox, rows = questioned
    (path,) = write_rejections(rows, inbox, tmp_path / "out", policy=POLICY)
    assert path.name == "核实-identities.xlsx"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["核实说明", "请核实"]
    assert "各行均已收下" in book["核实说明"]["A3"].value
    assert "另有 1 格" in book["核实说明"]["A3"].value
    sheet, number, column, written, why = [cell.value for cell in book["请核实"][2]]
    assert (sheet, number, column, written) == ("现场人员", "3", "年龄", "约40")
    assert "不是可识别的整数" in why
    assert "该行其余各格已收下" in why
    assert book["请核实"]["D2"].data_type == "s"


def test_rows_that_go_back_and_values_to_check_share_one_workbook(tmp_path):
    inbox = tmp_path / "inbox"
    bad = ["I2", "R1", "2026-10-18", "口述", "李四", "", "", "40", "看客"]
    unsure = ["I3", "R1", "2026-10-18", "手录", "张三", "", "", "约40", "授课"]
    make_batch(inbox, [IDENTITY_ROW, bad, unsure])
    rows = read_batch(inbox, BATCH, today=dt.date(2026, 11, 22), policy=POLICY).rejected_rows
    (path,) = write_rejections(rows, inbox, tmp_path / "out", policy=POLICY)
    book = openpyxl.load_workbook(path)
    assert (path.name, book.sheetnames) == ("退回-identities.xlsx", ["退回说明", "请核实", "退回行1"])
    assert book["退回行1"].max_row == book["请核实"].max_row == 2


def test_files_that_stop_a_run_leave_a_sheet_per_file_for_their_senders(tmp_path):
    inbox = tmp_path / "inbox"
    folder = make_batch(inbox)
    (folder / "identities.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "sites.csv").write_bytes(b"")
    with pytest.raises(FilesRefusedError) as refused:
        read_batch(inbox, BATCH, today=dt.date(2026, 11, 22), policy=POLICY)
    paths = write_rejections(refused.value.entries, inbox, tmp_path / "out", policy=POLICY)
    assert [path.name for path in paths] == ["退回-identities.xlsx", "退回-sites.xlsx"]
    told = openpyxl.load_workbook(paths[0])["退回说明"]
    assert "没有收下任何一行" in told["A3"].value
    assert "不完整" in told["D6"].value


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
