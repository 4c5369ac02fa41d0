"""How often invented people bear which surname and given name: policy/synthetic/names.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import Field

from tongcha.policy.base import PolicyFile, PolicyPart

if TYPE_CHECKING:
    from numpy.typing import NDArray

POLICY: Final = Path(__file__).resolve().parents[2] / "policy" / "synthetic"


class SurnameShares(PolicyPart):
    """Surnames in order of frequency, with published shares at some ranks.

    Attributes:
        anchors: rank → per cent of the population; ranks between are interpolated in log-log space.
        order: one-character surnames, commonest first, white space ignored.
        compound: two-character surname → bearers in units of `compound_base`.
        compound_base: the population those bearers are counted in.
    """

    anchors: dict[int, float]
    order: str
    compound: dict[str, float]
    compound_base: float = Field(gt=0)


class GivenStyle(PolicyPart):
    """Given names of one sex in one era; every list is in order of frequency.

    Attributes:
        popular: whole two-character names, separated by spaces.
        first: characters used at the first place of two.
        second: characters used at the second place of two.
        single: characters used alone.
    """

    popular: str
    first: str
    second: str
    single: str


class Era(PolicyPart):
    """Naming habits of people born from a year on, until the next era.

    Attributes:
        from_year: first birth year.
        single_share: share with a one-character given name.
        doubled_share: of women's two-character names, the share that doubles one character.
        popular_share: of two-character names, the share drawn as a whole from `popular`.
        male: habits for men.
        female: habits for women.
    """

    from_year: int = Field(ge=1900, le=2020)
    single_share: float = Field(ge=0, le=1)
    doubled_share: float = Field(ge=0, le=1)
    popular_share: float = Field(ge=0, le=1)
    male: GivenStyle
    female: GivenStyle


class GivenNames(PolicyPart):
    """Given-name habits of all eras.

    Attributes:
        exponent: Zipf exponent of characters in two-character names.
        offset: Zipf–Mandelbrot offset of the same.
        single_exponent: Zipf exponent of one-character names.
        single_offset: offset of the same.
        tail_share: share of characters of two-character names that come from `tail`.
        single_tail_share: share of one-character names that come from `tail`.
        tail: characters seen now and then in any name.
        rare: characters that many fonts and encodings lack.
        eras: in ascending order of `from_year`.
    """

    exponent: float = Field(gt=0, le=3)
    offset: float = Field(ge=0)
    single_exponent: float = Field(gt=0, le=3)
    single_offset: float = Field(ge=0)
    tail_share: float = Field(ge=0, le=1)
    single_tail_share: float = Field(ge=0, le=1)
    tail: str
    rare: str
    eras: tuple[Era, ...]


class NameFrequencies(PolicyFile):
    """The whole of policy/synthetic/names.yaml."""

    surnames: SurnameShares
    given: GivenNames


@dataclass(frozen=True, slots=True)
class Weighted:
    """Texts with the running sum of their probabilities, ready to be drawn."""

    texts: NDArray[np.str_]
    cumulative: NDArray[np.float64]

    def draw(self, rng: np.random.Generator, count: int) -> NDArray[np.str_]:
        """Draw `count` texts independently."""
        drawn: NDArray[np.str_] = self.texts[
            np.searchsorted(self.cumulative, rng.random(count), side="right")
        ]
        return drawn


def weigh(texts: list[str], weights: NDArray[np.floating]) -> Weighted:
    """Return the texts with weights scaled to one."""
    cumulative = np.cumsum(weights / weights.sum(), dtype=np.float64)
    cumulative[-1] = 1.0
    return Weighted(np.array(texts), cumulative)


def weigh_by_rank(texts: list[str], exponent: float, offset: float) -> Weighted:
    """Return the texts weighted 1/(rank + offset)^exponent (Zipf–Mandelbrot)."""
    distinct = list(dict.fromkeys(texts))
    return weigh(distinct, 1.0 / (np.arange(1, len(distinct) + 1) + offset) ** exponent)


def weigh_surnames(shares: SurnameShares) -> Weighted:
    """Return one-character surnames by rank and compound surnames by their bearers."""
    singles = list(dict.fromkeys("".join(shares.order.split())))
    ranks = np.arange(1, len(singles) + 1)
    known = sorted(shares.anchors.items())
    percent = np.exp(
        np.interp(np.log(ranks), np.log([rank for rank, _ in known]), np.log([share for _, share in known]))
    )
    compound = np.array([100.0 * bearers / shares.compound_base for bearers in shares.compound.values()])
    return weigh([*singles, *shares.compound], np.concatenate([percent, compound]))
