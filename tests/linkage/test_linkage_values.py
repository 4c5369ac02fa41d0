"""Claims about how written values are read: what the fast reader makes of them, what a link may do then."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.linkage.linkage_scene import LI, NAN, best, link, met, people, score
from tests.linkage.slow_levels import read_number
from tongcha.identity.phones import parse_phone
from tongcha.linkage.encoding.values import read_numbers, read_phones

STATES = ("absent", "valid", "partial", "bad")
LETTERS = {"0": "Oo〇", "1": "IlL|", "2": "Z", "5": "S", "8": "B"}
TWO_LETTERS, THREE_LETTERS = "34O1O4198503124319", "34OlO4198503124319"


@st.composite
def lettered(draw):
    """A number with letters for some of its digits, right or with a place changed."""
    number = draw(st.sampled_from([NAN, LI]))
    if draw(st.booleans()):
        place = draw(st.integers(0, 17))
        number = number[:place] + draw(st.sampled_from("0123456789XA*")) + number[place + 1 :]
    return "".join(draw(st.sampled_from(digit + LETTERS.get(digit, ""))) for digit in number)


@st.composite
def decorated(draw):
    """A number, whole or in part, with something around, in between, or instead of it."""
    whole = [NAN, LI, NAN[:15] + "000", NAN[:17] + "0", NAN[-4:], NAN[:6] + "XXXXXXXX" + NAN[14:], NAN[:10]]
    number = list(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(number)))
        number.insert(place, draw(st.sampled_from("0123456789XxOl*Ｘ９ 号'（）.-…第")))
    return "".join(number)


@pytest.mark.slow
@given(st.lists(lettered() | decorated(), min_size=1, max_size=20))
def test_a_number_with_letters_or_around_is_read_as_the_slow_reference_reads_it(written):
    table, state, text = read_numbers(pl.Series(written))
    for place, value in enumerate(written):
        kind, number = read_number(value)
        assert STATES[state[place]] == kind, value
        assert (text[place] or bytes(table[place]).decode().strip("\0")) == number, value


@pytest.mark.slow
@given(
    st.lists(
        st.text("138138０１３８ 80-+.*/、话", max_size=16) | st.from_regex(r"1[3-9][0-9]{3}[05]{6}"),
        max_size=9,
    )
)
def test_a_phone_is_read_as_each_cell_is(written):
    expected = [int(parse_phone(text).clean or 0) for text in written]
    assert read_phones(pl.Series(written, dtype=pl.String)).tolist() == expected


FAILS = NAN[:17] + "0"


@pytest.mark.slow
@pytest.mark.parametrize("around", ["{}号", "'{}", "身份证{}", "{}（核）", "{}.", "({})"])
def test_what_stands_around_a_number_hides_neither_it_nor_that_its_check_fails(around):
    teacher, phone = people({"id_number": NAN, "phone": "13812345678"}), {"phone": "13812345678"}
    right = best(link(met({"id_number": around.format(NAN)}), teacher))
    assert (right["decision"], right["evidence_grade"]) == ("accept", "甲")
    wrong = best(link(met(phone | {"id_number": around.format(FAILS)}), teacher))
    assert wrong["decision"] == "review"
    assert "校验不通过" in wrong["reason"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "as_well"),
    [
        (NAN[:6] + "XXXXXXXX" + NAN[14:], NAN[:6] + "********" + NAN[14:]),
        (NAN[:15] + "000", NAN[:15] + "***"),
        ("…" + NAN[14:], "*" * 14 + NAN[14:]),
        (NAN[14:] + ".", "*" * 14 + NAN[14:]),
        (NAN[:6] + "********" + NAN[14:] + "号", NAN[:6] + "********" + NAN[14:]),
    ],
)
def test_a_number_in_part_is_read_however_its_hidden_places_are_written(written, as_well):
    assert score({"id_number": written}, {"id_number": NAN}) == score(
        {"id_number": as_well}, {"id_number": NAN}
    )


@pytest.mark.parametrize("written", ["手机尾号2278", "第4319号", "34*0104198503124319"])
def test_what_is_no_number_is_none(written):
    assert read_numbers(pl.Series([written]))[1].tolist() in ([0], [3])


@pytest.mark.slow
@pytest.mark.parametrize(
    "written", [TWO_LETTERS, THREE_LETTERS, "34〇1〇4198503124319", "340I04198SO3124319"]
)
def test_a_number_whose_letters_stand_for_digits_is_accepted_with_the_right_name(written):
    link_ = best(link(met({"id_number": written}), people({"id_number": NAN})))
    assert (link_["decision"], link_["evidence_grade"]) == ("accept", "甲")


def test_a_number_whose_letters_stand_for_digits_is_never_accepted_with_another_name():
    link_ = best(link(met({"id_number": TWO_LETTERS, "name": "李志强"}), people({"id_number": NAN})))
    assert link_["decision"] == "review"


def test_a_number_with_letters_is_shown_as_written_and_its_reading_is_told():
    shown = link(met({"id_number": TWO_LETTERS}), people({"id_number": NAN})).link_evidence
    row = shown.filter(pl.col("field") == "证件号").row(0, named=True)
    assert (row["identity_value"], row["person_value"]) == (TWO_LETTERS, NAN)
    assert "字母按形近数字读出" in row["sentence"]


@pytest.mark.slow
@pytest.mark.parametrize("words", ["尾号{}", "后四位{}", "身份证后4位 {}"])
def test_last_four_places_in_words_count_as_the_last_four_alone(words):
    plain, worded = ({"id_number": way.format(NAN[-4:]), "age": 41} for way in ("{}", words))
    assert score(worded, {"id_number": NAN}) == score(plain, {"id_number": NAN}) > 0
    assert read_number(words.format(NAN[-4:])) == ("partial", "*" * 14 + NAN[-4:])


def test_letters_in_a_number_that_fails_its_check_digit_count_as_no_further_mistakes():
    wrong = TWO_LETTERS[:17] + "8"
    link_ = best(link(met({"id_number": wrong}), people({"id_number": NAN})))
    assert (link_["decision"], link_["reason"]) == ("review", "证件号码校验不通过，须核对原件，须两人复核")
    shown = link(met({"id_number": wrong}), people({"id_number": NAN})).link_evidence
    assert shown.filter(pl.col("field") == "证件号")["level"].to_list() == ["差一处"]
