"""Readers: cells, encodings, headers, merged cells; every format ends in the same text rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import sys

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake_files import POLICY
from tongcha.intake.cells import write_cell
from tongcha.intake.csv_files import read_csv_records, read_records, recode, sniff_delimiter
from tongcha.intake.folder import read_content
from tongcha.intake.html_tables import read_html_tables
from tongcha.intake.parquet_files import read_parquet_text
from tongcha.intake.parser_child import fill_down
from tongcha.intake.preflight import FileRefusedError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (210203199001011234.0, "210203199001011***"),
        (440308199901101512.0, "440308199901101***"),
        (13800138000.0, "13800138000"),
        (110105491231002.0, "110105491231002"),
        (2.5, "2.5"),
        (True, "TRUE"),
        (dt.datetime(1990, 1, 1, 0, 0), "1990-01-01"),  # noqa: DTZ001 - spreadsheets know no zone
        (dt.date(1990, 1, 1), "1990-01-01"),
        (None, ""),
        (" 原样 ", " 原样 "),
    ],
)
def test_a_number_of_more_than_fifteen_digits_is_never_kept_whole(value, text):
    assert write_cell(value) == text


@given(st.integers(min_value=10**15, max_value=10**19))
@settings(max_examples=50)
def test_a_destroyed_number_keeps_fifteen_digits_and_marks_the_rest(number):
    text = write_cell(float(number))
    assert text[:15].isdigit()
    assert set(text[15:]) == {"*"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_decoded_and_rare_characters_survive(encoding):
    assert recode("姓名,䶮\n".encode(encoding)) == "姓名,䶮\n".encode()


@pytest.mark.parametrize(
    ("text", "mark"), [("a,b\n", ","), ("a\tb\n", "\t"), ("a;b;c\n", ";"), ("姓名\n", ",")]
)
def test_the_delimiter_is_the_mark_that_occurs_most(text, mark):
    assert sniff_delimiter(text) == mark


CELLS = st.text(alphabet='张a1,"\n ', max_size=4)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6))
@settings(max_examples=60)
def test_the_fast_reader_and_the_careful_one_agree(rows):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    frame = read_records(buffer.getvalue().encode(), ",")
    for line, row in enumerate(rows):
        read = list(frame.filter(pl.col("row") == line + 1).drop("row").row(0))
        assert read[: len(row)] == [cell or None for cell in row]
        assert not any(read[len(row) :])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("cell", ["2", '"2"'])
def test_no_row_is_lost_whatever_ends_the_lines(end, cell):
    text = end.join(["姓名,年龄", f"张三,{cell}", "李四,3", ""]).encode()
    records = read_csv_records(text, 10)
    assert records.head == [["姓名", "年龄"], ["张三", "2"], ["李四", "3"]]
    assert records.frame.drop("row").rows() == [("姓名", "年龄"), ("张三", "2"), ("李四", "3")]


@pytest.mark.parametrize(
    "text", ["姓名,年龄\r张三,2\n李四,3\n", '姓名,年龄\n张\r三,"2"\n', "姓名,年龄\n张\r三,2\n"]
)
def test_where_it_cannot_be_told_what_a_line_is_the_file_is_refused(text):
    with pytest.raises(FileRefusedError, match="line_ends"):
        read_csv_records(text.encode(), 10)


def test_a_lone_return_inside_quotes_is_a_line_break_of_the_cell():
    assert read_csv_records('姓名,年龄\n"张\r三",2\n'.encode(), 10).frame["c0"].to_list() == [
        "姓名",
        "张\r三",
    ]


@given(st.lists(st.text(alphabet="张䶮a1,", max_size=6), min_size=1, max_size=6), st.data())
@settings(max_examples=60)
def test_text_is_decoded_by_proof_although_the_plain_reader_is_tried_first(lines, data):
    text = "\n".join(["甲,乙", *lines]) + "\n"
    damaged = bytearray(text.encode(data.draw(st.sampled_from(["utf-8", "gb18030"]))))
    if data.draw(st.booleans()):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0x80, 0xFF))
    try:
        proved = recode(bytes(damaged))
    except FileRefusedError as refusal:
        with pytest.raises(FileRefusedError, match=refusal.rule):
            read_csv_records(bytes(damaged), 10)
        return
    expected = read_records(proved, sniff_delimiter(proved.decode()))
    assert read_csv_records(bytes(damaged), 10).frame.equals(expected)


def test_blank_lines_and_line_breaks_in_cells_dont_shift_row_numbers():
    frame = read_records(b'a,b\n\n"x\ny",2\n3,4\n', ",")
    assert frame.filter(pl.col("c0") == "3")["row"].item() == 4


def test_a_carriage_return_inside_a_plain_file_changes_nothing():
    assert read_records(b"a,b\r\n1,2\r\n", ",").rows() == read_records(b"a,b\n1,2\n", ",").rows()


def test_merged_cells_are_filled_down_inside_their_range_only():
    rows = [["育才", "a"], ["", "b"], ["", ""], ["", "d"]]
    fill_down(rows, [((0, 0), (2, 0))])
    assert rows == [["育才", "a"], ["育才", "b"], ["", ""], ["", "d"]]


def test_a_merged_range_to_the_end_of_the_sheet_costs_nothing():
    rows = [["x"], ["y"]]
    fill_down(rows, [((0, 0), (1048575, 16383)), ((9, 9), (10, 9))])
    assert rows == [["x"], ["x"]]


def test_html_under_a_spreadsheet_name_is_read_with_its_spans(tmp_path):
    path = tmp_path / "导出.xls"
    page = '<html><meta charset="gb2312"><table><tr><th>姓名<th>学科</tr>'
    page += "<tr><td rowspan=2>张䶮</td><td>数学</tr><tr><td>语文</td></tr></table></html>"
    path.write_bytes(page.encode("gb18030"))
    content = read_content(path, tmp_path, POLICY)
    assert isinstance(content, list)
    assert content[0]["rows"] == [["姓名", "学科"], ["张䶮", "数学"], ["张䶮", "语文"]]


def test_a_table_inside_a_table_is_read_once():
    page = b"<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>"
    assert len(read_html_tables(page)) == 1


def test_html_spans_are_bounded():
    page = b"<table><tr><td colspan=99999999>x</td></tr></table>"
    assert len(read_html_tables(page)[0][0]) == 1000


def test_parquet_of_any_types_becomes_the_same_text(tmp_path):
    path = tmp_path / "registry.parquet"
    pl.DataFrame(
        {
            "教师编号": [1],
            "证件号码": [210203199001011234.0],
            "出生日期": [dt.date(1990, 1, 1)],
            "手机号": [13800138000.0],
        }
    ).write_parquet(path)
    assert pl.concat(read_parquet_text(path, 10)).row(0) == (
        "1",
        "210203199001011***",
        "1990-01-01",
        "13800138000",
    )


@pytest.mark.parametrize(
    "point",
    [dt.datetime(1990, 1, 1, 8, 30), dt.datetime(1989, 12, 31, 16, tzinfo=dt.UTC)],  # noqa: DTZ001  tables know no zone
    ids=["without a zone", "said in UTC"],
)
def test_a_point_in_time_in_parquet_is_its_day_in_china(tmp_path, point):
    pl.DataFrame({"出生日期": [point]}).write_parquet(tmp_path / "registry.parquet")
    assert pl.concat(read_parquet_text(tmp_path / "registry.parquet", 10)).row(0) == ("1990-01-01",)


def test_hidden_sheets_are_marked(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "h.xlsx") as book:
        book.add_worksheet("看").write(0, 0, "x")
        sheet = book.add_worksheet("藏")
        sheet.write(0, 0, "y")
        sheet.hide()
    content = read_content(tmp_path / "h.xlsx", tmp_path, POLICY)
    assert isinstance(content, list)
    assert [(grid["sheet"], grid["visible"]) for grid in content] == [("看", True), ("藏", False)]


def test_a_parser_process_loads_no_table_library():
    """There are two of them for every folder, and each would keep a core busy for longer than it parses."""
    code = "import sys, tongcha.intake.parser_child; print(sorted({'polars', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
