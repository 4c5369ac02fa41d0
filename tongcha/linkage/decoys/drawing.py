"""Decoys: invented people drawn like the collected ones who belong to nobody; none of them should be linked.

Every one that reaches a grade is a false link that is known to be false, so their share is a measured
false-link rate (target–decoy search: Elias & Gygi, Nature Methods 4, 2007). Some of them borrow a card or
a phone of someone on record, as often as the policy says that real people do.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.decoys.names import name_decoys
from tongcha.linkage.encoding.values import complete_numbers
from tongcha.linkage.ranking.rivals import HUGE_BITS

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import F64, I64
    from tongcha.linkage.scoring import Scored
    from tongcha.policy.linkage import LinkagePolicy

PREFIXES: Final = (13, 15, 18)
UNTOLD_AGE: Final = 30
"""age in the number if nobody told theirs"""
COMPLETE: Final = r"^\d{17}[0-9X]$"


@dataclass(frozen=True, slots=True)
class Decoys:
    """Invented people.

    Attributes:
        identities: their rows, with the columns of `identities`.
        template: position of the collected identity that each was drawn like.
    """

    identities: pl.DataFrame
    template: I64


def draw_decoys(
    identities: pl.DataFrame,
    people: pl.DataFrame,
    policy: LinkagePolicy,
    seed: str,
    unknown: F64 | None = None,
) -> Decoys:
    """Return invented people; equal arguments give equal decoys.

    Each keeps raid, way of taking, age, sex, claims and what was left blank of somebody collected who is
    probably on no record, and gets a name, number and phone of their own.

    Args:
        identities: table `identities`, sorted.
        people: table `people`, sorted.
        policy: shares of namesakes, of borrowed cards and phones; number of decoys.
        seed: any text; the batch and snapshot in a run.
        unknown: per identity, the probability that the person is on no record; all alike if not given.
    """
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))
    named = people.filter(pl.col("name").str.contains(r"^\p{Han}{2,3}$"))
    if identities.is_empty() or named.is_empty():
        return Decoys(identities.clear(), np.zeros(0, np.int64))
    count, rule = policy.decoys.count, policy.strangers
    chosen = _choose(rng, count, identities.height, unknown)
    template = identities[chosen]
    lenders = _find_lenders(rng, template["site_area"], named, rule.neighbours)
    drawn = name_decoys(rng, template, named, lenders[0], policy)
    number = _draw_numbers(rng, drawn, identities["id_number"], named)
    shown = drawn.with_columns(
        identity_id=pl.Series([f"decoy-{i:05d}" for i in range(count)]),
        id_number=_hide_like(
            _lend(rng, number, lenders[1]["id_number"], policy.id_number.borrowed), drawn["id_number"]
        ),
        phone=_draw_phones(rng, drawn["phone"], lenders[2]["phone"], rule.phones),
    )
    return Decoys(shown, chosen)


def share_unknown(scored: Scored, identities: int) -> F64:
    """Return per identity the probability that the person is on no record, against all candidates' odds."""
    weight = np.sum(list(scored.bits.values()), axis=0) + scored.prior + scored.excluded
    odds = np.bincount(scored.pairs.identity, np.exp2(np.minimum(weight, HUGE_BITS)), minlength=identities)
    return 1 / (1 + odds)


def _choose(rng: np.random.Generator, count: int, people: int, weight: F64 | None) -> I64:
    if weight is None or not weight.sum():
        return rng.integers(0, people, count)
    return rng.choice(people, count, p=weight / weight.sum())


def _find_lenders(
    rng: np.random.Generator, sites: pl.Series, named: pl.DataFrame, neighbours: float
) -> list[pl.DataFrame]:
    """Whose name, number and phone each may have: of the raid's city as often as told, else anyone."""
    cities = named.select(city=pl.col("area").str.slice(0, 4).fill_null("")).with_row_index("row")
    spans = cities.sort("city", "row").with_row_index("place")
    first = spans.group_by("city").agg(first=pl.col("place").min(), size=pl.len())
    site = sites.str.slice(0, 4).fill_null("").alias("city").to_frame()
    known = site.join(first, on="city", how="left", maintain_order="left").fill_null(0)
    start, size = (known[column].cast(pl.Int64).to_numpy() for column in ("first", "size"))
    row, lenders = spans["row"].cast(pl.Int64).to_numpy(), []
    for _ in ("name", "number", "phone"):
        chosen, near = rng.integers(0, named.height, len(size)), rng.random(len(size)) < neighbours
        place = start + (rng.random(len(size)) * size).astype(np.int64)
        lenders.append(named[np.where(near & (size > 0), row[place], chosen)])
    return lenders


def _draw_numbers(
    rng: np.random.Generator, drawn: pl.DataFrame, written: pl.Series, named: pl.DataFrame
) -> pl.Series:
    """A region on record, a birth date that fits the age, the sequence number of somebody collected."""
    count = drawn.height
    region = named["id_number"].drop_nulls().str.slice(0, 6)
    region = named["area"].drop_nulls() if region.is_empty() else region
    told = drawn["age"].drop_nulls()
    ages = told.gather(rng.integers(0, len(told), count)) if len(told) else pl.Series([UNTOLD_AGE] * count)
    year = drawn["raid_date"].dt.year() - pl.select(pl.coalesce(drawn["age"], ages)).to_series() - 1
    born = year * 10_000 + pl.Series(rng.integers(1, 13, count) * 100 + rng.integers(1, 29, count))
    complete = written.filter(written.str.contains(COMPLETE).fill_null(value=False))
    tens = complete.str.slice(14, 2) if len(complete) else pl.Series([f"{i:02d}" for i in range(100)])
    odd = (drawn["sex"] == "男").fill_null(value=False).cast(pl.Int64)
    last = (pl.Series(rng.integers(0, 5, count) * 2) + odd).cast(pl.String)
    place = region.gather(rng.integers(0, len(region), count))
    sequence = tens.gather(rng.integers(0, len(tens), count)) + last
    return complete_numbers(place + born.cast(pl.String) + sequence + "0")


def _lend(rng: np.random.Generator, own: pl.Series, lent: pl.Series, borrowed: float) -> pl.Series:
    usable = lent.str.contains(COMPLETE).fill_null(value=False)
    theirs = pl.Series(rng.random(len(own)) < borrowed) & usable
    return pl.select(pl.when(theirs).then(lent).otherwise(own)).to_series()


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
