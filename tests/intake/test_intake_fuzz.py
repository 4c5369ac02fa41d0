"""Whatever the cells and the bytes: nothing crashes, no row is lost, and the sender can be told."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.intake_files import POLICY, write_book
from tongcha.intake.acceptance import Accepted, accept_table, count_files, note_refused
from tongcha.intake.folder import read_folder
from tongcha.intake.refusals import join_rejections
from tongcha.intake.returns_sheet import write_rejections
from tongcha.reference.listed import place_entries
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.intake.landing import Landing

HEADER = ["姓名", "性别", "身份证后四位", "学科", "行号"]
SCHOOLS = BY_NAME["schools"].empty()
NASTY = st.sampled_from(
    [
        "",
        " ",
        "张三",
        "合计",
        "姓名",
        "性别",
        "=1+1",
        '="0012"',
        "@SUM(A1)",
        "张伟、李娜",
        "'; DROP TABLE x; --",
        "\u202e张三",
        "\u0000张",
        "\x07\x1b[31m",
        "\u3000\u200b",
        "9" * 400,
        "-1",
        "1e308",
        "𠮷" * 40,
        "长" * 40_000,
        "a\nb\r\nc",
        '"',
        "��",
        "_x0041_",
        "1899-12-31",
        "²³",
    ]
)
CELL = NASTY | st.text(max_size=5)


def take_in(folder: Path) -> tuple[Landing, Accepted, pl.DataFrame]:
    """Read a folder of staff lists; return what was read, what was accepted, and every entry."""
    landing = read_folder(
        folder, folder.parent, derivable={"staff_entries": frozenset({"list_id", "row_no"})}, policy=POLICY
    )
    label = pl.lit("2026-09-01").alias("snapshot")
    taken = accept_table(
        landing,
        "staff_entries",
        POLICY,
        derive=lambda frame: place_entries(frame.with_columns(label), SCHOOLS, limits=POLICY.school_names),
    )
    entries = join_rejections([*landing.notes, *note_refused(landing.refused), taken.rejections])
    return landing, taken, entries


def check_counts(landing: Landing, taken: Accepted, entries: pl.DataFrame) -> int:
    """Check that every row read is accepted, rejected or dropped; return how many were read."""
    files = count_files(landing, {"staff_entries": taken}, entries)
    told = files["rows_accepted"] + files["rows_rejected"] + files["rows_dropped"]
    assert told.to_list() == files["rows_read"].to_list()
    return int(files["rows_read"].sum())


def check_answer(entries, folder, out):
    """Check that what goes back can be written, opened, and holds no formula."""
    for path in write_rejections(entries, folder.parent, out, policy=POLICY):
        for sheet in openpyxl.load_workbook(path):
            assert all(cell.data_type in {"s", "n"} for line in sheet.iter_rows() for cell in line)


@pytest.mark.slow
@given(st.lists(st.lists(CELL, min_size=1, max_size=6), max_size=6), st.sampled_from(["utf-8", "gb18030"]))
@example([["张三", "长" * 40_000, "", "", "x"]], "utf-8")
@example([["张三", "\x07", "", "", "x"]], "gb18030")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, *HealthCheck])
def test_whatever_the_cells_of_a_csv_every_row_is_accounted_for(tmp_path_factory, rows, encoding):
    place = tmp_path_factory.mktemp("cells")
    folder = place / "lists"
    folder.mkdir()
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    (folder / "名册.csv").write_bytes(text.getvalue().encode(encoding))
    landing, taken, entries = take_in(folder)
    if not landing.refused:
        filled = [row for row in csv.reader(io.StringIO(text.getvalue())) if any(row)]
        assert check_counts(landing, taken, entries) == len(filled) - 1
    assert len(landing.sheets) + len(landing.refused) == 1
    check_answer(entries, folder, place / "out")


def damage(data: bytes, dice: random.Random) -> bytes:
    """Change, cut, repeat or insert some bytes."""
    spoilt = bytearray(data)
    for _ in range(dice.randrange(1, 6)):
        place = dice.randrange(len(spoilt))
        way = dice.randrange(4)
        if way == 0:
            spoilt[place] = dice.randrange(256)
        elif way == 1:
            del spoilt[place : place + dice.randrange(1, 40)]
        elif way == 2:
            spoilt[place:place] = spoilt[place : place + dice.randrange(1, 40)]
        else:
            spoilt[place:place] = dice.choice([b"\x00", b'"', b"<", b"<!DOCTYPE x>", b"\xff\xfe", b"&#0;"])
        if not spoilt:
            break
    return bytes(spoilt)


def damage_parts(book: bytes, dice: random.Random) -> bytes:
    """Damage what is inside a workbook, so that the zip itself stays sound."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        spoilt = dice.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, damage(content, dice) if name == spoilt else content)
    return target.getvalue()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    rows: list[list[object]] = [
        [*HEADER],
        *([f"张{chr(0x4E00 + n)}", "女", f"{n:03d}X", "数学", n + 1] for n in range(30)),
    ]
    book = write_book(tmp_path_factory.mktemp("good") / "book.xlsx", {"名册": rows})
    text = "\n".join(",".join(map(str, row)) for row in rows)
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return {
        "xlsx": book.read_bytes(),
        "parts": book.read_bytes(),
        "csv": text.encode(),
        "txt": text.encode("gb18030"),
        "xls": f"<html><body><table>{cells}</table></body></html>".encode(),
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_folder_of_damaged_files_goes_through_and_every_file_and_row_is_accounted_for(good, tmp_path, seed):
    dice, folder = random.Random(seed), tmp_path / "lists"
    folder.mkdir()
    for kind, data in good.items():
        for number in range(40):
            spoil = damage_parts if kind == "parts" else damage
            suffix = "xlsx" if kind == "parts" else kind
            (folder / f"{kind}{number}.{suffix}").write_bytes(spoil(data, dice))
    landing, taken, entries = take_in(folder)
    read = {sheet.file for sheet in landing.sheets}
    refused = {one.file for one in landing.refused}
    assert read | refused == {path.relative_to(tmp_path).as_posix() for path in folder.iterdir()}
    assert not read & refused
    assert check_counts(landing, taken, entries) > 30 * 40
    assert all(one.error.reason and one.error.fix for one in landing.refused)
    check_answer(entries, folder, tmp_path / "out")
