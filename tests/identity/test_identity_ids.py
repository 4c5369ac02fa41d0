"""ID numbers and phones: laws that hold for every number, and columns that agree with single values."""

from __future__ import annotations

import re
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from tests.identity.id_scene import QUICK, TODAY, births, numbers, with_check
from tongcha.identity.id_columns import SCHEMA, id_columns
from tongcha.identity.id_numbers import check_digit, match_mask, parse_id, tidy_id, upgrade_15
from tongcha.identity.id_repair import repair_candidates
from tongcha.identity.phones import parse_phone, phone_columns
from tongcha.tables.id_statuses import STATUS_LABELS, STATUSES


@given(numbers)
@QUICK
def test_a_number_with_its_own_check_digit_is_valid_and_tells_what_it_holds(number):
    parsed = parse_id(number, today=TODAY)
    assert (parsed.status, parsed.clean, parsed.mask) == ("valid", number, "")
    assert f"{parsed.birth_date:%Y%m%d}" == number[6:14]
    assert parsed.sex == ("男" if int(number[16]) % 2 else "女")


@given(numbers)
@QUICK
def test_the_check_digit_is_the_one_an_independent_library_computes(number):
    assert ric.calc_check_digit(number) == number[17]


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
@QUICK
def test_a_single_wrong_character_is_always_noticed(number, place, character):
    wrong = number[:place] + character + number[place + 1 :]
    if wrong == number:
        return
    parsed = parse_id(wrong, today=TODAY)
    assert parsed.clean == ""
    assert parsed.status in {"bad_check", "bad_chars", "destroyed_zeroed"}


@given(births, st.integers(1, 995))
@QUICK
def test_upgrading_keeps_the_old_number_inside_and_passes_the_check(born, order):
    old = f"110105{born:%y%m%d}{order:03d}"
    full = upgrade_15(old)
    assert full[:6] + full[8:17] == old
    assert check_digit(full[:17]) == full[17]


def test_the_sequence_of_centenarians_belongs_to_the_century_before():
    assert upgrade_15("110105950101996")[6:10] == "1895"


@given(numbers, st.sampled_from([" {}", "{}\u200b", "'{}", "\ufeff{}", '="{}"', "{} ", "`{}"]))
@QUICK
def test_wrapping_changes_nothing_and_tidying_twice_is_tidying_once(number, wrapping):
    written = wrapping.format(number)
    assert parse_id(written, today=TODAY) == parse_id(number, today=TODAY)
    assert tidy_id(tidy_id(written)) == tidy_id(written)


def test_a_day_of_birth_after_today_is_no_date():
    tomorrow = with_check(f"110105{TODAY + timedelta(1):%Y%m%d}001")
    assert parse_id(tomorrow, today=TODAY).status == "bad_date"
    assert parse_id(tomorrow, today=TODAY + timedelta(1)).status == "valid"


@pytest.mark.parametrize(
    ("written", "status", "mask"),
    [
        ("320102********1234", "masked", "320102********1234"),
        ("3201****1234", "masked", "3201**********1234"),
        ("320102xxxxxxxx123x", "masked", "320102********123X"),
        ("210203199001011***", "destroyed_numeric", "210203199001011***"),
        ("123x", "last4", "**************123X"),
        ("011234", "last6", "************011234"),
        ("2.10E+17", "destroyed_numeric", "2" + "*" * 17),
        ("2.10203E+17", "destroyed_numeric", "21020" + "*" * 13),
        ("32010219900101*23X", "masked", "32010219900101*23X"),
    ],
)
def test_what_is_known_in_part_becomes_a_mask_and_never_a_value(written, status, mask):
    parsed = parse_id(written)
    assert (parsed.status, parsed.mask, parsed.clean) == (status, mask, "")


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("", "empty"),
        ("不详", "empty"),
        ("H12345678", "hmt_permit"),
        ("M1234567801", "hmt_permit"),
        ("E12345678", "passport"),
        ("EA1234567", "passport"),
        ("12345678", "tw_permit"),
        ("911124198108030024", "fpr_new"),
        ("CAN110081080310", "fpr_old"),
        ("990105194912310020", "bad_check"),
        ("没带身份证", "bad_chars"),
        ("1234567890123", "bad_length"),
        ("****", "masked"),
    ],
)
def test_other_documents_and_leftovers_have_a_status_of_their_own(written, status):
    if written == "****":
        assert parse_id(written).status == "bad_chars"
    else:
        assert parse_id(written).status == status


@pytest.mark.parametrize(
    ("written", "tail"),
    [
        ("尾号2278", "2278"),
        ("后四位2278", "2278"),
        ("身份证后4位 227X", "227X"),
        ("身份证号码后四位：227x", "227X"),
        ("证件尾号（2278）", "2278"),
        ("最后四位是2278", "2278"),
        ("末４位****2278", "2278"),
        ("2278（后四位）", "2278"),
    ],
)
def test_the_last_four_places_may_be_named_in_words(written, tail):
    parsed = parse_id(written)
    assert (parsed.status, parsed.mask, parsed.clean) == ("last4", "*" * 14 + tail, "")


