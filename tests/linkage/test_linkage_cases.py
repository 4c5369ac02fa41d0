"""Claims about the labelled pairs, by tier."""

from __future__ import annotations

import polars as pl
import pytest

from tests.linkage.linkage_cases import FROZEN, weigh_cases
from tongcha.linkage.evidence import LEVEL_LABELS

WORDS = {level: words[0] for level, words in LEVEL_LABELS["name"].items()}


@pytest.fixture(scope="module")
def weighed():
    return weigh_cases()


def test_there_are_at_least_three_hundred_pairs(weighed):
    assert weighed.height >= 300


def test_blocking_loses_no_strong_case(weighed):
    assert weighed.filter(pl.col("tier") == "STRONG", pl.col("bits").is_null())["case"].to_list() == []


def test_the_name_stands_on_the_rung_that_the_label_says(weighed):
    met = weighed.drop_nulls("bits")
    labelled = pl.col("name_level").replace_strict(WORDS | {"absent": ""}, default=None)
    wrong = met.filter(pl.col("level").fill_null("") != labelled)
    assert wrong.select("case", "name_level", "level").rows() == []


def test_weights_fall_from_tier_to_tier(weighed):
    mean = dict(weighed.group_by("tier").agg(pl.col("bits").fill_null(-25.0).mean()).iter_rows())
    assert mean["STRONG"] > mean["MEDIUM"] > mean["WEAK"] > mean["NONE"]


def test_nothing_that_people_must_see_is_accepted(weighed):
    accepted = weighed.filter(pl.col("decision") == "accept")
    assert accepted.filter(pl.col("tier").is_in(["REVIEW", "NONE", "WEAK"]))["case"].to_list() == []


def test_the_frozen_scores_still_hold(weighed):
    frozen = pl.read_csv(FROZEN, schema_overrides={"bits": pl.Float64})
    now = weighed.select(frozen.columns)
    moved = now.join(frozen, on=frozen.columns, how="anti", nulls_equal=True)
    assert moved.rows() == [], "rewrite with python -m tests.linkage.linkage_cases if this is wanted"
