"""Lists whose rows are high enough: nothing that a cell says is hidden below its edge."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from tongcha.documents.sheets import Sheet, count_lines, measure_height, render_workbook


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 1),
        ("查处当日", 1),
        ("澜川市青屏区新街口南路十二号", 2),
        ("甲楼\n乙室\n丙", 3),
        ("http://a.example/very/long/address", 2),
        ("门牌 ABCDEFGHIJ KLMNOPQRST", 2),
        ("一二三四五六七八ABCDEFGHIJKLMNOPQ", 2),  # the word goes to the next line as a whole
        ("𠮷" * 10, 1),
    ],
)
def test_lines_are_counted_as_office_programs_break_them(text, lines):
    assert count_lines(text, 20) == lines


def test_no_row_is_higher_than_office_programs_show():
    assert measure_height(["长" * 5000], [10]) == 409


def test_what_must_be_read_first_is_shown_whole_above_a_narrow_list():
    note = "比对一致不等于违规事实成立，须由接收单位查证。" * 4
    sheet = Sheet("表", "题", note, (("姓名", 12.0), ("学校", 20.0)), [])
    page = load_workbook(io.BytesIO(render_workbook([sheet], "")))["表"]
    assert page.row_dimensions[2].height == measure_height([note], [32.0]) > 36