@pytest.mark.parametrize("written", ["手机尾号2278", "后四位22789", "尾号227", "后六位2278", "车牌尾号2278"])
def test_other_tails_are_no_last_four_places(written):
    assert (parse_id(written).mask, parse_id(written).clean) == ("", "")


def test_every_status_is_told_in_chinese():
    assert all(re.search(r"[\u4e00-\u9fff]", label) for label in STATUS_LABELS.values())
    assert not any(mark in label for label in STATUS_LABELS.values() for mark in ",;:()")


def test_a_number_is_found_behind_its_label_but_only_if_it_is_valid():
    assert parse_id("身份证号：11010519491231002X").clean == "11010519491231002X"
    assert parse_id("11010519491231002X（本人）").status == "valid"
    assert parse_id("身份证号：110105194912310021").status == "bad_chars"


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_no_text_makes_a_reader_fail(text):
    parsed = parse_id(text, today=TODAY)
    assert parsed.status in STATUSES
    assert not (parsed.clean and parsed.mask)
    assert repair_candidates(text) == [] or parsed.clean == ""
    assert parse_phone(text).clean == "" or parse_phone(text).mask == ""


def test_an_unknown_region_is_a_flag_but_an_unknown_province_is_no_number():
    county = with_check("11999919900101002")
    assert (parse_id(county).status, parse_id(county).clean) == ("unknown_region", county)
    assert parse_id(county, known_regions={"119999"}).status == "valid"
    nowhere = with_check("77010119900101002")
    assert (parse_id(nowhere).status, parse_id(nowhere).clean) == ("unknown_region", "")


def test_a_mask_is_compared_on_what_it_knows():
    assert match_mask("210203199001011***", "210203199001011234") == 15
    assert match_mask("**************1234", "210203199001011234") == 4
    assert match_mask("**************1235", "210203199001011234") == 0
    assert match_mask("1234", "210203199001011234") == 0


written_ids = st.one_of(
    numbers,
    st.builds(
        lambda n, i, d: n[:i] + d + n[i + 1 :], numbers, st.integers(0, 17), st.sampled_from("0123X* ")
    ),
    st.text(alphabet="0123456789Xx*+E. lO", max_size=20),
    st.none(),
)


@given(st.lists(written_ids, max_size=25))
@QUICK
def test_a_column_of_ids_is_read_as_each_value_is(written):
    columns = id_columns(pl.Series(written, dtype=pl.String), today=TODAY)
    assert columns.schema == SCHEMA
    for text, row in zip(written, columns.iter_rows(named=True), strict=True):
        parsed = parse_id(text, today=TODAY)
        assert row == {name: getattr(parsed, name) or None for name in SCHEMA.names()}
        assert parsed.status in STATUSES


RARE = ["119999", "999999", "770101", "710101", "810000", "830001", "110105", "911124"]


@given(st.lists(st.builds(lambda r, n: with_check(r + n[6:17]), st.sampled_from(RARE), numbers), max_size=9))
@QUICK
def test_a_column_of_regions_nobody_listed_is_read_as_each_value_is(written):
    for known in (frozenset[str](), frozenset({"119999", "770101"})):
        columns = id_columns(pl.Series(written, dtype=pl.String), today=TODAY, known_regions=known)
        for text, row in zip(written, columns.iter_rows(named=True), strict=True):
            parsed = parse_id(text, today=TODAY, known_regions=known)
            assert row == {name: getattr(parsed, name) or None for name in SCHEMA.names()}


@pytest.mark.parametrize(
    ("written", "clean", "mask"),
    [
        ("13800138000/13900139000", "13800138000", ""),
        ("0411-84001234", "", ""),
        ("(+86)13800138000", "13800138000", ""),
        ("008613800138000", "13800138000", ""),
        ("138-0013-8000", "13800138000", ""),
        ("王老师13800138000微信同号", "13800138000", ""),
        ("00000000000", "", ""),
        ("13800000000", "", ""),
        ("1380013800", "", ""),
        ("138xxxx8000", "", "138****8000"),
        ("1.3800138E+10", "", ""),
        ("不详", "", ""),
        ("12345678901", "", ""),
    ],
)
def test_phones_as_people_write_them(written, clean, mask):
    parsed = parse_phone(written)
    assert (parsed.clean, parsed.mask) == (clean, mask)


def test_a_second_phone_in_the_cell_is_kept_apart():
    assert parse_phone("13800138000 13900139001").others == ("13900139001",)


written_phones = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text(alphabet="0123456789+-*x .E（）(", max_size=18),
    st.none(),
)


@given(st.lists(written_phones, max_size=25))
@QUICK
def test_a_column_of_phones_is_read_as_each_value_is(written):
    columns = phone_columns(pl.Series(written, dtype=pl.String))
    for text, row in zip(written, columns.iter_rows(named=True), strict=True):
        parsed = parse_phone(text)
        assert row == {"clean": parsed.clean or None, "mask": parsed.mask or None}


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
@QUICK
def test_a_clean_phone_stays_as_it_is(number):
    assert parse_phone(number).clean in {number, ""}
    assert parse_phone(parse_phone(number).clean).clean == parse_phone(number).clean
