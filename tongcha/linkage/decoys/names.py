"""Names of decoys: as common as real ones, borne by nobody they stand for, and taken down as badly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.encoding.codes import code_names
from tongcha.linkage.encoding.glyphs import SYLLABLE, load_glyphs
from tongcha.linkage.encoding.sides import CAPTURES, SEXES
from tongcha.linkage.encoding.values import FORM_FULL, read_names
from tongcha.linkage.weights.names import NAME_CAPTURES

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import I64, Truth
    from tongcha.policy.linkage import LinkagePolicy

AGES: Final = (18, 80)
PEERS: Final = 0.02
"""how far from one's own age given names are drawn, as a share of those on record of that sex"""
TRIES: Final = 4
"""how often a surname is drawn again that the bearer of the given name has as well"""
HOMOPHONES: Final = ("variant", "tone", "syllable", "fuzzy", "lookalike")
"""rungs of a name that was taken down with another character of about that sound"""


def name_decoys(
    rng: np.random.Generator,
    template: pl.DataFrame,
    named: pl.DataFrame,
    lender: pl.DataFrame,
    policy: LinkagePolicy,
) -> pl.DataFrame:
    """Return the templates with names of the decoys' own; namesakes get sex and age of a namesake, too.

    Args:
        rng: source of randomness.
        template: the identities that the decoys are drawn like.
        named: people on record with a plain name, sorted.
        lender: whose namesake each decoy would be.
        policy: share of namesakes, and how names are taken down.
    """
    rule, told = policy.strangers, pl.Series(_is_full(template["name"]))
    own = _draw_names(rng, template, named, told)
    honest, misheard = (_share(template["capture"], policy, rungs) for rungs in (("different",), HOMOPHONES))
    namesake = told & (pl.Series(rng.random(len(own))) < rule.namesakes * (1 - honest))
    drawn = _lend_names(rng, template.with_columns(name=own), lender, namesake, rule.namesake_years)
    wrong = told & (pl.Series(rng.random(len(own))) < misheard)
    heard = _mishear(rng, drawn["name"], named["name"])
    return drawn.with_columns(name=pl.when(wrong).then(heard).otherwise("name"))


def _share(capture: pl.Series, policy: LinkagePolicy, rungs: tuple[str, ...]) -> pl.Series:
    """How often a name taken this way stands on one of these rungs."""
    share = {
        way: sum((policy.name.m[ladder][rung] for rung in rungs), 0.0)  # type: ignore[index]  # literals both
        for way, ladder in zip(CAPTURES, NAME_CAPTURES, strict=True)
    }
    return capture.replace_strict(share, return_dtype=pl.Float64)


def _is_full(written: pl.Series) -> Truth:
    full: Truth = read_names(written, spoken=True)[1] == FORM_FULL
    return full


def _draw_names(
    rng: np.random.Generator, template: pl.DataFrame, named: pl.DataFrame, told: pl.Series
) -> pl.Series:
    """The given name of one of that sex and age, and the surname of another who is called otherwise.

    Who bears the given name doesn't count as a bearer of the whole name: the decoy is somebody else. Those
    who told a surname only get a surname only.
    """
    donor = named["name"].gather(_find_peers(rng, template, named))
    first = donor.str.slice(0, 1)
    surname = _draw_surnames(rng, named, len(donor))
    for _ in range(TRIES):
        again = _draw_surnames(rng, named, len(donor))
        surname = pl.select(pl.when(surname == first).then(again).otherwise(surname)).to_series()
    names = pl.when(told).then(surname + donor.str.slice(1)).otherwise(surname + "老师")
    return pl.select(pl.when(template["name"].is_not_null()).then(names)).to_series()


def _draw_surnames(rng: np.random.Generator, named: pl.DataFrame, count: int) -> pl.Series:
    return named["name"].gather(rng.integers(0, named.height, count)).str.slice(0, 1)


def _find_peers(rng: np.random.Generator, template: pl.DataFrame, named: pl.DataFrame) -> I64:
    """Row of somebody on record of the same sex and about the same age; of anybody if these aren't told."""
    row = rng.integers(0, named.height, len(template))
    born = template["raid_date"].dt.year() - template["age"]
    shift, sexes = rng.normal(0, PEERS, len(template)), template["sex"].to_numpy()
    records = named.select("sex", year=pl.col("birth_date").dt.year()).with_row_index("row").drop_nulls()
    for sex in SEXES:
        peers = records.filter(pl.col("sex") == sex).sort("year", "row")
        at = np.flatnonzero((sexes == sex) & born.is_not_null().to_numpy())
        if peers.height and len(at):
            place = np.searchsorted(peers["year"].to_numpy(), born.gather(at).to_numpy(), "right")
            place = np.clip(place + (shift[at] * peers.height).astype(np.int64), 0, peers.height - 1)
            row[at] = peers["row"].to_numpy()[place]
    return row


def _lend_names(
    rng: np.random.Generator, drawn: pl.DataFrame, lender: pl.DataFrame, namesake: pl.Series, years: float
) -> pl.DataFrame:
    """Let some bear the full name of a person on record, and be of about the same age."""
    age = drawn["raid_date"].dt.year() - lender["birth_date"].dt.year()
    near = (age + pl.Series(rng.normal(0, years, drawn.height).round())).clip(*AGES).cast(pl.Int64)
    lent = namesake & near.is_not_null()
    return drawn.with_columns(
        name=pl.when(lent).then(lender["name"]).otherwise("name"),
        sex=pl.when(lent & drawn["sex"].is_not_null()).then(lender["sex"]).otherwise("sex"),
        age=pl.when(lent & drawn["age"].is_not_null()).then(near).otherwise("age"),
    )


def _mishear(rng: np.random.Generator, names: pl.Series, known: pl.Series) -> pl.Series:
    """Replace the last character by one that sounds alike and that names on record end with."""
    syllable = load_glyphs().given[0, SYLLABLE]
    last = known.str.slice(-1)
    chars = pl.DataFrame({"char": last, "heard": syllable[code_names(last).raw[:, 0]]}).sort("heard", "char")
    spoken = syllable[code_names(names.str.slice(-1)).raw[:, 0]]
    first = np.searchsorted(chars["heard"].to_numpy(), spoken, "left")
    size = np.searchsorted(chars["heard"].to_numpy(), spoken, "right") - first
    place = np.minimum(first + (rng.random(len(names)) * size).astype(np.int64), chars.height - 1)
    alike = names.str.head(-1) + chars["char"].gather(place)
    return pl.select(pl.when(pl.Series(size > 0)).then(alike).otherwise(names)).to_series()
