"""The fast answer to who served where is the slow one."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl
import pytest

from tests.linkage.employment_lives import RULES, draw_dated, tell
from tests.linkage.linkage_scene import RAIDED
from tests.linkage.slow_employment import tell_slowly


def compare(seed: int, count: int, responsible: Any) -> tuple[set[str], list[str]]:
    """The states that came up, and the people of whom the two say different things."""
    people, rows = draw_dated(seed, count)
    rules = RULES.model_copy(update={"responsible": responsible})
    whose = dict(people.select("teacher_id", "person_id").iter_rows())
    hired = dict(people.group_by("person_id").agg(pl.col("hire_date").min()).iter_rows())
    spells: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        spells[whose[row[0]]].append(row)
    told = tell(people, rows, responsible).drop("spell_no")
    wrong = [
        person
        for person, *answer in told.iter_rows()
        if tuple(answer) != tell_slowly(spells[person], RAIDED, rules, hired[person])
    ]
    return set(told["employment_state"]), wrong


@pytest.mark.parametrize("responsible", ["employer", "host"])
def test_every_spell_is_told_as_slowly(responsible):
    states, wrong = compare(seed=1, count=3000, responsible=responsible)
    assert wrong == []
    assert states == {"in_service", "left", "not_yet", "gap", "undated", "conflict"}


@pytest.mark.slow
@pytest.mark.parametrize("responsible", ["employer", "host"])
@pytest.mark.parametrize("seed", range(2, 6))
def test_every_spell_is_told_as_slowly_in_many_more_lives(seed, responsible):
    assert compare(seed, count=25_000, responsible=responsible)[1] == []
