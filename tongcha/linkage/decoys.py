"""Decoys: invented people drawn like the collected ones who belong to nobody; none of them should be linked.

Every one that reaches a grade is a false link that is known to be false, so their share is a measured
false-link rate (target–decoy search: Elias & Gygi, Nature Methods 4, 2007). Some of them borrow a card or
a phone of someone on record, as often as the policy says that real people do.
"""

from __future__ import annotations

import hashlib
from math import exp, lgamma, log
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.values import complete_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tongcha.linkage.codes import I64
    from tongcha.policy.linkage import LinkagePolicy

CONFIDENCE: Final = 0.95
HALVINGS: Final = 60
PREFIXES: Final = (13, 15, 18)


def draw_decoys(
    identities: pl.DataFrame, people: pl.DataFrame, policy: LinkagePolicy, seed: str
) -> pl.DataFrame:
    """Return invented identities with the columns of `identities`; equal arguments give equal decoys.

    Each keeps raid, way of taking and what was left blank of somebody collected, and gets a name, number and
    phone put together from parts of several people.

    Args:
        identities: table `identities`, sorted.
        people: table `people`, sorted.
        policy: shares of borrowed cards and phones, number of decoys.
        seed: any text; the batch and snapshot in a run.
    """
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))
    named = people.filter(pl.col("name").str.contains(r"^\p{Han}{2,3}$"))
    if identities.is_empty() or named.is_empty():
        return identities.clear()
    count = policy.decoys.count
    template = identities[rng.integers(0, identities.height, count)]
    age = identities[rng.integers(0, identities.height, count)]["age"]
    lender = named[rng.integers(0, named.height, count)]
    namesake = pl.Series(rng.random(count) < policy.decoys.namesakes)
    invented = template.with_columns(
        identity_id=pl.Series([f"decoy-{i:05d}" for i in range(count)]),
        name=_draw_names(rng, template["name"], named),
        age=age,
    )
    drawn = _lend_names(rng, invented, lender, namesake, policy.decoys.namesake_years)
    return drawn.with_columns(
        id_number=_draw_numbers(rng, drawn, named, lender["id_number"], policy.id_number.borrowed),
        phone=_draw_phones(rng, drawn["phone"], lender["phone"], policy.phone.shared),
    )


def _lend_names(
    rng: np.random.Generator, drawn: pl.DataFrame, lender: pl.DataFrame, namesake: pl.Series, years: float
) -> pl.DataFrame:
    """Let some bear the full name of a person on record, and be of about the same age."""
    age = drawn["raid_date"].dt.year() - lender["birth_date"].dt.year()
    near = (age + pl.Series(rng.normal(0, years, drawn.height).round())).clip(18, 80).cast(pl.Int64)
    lent = pl.Series(namesake) & drawn["name"].is_not_null() & near.is_not_null()
    told = drawn["age"].is_not_null()
    return drawn.with_columns(
        name=pl.when(lent).then(lender["name"]).otherwise("name"),
        sex=pl.when(lent & drawn["sex"].is_not_null()).then(lender["sex"]).otherwise("sex"),
        age=pl.when(lent & told).then(near).otherwise("age"),
    )


def _draw_names(rng: np.random.Generator, written: pl.Series, named: pl.DataFrame) -> pl.Series:
    """A surname of one and the given name of another; those who gave a surname only get another surname."""
    surname = named["name"].gather(_draw(rng, named, len(written))).str.slice(0, 1)
    given = named["name"].gather(_draw(rng, named, len(written))).str.slice(1)
    full = written.str.contains(r"^\p{Han}{2,4}$") & ~written.str.contains("老师$|^小|^老")
    titled = pl.select(pl.when(full.fill_null(value=False)).then(surname + given).otherwise(surname + "老师"))
    return pl.select(pl.when(written.is_not_null()).then(titled.to_series())).to_series()


def _draw_numbers(
    rng: np.random.Generator, drawn: pl.DataFrame, named: pl.DataFrame, lent: pl.Series, borrowed: float
) -> pl.Series:
    count = drawn.height
    region = named["id_number"].drop_nulls().str.slice(0, 6)
    if region.is_empty():
        region = named["area"].drop_nulls()
    year = drawn["raid_date"].dt.year() - drawn["age"].fill_null(30) - 1
    born = (year * 10_000 + pl.Series(rng.integers(1, 13, count) * 100 + rng.integers(1, 29, count))).cast(
        pl.String
    )
    order = rng.integers(0, 50, count) * 2 + (drawn["sex"] == "男").fill_null(value=False).to_numpy()
    sequence = pl.Series(order).cast(pl.String).str.zfill(3)
    own = complete_numbers(region.gather(rng.integers(0, len(region), count)) + born + sequence + "0")
    mine = pl.Series(rng.random(count) >= borrowed) | ~lent.str.contains(r"^\d{17}[0-9X]$").fill_null(
        value=False
    )
    number = pl.select(pl.when(mine).then(own).otherwise(lent)).to_series()
    return _hide_like(number, drawn["id_number"])


def _hide_like(number: pl.Series, written: pl.Series) -> pl.Series:
    """Show of each number as much as was written down of the template's."""
    shown: list[str | None] = []
    for full, pattern in zip(number.to_list(), written.to_list(), strict=True):
        if pattern is None:
            shown.append(None)
        elif "*" in pattern and len(pattern) == len(full):
            shown.append(
                "".join("*" if hidden == "*" else digit for digit, hidden in zip(full, pattern, strict=True))
            )
        else:
            shown.append(full[-4:] if len(pattern) == 4 else full)  # noqa: PLR2004
    return pl.Series(shown, dtype=pl.String)


def _draw_phones(rng: np.random.Generator, written: pl.Series, lent: pl.Series, shared: float) -> pl.Series:
    count = len(written)
    number = rng.choice(PREFIXES, count) * 10**9 + rng.integers(0, 10**9, count)
    theirs = pl.Series(rng.random(count) < shared) & lent.is_not_null()
    drawn = pl.select(pl.when(theirs).then(lent).otherwise(pl.Series(number).cast(pl.String))).to_series()
    return pl.select(pl.when(written.is_not_null()).then(drawn)).to_series()


def _draw(rng: np.random.Generator, frame: pl.DataFrame, count: int) -> I64:
    return rng.integers(0, frame.height, count)


def clopper_pearson(hits: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the exact confidence interval of a share (Clopper & Pearson, Biometrika 26, 1934).

    Example:
        >>> [round(end, 4) for end in clopper_pearson(0, 1000)]
        [0.0, 0.0037]
    """
    if trials == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _at_most(hits - 1, trials, p), tail)
    high = 1.0 if hits == trials else _solve(lambda p: 1 - _at_most(hits, trials, p), 1 - tail)
    return low, high


def _solve(rising: Callable[[float], float], value: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < value else (low, middle)
    return low


def _at_most(hits: int, trials: int, share: float) -> float:
    """Probability of at most that many hits."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return float(hits >= trials)
    whole = lgamma(trials + 1)
    terms = (
        exp(whole - lgamma(k + 1) - lgamma(trials - k + 1) + k * log(share) + (trials - k) * log(1 - share))
        for k in range(hits + 1)
    )
    return min(sum(terms), 1.0)
