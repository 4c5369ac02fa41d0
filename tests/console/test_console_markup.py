from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from console.markup import Piece, align_pair, measure

VALUES = st.text(alphabet="李方芳王0123456789X ", max_size=12)


def words(pieces: list[Piece], *kinds: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


@given(VALUES, VALUES)
@settings(max_examples=200)
def test_both_values_can_be_read_back_and_stand_under_each_other(upper, lower):
    above, below = align_pair(upper, lower)
    assert words(above, "same", "differs") == upper
    assert words(below, "same", "differs") == lower
    if any(piece.kind != "same" for piece in above + below):
        assert measure(words(above, "same", "differs", "gap")) == measure(
            words(below, "same", "differs", "gap")
        )


@given(VALUES)
@settings(max_examples=50)
def test_equal_values_are_not_marked(value):
    assert [piece.kind for side in align_pair(value, value) for piece in side] == ["same", "same"]


def test_one_wrong_digit_is_the_only_mark():
    above, below = align_pair("210203198001011234", "210203198007011234")
    assert (words(above, "differs"), words(below, "differs")) == ("1", "7")


def test_a_missing_digit_keeps_its_room_so_that_the_rest_stays_aligned():
    above, below = align_pair("21020319800101123", "210203198001011234")
    assert words(above, "gap") == "\u00a0"
    assert words(below, "differs") == "4"


def test_a_missing_character_keeps_the_room_of_two_columns():
    above, _ = align_pair("城东实验小学", "城东区实验小学")
    assert words(above, "gap") == "\u00a0\u00a0"


def test_fields_in_which_characters_mean_little_are_left_unmarked():
    above, below = align_pair("城东实验小学", "城东区实验小学", marked=False)
    assert [piece.kind for piece in above + below] == ["same", "same"]


def test_values_with_nothing_in_common_are_left_unmarked():
    assert [piece.kind for side in align_pair("数学", "体育") for piece in side] == ["same", "same"]
