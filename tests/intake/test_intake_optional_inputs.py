"""Optional inputs: patrol logs, inspectors, lists of institutions, recorder files, and filed staff."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.intake_files import (
    BATCH,
    IDENTITY_HEADER,
    IDENTITY_ROW,
    POLICY,
    SITES_CSV,
    SNAPSHOT,
    SOURCE,
)
from tongcha.errors import InputError, SourceError
from tongcha.intake.batch import BatchIntake, read_batch
from tongcha.reference.snapshot import read_snapshot

pytestmark = pytest.mark.slow

TODAY = dt.date(2026, 11, 22)
PATROLS = "巡查日期,区划代码,巡查地址,网格员代号,巡查情况\n"


def make_batch(inbox, head=IDENTITY_HEADER, row=IDENTITY_ROW):
    """Write a small batch as CSV files only: no workbook, no parsing process."""
    folder = inbox / "raids" / BATCH
    folder.mkdir(parents=True)
    (folder / "source.yaml").write_text(SOURCE, encoding="utf-8")
    (folder / "sites.csv").write_text(SITES_CSV, encoding="utf-8")
    lines = (",".join(map(str, line)) for line in (head, row))
    (folder / "identities.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def read(inbox) -> BatchIntake:
    return read_batch(inbox, BATCH, today=TODAY, policy=POLICY)


def test_a_batch_without_a_patrol_log_is_whole(tmp_path):
    make_batch(tmp_path)
    taken = read(tmp_path)
    assert taken.patrols.is_empty()
    assert taken.sites["kind"].to_list() == ["现场查处"]


def test_a_patrol_log_is_taken_in_with_its_usual_words(tmp_path):
    folder = make_batch(tmp_path)
    rows = "2026-10-08,340103,测试路一号,G07,无异常\n2026-10-09,340103,测试路一号,G07,大门紧锁\n"
    (folder / "巡查日志.csv").write_text(PATROLS + rows, encoding="utf-8")
    patrols = read(tmp_path).patrols
    assert patrols["result"].to_list() == ["正常", "未能进入"]
    assert patrols["patrol_id"].to_list() == ["巡查日志#2", "巡查日志#3"]


def test_a_patrol_that_cannot_be_used_goes_back_with_its_reason(tmp_path):
    folder = make_batch(tmp_path)
    bad = {
        "2026-12-01,340103,测试路一号,G07,正常": "patrol_is_not_in_the_future",
        "2026-10-08,340103,测试路一号,王小明,正常": "patrolled_by_has_its_form",
        "2026-10-08,340103,测试路一号,G07,还行": "result_is_listed",
        "2026-10-08,340103,,G07,正常": "patrol_names_a_place",
    }
    (folder / "巡查日志.csv").write_text(PATROLS + "\n".join(bad) + "\n", encoding="utf-8")
    taken = read(tmp_path)
    assert taken.patrols.is_empty()
    assert taken.rejected_rows.sort("row")["rule"].to_list() == list(bad.values())


def test_a_broken_patrol_log_costs_only_itself(tmp_path):
    folder = make_batch(tmp_path)
    (folder / "巡查日志.csv").write_bytes(b"")
    taken = read(tmp_path)
    assert taken.identities.height == 1
    assert taken.rejected_rows["rule"].to_list() == ["empty_file"]


def test_a_recorder_file_is_a_number_and_a_fingerprint_and_never_one_without_the_other(tmp_path):
    folder = make_batch(tmp_path)
    head = "查处编号,查处日期,证照情况,记录仪文件号,音像指纹\n"
    (folder / "sites.csv").write_text(
        f"{head}R1,2026-10-18,无照无证,ZFJL-0007,{'a' * 64}\nR2,2026-10-18,无照无证,,{'b' * 64}\n",
        encoding="utf-8",
    )
    taken = read(tmp_path)
    assert taken.sites.select("raid_id", "recorder_file").rows() == [("R1", "ZFJL-0007")]
    assert "recorder_fingerprint_has_its_file" in taken.rejected_rows["rule"].to_list()


FILED_HEAD = tuple(name for name in IDENTITY_HEADER if name != "采集方式")
FILED_ROW = ("I1", "R1", "2026-10-18", "张三", "11010519491231002X", "13800138000", 76, "授课")


def make_filed(inbox, head=FILED_HEAD, row=FILED_ROW):
    folder = make_batch(inbox, head, row)
    (folder / "identities.csv").rename(folder / "备案人员.csv")
    (folder / "source.yaml").write_text(SOURCE + "kind: 清查兼职\n", encoding="utf-8")
    return folder


def test_filed_staff_come_without_a_way_of_checking_and_are_marked_as_filed(tmp_path):
    make_filed(tmp_path)
    taken = read(tmp_path)
    assert taken.sites["kind"].to_list() == ["清查兼职"]
    assert taken.identities["capture"].to_list() == ["typed"]
    assert taken.identities["ground"].to_list() == ["机构备案名单，没有现场核验"]
    assert taken.rejected_rows.is_empty()


def test_filed_staff_cannot_claim_that_police_checked_them(tmp_path):
    make_filed(tmp_path, (*FILED_HEAD, "采集方式", "核验民警"), (*FILED_ROW, "读卡", "P001"))
    taken = read(tmp_path)
    assert taken.identities.is_empty()
    assert taken.rejected_rows["rule"].to_list() == [
        "filed_capture_is_not_claimed",
        "filed_checked_by_is_not_claimed",
    ]


def test_a_firms_roll_of_pupils_is_not_taken_in(tmp_path):
    folder = make_filed(tmp_path)
    roll = "学生序号,姓名,所在学校,年级\n1,王小明,明德市第一中学,三年级\n"
    (folder / "现场学生.csv").write_text(roll, encoding="utf-8")
    taken = read(tmp_path)
    assert taken.pupils.is_empty()
    assert taken.identities.height == 1
    assert taken.rejected_rows["rule"].to_list() == ["filed_batch_has_no_pupils"]


def test_a_raid_still_needs_its_way_of_checking(tmp_path):
    folder = make_filed(tmp_path)
    (folder / "source.yaml").write_text(SOURCE, encoding="utf-8")
    with pytest.raises(InputError, match="采集方式"):
        read(tmp_path)


def test_an_unknown_kind_of_batch_is_refused(tmp_path):
    folder = make_batch(tmp_path)
    (folder / "source.yaml").write_text(SOURCE + "kind: 黑名单\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"不认识.*清查兼职"):
        read(tmp_path)


@pytest.fixture
def reference(tmp_path):
    folder = tmp_path / "reference" / SNAPSHOT
    folder.mkdir(parents=True)
    files = {
        "registry.csv": "教师编号,姓名,性别,证件号码,学校代码\nT1,张三丰,女,11010519491231002X,2134000001\n",
        "任职经历.csv": "教师编号,经历序号,学校标识码,起始日期\nT1,1,2134000001,2000-09-01\n",
        "学校名录.csv": "学校标识码,学校名称,区划代码\n2134000001,明德市第一中学,340103\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def snapshot(folder):
    return read_snapshot(folder.parents[1], SNAPSHOT, policy=POLICY)


def test_a_snapshot_needs_neither_inspectors_nor_institutions(reference):
    taken = snapshot(reference)
    assert taken.inspectors.is_empty()
    assert taken.institutions.is_empty()
    assert taken.rejected_reference_rows.is_empty()


def test_inspectors_are_read_with_their_terms(reference):
    text = "督学编号,责任督学姓名,学校代码,挂牌日期,期满日期\nD001,王督学,2134000001,2025-09-01,至今\n"
    (reference / "责任督学名单.csv").write_text(text, encoding="utf-8")
    row = snapshot(reference).inspectors.row(0, named=True)
    assert (row["inspector_id"], row["start"], row["end"]) == ("D001", dt.date(2025, 9, 1), None)


def test_a_file_called_white_list_needs_no_column_that_says_so(reference):
    head = "统一社会信用代码,机构名称,区划代码,公布日期\n"
    row = "91340103MA2XXXXX1A,明德市求知培训学校,340103,2026-01-05\n"
    (reference / "白名单.csv").write_text(head + row, encoding="utf-8")
    assert snapshot(reference).institutions["listing"].to_list() == ["白名单"]


def test_a_list_of_institutions_takes_no_person(reference):
    bad = {
        "11010519491231002X,明德市求知培训学校,黑名单,2026-01-05": "institution_is_no_person",
        "91340103MA2XXXXX1A,张三丰,黑名单,2026-01-05": "institution_has_a_full_name",
        "91340103MA2XXXXX2A,阿卜杜拉·买买提,黑名单,2026-01-05": "institution_has_a_full_name",
        "91340103MA2XXXXX3A,明德市求知培训学校,灰名单,2026-01-05": "listing_is_listed",
    }
    text = "机构编号,机构名称,名单,列入日期\n" + "\n".join(bad) + "\n"
    (reference / "机构名单.csv").write_text(text, encoding="utf-8")
    taken = snapshot(reference)
    assert taken.institutions.is_empty()
    assert taken.rejected_reference_rows.sort("row")["rule"].to_list() == list(bad.values())
