"""A batch as a whole: sources, refusals, cross-table rules, and every row accounted for."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.intake_files import (
    BATCH,
    IDENTITY_HEADER,
    IDENTITY_ROW,
    POLICY,
    SITES_CSV,
    make_batch,
    write_book,
)
from tongcha.errors import InputError, SourceError, UnknownBatchError
from tongcha.intake.batch import BatchIntake, read_batch

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def inbox(tmp_path):
    return tmp_path / "inbox"


def read(inbox, batch: str = BATCH) -> BatchIntake:
    return read_batch(inbox, batch, today=TODAY, policy=POLICY)


def identity(**changes: object) -> list[object]:
    return [changes.get(name, value) for name, value in zip(COLUMNS, IDENTITY_ROW, strict=True)]


COLUMNS = ("identity_id", "raid_id", "raid_date", "capture", "name", "id_number", "phone", "age", "role")


def assert_rows_add_up(taken: BatchIntake) -> None:
    counts = taken.intake_files
    whole = counts["rows_accepted"] + counts["rows_rejected"] + counts["rows_dropped"]
    assert (counts["rows_read"] == whole).all()
    assert counts["rows_accepted"].sum() == taken.sites.height + taken.identities.height + taken.pupils.height


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


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"identity_id": ""}, "identity_id_is_present"),
        ({"identity_id": "编号 1!"}, "identity_id_has_its_form"),
        ({"capture": "心算"}, "capture_is_listed"),
        ({"name": "张三、李四"}, "one_person_per_row"),
        ({"id_number": ""}, "card_has_number"),
        ({"raid_id": "R9"}, "raid_is_known"),
        ({"raid_date": "2026-10-19"}, "raid_date_agrees"),
        ({"raid_date": "昨天"}, "raid_date_is_readable"),
    ],
)
def test_a_bad_row_goes_back_and_the_rest_goes_on(inbox, changes, rule):
    make_batch(inbox, [identity(identity_id="I0"), identity(**changes)])
    taken = read(inbox)
    assert taken.identities["identity_id"].to_list() == ["I0"]
    assert taken.rejected_rows["rule"].to_list() == [rule]
    assert taken.rejected_rows["row"].to_list() == [3]
    assert_rows_add_up(taken)


@pytest.mark.parametrize(
    ("age", "rule"),
    [("约40", "age_is_readable"), (130, "age_is_not_too_large"), (-1, "age_is_not_too_small")],
)
def test_an_age_that_cannot_be_used_is_left_empty_and_the_person_stays(inbox, age, rule):
    make_batch(inbox, [identity(), identity(identity_id="I2", age=age)])
    taken = read(inbox)
    assert taken.identities["age"].to_list() == [76, None]
    assert taken.rejected_rows.select("row", "column", "rule", "outcome").rows() == [
        (3, "age", rule, "blanked")
    ]
    assert_rows_add_up(taken)


def test_a_row_that_goes_back_anyway_names_its_unusable_age_too(inbox):
    make_batch(inbox, [identity(), identity(identity_id="I2", age="约40", capture="心算")])
    taken = read(inbox)
    assert taken.identities["identity_id"].to_list() == ["I1"]
    assert taken.rejected_rows.select("rule", "outcome").sort("rule").rows() == [
        ("age_is_readable", "rejected"),
        ("capture_is_listed", "rejected"),
    ]
    assert_rows_add_up(taken)


@pytest.mark.parametrize("name", ["张伟、李娜", "张伟，李娜", "张伟/李娜", "张伟 李娜", "张伟和李娜"])
def test_two_people_in_one_cell_go_back_and_nobody_is_guessed(inbox, name):
    make_batch(inbox, [identity(identity_id="I0"), identity(name=name)])
    taken = read(inbox)
    assert taken.identities["identity_id"].to_list() == ["I0"]
    assert taken.rejected_rows.select("column", "rule").rows() == [("name", "one_person_per_row")]
    assert name not in "".join(taken.rejected_rows["reason"])
    assert_rows_add_up(taken)


@pytest.mark.parametrize("name", ["张 三", "欧阳 明华", "阿依·古丽", "张三（语文、数学）", "张三、"])
def test_one_person_written_oddly_is_one_person(inbox, name):
    make_batch(inbox, [identity(name=name)])
    assert read(inbox).identities.height == 1


def test_two_names_run_together_are_asked_about_and_compared_with_nobody(inbox):
    make_batch(inbox, identities=[identity(name="张伟李娜")])
    taken = read(inbox)
    person = taken.identities.row(0, named=True)
    assert (person["name"], person["name_form"]) == ("张伟李娜", "perhaps_two")
    assert taken.rejected_rows.select("column", "rule", "outcome").rows() == [
        ("name", "name_is_one_person", "blanked")
    ]
    assert "疑似写了两个人" in taken.rejected_rows["reason"][0]
    assert_rows_add_up(taken)


def test_a_person_whose_site_was_sent_back_waits_with_it(inbox):
    folder = make_batch(inbox)
    (folder / "sites.csv").write_text(SITES_CSV.replace("无照无证", "谁知道"), encoding="utf-8")
    taken = read(inbox)
    assert taken.identities.is_empty()
    assert set(taken.rejected_rows["rule"]) == {"licence_is_listed", "raid_is_known"}


@pytest.mark.parametrize("day", ["2026-11-23", "2028-01-01"])
def test_a_raid_in_the_future_is_sent_back(inbox, day):
    folder = make_batch(inbox)
    (folder / "sites.csv").write_text(SITES_CSV.replace("2026-10-18", day), encoding="utf-8")
    assert "raid_is_not_in_the_future" in read(inbox).rejected_rows["rule"].to_list()


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


@pytest.mark.parametrize("batch", ["没有", "", ".", "..", "../raids", "a/b", "a\\b", "/etc", "x\0y"])
def test_an_unknown_batch_is_refused_and_no_path_leaves_the_inbox(inbox, batch):
    make_batch(inbox)
    with pytest.raises(UnknownBatchError, match="收件箱 raids/ 下没有这个文件夹"):
        read(inbox, batch)


def test_a_batch_folder_that_links_elsewhere_is_unknown(inbox, tmp_path):
    make_batch(inbox)
    (tmp_path / "elsewhere").mkdir()
    (inbox / "raids" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnknownBatchError):
        read(inbox, "link")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expires_on: 2027-12-31", "expires_on: 2026-11-21", "到期"),
        ("expires_on: 2027-12-31", "expires_on: 以后", "不是日期"),
        ("agreement_id: 协议-1\n", "", "缺少数据共享协议编号"),
        ("purpose: 查处违规补课", "purpose: ''", "缺少使用目的"),
        ("purpose: 查处违规补课", "purpose: [", "无法读取"),
    ],
)
def test_a_batch_without_a_lawful_source_is_refused(inbox, old, new, said):
    path = make_batch(inbox) / "source.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        read(inbox)


def test_a_batch_without_source_yaml_is_refused(inbox):
    (make_batch(inbox) / "source.yaml").unlink()
    with pytest.raises(SourceError, match="文件不存在"):
        read(inbox)


def test_the_last_day_of_the_source_still_counts(inbox):
    make_batch(inbox)
    last = dt.date(2027, 12, 31)
    assert read_batch(inbox, BATCH, today=last, policy=POLICY).identities.height == 1


def test_a_missing_column_names_the_column_and_the_file(inbox):
    folder = make_batch(inbox)
    write_book(folder / "identities.xlsx", {"表": [[*IDENTITY_HEADER[1:]], [*IDENTITY_ROW[1:]]]})
    with pytest.raises(InputError, match=r"identities\.xlsx：作为现场人员缺少列「人员编号」"):
        read(inbox)


def test_an_unreadable_file_stops_the_batch_and_is_named(inbox):
    folder = make_batch(inbox)
    (folder / "identities.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "sites.csv").write_bytes(b"")
    with pytest.raises(InputError, match=r"2 个文件.*identities\.xlsx.*不完整.*sites\.csv.*空的"):
        read(inbox)


def test_a_missing_table_is_named(inbox):
    (make_batch(inbox) / "sites.csv").unlink()
    with pytest.raises(InputError, match="没有查处场所"):
        read(inbox)


def test_a_stray_document_is_reported_and_stops_nothing(inbox):
    folder = make_batch(inbox)
    (folder / "通知.pdf").write_bytes(b"%PDF-1.4\n")
    (folder / "Thumbs.db").write_bytes(b"\0")
    (folder / "~$identities.xlsx").write_bytes(b"\0")
    taken = read(inbox)
    assert taken.rejected_rows.select("file", "row", "outcome").rows() == [
        (f"raids/{BATCH}/通知.pdf", 0, "rejected")
    ]


def test_rows_with_more_cells_than_the_header_are_not_taken_shifted(inbox):
    folder = make_batch(inbox)
    text = SITES_CSV + "R2,2026-10-18,测试路,二号,340103,无照无证\n"
    (folder / "sites.csv").write_text(text, encoding="utf-8")
    taken = read(inbox)
    assert taken.sites["raid_id"].to_list() == ["R1"]
    assert taken.rejected_rows["rule"].to_list() == ["too_many_cells"]
    assert_rows_add_up(taken)


def test_a_destroyed_number_is_kept_as_a_mask_only(inbox):
    make_batch(inbox, [identity(id_number=210203199001011234, capture="手录")])
    person = read(inbox).identities.row(0, named=True)
    assert person["id_number"] == "210203199001011***"
    assert person["id_clean"] is None
    assert person["id_status"] == "destroyed_numeric"


def test_a_region_that_the_registry_proves_is_no_longer_flagged(inbox):
    make_batch(inbox, identities=[identity(id_number="119999199001010020")])
    statuses = [
        read_batch(inbox, BATCH, today=TODAY, policy=POLICY, known_regions=known).identities["id_status"][0]
        for known in (frozenset[str](), frozenset({"119999"}))
    ]
    assert statuses == ["unknown_region", "valid"]


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
