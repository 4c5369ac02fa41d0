"""The fast levels agree with a slow and obvious reference, pair by pair."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongcha.identity.ladder import name_level
from tongcha.linkage.comparison import fields, names
from tongcha.linkage.comparison.fields import AGE_LEVELS, ID_LEVELS, PHONE_LEVELS
from tongcha.linkage.comparison.names import NAME_LEVELS, REFERENCE_LEVELS
from tongcha.linkage.encoding.codes import ABSENT, Levels
from tongcha.linkage.encoding.sides import Side, code_side

CHARS = "张章赵王汪李黎阎闫欧阳明鸣敏民晓小晴睛伟玮乐月强单解曾"
NAMES = st.one_of(
    st.text(CHARS, min_size=2, max_size=4),
    st.sampled_from(
        ["小王老师", "王老师", "张?明", "阿卜杜拉·买买提", "阿不都拉麦麦提", "不详", "Zhang Wei", "尉迟琳"]
    ),
)


def compare_numbers(met: Side, person: Side) -> Levels:
    return fields.compare_numbers(met, person, slip_places=9)


def side(**columns: Any) -> Side:
    return code_side(pl.DataFrame(columns))


@settings(max_examples=40)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=20))
def test_name_levels_are_those_of_the_readable_ladder(pairs):
    left, right = zip(*pairs, strict=True)
    capture = ["oral"] * len(pairs)
    fast = names.compare_names(side(name=left, capture=capture), side(name=right, capture=capture))
    for (a, b), level in zip(pairs, fast.tolist(), strict=True):
        slow = REFERENCE_LEVELS[name_level(a, b)]
        finer = [NAME_LEVELS.index(name) for name in ("surname_same", "surname_sounds")]
        shown = NAME_LEVELS.index("different") if level in finer else level
        assert shown == slow, (a, b, NAME_LEVELS[level])


@settings(max_examples=60)
@given(st.integers(13_000_000_000, 19_999_999_999), st.integers(0, 10), st.integers(0, 9), st.booleans())
def test_phone_levels_count_digits_that_differ(phone, place, digit, other):
    text = str(phone)
    changed = text[:place] + str(digit) + text[place + 1 :]
    changed = changed[::-1].replace("0", "3", 1)[::-1] if other else changed
    differing = sum(a != b for a, b in zip(text, changed, strict=True))
    if not 13_000_000_000 <= int(changed) <= 19_999_999_999 or "00000000" in {text[3:], changed[3:]}:
        return
    level = fields.compare_phones(side(phone=[text], name=["张伟"]), side(phone=[changed], name=["张伟"]))[0]
    assert PHONE_LEVELS[level] == ["exact", "near", "different"][min(differing, 2)]


@settings(max_examples=60)
@given(
    st.dates(date(1950, 1, 1), date(2005, 12, 31)),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    st.integers(16, 80),
)
def test_age_levels_are_those_of_counted_birthdays(born, day, age):
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    met = side(name=["张伟"], age=[age], raid_date=[day], capture=["oral"])
    level = fields.compare_ages(met, side(name=["张伟"], birth_date=[born]))[0]
    off = abs(age - years)
    assert (
        AGE_LEVELS[level] == ("same", "one", "two")[off] if off <= 2 else ("far" if off <= 4 else "very_far")
    )


VALID = "340104198503124319"


@pytest.mark.parametrize(
    ("written", "level"),
    [
        (VALID, "exact"),
        (VALID.replace("1985", "1986"), "near"),
        (VALID[:8] + VALID[9:], "near"),
        (VALID[:9] + VALID[10] + VALID[9] + VALID[11:], "near"),
        (VALID[:6] + "********" + VALID[14:], "partial"),
        (VALID[-4:], "partial"),
        (VALID[:6] + "********4329", "partial_near"),
        (VALID[:6] + "********9329", "different"),
        ("4399", "conflict"),
        ("9999", "different"),
        ("340104199007155540", "different"),
        ("340104199007155541", "conflict"),
        ("不详", None),
        (None, None),
    ],
)
def test_number_levels(written, level):
    met = side(name=["张伟"], id_number=[written], capture=["typed"])
    got = compare_numbers(met, side(name=["张伟"], id_number=[VALID]))[0]
    assert got == (ABSENT if level is None else ID_LEVELS.index(level))


def test_a_fifteen_digit_number_is_the_same_number():
    old = VALID[:6] + VALID[8:17]
    got = compare_numbers(side(name=["张"], id_number=[old]), side(name=["张"], id_number=[VALID]))
    assert got.tolist() == [0]


def test_what_one_side_lacks_is_absent_and_not_different():
    met = side(
        name=[None],
        id_number=[None],
        phone=[None],
        sex=[None],
        age=[None],
        raid_date=[None],
        site_area=[None],
    )
    person = side(
        name=["张伟"], id_number=[VALID], phone=["13812345678"], sex=["男"], birth_date=[date(1985, 3, 12)]
    )
    for compare in (
        names.compare_names,
        compare_numbers,
        fields.compare_phones,
        fields.compare_births,
        fields.compare_ages,
        fields.compare_sexes,
        fields.compare_areas,
    ):
        assert np.array_equal(compare(met, person), [ABSENT])


def test_birth_levels():
    born = date(1985, 3, 12)
    for shift, level in ((0, 0), (366, 2), (1, 1)):
        got = fields.compare_births(
            side(name=["张"], birth_date=[born]), side(name=["张"], birth_date=[born + timedelta(days=shift)])
        )
        assert got.tolist() == [level]
