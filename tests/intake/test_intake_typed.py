"""Typing: dates, whole numbers, codes and sets as people write them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake_files import POLICY
from tongcha.identity.written_values import (
    ANY_DAY,
    read_dates,
    read_first_days,
    read_latest_days,
    write_day,
)
from tongcha.intake.landing import tidy_text
from tongcha.intake.remarks import drop_remarks, drop_repeats, find_recurring
from tongcha.intake.typed import NOT_PLAIN, has_odd_byte, type_table

DAY = dt.date(1990, 1, 1)


@pytest.mark.parametrize(
    "written",
    [
        "1990-01-01",
        "1990-1-1",
        "1990/1/1",
        "1990.01.01",
        "1990年1月1日",
        "１９９０年１月１日",
        "19900101",
        "32874",
        "32874.0",
        "1990-01-01 00:00:00",
        "1990-01-01T08:30:00+08:00",
        "1990年1月1日14时30分",
        "1990年1月1日 14时至16时",
        "1990年1月1日下午",
        "1990年1月1号（星期一）",
        "1990-01-01 星期一 14:30",
    ],
)
def test_a_date_is_read_however_it_is_written(written):
    assert read_dates(pl.Series([written])).to_list() == [DAY]


@pytest.mark.parametrize(
    "written",
    [
        *("1990", "1990-13-01", "1990-02-30", "不详", "199001", "01/01/1990"),
        *("1990-01", "1990.1", "1990年1月", "90-01-01", "0090-01-01", "00001", "99999", "9999-12-31"),
        *("1900-01-01", "1900/1/1", "1900-01-01 00:00:00", "1900", "1900-01"),
        *("1990-01-01 至 1993-07-31", "1990-01-01 - 1990-01-02", "1990年1月1日起", "1990-01-01T22:00:00Z"),
    ],
)
def test_what_is_not_clearly_a_date_is_not_read_as_one(written):
    assert read_dates(pl.Series([written, "2000-01-01"])).to_list() == [None, dt.date(2000, 1, 1)]


@pytest.mark.parametrize(
    ("written", "first", "after"),
    [
        *((text, dt.date(2020, 9, 1), dt.date(2020, 10, 1))
          for text in ("2020-09", "2020-9", "2020/09", "2020.09", "2020.9", "2020年9月", "2020年09月",
                       "202009", "２０２０．０９", "2020 年 9 月", "2020年9月份", "2020.9月", "2020-09月份")),
        ("2020.1月", dt.date(2020, 1, 1), dt.date(2020, 2, 1)),
        *((text, dt.date(2020, 1, 1), dt.date(2021, 1, 1)) for text in ("2020", "2020年")),
        ("2020.10", dt.date(2020, 10, 1), dt.date(2020, 11, 1)),
        ("2020-12", dt.date(2020, 12, 1), dt.date(2021, 1, 1)),
        ("2020-01-05", dt.date(2020, 1, 5), None),
        *((text, None, None) for text in ("2020.0月", "1900-01", "1900")),
        *((text, None, None) for text in ("2020.1", "2020-13", "2020-0", "202013", "9月", "2020秋", "20")),
    ],
)  # fmt: skip
def test_a_month_or_a_year_stands_for_any_of_its_days(written, first, after):
    values = pl.Series([written, None, "不详"])
    assert read_first_days(values).to_list() == [first, None, None]
    assert read_latest_days(values, is_end=True).to_list() == [after, None, None]
    last = None if after is None else after - dt.timedelta(days=1)
    assert read_latest_days(values, is_end=False).to_list() == [last, None, None]


@given(
    st.dates(dt.date(1950, 1, 1), dt.date(2050, 1, 1)),
    st.booleans(),
    st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"]),
)
def test_a_day_is_written_as_exactly_as_it_was_told(day, is_end, form):
    told = pl.Series("edge", [day.strftime(form)])
    frame = pl.DataFrame([read_first_days(told), read_latest_days(told, is_end=is_end).alias("latest")])
    assert frame.select(write_day("edge", "latest")).item() == told.item()


@given(st.dates(min_value=dt.date(1927, 6, 1), max_value=dt.date(2100, 1, 1)))
@settings(max_examples=40)
def test_a_serial_is_the_date_it_stands_for(day):
    serial = (day - dt.date(1899, 12, 30)).days
    assert read_dates(pl.Series([str(serial)])).to_list() == [day]


def typed(table: str, **values: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    row = pl.DataFrame({**{k: [v] for k, v in values.items()}, "file": ["f"], "sheet": [""], "row": [2]})
    text = row.cast(dict.fromkeys(values, pl.String)).with_columns(map(tidy_text, values))
    return type_table(text, table, POLICY)


@pytest.mark.parametrize(("written", "read"), [("45", 45), ("45.0", 45), ("４５岁", 45), (" 45 ", 45)])
def test_ages_are_read_with_their_units(written, read):
    assert typed("identities", age=written)[0]["age"].item() == read


def test_an_unreadable_value_is_null_and_named_without_quoting_it():
    rows, rejected = typed("identities", age="约四十")
    assert rows["age"].to_list() == [None]
    entry = rejected.row(0, named=True)
    assert (entry["row"], entry["column"], entry["rule"]) == (2, "age", "age_is_readable")
    assert "四十" not in entry["reason"]


@pytest.mark.parametrize(
    ("column", "written", "read"),
    [
        ("capture", "读卡", "card"),
        ("capture", "后4位", "last4"),
        ("role", "授课教师", "授课"),
        ("sex", "男性", "男"),
        ("capture", "心算", "心算"),
    ],
)
def test_usual_ways_of_writing_become_the_listed_value_and_others_stay_for_the_rule(column, written, read):
    assert typed("identities", **{column: written})[0][column].item() == read


def test_codes_lose_full_width_forms_and_spaces_but_names_stay_as_written():
    rows, _ = typed(
        "identities", site_area="３４ ０１０３", name="张　三（数学）", id_number='="11010519491231002X"'
    )
    assert rows.row(0, named=True) | {} == {
        "site_area": "340103",
        "name": "张　三（数学）",
        "id_number": "11010519491231002X",
        "file": "f",
        "sheet": "",
        "row": 2,
    }


@pytest.mark.parametrize("column", ["teacher_id", "school_id"])
@pytest.mark.parametrize("written", ["2134000001.0", "２１３４０００００１", "2134000001"])
def test_a_code_that_a_program_took_for_a_number_is_read_as_it_was(column, written):
    rows, rejected = typed("employment", **{column: written})
    assert rows[column].to_list() == ["2134000001"]
    assert rejected.is_empty()


@pytest.mark.parametrize("column", ["teacher_id", "school_id"])
@pytest.mark.parametrize("written", ["340100000012345*****", "3.40E+19", "3.4e19"])
def test_a_code_whose_end_is_lost_goes_back_and_is_nobodys(column, written):
    rows, rejected = typed("employment", **{column: written})
    assert rows[column].to_list() == [None]
    assert rejected.select("rule", "outcome").rows() == [(f"{column}_is_whole", "rejected")]
    assert "文本格式" in rejected["reason"].item()


@pytest.mark.parametrize("end", ["至今", "至 今", "－", "——", "在职", "9999-12-31", "９９９９１２３１"])
def test_an_open_end_is_no_unreadable_date(end):
    rows, rejected = typed("employment", start="2020-09-01", end=end)
    assert rejected.is_empty()
    assert rows["end"].item() is None


@pytest.mark.parametrize("end", ["至今（2023年退休）", "2020-09-01至今", "0", "#N/A"])
def test_an_end_that_may_mean_a_day_is_no_open_end(end):
    _, rejected = typed("employment", start="2020-09-01", end=end)
    assert rejected["rule"].to_list() == ["end_is_readable"]
    assert "写到月" in rejected["reason"].item()


def landed(*firsts: str, name: str = "张三") -> pl.DataFrame:
    rows = range(1, len(firsts) + 1)
    frame = {
        "name": [name] * len(firsts),
        "sex": "女",
        "__first": list(firsts),
        "file": "f",
        "sheet": "",
        "row": rows,
    }
    return pl.DataFrame(frame)


@pytest.mark.parametrize(
    "first",
    [
        "合计",
        "合 计",
        "合计60人",
        "小计：",
        "填表人：李",
        "审核人 王",
        "备注:无",
        "注：",
        "说明",
        "（公章）",
        "经办人：李",
        "制表时间：2026.9",
    ],
)
def test_remarks_are_left_out_and_reported(first):
    rows, dropped = drop_remarks(landed(first), "staff_entries", POLICY)
    assert rows.is_empty()
    assert dropped["rule"].to_list() == ["footer_row"]
    assert dropped["outcome"].to_list() == ["dropped"]


def test_a_record_that_begins_with_a_post_is_no_remark():
    met = {"identity_id": ["I1"], "name": ["李明"], "role": ["负责人"], "__first": ["负责人"]}
    text = pl.DataFrame({**met, "file": "f", "sheet": "", "row": [2]})
    assert drop_remarks(text, "identities", POLICY)[0]["name"].to_list() == ["李明"]


@pytest.mark.parametrize("first", ["注芳", "合肥市第八中学", "1", "说文解", "审慎"])
def test_a_record_is_not_taken_for_a_remark(first):
    assert drop_remarks(landed(first), "staff_entries", POLICY)[0].height == 1


def test_a_header_repeated_on_every_page_is_left_out():
    page = pl.DataFrame(
        {
            "name": ["姓 名"],
            "sex": ["性别"],
            "subject": ["学科"],
            "__first": ["姓 名"],
            "file": "f",
            "sheet": "",
            "row": [40],
        }
    )
    assert drop_remarks(page, "staff_entries", POLICY)[1]["rule"].to_list() == ["repeated_header"]


@given(st.lists(st.none() | st.text("aZ!~09", max_size=3) | st.text(max_size=2), max_size=5))
def test_looking_at_all_bytes_at_once_finds_what_looking_at_each_value_finds(values):
    text = pl.Series(values, dtype=pl.String)
    assert has_odd_byte(text) == bool(text.str.contains(NOT_PLAIN).any())


def test_an_exact_repeat_is_taken_once_and_the_first_is_kept():
    keys = {"raid_id": ["R1", "R1", "R1"], "pupil_no": ["1", "1", "2"], "grade": ["三", "三", "四"]}
    frame = pl.DataFrame({**keys, "file": "f", "sheet": "", "row": [3, 2, 4]})
    kept, dropped = drop_repeats(frame, find_recurring(frame, "pupils"), "pupils")
    assert kept["row"].to_list() == [2, 4]
    assert dropped["row"].to_list() == [3]


def test_a_key_at_either_end_of_the_table_is_not_taken_for_recurring():
    frame = pl.DataFrame({"raid_id": ["R1", "R2", None], "pupil_no": ["1", "1", None]})
    assert find_recurring(frame, "pupils").is_empty()
    assert find_recurring(frame.vstack(frame.tail(1)), "pupils").height == 2


def test_a_spell_may_tell_months_only():
    rows, rejected = typed("employment", start="2015.09", end="2024年7月")
    day = ["start", "start_latest", "end", "end_latest"]
    assert rows.select(day).row(0) == (
        dt.date(2015, 9, 1), dt.date(2015, 9, 30), dt.date(2024, 7, 1), dt.date(2024, 8, 1)
    )  # fmt: skip
    assert rejected.is_empty()


def test_where_a_spreadsheet_lost_the_zero_of_october_the_sender_is_asked_which_month_it_is():
    rows, rejected = typed("employment", start="2015.1", end=None)
    assert rows.select("start", "start_latest").row(0) == ANY_DAY
    assert "1 月还是 10 月" in rejected["reason"].item()


def test_a_spell_whose_end_can_not_be_read_may_have_ended_on_any_day_and_the_sender_is_asked():
    rows, rejected = typed("employment", start="2015-09-01", end="离职")
    assert rows.select("start", "end", "end_latest").row(0) == (dt.date(2015, 9, 1), *ANY_DAY)
    assert rejected["rule"].to_list() == ["end_is_readable"]
    assert typed("employment", start="2015-09-01", end="至今")[0]["end"].item() is None


@pytest.mark.parametrize("start", [None, "/", "无", "至今"])
def test_a_spell_without_a_start_may_have_begun_on_any_day_and_the_sender_is_asked(start):
    rows, rejected = typed("employment", start=start, start_latest=None, end=None)
    assert rows.select("start", "start_latest", "end").row(0) == (*ANY_DAY, None)
    assert rejected["rule"].to_list() == ["start_is_present"]
    assert typed("inspectors", start=start)[1].is_empty()


def test_a_day_of_which_nothing_is_known_is_written_as_unknown():
    frame = pl.DataFrame({"edge": [ANY_DAY[0]], "latest": [ANY_DAY[1]]})
    assert frame.select(write_day("edge", "latest")).item() == "不详"


def test_a_date_of_which_no_latest_day_is_kept_needs_its_day():
    assert typed("inspectors", start="2015-09")[1]["rule"].item() == "start_is_readable"
