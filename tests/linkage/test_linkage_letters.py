"""Short forms and school names: leaving pairs out early loses none that fits."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from tongcha.linkage.encoding.letters import Lettered, fit_letters, share_rare_letters

TEXT = st.text("中学一二三实验小外语", min_size=1, max_size=9)
FITS_FROM = st.sampled_from([1.0, 0.99, 0.8, 0.6, 0.34])


@given(st.lists(TEXT, max_size=6), st.lists(TEXT, max_size=6), FITS_FROM, st.integers(1, 2))
def test_the_pairs_found_are_those_of_one_region_whose_letters_occur_in_order(
    shorts, names, fits_from, regions
):
    short_in, name_in = np.arange(len(shorts)) % regions, np.arange(len(names)) % regions
    one, other = (Lettered.of(pl.Series(texts, dtype=pl.String)) for texts in (shorts, names))
    likely = share_rare_letters(one, short_in, other, name_in, fits_from)
    found = fit_letters(one, other, likely, fits_from)
    wanted = {
        (i, j)
        for i, short in enumerate(shorts)
        for j, name in enumerate(names)
        if short_in[i] == name_in[j] and LCSseq.similarity(short, name) >= len(short) * fits_from - 1e-9
    }
    assert set(zip(*(side.tolist() for side in found), strict=True)) == wanted


def test_a_short_form_fits_names_that_hold_its_letters_in_order():
    names = Lettered.of(pl.Series(["合肥市第一中学", "合肥市第一中等职业学校", "合肥市中学第一分校"]))
    every = np.zeros(3, np.int64), np.arange(3)
    assert fit_letters(Lettered.of(pl.Series(["合肥一中"])), names, every, 1.0)[1].tolist() == [0, 1]
