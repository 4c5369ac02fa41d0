"""Hostile and broken files: each gets one reason, nothing dies, the next file is still read."""

from __future__ import annotations

import os
import random
import struct
import time
from typing import TYPE_CHECKING

import polars as pl
import pytest
import xlsxwriter

from tests.intake_files import IDENTITY_HEADER, IDENTITY_ROW, POLICY, edit_parts, sheet_xml, write_book
from tongcha.intake.folder import read_content, read_folder
from tongcha.intake.parquet_files import read_parquet_records, read_parquet_text
from tongcha.intake.parser_pool import ParserPool
from tongcha.intake.preflight import FileRefusedError

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.slow  # hostile files are made and opened

OUT_OF_MEMORY = {"kills_parser", "unreadable", "too_large"}


@pytest.fixture
def book(tmp_path):
    return write_book(tmp_path / "good.xlsx", {"表": [IDENTITY_HEADER, IDENTITY_ROW]})


def refusal(path: Path) -> str:
    outcome = read_content(path, path.parent, POLICY)
    assert isinstance(outcome, FileRefusedError), "the file was read"
    assert outcome.reason
    assert outcome.fix
    return outcome.rule


def test_a_good_workbook_passes(book):
    content = read_content(book, book.parent, POLICY)
    assert isinstance(content, list)
    assert content[0]["rows"][1][:2] == ["I1", "R1"]


def test_text_that_looks_like_markup_is_no_reason_to_refuse(book, tmp_path):
    cell = b'<row r="9"><c r="A9" t="inlineStr"><is><t>see x:c and y:row /z</t></is></c></row></sheetData>'
    plain = edit_parts(book, tmp_path / "text.xlsx", sheet1=sheet_xml(book).replace(b"</sheetData>", cell))
    content = read_content(plain, tmp_path, POLICY)
    assert isinstance(content, list)
    assert content[0]["rows"][8][0] == "see x:c and y:row /z"


def test_a_stray_last_cell_is_refused_before_the_parser_aborts(tmp_path):
    path = tmp_path / "stray.xlsx"
    with xlsxwriter.Workbook(path) as stray:
        sheet = stray.add_worksheet()
        sheet.write("A1", 1)
        sheet.write("XFD1048576", 2)
    assert refusal(path) == "stray_cell"


def test_a_large_good_sheet_passes_wherever_its_pieces_are_cut(tmp_path):
    path = tmp_path / "large.xlsx"
    with xlsxwriter.Workbook(path) as large:
        sheet = large.add_worksheet()
        for row in range(30_000):
            sheet.write_row(row, 0, [row] * 6)
    content = read_content(path, path.parent, POLICY)
    assert isinstance(content, list)
    assert len(content[0]["rows"]) == 30_000


def test_a_tag_without_an_end_is_refused(book, tmp_path):
    noise = random.Random(1).randbytes(2 << 20).hex().encode()
    endless = edit_parts(book, tmp_path / "endless.xlsx", sheet1=sheet_xml(book) + b"<c " + noise)
    assert refusal(endless) == "endless_tag"


def test_a_zip_bomb_is_refused(book, tmp_path):
    bomb = edit_parts(book, tmp_path / "bomb.xlsx", sheet1=sheet_xml(book) + b" " * (40 << 20))
    assert refusal(bomb) == "zip_bomb"


