"""A CSV file read in pieces gives the rows and the fingerprint of the file read whole."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tongcha.intake import csv_pieces
from tongcha.intake.csv_files import read_csv_records
from tongcha.intake.csv_pieces import cut_at_lines, read_csv_file
from tongcha.intake.preflight import FileRefusedError

CELL = st.text("张a1 ='\"\t", max_size=4)
LINES = st.lists(st.lists(CELL, min_size=1, max_size=3).map(",".join), min_size=1, max_size=12)


@pytest.fixture(autouse=True)
def _every_file_is_large(monkeypatch):
    monkeypatch.setattr(csv_pieces, "PIECE", 16)


def read(reader, source):
    try:
        return reader(source, 3)
    except FileRefusedError as refusal:
        return refusal.rule


def check(data: bytes, path) -> None:
    path.write_bytes(data)
    whole, pieces = read(read_csv_records, data), read(read_csv_file, path)
    if isinstance(whole, str) or isinstance(pieces, str):
        assert pieces == whole
        return
    assert pieces.head == whole.head
    assert pieces.frame.equals(whole.frame)
    assert pieces.is_tidy == whole.is_tidy
    assert pieces.sha256 == hashlib.sha256(data).hexdigest()


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
@example(["编号,姓名", "1,张三", "2,李四"], "\n", "utf-8-sig")
@example(["编号,姓名", "1,张三", "", "2,李四", ""], "\n", "utf-8")
@example(["a,b", "1,2", "3,4", "5,6", '"7,8', "9,0"], "\n", "utf-8")
@example(["a,b", "1,2", "3,4", "5,6", "7,8,9", "9,0"], "\n", "utf-8")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_read_is_the_same_whatever_the_text(tmp_path, lines, end, encoding):
    check(end.join(lines).encode(encoding), tmp_path / "file.csv")


@pytest.mark.parametrize("late", [b'5,"x', b"\xff\xfe,1", b"\x00,1", b"6, y", b"7"])
def test_what_comes_late_in_a_file_counts_as_much_as_what_comes_early(tmp_path, late):
    check(b"a,b\n" + b"1,2\n" * 40 + late + b"\n", tmp_path / "file.csv")


def test_pieces_are_whole_lines_and_make_up_the_file():
    data = b"short\n" + b"long" * 20 + b"\n\n\nx\n" + b"end" * 30
    pieces = list(cut_at_lines(io.BytesIO(data)))
    assert b"".join(pieces) == data
    assert all(piece.endswith(b"\n") for piece in pieces[:-1])
    assert len(pieces) == 2
