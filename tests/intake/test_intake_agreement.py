"""Where a number isn't whole, or sex or age not that of it, the sender is asked and nobody is dropped."""

from __future__ import annotations

import datetime as dt

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intake_files import BATCH, POLICY, SNAPSHOT, make_batch, write_book
from tongcha.identity.id_numbers import check_digit
from tongcha.intake.agreement import question_numbers
from tongcha.intake.batch import read_batch
from tongcha.intake.returns_sheet import write_rejections
from tongcha.reference.snapshot import read_snapshot

WOMAN = "11010519491231002X"
"""Born on 31 December 1949: seventy-six on the day of the raid."""

RAID = dt.date(2026, 10, 18)
HEADER = "人员编号,查处编号,采集方式,姓名,证件号码,性别,年龄\n"


def met(number: str | None, sex: str | None = None, age: int | None = None, raid: dt.date = RAID):
    values = {"id_number": number, "phone": None, "sex": sex, "age": age, "raid_date": raid}
    texts = dict.fromkeys(("id_number", "phone", "sex"), pl.String)
    kinds = {**texts, "age": pl.Int64, "raid_date": pl.Date}
    return pl.DataFrame([values], schema=kinds).with_columns(file=pl.lit("f"), sheet=pl.lit(""), row=1)


def asked(rows: pl.DataFrame, table: str = "identities") -> list[str]:
    return pl.concat(question_numbers(rows, table, POLICY))["column"].to_list()


def read(tmp_path, line: str):
    folder = make_batch(tmp_path / "inbox")
    (folder / "identities.xlsx").unlink()
    (folder / "identities.csv").write_text(HEADER + line, encoding="utf-8")
    return read_batch(tmp_path / "inbox", BATCH, today=dt.date(2026, 11, 22), policy=POLICY)


def test_a_person_whose_number_says_another_sex_stays_as_written_and_the_sender_is_asked(tmp_path):
    taken = read(tmp_path, f"I1,R1,读卡,张三,{WOMAN},男,76\n")
    person = taken.identities.row(0, named=True)
    assert (person["sex"], person["id_number"], person["id_status"]) == ("男", WOMAN, "valid")
    told = taken.rejected_rows.select("row", "column", "rule", "outcome").rows()
    assert told == [(2, "sex", "sex_agrees_with_number", "asked")]
    (counts,) = taken.intake_files.filter(pl.col("table") == "identities").iter_rows(named=True)
    assert (counts["rows_read"], counts["rows_accepted"], counts["rows_rejected"]) == (1, 1, 0)
    (path,) = write_rejections(taken.rejected_rows, tmp_path / "inbox", tmp_path / "out", policy=POLICY)
    assert path.name == "核实-identities.xlsx"
    _, _, column, written, why = (cell.value for cell in openpyxl.load_workbook(path)["请核实"][2])
    assert (column, written) == ("性别", "男")
    assert why.endswith("该行各格均已照原样收下。")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "phone", "columns"),
    [
        ("4.4E+17", "1.38E+10", ["id_number", "phone"]),
        ("110105194912310***", "13800138000", ["id_number"]),
        ("110105194912310000", "１.３８Ｅ＋１０", ["id_number", "phone"]),
        ("1101**********002X", "138****8000", []),
        ("", "1.3800138000E+10", []),
    ],
)
def test_a_number_whose_end_a_spreadsheet_destroyed_is_asked_for_whole(tmp_path, number, phone, columns):
    header = "人员编号,查处编号,采集方式,姓名,证件号码,手机号\n"
    folder = make_batch(tmp_path / "inbox")
    (folder / "identities.xlsx").unlink()
    (folder / "identities.csv").write_text(f"{header}I1,R1,手录,张三,{number},{phone}\n", encoding="utf-8")
    taken = read_batch(tmp_path / "inbox", BATCH, today=dt.date(2026, 11, 22), policy=POLICY)
    assert taken.identities.height == 1
    told = taken.rejected_rows.select("column", "rule", "outcome").rows()
    assert told == [(column, f"{column}_is_whole", "asked") for column in columns]


