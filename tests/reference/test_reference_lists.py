"""Staff lists as schools really hand them in: whose they are, who is on them, and what is no person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.intake_files import POLICY, SNAPSHOT, make_snapshot, write_book
from tongcha.reference.snapshot import SnapshotIntake, read_snapshot

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

HEADER = ("姓名", "性别", "手机号", "学科")


@pytest.fixture
def lists(tmp_path) -> Path:
    """The folder of the staff lists of a snapshot."""
    return make_snapshot(tmp_path) / "教职工名册"


def read(lists: Path) -> SnapshotIntake:
    return read_snapshot(lists.parents[2], SNAPSHOT, policy=POLICY)


def told(taken: SnapshotIntake) -> list[tuple[int, str, str]]:
    """Row, rule and outcome of everything that wasn't taken as it was written."""
    return taken.rejected_reference_rows.select("row", "rule", "outcome").rows()


@pytest.mark.parametrize(("written", "read_as"), [("男性", "男"), ("2", "女"), ("M", "男"), ("女士", "女")])
def test_a_sex_is_read_on_a_list_as_it_is_anywhere_else(lists, written, read_as):
    write_book(lists / "第一中学.xlsx", {"Sheet1": [HEADER, ["张三丰", written, "13800138000", "数学"]]})
    assert read(lists).staff_entries["sex"].to_list() == [read_as]


def test_a_sex_that_nobody_understands_contradicts_nobody(lists):
    write_book(lists / "第一中学.xlsx", {"Sheet1": [HEADER, ["张三丰", "未知", "13800138000", "数学"]]})
    taken = read(lists)
    assert taken.staff_entries["sex"].to_list() == [None]
    assert told(taken) == [(2, "sex_is_listed", "blanked")]


def one(name: str) -> list[tuple[str, ...] | list[str]]:
    return [HEADER, [name, "女", "", "数学"]]


def test_a_workbook_with_a_sheet_per_school_is_one_list_per_sheet(lists):
    sheets = {"第一中学": one("张三丰"), "第二小学": one("李四海"), "Sheet3": []}
    write_book(lists / "各校名册汇总.xlsx", sheets)
    entries = read(lists).staff_entries
    assert entries.select("name", "list_id", "school_id").rows() == [
        ("张三丰", "各校名册汇总-第一中学", "2134000001"),
        ("李四海", "各校名册汇总-第二小学", "2134000002"),
    ]


def test_the_sheets_of_one_school_are_of_that_school(lists):
    write_book(lists / "第一中学名册.xlsx", {"在编": one("张三丰"), "编外": one("李四海")})
    assert read(lists).staff_entries["school_id"].to_list() == ["2134000001", "2134000001"]


def test_lists_of_the_same_name_in_two_folders_are_two_lists(lists):
    write_book(lists / "第一中学" / "教职工名册.xlsx", {"Sheet1": one("张三丰")})
    write_book(lists / "第二小学" / "教职工名册.xlsx", {"Sheet1": one("李四海")})
    taken = read(lists)
    assert taken.staff_entries.select("name", "school_id").sort("name").rows() == [
        ("张三丰", "2134000001"),
        ("李四海", "2134000002"),
    ]
    assert taken.staff_entries["list_id"].n_unique() == 2
    assert told(taken) == []


def test_a_copy_of_a_file_is_taken_once_and_its_sender_is_told(lists):
    first = write_book(lists / "第一中学.xlsx", {"Sheet1": one("张三丰")})
    (lists / "第二小学.xlsx").write_bytes(first.read_bytes())
    taken = read(lists)
    assert taken.staff_entries["list_id"].to_list() == ["第一中学"]
    assert told(taken) == [(0, "same_file", "rejected")]
    assert "第一中学.xlsx" in taken.rejected_reference_rows["reason"].item()


@pytest.mark.parametrize(
    "written",
    ["校长：李明", "(公章)", "以上共 12 人", "语文组", "暂缺", "/", "—", "无", "13800138000", "35"],
)
def test_what_is_nobodys_name_is_nobody_on_the_list(lists, written):
    write_book(lists / "第一中学.xlsx", {"Sheet1": [HEADER, ["张三丰", "女"], [written]]})
    taken = read(lists)
    assert taken.staff_entries["name"].to_list() == ["张三丰"]
    assert told(taken) == [(3, "name_is_somebodys", "rejected")]


@pytest.mark.parametrize(
    "written", ["John Smith", "买买提·艾力", "阿英", "张\ue000", "欧阳室", "张伟2", "王五（退休）"]
)
def test_an_unusual_name_is_still_somebodys(lists, written):
    write_book(lists / "第一中学.xlsx", {"Sheet1": [HEADER, [written]]})
    assert read(lists).staff_entries["name"].to_list() == [written]
