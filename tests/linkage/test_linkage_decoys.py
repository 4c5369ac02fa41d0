"""Claims about decoys and the interval of the false-link rate."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.linkage.linkage_scene import NAN, RAIDED, SCHOOLS, met, people, policy, spells
from tongcha.linkage.decoys.drawing import draw_decoys
from tongcha.linkage.engine import propose_links
from tongcha.linkage.estimation.intervals import clopper_pearson, grouped_interval

CARD = {"capture": "card", "id_number": NAN}
LAST_FOUR = {"capture": "last4", "id_number": "**************4319"}


def draw(*identities, count=50, seed="seed", unknown=None, persons=None):
    return draw_decoys(
        met(*identities), people() if persons is None else persons, policy(count), seed, unknown
    )


def test_decoys_are_reproducible_and_hide_what_was_hidden():
    decoys = draw(CARD, LAST_FOUR).identities
    assert decoys.equals(draw(CARD, LAST_FOUR).identities)
    assert not decoys.equals(draw(CARD, LAST_FOUR, seed="other").identities)
    masked = decoys.filter(pl.col("capture") == "last4")["id_number"]
    assert masked.str.starts_with("**************").all()


def test_a_decoy_bears_neither_the_name_nor_the_number_nor_the_phone_of_its_template():
    decoys = draw(CARD | {"phone": "13812345678", "name": "司马青云"}, count=300).identities
    assert not set(decoys["name"]) & {"司马青云"}
    assert not set(decoys["id_number"]) & {NAN}
    assert not set(decoys["phone"]) & {"13812345678"}


def test_decoys_are_drawn_like_those_who_are_probably_on_no_record():
    drawn = draw(CARD, LAST_FOUR, unknown=np.array([0.0, 0.7]))
    assert set(drawn.template) == {1}
    assert set(drawn.identities["capture"]) == {"last4"}


def test_who_told_a_surname_only_lends_a_surname_only():
    names = draw({"name": "陈姐"}, {"name": "小王老师"}, {"name": "老李"}).identities["name"]
    assert names.str.contains("^..?老师$").all()


def test_birth_dates_of_decoys_follow_their_ages():
    decoys = draw(CARD | {"age": 30}, count=40).identities
    years = decoys["id_number"].str.slice(6, 4).cast(pl.Int64)
    own = (decoys["id_number"].str.contains(r"^\d{17}[0-9X]$")) & (years == RAIDED.year - decoys["age"] - 1)
    assert own.sum() >= 38  # the others show somebody else's card


def test_given_names_follow_sex():
    women = people(crowded=False).clear()
    named = pl.concat(
        [women, people().with_columns(sex=pl.lit("男")), people({"name": "赵淑芬", "sex": "女"})]
    )
    only = named.filter((pl.col("name") == "赵淑芬") | (pl.col("sex") == "男"))
    names = draw({"name": "王小丫", "sex": "女", "age": 41}, persons=only).identities["name"]
    assert names.str.ends_with("淑芬").mean() > 0.6  # the others are namesakes or misheard


def test_quality_states_the_false_link_rate_with_its_interval():
    result = propose_links(
        identities=met(CARD),
        people=people({"id_number": NAN}),
        employment=spells(),
        schools=SCHOOLS,
        policy=policy(200),
        batch="b",
        snapshot="2026-10-01",
    )
    row = result.link_quality.filter(pl.col("measure") == "false_accept").row(0, named=True)
    assert row["value"] == 0.0
    assert row["low"] == 0.0
    assert 0.0 < row["high"] < 0.03


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(0, 10, 0.0, 0.3085), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0)],
)
def test_the_interval_is_the_exact_one_of_the_tables(hits, trials, low, high):
    assert clopper_pearson(hits, trials) == pytest.approx((low, high), abs=1e-4)


@settings(max_examples=40)
@given(st.integers(0, 200), st.integers(1, 200))
def test_the_interval_holds_the_share(hits, trials):
    hits = min(hits, trials)
    low, high = clopper_pearson(hits, trials)
    assert 0.0 <= low <= hits / trials <= high <= 1.0


@settings(max_examples=30)
@given(st.lists(st.booleans(), min_size=2, max_size=40), st.integers(2, 5))
def test_trials_that_repeat_each_other_tell_no_more_than_one_of_each(hits, times):
    once = np.array(hits)
    repeated, group = np.repeat(once, times), np.repeat(np.arange(len(once)), times)
    low, high = grouped_interval(repeated, group)
    assert low <= once.mean() <= high
    if 0 < once.sum() < len(once):
        inner = clopper_pearson(int(repeated.sum()), len(repeated))
        assert low <= inner[0]
        assert high >= inner[1]
