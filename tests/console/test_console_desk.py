"""What waits for whom at the desk, without opening a console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from console.desk import Desk
from console.holds import Holds
from tongcha.tables.review import JUDGEMENTS, REVERIFICATION

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LINK = "L000000000000001"


@pytest.mark.parametrize(
    ("drawn", "verified", "waits_in"),
    [({LINK: 1}, frozenset(), REVERIFICATION), ({LINK: 1}, frozenset({LINK}), ""), ({}, frozenset(), "")],
)
def test_a_settled_link_that_was_drawn_waits_until_somebody_looked_again(drawn, verified, waits_in):
    queue = pl.DataFrame({"link_id": [LINK], "state": ["已确认"], "position": [1]})
    nothing = pl.DataFrame()
    desk = Desk(
        "B", nothing, queue, JUDGEMENTS.empty(), nothing, untouched={LINK: 1}, drawn=drawn, verified=verified,
        recused={}, own={},
    )  # fmt: skip
    assert desk.name_round(LINK) == waits_in


def test_an_open_link_is_kept_from_others_for_a_time_and_then_no_more():
    holds = Holds(minutes=10)
    holds.take("B", LINK, "r1", NOW)
    just_before, after = NOW + timedelta(minutes=9, seconds=59), NOW + timedelta(minutes=10)
    assert holds.held_by_others("B", [LINK], "r2", just_before) == {LINK}
    assert holds.held_by_others("B", [LINK], "r2", after) == set()
    assert holds.held_by_others("B", [LINK], "r1", NOW) == set()
    assert holds.held_by_others("other", [LINK], "r2", NOW) == set()
