"""ID numbers with slips: what is read as the number, and which numbers may have been meant."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.identity.id_scene import QUICK, TODAY, numbers
from tongcha.identity.id_numbers import parse_id, read_letters
from tongcha.identity.id_repair import KINDS, repair_candidates, repair_id


@given(numbers, st.integers(0, 16))
@QUICK
def test_two_exchanged_neighbours_are_always_noticed_and_found_again(number, place):
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if wrong == number:
        return
    assert parse_id(wrong, today=TODAY).clean == ""
    assert number in repair_candidates(wrong, today=TODAY)


@given(numbers, st.integers(0, 16), st.sampled_from("0123456789"))
@QUICK
def test_one_wrong_lost_or_doubled_character_leads_back_to_the_number(number, place, digit):
    wrong = number[:place] + digit + number[place + 1 :]
    lost = number[:place] + number[place + 1 :]
    doubled = number[:place] + number[place] + number[place:]
    for written in (wrong, lost, doubled):
        if written != number:
            assert number in repair_candidates(written, today=TODAY)


@given(numbers)
@QUICK
def test_candidates_are_valid_differ_from_what_was_written_and_come_in_order(number):
    written = number[:5] + str((int(number[5]) + 1) % 10) + number[6:]
    found = repair_id(written, today=TODAY)
    assert all(parse_id(candidate, today=TODAY).clean == candidate != written for candidate, _ in found)
    kinds = [KINDS.index(kind) for _, kind in found]
    assert kinds == sorted(kinds)
    assert len({candidate for candidate, _ in found}) == len(found)


@given(numbers)
@QUICK
def test_a_valid_number_is_never_repaired(number):
    assert repair_candidates(number, today=TODAY) == []


@given(numbers, st.sets(st.integers(0, 17), min_size=1), st.data())
@QUICK
def test_letters_that_stand_for_digits_are_read_as_those_if_the_check_digit_then_holds(number, places, data):
    looks = {"0": "Oo", "1": "IiLl|", "2": "Zz", "5": "Ss", "8": "Bb"}
    written = "".join(
        data.draw(st.sampled_from(looks[digit])) if place in places and digit in looks else digit
        for place, digit in enumerate(number)
    )
    if written != number:
        assert (parse_id(written, today=TODAY).clean, read_letters(written, today=TODAY)) == ("", number)
        assert (number, "confusion") in repair_id(written, today=TODAY)
        assert read_letters(written[:17] + ("0" if number[17] != "0" else "1"), today=TODAY) == ""


def test_a_circle_for_one_digit_is_a_zero_and_three_in_a_row_hide_digits():
    assert read_letters("11〇105194912310〇2X") == "11010519491231002X"
    assert read_letters("11010519491231〇〇〇〇") == ""
    assert parse_id("11010519491231〇〇〇〇").mask == "11010519491231****"
