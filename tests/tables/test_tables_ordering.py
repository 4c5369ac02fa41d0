"""Sorting text as numbers gives what sorting text gives."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tongcha.tables import ordering
from tongcha.tables.ordering import is_sorted_by, sort_by

BEGINNINGS = st.sampled_from(["", "T", "2101", "学校", "\0", "aaaaaaaaaaaaaaaaaaaaaaaa"])
ENDS = st.one_of(
    st.text("01T学\0", max_size=9), st.text(max_size=6), st.integers(0, 10**7).map("{:08d}".format)
)


@pytest.fixture(autouse=True)
def _every_frame_is_large(monkeypatch):
    monkeypatch.setattr(ordering, "MANY", 0)


@pytest.mark.slow
@given(BEGINNINGS, st.lists(st.tuples(st.none() | ENDS, st.none() | st.integers(-3, 3)), max_size=12))
@example("", [("a\0", 1), ("a", 2), ("", 3), ("\0", 4)])
@example("T", [("0000002", 1), ("0000001", 1), ("0000002", 0)])
@pytest.mark.parametrize("key", [("a",), ("a", "b"), ("b", "a")])
def test_the_order_is_that_of_the_plain_sort_whatever_the_keys(key, beginning, rows):
    cells = [(None if a is None else beginning + a, b, n) for n, (a, b) in enumerate(rows)]
    frame = pl.DataFrame(cells, schema={"a": pl.String, "b": pl.Int64, "n": pl.Int64}, orient="row")
    assert sort_by(frame, key).equals(frame.sort(key, nulls_last=True, maintain_order=True))


@pytest.mark.parametrize("key", [("a",), ("b", "a"), ("a", "b")])
def test_a_frame_known_to_be_in_order_is_one_that_sorting_would_leave_as_it_is(key):
    cells = [(a, b) for a in ("x", "y", None) for b in (1, 2)]
    for rows in itertools.product(cells, repeat=3):
        frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.Int64}, orient="row")
        is_as_sorted = frame.equals(frame.sort(key, nulls_last=True, maintain_order=True))
        has_null = any(frame[name].null_count() for name in key)
        assert is_sorted_by(frame, key) == (is_as_sorted and not has_null)
