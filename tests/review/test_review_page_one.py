"""Page one claims no more than was measured, and the same wherever it is read."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.page_one import tell_error_rates
from assets.store import WHOLE, TableStore
from tongcha.linkage.estimation.intervals import clopper_pearson
from tongcha.review.page_one import BLIND, DECOYS, TOLD, UNLOOKED, state_error_rates, write_share
from tongcha.tables.review import REVIEW_QUALITY


def quality(**counts: tuple[int, int]) -> pl.DataFrame:
    rows = [
        {"measure": measure, "label": measure, "hits": hits, "trials": trials}
        | (dict(zip(("low", "high"), clopper_pearson(hits, trials), strict=True)) if trials else {})
        for measure, (hits, trials) in counts.items()
    ]
    return REVIEW_QUALITY.conform(pl.DataFrame(rows, schema_overrides=REVIEW_QUALITY.schema))


def test_where_nobody_has_looked_no_number_is_given():
    for nothing in (REVIEW_QUALITY.empty(), quality(**{BLIND: (0, 0), TOLD: (0, 0)})):
        assert state_error_rates(nothing) == [UNLOOKED]
    assert "不等于没有" in UNLOOKED
    assert not any(sign.isdigit() for sign in UNLOOKED)


def test_the_rate_stands_with_its_number_and_its_interval_and_the_decoys_beside_it():
    counts = {BLIND: (1, 30), TOLD: (1, 5), **dict(zip(DECOYS, ((0, 7000), (31, 7000)), strict=True))}
    blind, told, decoys = state_error_rates(quality(**counts))
    assert blind == "已确认比对经盲核30件，认错1件，占3.3%（95%区间0.08%至17.2%）。"
    assert "反馈5件，其中认错人1件" in told
    assert "7000名不存在的人" in decoys
    assert "签字即可确认”的没有（至多0.05%）" in decoys
    assert "两人复核”的占0.44%（95%区间0.30%至0.63%）" in decoys
    assert "人把关之前" in decoys


@settings(max_examples=40)
@given(st.integers(1, 3000))
def test_no_error_found_is_never_written_as_nought_per_cent(looked):
    [sentence] = state_error_rates(quality(**{BLIND: (0, looked)}))
    assert f"{looked}件，没有发现认错的" in sentence
    assert f"高至{write_share(clopper_pearson(0, looked)[1])}" in sentence
    assert "占" not in sentence


@settings(max_examples=40)
@given(st.floats(1e-9, 1))
def test_a_share_is_never_rounded_to_nothing(share):
    assert write_share(share).strip("不足%0.")


def test_the_sentences_are_the_same_whatever_the_order_of_rows():
    counts = {BLIND: (0, 12), TOLD: (2, 9), **dict.fromkeys(DECOYS, (3, 1000))}
    assert state_error_rates(quality(**counts)) == state_error_rates(quality(**counts).reverse())


def test_a_table_of_an_older_version_says_what_to_run_and_stops_nobody(tmp_path):
    store = TableStore(tmp_path)
    assert tell_error_rates(store) == [UNLOOKED]
    store.write(REVIEW_QUALITY, WHOLE, quality(**{BLIND: (0, 12)}).drop("hits", "trials"))
    [told] = tell_error_rates(store)
    assert "旧的表结构" in told
    assert "处理办法" in told