def test_a_claim_of_two_gigabytes_is_refused_unread(book, tmp_path):
    data = bytearray(book.read_bytes())
    start = data.rfind(b"PK\x01\x02", 0, data.find(b"xl/worksheets/sheet1.xml", data.find(b"PK\x01\x02")))
    data[start + 24 : start + 28] = struct.pack("<I", 2 << 30)
    path = tmp_path / "claims.xlsx"
    path.write_bytes(data)
    assert refusal(path) in {"too_large", "zip_bomb"}


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "doctype"),
        (b"\x00", "encoding"),
        (b"<x:c r='A1'/>", "prefixed_markup"),
        ("<前缀:row r='1'/>".encode(), "prefixed_markup"),
        (b"<c><v>1</v></c>", "unplaced_cells"),
    ],
)
def test_unusual_markup_is_refused(book, tmp_path, part, rule):
    xml = sheet_xml(book).replace(b"<sheetData>", b"<sheetData>" + part)
    assert refusal(edit_parts(book, tmp_path / "odd.xlsx", sheet1=xml)) == rule


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("xl/vbaProject.bin", "forbidden_part"),
        ("xl/externalLinks/externalLink1.xml", "forbidden_part"),
        ("xl/embeddings/oleObject1.bin", "forbidden_part"),
        ("xl/workbook.xml", "duplicate_entries"),
        ("XL/Workbook.xml", "duplicate_entries"),
        ("XL/VBAPROJECT.bin", "forbidden_part"),
        ("../../etc/cron.d/x", "traversing_entries"),
        ("/absolute.xml", "traversing_entries"),
    ],
)
def test_entries_that_have_no_business_there_are_refused(book, tmp_path, name, rule):
    assert refusal(edit_parts(book, tmp_path / "extra.xlsx", add=[(name, b"x")])) == rule


@pytest.mark.parametrize("kept", [4, 60, 0.5, 0.9, 0.999])
def test_a_truncated_workbook_is_refused(book, tmp_path, kept):
    data = book.read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(data[: kept if kept > 1 else int(len(data) * kept)])
    assert refusal(path) == "truncated"


def test_an_encrypted_workbook_is_refused_with_advice(tmp_path):
    path = tmp_path / "secret.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    assert refusal(path) == "encrypted"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000, "unreadable"),
        (b"\x7fELF" + b"\0" * 100, "binary"),
        (b"\x81\x30\xff" * 50, "encoding"),
        (b"PAR1" + b"\0" * 100, "unreadable"),
        (b"<html><body>no table</body></html>", "no_table"),
        ('编号,姓名\n1,"张'.encode(), "truncated"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, data, rule):
    path = tmp_path / "file.xlsx"
    path.write_bytes(data)
    assert refusal(path) == rule


