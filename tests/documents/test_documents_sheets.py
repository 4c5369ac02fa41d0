"""Lists whose rows are high enough: nothing that a cell says is hidden below its edge."""

from __future__ import annotations

import pytest

from tongcha.documents.sheets import count_lines, measure_height


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
