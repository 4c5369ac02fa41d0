"""A workbook beyond four megabytes is looked at as closely as a small one."""

from __future__ import annotations

import random
import tracemalloc
import zipfile
from typing import TYPE_CHECKING, cast

import pytest

from tests.intake_files import IDENTITY_HEADER, IDENTITY_ROW, POLICY, edit_parts, sheet_xml, write_book
from tongcha.intake.folder import read_content
from tongcha.intake.preflight import HELD, FileRefusedError, inspect_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.intake.preflight import Limits

pytestmark = pytest.mark.slow  # books of megabytes

NOISE = random.Random(2).randbytes(3 << 20).hex().encode()
FILLING = ("xl/tables/table9.xml", b"<t>" + NOISE + b"</t>")
LINKS, SHEET, MOVED = "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/media/sheet1.xml"
LINK = b'<Relationship Id="rId99" Type="http://x/relationships/%s" Target="y.bin"/></Relationships>'

both_sizes = pytest.mark.parametrize("added", [[], [FILLING]], ids=["small", "large"])


@pytest.fixture
def book(tmp_path):
    return write_book(tmp_path / "good.xlsx", {"表": [IDENTITY_HEADER, IDENTITY_ROW]})


def read(path: Path) -> str:
    """Return the rule by which a workbook is refused, or its first data cell."""
    content = read_content(path, path.parent, POLICY)
    if isinstance(content, FileRefusedError):
        return content.rule
    assert isinstance(content, list)
    return content[0]["rows"][1][0]


def part_of(book: Path, name: str) -> bytes:
    with zipfile.ZipFile(book) as archive:
        return archive.read(name)


def test_the_filling_makes_a_workbook_too_large_to_be_held_unpacked():
    assert len(FILLING[1]) > HELD


@both_sizes
def test_a_good_workbook_is_read(book, tmp_path, added):
    assert read(edit_parts(book, tmp_path / "book.xlsx", add=added)) == IDENTITY_ROW[0]


@both_sizes
def test_a_sheet_outside_the_parts_that_are_looked_at_is_never_parsed(book, tmp_path, added):
    links = part_of(book, LINKS)
    hidden = links.replace(SHEET.removeprefix("xl/").encode(), MOVED.removeprefix("xl/").encode())
    assert hidden != links
    moved = tmp_path / "moved.xlsx"
    add = [(MOVED, sheet_xml(book)), *added]
    assert read(edit_parts(book, moved, add=add, links=hidden)) == "unreadable"


@both_sizes
@pytest.mark.parametrize("kind", [b"vbaProject", b"externalLink", b"oleObject", b"control", b"connections"])
def test_macros_and_links_are_found_whatever_their_part_is_called(book, tmp_path, kind, added):
    links = part_of(book, LINKS).replace(b"</Relationships>", LINK % kind)
    path = edit_parts(book, tmp_path / "macro.xlsx", add=[("xl/y.bin", b"x"), *added], links=links)
    assert read(path) == "forbidden_part"


@both_sizes
@pytest.mark.parametrize(
    ("end", "rule"),
    [
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "doctype"),
        (b'<row r="9"><c r="XFD1048576"><v>1</v></c></row></sheetData>', "stray_cell"),
    ],
)
def test_what_stands_at_the_very_end_is_found(book, tmp_path, end, rule, added):
    sheet = sheet_xml(book).replace(b"</sheetData>", end)
    assert read(edit_parts(book, tmp_path / "end.xlsx", add=added, sheet1=sheet)) == rule


@both_sizes
def test_a_dimension_is_only_a_claim_and_costs_nothing(book, tmp_path, added):
    sheet = sheet_xml(book)
    claims = sheet.replace(b'<dimension ref="A1:I2"/>', b'<dimension ref="A1:XFD1048576"/>')
    assert claims != sheet
    assert read(edit_parts(book, tmp_path / "claims.xlsx", add=added, sheet1=claims)) == IDENTITY_ROW[0]


def test_looking_takes_a_few_pieces_beside_the_file_itself(book, tmp_path):
    add = [(f"xl/tables/table{n}.xml", b"<t>" + b"<u>%d</u>" % n * (2 << 20) + b"</t>") for n in range(4)]
    path = edit_parts(book, tmp_path / "large.xlsx", add=add)
    limits = cast("Limits", POLICY.limits.model_copy(update={"max_ratio": 10_000.0}).model_dump())
    tracemalloc.start()
    handed = inspect_workbook(path, limits)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(len(content) for _, content in add) > 60 << 20
    assert len(handed) < path.stat().st_size < 1 << 20
    assert most < 10 << 20