def test_a_link_out_of_the_inbox_is_not_followed(book, tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    link = inbox / "link.xlsx"
    link.symlink_to(book)
    outcome = read_content(link, inbox, POLICY)
    assert isinstance(outcome, FileRefusedError)
    assert outcome.rule == "outside_inbox"


def test_a_file_that_kills_the_parser_costs_only_itself(book, tmp_path):
    killer = tmp_path / "killer.xlsx"
    with xlsxwriter.Workbook(killer) as wide:
        sheet = wide.add_worksheet()
        sheet.write("A1", 1)
        sheet.write("XFD2000", 2)
    limits = POLICY.limits.model_copy(update={"parser_memory_bytes": 400 << 20})
    with ParserPool(limits) as pool:
        outcomes = dict(pool.parse([killer, book]))
    refused = outcomes[killer]
    assert isinstance(refused, FileRefusedError)
    assert refused.rule in {"kills_parser", "too_large"}
    assert isinstance(outcomes[book], list)


def test_a_file_that_never_ends_is_given_up(book, tmp_path):
    endless = tmp_path / "endless.xlsx"
    os.mkfifo(endless)
    limits = POLICY.limits.model_copy(update={"parser_seconds": 1})
    with ParserPool(limits) as pool:
        outcomes = dict(pool.parse([endless, book]))
    refused = outcomes[endless]
    assert isinstance(refused, FileRefusedError)
    assert refused.rule == "too_slow"
    assert isinstance(outcomes[book], list)


def read_damaged(path: Path) -> str:
    """Return how reading a Parquet file ends, without the process around it."""
    try:
        return f"{pl.concat(read_parquet_text(path, 1000)).height} rows"
    except FileRefusedError as refusal:
        return refusal.rule


def test_damaged_parquet_is_refused_or_read_and_nothing_else_happens(tmp_path):
    good = tmp_path / "good.parquet"
    pl.DataFrame({"姓名": ["张三", "李四"] * 50, "序号": range(100), "分": [1.5] * 100}).write_parquet(good)
    data, dice, path = good.read_bytes(), random.Random(7), tmp_path / "bad.parquet"
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(4):
            damaged[dice.randrange(4, len(damaged))] = dice.randrange(256)
        path.write_bytes(damaged[: dice.randrange(8, len(damaged) + 1)])
        assert read_damaged(path) in {"100 rows", "unreadable"}


def test_a_parquet_file_of_too_many_rows_is_refused_by_its_footer(tmp_path):
    path = tmp_path / "long.parquet"
    pl.DataFrame({"姓名": ["张三"] * 11}).write_parquet(path)
    with pytest.raises(FileRefusedError, match="too_large"):
        list(read_parquet_text(path, 10))


@pytest.mark.parametrize(
    ("limit", "rules"),
    [
        ({"max_total_bytes": 100 << 20}, {"too_large"}),
        *(({"parser_memory_bytes": size << 20}, OUT_OF_MEMORY) for size in (406, 512, 652, 946)),
    ],
)
def test_a_small_parquet_file_that_claims_gigabytes_costs_only_itself_and_no_minutes(tmp_path, limit, rules):
    path = tmp_path / "claims.parquet"
    columns = (pl.repeat(f"值{i}", 1_000_000, eager=True).alias(f"c{i}") for i in range(12))
    pl.DataFrame(columns).write_parquet(path)
    assert path.stat().st_size < 1 << 17
    start = time.monotonic()
    with pytest.raises(FileRefusedError) as refused:
        read_parquet_records(path, POLICY.limits.model_copy(update=limit))
    assert refused.value.rule in rules
    assert time.monotonic() - start < POLICY.limits.parser_seconds / 4


def test_the_nastiest_folder_goes_through_and_every_file_is_accounted_for(book, tmp_path):
    folder = tmp_path / "inbox" / "lists"
    folder.mkdir(parents=True)
    rows = [["姓 名", "性别", "学科"], ["张三", "女", "数学"], ["", "男", "语文"], ["合计", "", ""]]
    write_book(folder / "好.xlsx", {"名册": rows})
    (folder / "网页.xls").write_text(
        "<table><tr><th>姓名<th>性别<th>学科</tr><tr><td>李四<td>男<td>语文</table>"
    )
    (folder / "文本.txt").write_bytes("姓名,性别,学科\n王五,男,体育\n".encode("gb18030"))
    edit_parts(book, folder / "宏.xlsm", add=[("xl/vbaProject.bin", b"x")])
    edit_parts(book, folder / "炸弹.xlsx", sheet1=sheet_xml(book) + b" " * (40 << 20))
    (folder / "断.xlsx").write_bytes(book.read_bytes()[:800])
    (folder / "空.csv").write_bytes(b"")
    (folder / "乱.csv").write_bytes(bytes(range(1, 256)) * 9)
    (folder / "无头.csv").write_text("甲,乙\n1,2\n")
    (folder / "链接.xlsx").symlink_to("/etc/passwd")
    (folder / "目录链接").symlink_to("/etc")
    (folder / "~$好.xlsx").write_bytes(b"lock")
    derivable = {"staff_entries": frozenset({"list_id", "row_no"})}
    landing = read_folder(folder, folder.parent, derivable=derivable, policy=POLICY)
    assert sum(sheet.rows_read for sheet in landing.sheets) == 5
    assert {one.file.removeprefix("lists/"): one.error.rule for one in landing.refused} == {
        "宏.xlsm": "forbidden_part",
        "炸弹.xlsx": "zip_bomb",
        "断.xlsx": "truncated",
        "空.csv": "empty_file",
        "乱.csv": "encoding",
        "无头.csv": "no_header",
        "链接.xlsx": "outside_inbox",
        "目录链接": "outside_inbox",
    }
