"""A month typed into a spreadsheet stays a month: the day in its cell is the program's."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.intake.intake_batches import read
from tests.intake_files import LIMITS, POLICY, SNAPSHOT, make_batch, make_snapshot
from tongcha.intake.parser_child import read_grids
from tongcha.intake.sheet_days import MONTH, MONTHS_BUILT_IN, YEAR, read_format
from tongcha.reference.snapshot import read_snapshot

TYPED = dt.datetime(2020, 9, 1)  # noqa: DTZ001 - a spreadsheet date has no zone
SPELL_HEADER = ("教师编号", "经历序号", "学校标识码", "起始日期", "终止日期")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        *[
            (code, MONTH)
            for code in ('yyyy"年"m"月"', "yyyy/m", "mmm-yy", "yyyy-mm", "yyyy\\.mm", "YYYY年M月")
        ],
        *[(code, MONTH) for code in ("[$-804]yyyy&quot;年&quot;m&quot;月&quot;;@", "yyyy-mm;@", "mmmm yyyy")],
        *[(code, MONTH) for code in ('[DBNum1][$-804]yyyy"年"m"月"', '[$-404]e"年"m"月"', '[=0]"";yyyy-mm')],
        *[(code, YEAR) for code in ("yyyy", 'yyyy"年"', 'yyyy"级";@', "yy", 'e"年"')],
        *[
            (code, "")
            for code in ("yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "m/d/yyyy", "[$-F800]dddd, mmmm dd, yyyy")
        ],
        *[(code, "") for code in ("yyyy/m/d h:mm", "yyyy-mm hh:mm", "[h]:mm", "mm:ss", 'm"月"d"日"', "mmmm")],
        *[
            (code, "")
            for code in ("General", "0.00E+00", "@", '#,##0.00"yuan"', "_ * #,##0_ ;[Red]-#,##0", "")
        ],
        *[(code, "") for code in ("[$€-x-euro2]0", "0_y", "*y0", '"by year "0', "GENERAL", '[Yellow]0"件"')],
    ],
)
def test_what_a_number_format_shows_of_a_date(code, shown):
    assert read_format(code) == shown


def test_no_built_in_format_but_one_shows_a_month_without_a_day():
    shown = {number for number, code in BUILTIN_FORMATS.items() if is_date_format(code) and read_format(code)}
    assert shown == {17}
    assert b"17" in MONTHS_BUILT_IN


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        *[(shown, "2020-09") for shown in ('yyyy"年"m"月"', "yyyy/m", "mmm-yy", 17, 27, 57)],
        ("yyyy", "2020"),
        *[(shown, "2020-09-01") for shown in ("yyyy/m/d", 14, 28, 31, 58)],
    ],
)
def test_a_cell_that_shows_no_day_has_none(tmp_path, shown, expected):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        style, sheet = book.add_format({"num_format": shown}), book.add_worksheet()
        sheet.write_datetime(0, 0, TYPED, style)
        sheet.write_datetime(1, 0, TYPED.replace(day=17), style)
        sheet.write_formula(2, 0, "=A1", style, 44075)
        sheet.write_string(3, 0, "2020年秋", style)
        sheet.write_blank(4, 0, None, style)
        sheet.write_formula(5, 0, "=NA()", style, "#N/A")
        sheet.write_datetime(6, 0, TYPED, book.add_format({"num_format": "yyyy-mm-dd"}))
    rows = [row[0] for row in read_grids(tmp_path / "a.xlsx", LIMITS)[0]["rows"]]
    typed = "2020-09-17" if len(expected) == len("2020-09-01") else expected
    assert rows == [expected, typed, expected, "2020年秋", "", "#N/A", "2020-09-01"]


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
@pytest.mark.parametrize("is_iso", [False, True])
def test_it_does_not_matter_how_a_program_counts_its_days(tmp_path, epoch, is_iso):
    book = openpyxl.Workbook(iso_dates=is_iso)
    book.epoch = epoch or book.epoch
    for row, shown in enumerate(("yyyy-mm", "yyyy-mm-dd"), 1):
        cell = book.worksheets[0].cell(row, 1, TYPED)
        cell.number_format = shown
    book.save(tmp_path / "a.xlsx")
    assert read_grids(tmp_path / "a.xlsx", LIMITS)[0]["rows"] == [["2020-09"], ["2020-09-01"]]


@pytest.mark.slow
def test_in_a_large_workbook_it_has_none_either(tmp_path):
    count = 60_000
    with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True}) as book:
        style, sheet = book.add_format({"num_format": "yyyy-mm"}), book.add_worksheet()
        for row in range(count):
            sheet.write_string(
                row, 0, f"这是第{row:08d}行，写得长一些好让工作表大到不整个解压，也就是四兆字节以上"
            )
            sheet.write_string(row, 1, "在编")
        sheet.write_datetime(count, 0, TYPED, style)
    assert read_grids(tmp_path / "a.xlsx", LIMITS)[0]["rows"][-1] == ["2020-09", ""]


@pytest.mark.slow
def test_a_spell_whose_month_was_typed_may_have_begun_on_any_day_of_it(tmp_path):
    folder = make_snapshot(tmp_path)
    (folder / "任职经历.csv").unlink()
    with xlsxwriter.Workbook(folder / "任职经历.xlsx") as book:
        sheet, month = book.add_worksheet(), book.add_format({"num_format": 'yyyy"年"m"月"'})
        sheet.write_row(0, 0, SPELL_HEADER)
        sheet.write_row(1, 0, ("T1", 1, "2134000001"))
        sheet.write_datetime(1, 3, TYPED, month)
        sheet.write_datetime(1, 4, TYPED.replace(year=2023), book.add_format({"num_format": "yyyy"}))
    taken = read_snapshot(tmp_path, SNAPSHOT, policy=POLICY)
    edges = taken.employment.select("start", "start_latest", "end", "end_latest").row(0)
    assert edges == (dt.date(2020, 9, 1), dt.date(2020, 9, 30), dt.date(2023, 1, 1), dt.date(2024, 1, 1))
    assert taken.rejected_reference_rows.is_empty()


@pytest.mark.slow
def test_a_birth_date_without_its_day_is_left_empty_and_asked_about(tmp_path):
    folder = make_snapshot(tmp_path)
    (folder / "registry.csv").unlink()
    with xlsxwriter.Workbook(folder / "registry.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("教师编号", "姓名", "证件号码", "学校代码", "出生年月"))
        sheet.write_row(1, 0, ("T1", "张三丰", "11010519491231002X", "2134000001"))
        sheet.write_datetime(1, 4, dt.datetime(1949, 12, 1), book.add_format({"num_format": "yyyy.mm"}))  # noqa: DTZ001 - as above
    taken = read_snapshot(tmp_path, SNAPSHOT, policy=POLICY)
    assert taken.teachers["birth_date"].to_list() == [None]
    entries = taken.rejected_reference_rows.select("column", "rule", "outcome").rows()
    assert entries == [("birth_date", "birth_date_is_readable", "blanked")]


@pytest.mark.slow
def test_a_raid_of_which_only_the_month_is_known_goes_back(inbox):
    folder = make_batch(inbox)
    (folder / "sites.csv").unlink()
    with xlsxwriter.Workbook(folder / "sites.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("查处编号", "查处日期", "场所地址", "区划代码", "证照情况"))
        sheet.write_row(1, 0, ("R1", None, "测试路一号", "340103", "无照无证"))
        sheet.write_datetime(1, 1, TYPED.replace(year=2026), book.add_format({"num_format": "mmm-yy"}))
    taken = read(inbox)
    assert taken.sites.is_empty()
    assert "raid_date_is_readable" in taken.rejected_rows["rule"].to_list()
