"""The old binary format, as LibreOffice writes it: types, dates and merged cells survive."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess

import pytest
import xlsxwriter

from tests.intake_files import POLICY
from tongcha.intake.folder import read_content

SOFFICE = shutil.which("soffice")


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice")
def test_an_old_xls_made_by_an_office_suite_is_read_with_its_types_and_merges(tmp_path):
    source = tmp_path / "名册.xlsx"
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet("名册")
        sheet.merge_range("A1:D1", "教职工名册")
        sheet.write_row("A2", ["姓名", "出生日期", "身份证号", "学校"])
        sheet.write_datetime("B3", dt.datetime(1990, 1, 1), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001 - a spreadsheet date has no zone
        sheet.write("A3", "张三")
        sheet.write("C3", 210203199001011234)
        sheet.write("A4", "李四")
        sheet.merge_range("D3:D4", "第一中学")
    assert SOFFICE is not None
    command = [
        SOFFICE,
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--convert-to",
        "xls",
    ]
    subprocess.run([*command, "--outdir", tmp_path, source], check=True, capture_output=True, timeout=180)  # noqa: S603 - our own file
    content = read_content(source.with_suffix(".xls"), tmp_path, POLICY)
    assert isinstance(content, list)
    assert content[0]["rows"][2:] == [
        ["张三", "1990-01-01", "210203199001011***", "第一中学"],
        ["李四", "", "", "第一中学"],
    ]