def test_what_agrees_is_not_asked_about(tmp_path):
    assert read(tmp_path, f"I1,R1,读卡,张三,{WOMAN},女,76\n").rejected_rows.is_empty()


@pytest.mark.parametrize(("age", "told"), [(73, ["age"]), (74, []), (76, []), (78, []), (79, ["age"])])
def test_an_age_is_asked_about_only_beyond_what_ways_of_counting_explain(age, told):
    assert asked(met(WOMAN, "女", age)) == told


@pytest.mark.parametrize(("raid", "told"), [(dt.date(2026, 12, 30), []), (dt.date(2026, 12, 31), ["age"])])
def test_a_year_is_full_on_the_birthday_and_not_before(raid, told):
    assert asked(met(WOMAN, None, 74, raid)) == told


@pytest.mark.parametrize(
    "number", [None, "", WOMAN[:-1] + "1", "110105********002X", "110105194912310", "E12345678", "不详"]
)
def test_a_number_that_proves_nothing_asks_nothing(number):
    assert asked(met(number, "男", 20)) == []


def test_a_number_of_somebody_born_after_the_raid_asks_nothing():
    assert asked(met(WOMAN, "男", 20, dt.date(1949, 1, 1))) == []


@pytest.mark.slow
@given(
    st.dates(dt.date(1930, 1, 1), dt.date(2008, 1, 1)),
    st.integers(0, 998),
    st.dates(RAID, dt.date(2030, 1, 1)),
)
def test_what_a_number_itself_says_is_never_asked_about(born, order, raid):
    start = f"110105{born:%Y%m%d}{order:03d}"
    age = raid.year - born.year - ((raid.month, raid.day) < (born.month, born.day))
    sex = "男" if order % 2 else "女"
    assert asked(met(start + check_digit(start), sex, age, raid)) == []


def entry(tail: str | None, sex: str | None):
    rows = pl.DataFrame({"id_tail": [tail], "sex": [sex]}, schema={"id_tail": pl.String, "sex": pl.String})
    return rows.with_columns(file=pl.lit("f"), sheet=pl.lit(""), row=1)


@pytest.mark.parametrize(
    ("tail", "sex", "told"),
    [
        ("002X", "男", ["sex"]),
        ("002X", "女", []),
        ("0011", "女", ["sex"]),
        ("0011", None, []),
        (None, "男", []),
        ("0011", "不详", []),
        ("11", "女", []),
    ],
)
def test_a_school_is_asked_when_the_tail_on_its_list_says_another_sex(tail, sex, told):
    assert asked(entry(tail, sex), "staff_entries") == told


def test_a_line_of_a_list_stays_when_its_school_is_asked(tmp_path):
    folder = tmp_path / "inbox" / "reference" / SNAPSHOT
    folder.mkdir(parents=True)
    (folder / "registry.csv").write_text("教师编号,姓名,学校代码\nT1,张三丰,2134000001\n")
    (folder / "spells.csv").write_text("教师编号,序号,学校代码,开始日期\nT1,1,2134000001,2001-09-01\n")
    (folder / "schools.csv").write_text("学校代码,学校名称,区划代码\n2134000001,第一中学,340103\n")
    lines = [["姓名", "性别", "身份证后四位"], ["李四", "男", "002X"], ["王五", "女", "002X"]]
    write_book(folder / "staff_lists" / "第一中学.xlsx", {"名册": lines})
    taken = read_snapshot(tmp_path / "inbox", SNAPSHOT, policy=POLICY)
    assert taken.staff_entries["name"].to_list() == ["李四", "王五"]
    assert taken.rejected_reference_rows.select("row", "rule", "outcome").rows() == [
        (2, "sex_agrees_with_number", "asked")
    ]


@pytest.mark.parametrize("table", ["pupils", "teachers", "sites"])
def test_other_tables_are_not_asked_about(table):
    assert question_numbers(met(WOMAN, "男", 5), table, POLICY) == []
