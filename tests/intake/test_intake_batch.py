"""A batch as a whole: what is taken in, and every row accounted for."""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.intake.intake_batches import assert_rows_add_up, identity, read
from tests.intake_files import BATCH, IDENTITY_HEADER, IDENTITY_ROW, SITES_CSV, make_batch, write_book


def test_a_clean_batch_is_taken_in_whole(inbox):
    make_batch(inbox)
    taken = read(inbox)
    person = taken.identities.row(0, named=True)
    assert (person["capture"], person["age"], person["site_area"]) == ("card", 76, "340103")
    assert (person["file"], person["sheet"], person["row"]) == (
        f"raids/{BATCH}/identities.xlsx",
        "现场人员",
        2,
    )
    assert (person["name_clean"], person["id_status"], person["phone_clean"]) == (
        "张三",
        "valid",
        "13800138000",
    )
    assert taken.rejected_rows.is_empty()
    assert taken.source.expires_on == dt.date(2027, 12, 31)
    assert_rows_add_up(taken)


def test_what_only_the_site_says_is_filled_into_the_list_of_people(inbox):
    folder = make_batch(inbox)
    keep = [0, 3, 4, 5]
    rows = [[row[i] for i in keep] for row in (IDENTITY_HEADER, IDENTITY_ROW)]
    write_book(folder / "identities.xlsx", {"现场人员": rows})
    person = read(inbox).identities.row(0, named=True)
    assert (person["raid_id"], person["raid_date"]) == ("R1", dt.date(2026, 10, 18))


def test_one_workbook_with_a_sheet_per_table_is_understood(inbox):
    folder = make_batch(inbox)
    (folder / "sites.csv").unlink()
    (folder / "identities.xlsx").unlink()
    write_book(
        folder / "台账.xlsx",
        {
            "场所": [line.split(",") for line in SITES_CSV.split()],
            "人员": [IDENTITY_HEADER, IDENTITY_ROW],
            "学生": [["查处编号", "学生序号", "学生姓名", "就读学校"], ["R1", 1, "小明", "一小"]],
            "填写说明": [["请如实填写"]],
        },
    )
    taken = read(inbox)
    assert (taken.sites.height, taken.identities.height, taken.pupils.height) == (1, 1, 1)
    assert taken.rejected_rows["rule"].to_list() == ["no_header"]


def test_the_order_of_rows_changes_no_table_but_their_line_numbers(inbox, tmp_path):
    rows = [identity(identity_id=f"I{n}", name=f"张{n}") for n in range(6)]
    make_batch(inbox, rows)
    make_batch(tmp_path / "other", rows[::-1])
    one, other = read(inbox), read(tmp_path / "other")
    assert one.identities.drop("row").equals(other.identities.drop("row"))


def test_rows_with_more_cells_than_the_header_are_not_taken_shifted(inbox):
    folder = make_batch(inbox)
    text = SITES_CSV + "R2,2026-10-18,测试路,二号,340103,无照无证\n"
    (folder / "sites.csv").write_text(text, encoding="utf-8")
    taken = read(inbox)
    assert taken.sites["raid_id"].to_list() == ["R1"]
    assert taken.rejected_rows["rule"].to_list() == ["too_many_cells"]
    assert_rows_add_up(taken)


def test_a_batch_with_everything_wrong_still_adds_up(inbox):
    rows: list[list[object]] = [
        identity(),
        identity(),
        identity(name="另一人"),
        identity(identity_id="I2", capture="x"),
        ["合计", 3],
        [""] * 9,
    ]
    make_batch(inbox, rows)
    taken = read(inbox)
    assert_rows_add_up(taken)
    assert pl.Series(taken.rejected_rows["rule"]).sort().to_list() == [
        "capture_is_listed",
        "exact_repeat",
        "footer_row",
        "key_is_unique",
        "key_is_unique",
    ]
