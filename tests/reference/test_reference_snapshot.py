"""Snapshots: one school's broken list costs only that list; essentials stop everything; diffs are told."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.intake_files import POLICY, SNAPSHOT, make_snapshot, write_book
from tests.reference_linking import REFERENCE
from tongcha.errors import InputError
from tongcha.reference.diff import diff_snapshots, is_stale, refuse_shrunken_registry
from tongcha.reference.listed import keep_tails
from tongcha.reference.snapshot import SnapshotIntake, newest_snapshot, read_snapshot
from tongcha.reference.volume import list_missing_lists, refuse_shrunken_tables
from tongcha.tables.reference import TEACHERS

if TYPE_CHECKING:
    from pathlib import Path

LIST = [
    ["明德市第一中学名册"],
    ["姓 名", "性别", "身份证号", "学科"],
    ["张三丰", "女", "11010519491231002X", "数学"],
]


@pytest.fixture
def inbox(tmp_path):
    folder = make_snapshot(tmp_path)
    write_book(folder / "staff_lists" / "第一中学教职工名册.xlsx", {"Sheet1": LIST})
    return tmp_path


def read(inbox: Path) -> SnapshotIntake:
    return read_snapshot(inbox, SNAPSHOT, policy=POLICY)


def test_a_snapshot_is_read_whatever_the_formats(inbox):
    taken = read(inbox)
    assert taken.teachers.select("teacher_id", "area", "row").rows() == [("T1", "340103", 2)]
    assert taken.employment["end"].to_list() == [None]
    assert taken.schools.height == 2
    counts = taken.reference_files
    assert (counts["rows_read"] == counts["rows_accepted"]).all()


def test_a_schools_own_workbook_needs_neither_list_number_nor_school_column(inbox):
    entry = read(inbox).staff_entries.row(0, named=True)
    assert (entry["list_id"], entry["row_no"]) == ("第一中学教职工名册", 3)
    assert (entry["school_written"], entry["school_id"]) == ("第一中学", "2134000001")


def test_of_a_full_number_on_a_list_only_the_tail_is_kept(inbox):
    assert read(inbox).staff_entries["id_tail"].to_list() == ["002X"]


@pytest.mark.parametrize(
    ("written", "tail"),
    [
        ("1234", "1234"),
        ("12", "0012"),
        ("002x", "002X"),
        ("11010519491231002X", "002X"),
        ("3401**********123X", "123X"),
        ("210203199001011***", None),
        ("不详", None),
        (None, None),
    ],
)
def test_tails_are_kept_when_all_four_characters_are_known(written, tail):
    assert keep_tails(pl.Series("id_tail", [written], dtype=pl.String)).to_list() == [tail]


def test_a_broken_staff_list_costs_only_itself(inbox):
    lists = inbox / "reference" / SNAPSHOT / "staff_lists"
    (lists / "第二小学.xlsx").write_bytes(b"PK\x03\x04broken")
    (lists / "第三小学.xlsx").write_bytes(b"")
    write_book(lists / "第四小学.xlsx", {"Sheet1": [["甲", "乙"], [1, 2]]})
    taken = read(inbox)
    assert taken.staff_entries.height == 1
    refused = taken.rejected_reference_rows
    assert sorted(refused["rule"]) == ["empty_file", "no_header", "truncated"]
    assert set(refused["row"]) == {0}
    assert set(refused["table"]) == {"staff_entries"}


@pytest.mark.parametrize("name", ["registry.csv", "任职经历.csv", "学校名录.csv"])
def test_without_an_essential_table_nothing_is_taken(inbox, name):
    path = inbox / "reference" / SNAPSHOT / name
    path.write_bytes(b"")
    with pytest.raises(InputError, match="空的"):
        read(inbox)
    path.unlink()
    with pytest.raises(InputError, match="没有"):
        read(inbox)


@pytest.mark.parametrize("snapshot", ["2026-09-02", "..", "2026-09", "", "../reference/2026-09-01"])
def test_an_unknown_snapshot_is_refused(inbox, snapshot):
    with pytest.raises(InputError, match="没有这个日期"):
        read_snapshot(inbox, snapshot, policy=POLICY)


def test_the_newest_dated_folder_is_taken_and_others_are_overlooked(inbox):
    for name in ("2025-12-31", "备份"):
        (inbox / "reference" / name).mkdir()
    assert newest_snapshot(inbox) == SNAPSHOT


@pytest.mark.parametrize(
    "name", ["2026-9-9", "2026.09.09", "2026年9月", "20260909", "2026-02-30", "２０２７-01-01"]
)
def test_a_folder_dated_in_another_way_is_never_overlooked_for_an_older_one(inbox, name):
    (inbox / "reference" / name).mkdir()
    with pytest.raises(InputError, match="会被漏掉"):
        newest_snapshot(inbox)


def test_an_inbox_without_snapshots_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="按 2026-09-01 的样式"):
        newest_snapshot(tmp_path)


def registry(snapshot: str, *rows: tuple[str, str, str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["teacher_id", "name", "school_id", "id_number"], orient="row")
    return TEACHERS.conform(frame.with_columns(snapshot=pl.lit(snapshot), file=pl.lit("f"), row=2))


def test_a_new_snapshot_is_told_apart_from_the_old():
    old = registry("2026-03-01", ("T1", "甲", "S1", "1"), ("T2", "乙", "S1", "2"), ("T3", "丙", "S1", "3"))
    new = registry("2026-09-01", ("T2", "乙乙", "S2", "2"), ("T3", "丙", "S1", "33"), ("T4", "丁", "S1", "4"))
    changes = diff_snapshots(old, new)
    assert changes.select("teacher_id", "change").rows() == [
        ("T1", "left"),
        ("T2", "moved"),
        ("T2", "renamed"),
        ("T3", "id_corrected"),
        ("T4", "joined"),
    ]
    assert set(changes["previous_snapshot"]) == {"2026-03-01"}


def test_a_snapshot_like_the_last_has_no_changes():
    one = registry("2026-03-01", ("T1", "甲", "S1", "1"))
    assert diff_snapshots(one, one).is_empty()
    assert diff_snapshots(TEACHERS.empty(), one).is_empty()


def test_a_registry_that_lost_three_in_ten_stops_the_run():
    old = registry("2026-03-01", *((f"T{n}", "甲", "S1", str(n)) for n in range(10)))
    refuse_shrunken_registry(old, old.head(8), POLICY)
    refuse_shrunken_registry(TEACHERS.empty(), old, POLICY)
    with pytest.raises(InputError, match=r"少了 3 条登记（30\.0%）"):
        refuse_shrunken_registry(old, old.head(7), POLICY)


TAKEN = {
    "employment": pl.DataFrame({"teacher_id": [f"T{n}" for n in range(10)] * 2}),
    "schools": pl.DataFrame({"school_id": [f"S{n}" for n in range(10)]}),
}


@pytest.mark.parametrize(
    ("table", "said"), [("employment", "3 个教师不再出现（30.0%）"), ("schools", "3 个学校")]
)
def test_a_snapshot_that_lost_three_in_ten_of_its_spells_or_schools_stops_the_run(table, said):
    refuse_shrunken_tables(TAKEN, TAKEN | {table: TAKEN[table].slice(2, 8)}, REFERENCE.volume)
    fewer = TAKEN[table].filter(~pl.col(TAKEN[table].columns[0]).str.contains("[0-2]$"))
    with pytest.raises(InputError) as told:
        refuse_shrunken_tables(TAKEN, TAKEN | {table: fewer}, REFERENCE.volume)
    assert said in str(told.value)


def test_before_the_first_snapshot_nothing_was_lost():
    nothing = {name: frame.clear() for name, frame in TAKEN.items()}
    refuse_shrunken_tables(nothing, TAKEN, REFERENCE.volume)


def test_one_missing_list_is_no_matter_and_many_are_all_named():
    lists = pl.DataFrame({"list_id": [f"L{n}" for n in range(10)] * 2})
    assert list_missing_lists(lists, lists.slice(1, 9), 0.3).is_empty()
    assert list_missing_lists(lists, lists.slice(3, 7), 0.3)["list_id"].to_list() == ["L0", "L1", "L2"]
    assert list_missing_lists(lists, lists.clear(), 0.3).height == 10


def test_replaced_teachers_count_as_lost_even_if_the_number_stays():
    old = registry("2026-03-01", *((f"T{n}", "甲", "S1", str(n)) for n in range(10)))
    new = registry("2026-09-01", *((f"X{n}", "甲", "S1", str(n)) for n in range(10)))
    with pytest.raises(InputError):
        refuse_shrunken_registry(old, new, POLICY)


def test_a_snapshot_goes_stale():
    assert not is_stale("2026-09-01", dt.date(2026, 12, 30), POLICY)
    assert is_stale("2026-09-01", dt.date(2026, 12, 31), POLICY)
