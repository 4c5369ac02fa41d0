"""The old binary format, as LibreOffice writes it: types, dates, merged cells and failed formulas survive."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from random import Random
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from tests.intake_files import POLICY
from tongcha.intake.folder import read_content
from tongcha.intake.parser_pool import ParserPool
from tongcha.intake.preflight import FileRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.intake.parser_child import Grid

SOFFICE = shutil.which("soffice")
TYPED = dt.datetime(2020, 9, 1)  # noqa: DTZ001 - a spreadsheet date has no zone

pytestmark = [pytest.mark.slow, pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")]


def convert(source: Path) -> list[Grid]:
    """Return what is read of a workbook that an office suite saved in the old format."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation=file://{source.parent}/profile"
    command = [SOFFICE, "--headless", profile, "--convert-to", "xls", "--outdir", str(source.parent)]
    subprocess.run([*command, source], check=True, capture_output=True, timeout=180)  # noqa: S603 - our own file
    content = read_content(source.with_suffix(".xls"), source.parent, POLICY)
    assert isinstance(content, list)
    return content


def test_an_old_xls_made_by_an_office_suite_is_read_with_its_types_and_merges(tmp_path):
    source = tmp_path / "名册.xlsx"
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet("名册")
        sheet.merge_range("A1:D1", "教职工名册")
        sheet.write_row("A2", ["姓名", "出生日期", "身份证号", "学校"])
        sheet.write_datetime("B3", TYPED.replace(1990, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write("A3", "张三")
        sheet.write("C3", 210203199001011234)
        sheet.write("A4", "李四")
        sheet.merge_range("D3:D4", "第一中学")
    assert convert(source)[0]["rows"][2:] == [
        ["张三", "1990-01-01", "210203199001011***", "第一中学"],
        ["李四", "", "", "第一中学"],
    ]


@pytest.mark.parametrize("is_1904", [False, True])
def test_an_old_xls_tells_what_failed_and_which_dates_have_no_day(tmp_path, is_1904):
    source = tmp_path / "任职.xlsx"
    with xlsxwriter.Workbook(source, {"date_1904": is_1904}) as book:
        book.add_worksheet("空")
        book.add_chartsheet("图")
        sheet = book.add_worksheet("任职经历")
        for row, shown in enumerate(('yyyy"年"m"月"', "mmm-yy", "yyyy", "yyyy-mm-dd")):
            sheet.write_datetime(row, 0, TYPED, book.add_format({"num_format": shown}))
        sheet.merge_range("B1:B2", "")
        sheet.write_formula("B1", "=NA()", None, "#N/A")
        sheet.write_formula("C4", "=1/0", None, "#DIV/0!")
    rows = next(grid["rows"] for grid in convert(source) if grid["sheet"] == "任职经历")
    assert rows == [
        ["2020-09", "#N/A", ""],
        ["2020-09", "#N/A", ""],
        ["2020", "", ""],
        ["2020-09-01", "", "#DIV/0!"],
    ]


def test_a_damaged_old_xls_is_refused_or_read_and_nothing_else_happens(tmp_path):
    source = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(source) as book:
        book.add_worksheet().write_datetime(0, 0, TYPED, book.add_format({"num_format": "mmm-yy"}))
    assert convert(source)[0]["rows"] == [["2020-09"]]
    whole, random = source.with_suffix(".xls").read_bytes(), Random(1)
    paths = [tmp_path / f"{number}.xls" for number in range(100)]
    for path in paths:
        damaged = bytearray(whole)
        for _ in range(random.randint(1, 8)):
            damaged[random.randrange(8, len(whole))] = random.randrange(256)
        path.write_bytes(damaged[: random.randrange(len(whole) // 2, len(whole) + 1)])
    with ParserPool(POLICY.limits) as pool:
        answers = [answer for _, answer in pool.parse(paths)]
    assert all(isinstance(answer, (list, FileRefusedError)) for answer in answers)
    assert len(answers) == len(paths)
