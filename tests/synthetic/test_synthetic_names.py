"""Names follow published totals, and mistakes in names and numbers are single and of the stated kind."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from tongcha.errors import PolicyError
from tongcha.identity.characters import all_readings
from tongcha.synthetic.confusions import Dice
from tongcha.synthetic.corruption import blur_rare, change_digit, mask_id, mishear, mistype_id, respell
from tongcha.synthetic.frequencies import POLICY, NameFrequencies, weigh_surnames
from tongcha.synthetic.setting import build_setting
from tongcha.synthetic.shares import WorldShares
from tongcha.synthetic.spec import CITY

MILLION = 1_000_000
NUMBER = "215503198807250526"
SETTING = build_setting(CITY)


@pytest.fixture(scope="module")
def million():
    rng = np.random.default_rng(7)
    born = np.clip(rng.triangular(1945, 1978, 2006, MILLION).round(), 1930, 2008).astype(np.int64)
    given_names = SETTING.drawer.draw_given(rng, rng.random(MILLION) < 0.5, born)
    return pl.Series("name", np.char.add(SETTING.drawer.draw_surnames(rng, MILLION), given_names))


@pytest.mark.slow
def test_a_million_names_have_the_known_number_of_distinct_ones_and_namesakes(million):
    counts = million.value_counts()
    assert 660_000 < counts.height < 705_000  # 683,000 measured
    shared = counts.filter(pl.col("count") > 1)["count"].sum()
    assert 0.39 < shared / MILLION < 0.43  # 41 % measured


def test_zhang_wei_is_as_common_as_reported(million):
    assert 170 <= (million == "张伟").sum() <= 250  # 195–215 per million


def test_surnames_cover_what_the_police_reports_say():
    drawn = weigh_surnames(NameFrequencies.load(POLICY / "names.yaml").surnames)
    share = dict(zip(drawn.texts.tolist(), np.diff(drawn.cumulative, prepend=0.0).tolist(), strict=True))
    ordered = sorted(share.values(), reverse=True)
    assert abs(sum(ordered[:5]) - 0.308) < 0.01
    assert abs(sum(ordered[:100]) - 0.859) < 0.01
    assert abs(share["欧阳"] - 1_112_000 / 1_412_000_000) < 1e-4
    assert share["王"] > share["李"] > share["张"] > share["刘"] > share["陈"]


def test_names_differ_by_sex_and_by_decade():
    def common(*, woman: bool, year: int) -> set[str]:
        count = 20_000
        drawn = SETTING.drawer.draw_given(
            np.random.default_rng(3), np.full(count, woman), np.full(count, year)
        )
        return set(pl.Series("n", drawn).value_counts(sort=True).head(40)["n"])

    assert len(common(woman=True, year=1985) & common(woman=False, year=1985)) < 5
    assert len(common(woman=True, year=1955) & common(woman=True, year=1995)) < 8
    assert {"伟", "磊"} & common(woman=False, year=1985)
    assert "欣怡" in common(woman=True, year=2004)


def test_every_character_of_a_name_can_be_read():
    frequencies = NameFrequencies.load(POLICY / "names.yaml")
    written = "".join(frequencies.surnames.order.split()) + "".join(frequencies.given.tail.split())
    unread = sorted(set(written) - set(all_readings()))
    assert unread == []


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    name=st.sampled_from(["张伟", "王秀英", "李建国", "欧阳娜娜", "陈静", "刘志强"]),
)
def test_a_misheard_name_is_one_mistake_away(seed, name):
    wrong, kind = mishear(Dice(np.random.default_rng(seed)), name, SETTING.confusions)
    assert OSA.distance(name, wrong) == 1
    assert kind in {"homophone", "lookalike", "missing_char", "swapped_char"}
    if kind == "homophone":
        differing = [(a, b) for a, b in zip(name, wrong, strict=True) if a != b]
        assert len(differing) == 1
        one, other = (all_readings()[character][0].rstrip("12345") for character in differing[0])
        assert one == other


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_a_mistyped_number_shows_the_stated_mistake(seed):
    wrong, kind = mistype_id(Dice(np.random.default_rng(seed)), NUMBER)
    assert wrong != NUMBER
    if kind == "typed_missing_digit":
        assert len(wrong) == 17
    elif kind == "typed_transposition":
        assert sorted(wrong) == sorted(NUMBER)
        assert OSA.distance(wrong, NUMBER) == 1
    elif kind == "typed_substitution":
        assert sum(a != b for a, b in zip(wrong, NUMBER, strict=True)) == 1
        assert wrong[:17].isdecimal()


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_a_masked_number_agrees_with_the_whole_one_where_it_shows_anything(seed):
    masked = mask_id(Dice(np.random.default_rng(seed)), NUMBER)
    assert len(masked) == 18
    assert "*" in masked
    assert all(sign in {"*", digit} for sign, digit in zip(masked, NUMBER, strict=True))


def test_changing_a_digit_changes_exactly_one():
    changed = change_digit(Dice(np.random.default_rng(1)), NUMBER)
    assert sum(a != b for a, b in zip(changed, NUMBER, strict=True)) == 1


def test_a_dotted_name_is_respelt_and_a_rare_character_is_lost():
    dice = Dice(np.random.default_rng(2))
    spelt = {respell(dice, "阿卜杜拉·买买提") for _ in range(60)}
    assert {"阿不都拉·买买提", "阿卜杜拉买买提", "阿卜杜拉·麦麦提"} <= spelt
    assert {blur_rare(dice, "王䶮", "䶮") for _ in range(40)} == {"王?", "王？", "王"}


def test_a_share_above_one_is_refused(tmp_path):
    text = (POLICY / "world.yaml").read_text(encoding="utf-8").replace("homonym: 0.05", "homonym: 1.5")
    (tmp_path / "world.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"found\.homonym"):
        WorldShares.load(tmp_path / "world.yaml")
