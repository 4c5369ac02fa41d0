"""Headers: found below titles and through marks and remarks, and never made of somebody's data."""

from __future__ import annotations

import pytest

from tests.intake.intake_batches import read
from tests.intake_files import IDENTITY_HEADER, IDENTITY_ROW, POLICY, make_batch, write_book
from tongcha.errors import InputError
from tongcha.intake.headers import HeaderBook, clean_header


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("姓 名", "姓名"),
        ("备注\n(科目)", "备注"),
        ("＊身份证号（必填）：", "身份证号"),
        ("\ufeff姓名", "姓名"),
        ("姓名*（必填）", "姓名"),
        ("（必填）性别", "性别"),
        ("【必填】手机号", "手机号"),
        ("★身份证号码\n(18位)", "身份证号码"),
        ("身份证号（必填）后四位", "身份证号后四位"),
        ("1.姓名", "姓名"),
        ("※性别", "性别"),
        ("学科（主(教)）", "学科"),
        ("（必填）", "(必填)"),
    ],
)
def test_headers_are_cleaned_before_they_are_looked_up(written, cleaned):
    assert clean_header(written) == cleaned


def test_the_header_is_found_below_titles_and_the_best_line_wins():
    rows = [["某校名册", "", ""], ["姓名", "", ""], ["姓 名", "性别", "学科\n(主)"], ["张三", "女", "数学"]]
    header = HeaderBook(POLICY, ["staff_entries"]).find_header(rows, "staff_entries")
    assert header is not None
    assert (header.line, header.places) == (2, {"name": 0, "sex": 1, "subject": 2})


def test_columns_nobody_knows_are_named_and_harmless_ones_are_not():
    rows = [["序号", "姓名", "性别", "学科", "星座"]]
    header = HeaderBook(POLICY, ["staff_entries"]).find_header(rows, None)
    assert header is not None
    assert header.unknown == ("星座",)


def test_of_a_thousand_columns_that_nobody_knows_a_few_are_named(inbox):
    columns = [f"列{n}" for n in range(1000)]
    folder = make_batch(inbox)
    write_book(folder / "identities.xlsx", {"现场人员": [[*IDENTITY_HEADER, *columns], IDENTITY_ROW]})
    note = read(inbox).rejected_rows["reason"].item(0)
    assert note.endswith("等 1000 列")
    assert len(note) < 150


def test_two_lists_side_by_side_go_back_and_nobody_of_the_second_is_lost(inbox):
    folder = make_batch(inbox)
    rows: list[list[object]] = [
        [*IDENTITY_HEADER, *IDENTITY_HEADER],
        [*IDENTITY_ROW, "I2", *IDENTITY_ROW[1:]],
    ]
    write_book(folder / "identities.xlsx", {"现场人员": rows})
    with pytest.raises(InputError, match="“姓名”一列出现两次"):
        read(inbox)


def test_a_form_for_one_person_is_no_table_and_nothing_on_it_is_quoted(inbox):
    folder = make_batch(inbox)
    form = [
        ["姓名", "张三", "性别", "男"],
        ["证件号码", "11010519491231002X", "手机号", "13800138000", "年龄", "76"],
    ]
    write_book(folder / "identities.xlsx", {"登记表": form})
    with pytest.raises(InputError, match="表头") as refusal:
        read(inbox)
    assert not {"张三", "110105", "138001"} & {
        str(refusal.value)[n : n + k] for n in range(200) for k in (2, 6)
    }
