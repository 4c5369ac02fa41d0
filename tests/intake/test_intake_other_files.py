"""What is handed in beside or instead of a table: web pages as .xls, scans, archives, bare sheets."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.intake.intake_batches import identity, read
from tests.intake_files import IDENTITY_HEADER, IDENTITY_ROW, POLICY, make_batch, write_book
from tongcha.errors import InputError
from tongcha.intake.folder import read_content
from tongcha.intake.html_tables import read_html_tables
from tongcha.intake.returns_sheet import write_rejections

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.slow

TABLE = "<table><tr><th>姓名<th>性别<th>学科</tr><tr><td>张三<td>女<td>数学</tr></table>"
READ = [["姓名", "性别", "学科"], ["张三", "女", "数学"]]


def archive(*names: str) -> bytes:
    """A zip file of empty parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name in names:
            file.writestr(name, "")
    return held.getvalue()


@pytest.mark.parametrize(
    "before", ["<!-- 导出 -->", "<style>td{}</style>", "<body>", "<form>", "<tr>", "\n\n<TABLE></TABLE>"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_web_page_is_known_whatever_it_begins_with(tmp_path, before, encoding):
    path = tmp_path / "导出.xls"
    path.write_bytes((before + TABLE).encode(encoding))
    content = read_content(path, tmp_path, POLICY)
    assert isinstance(content, list)
    assert content[-1]["rows"] == READ


def test_two_names_on_two_lines_of_a_web_page_are_two():
    for parted in ("张三<br>李四", "<p>张三</p><p>李四</p>", "<div>张三</div>李四"):
        assert read_html_tables(f"<table><tr><td>{parted}</table>".encode())[0] == [["张三 李四"]]
    assert read_html_tables("<table><tr><td><b>张</b>三</table>".encode())[0] == [["张三"]]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7\n", "是 PDF 文件"),
        (b"\xff\xd8\xff\xe0", "是图片"),
        (b"Rar!\x1a\x07", "是压缩包"),
        (b"{\\rtf1}", "是文字文稿"),
        (b"MIME-Version: 1.0\n", "MHT"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "2003"),
        (archive("[Content_Types].xml", "word/document.xml"), "是 Word 文档"),
        (archive("mimetype", "content.xml"), "ODS"),
        (archive("名册/现场人员.xlsx"), "解压"),
        (archive("a.txt"), "不是 XLSX 工作簿"),
    ],
)
def test_what_is_no_table_is_called_what_it_is_with_what_to_do(inbox, data, said):
    folder = make_batch(inbox)
    (folder / "identities.xlsx").write_bytes(data)
    with pytest.raises(InputError, match=said):
        read(inbox)


def test_a_scan_that_lies_beside_costs_nothing(inbox):
    (make_batch(inbox) / "盖章件.pdf").write_bytes(b"%PDF-1.7\n")
    taken = read(inbox)
    assert taken.identities.height == 1
    assert taken.rejected_rows["rule"].to_list() == ["no_table_file"]


def make_continued(inbox: Path) -> None:
    """Write a batch whose people go on, without header, on a second sheet beside a page of explanations."""
    folder = make_batch(inbox)
    sheets: dict[str, list[Sequence[object]]] = {
        "现场人员": [IDENTITY_HEADER, IDENTITY_ROW],
        "续表": [identity(identity_id="I2")],
        "填表说明": [["本表一式两份"]],
    }
    write_book(folder / "identities.xlsx", sheets)


def test_a_sheet_with_people_but_no_header_goes_back_and_one_without_people_does_not(inbox):
    make_continued(inbox)
    told = read(inbox).rejected_rows.select("sheet", "row", "rule", "outcome").rows()
    assert told == [("填表说明", 0, "no_header", "dropped"), ("续表", 0, "no_header", "rejected")]


def test_its_sender_is_not_told_that_nothing_was_taken(inbox, tmp_path):
    make_continued(inbox)
    (path,) = write_rejections(read(inbox).rejected_rows, inbox, tmp_path / "out", policy=POLICY)
    summary = openpyxl.load_workbook(path)["退回说明"]
    assert summary["A3"].value.startswith("有整张工作表没有收下")
    assert [cell.value for cell in summary[6]][:2] == ["续表", "整份"]
