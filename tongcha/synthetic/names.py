"""Names of invented people, by sex and year of birth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tongcha.synthetic.frequencies import (
    Era,
    GivenNames,
    GivenStyle,
    NameFrequencies,
    Weighted,
    weigh,
    weigh_by_rank,
    weigh_surnames,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Style:
    """Given names of one sex in one era, ready to be drawn."""

    era: Era
    doubles: bool
    popular: Weighted
    first: Weighted
    second: Weighted
    single: Weighted


@dataclass(frozen=True, slots=True)
class NameDrawer:
    """Everything needed to draw names: surnames, and a style per era and sex.

    Attributes:
        surnames: all surnames.
        from_years: first birth year of each era, ascending.
        styles: (era number, is a woman) → style.
        rare: rare characters.
    """

    surnames: Weighted
    from_years: NDArray[np.int64]
    styles: dict[tuple[int, bool], Style]
    rare: Weighted

    def draw_surnames(self, rng: np.random.Generator, count: int) -> NDArray[np.str_]:
        """Draw surnames, the same in every era."""
        return self.surnames.draw(rng, count)

    def draw_given(
        self, rng: np.random.Generator, is_woman: NDArray[np.bool_], birth_year: NDArray[np.int64]
    ) -> NDArray[np.str_]:
        """Draw a given name for each person."""
        era = np.maximum(np.searchsorted(self.from_years, birth_year, side="right") - 1, 0)
        given = np.empty(len(era), dtype="<U2")
        for (number, woman), style in self.styles.items():
            chosen = np.flatnonzero((era == number) & (is_woman == woman))
            given[chosen] = draw_given_of(rng, style, len(chosen))
        return given


def build_name_drawer(frequencies: NameFrequencies) -> NameDrawer:
    """Turn the frequency policy into something that names can be drawn from."""
    given = frequencies.given
    return NameDrawer(
        surnames=weigh_surnames(frequencies.surnames),
        from_years=np.array([era.from_year for era in given.eras]),
        styles={
            (number, woman): build_style(given, era, is_woman=woman)
            for number, era in enumerate(given.eras)
            for woman in (False, True)
        },
        rare=weigh_by_rank(list(given.rare), exponent=1.0, offset=2.0),
    )


def build_style(given: GivenNames, era: Era, *, is_woman: bool) -> Style:
    """Weigh the lists of one sex in one era."""
    lists: GivenStyle = era.female if is_woman else era.male
    tail = list(dict.fromkeys("".join(given.tail.split())))
    pair = (given.exponent, given.offset)
    alone = (given.single_exponent, given.single_offset)
    return Style(
        era=era,
        doubles=is_woman,
        popular=weigh_by_rank(lists.popular.split(), exponent=0.6, offset=2.0),
        first=add_tail(weigh_by_rank(list(lists.first), *pair), tail, given.tail_share),
        second=add_tail(weigh_by_rank(list(lists.second), *pair), tail, given.tail_share),
        single=add_tail(weigh_by_rank(list(lists.single), *alone), tail, given.single_tail_share),
    )


def add_tail(head: Weighted, tail: list[str], share: float) -> Weighted:
    """Give the characters that only the tail has a share of the whole, evenly."""
    listed = head.texts.tolist()
    others = [character for character in tail if character not in set(listed)]
    weights = np.diff(head.cumulative, prepend=0.0) * (1 - share)
    return weigh([*listed, *others], np.concatenate([weights, np.full(len(others), share / len(others))]))


def draw_given_of(rng: np.random.Generator, style: Style, count: int) -> NDArray[np.str_]:
    """Draw given names of one style: one character, a doubled one, a popular whole, or two drawn apart."""
    kind = rng.random(count)
    two = np.char.add(style.first.draw(rng, count), style.second.draw(rng, count))
    doubled = np.repeat(style.single.draw(rng, count)[:, None], 2, axis=1)
    single_below = style.era.single_share
    rest = 1 - single_below
    doubled_below = single_below + rest * (style.era.doubled_share if style.doubles else 0.0)
    popular_below = doubled_below + rest * style.era.popular_share
    return np.select(
        [kind < single_below, kind < doubled_below, kind < popular_below],
        [doubled[:, 0], np.char.add(doubled[:, 0], doubled[:, 1]), style.popular.draw(rng, count)],
        two,
    )
