"""Names of schools, and which of them claims fit: a claim fits if its letters occur in order in the name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.identity.school_names import school_words
from tongcha.linkage.encoding.codes import code_regions, sort_unique, spread
from tongcha.linkage.encoding.letters import Lettered, fit_letters, share_rare_letters

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import I64, Truth

NOISE: Final = r"[^\p{Han}A-Za-z0-9]"
BY: Final = ["city", "claim"]
IN_PROVINCE: Final = 100
"""a city divided so is its province"""


@dataclass(frozen=True, slots=True)
class SchoolNames:
    """Names of all schools, one entry per name; those of a school stand together.

    Attributes:
        school: row of the school in `schools`; ascends.
        city: city of the school.
        text: the name, cleaned.
    """

    school: I64
    city: I64
    text: Lettered


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of reading the claims of a batch.

    Attributes:
        names: the names that they are compared with.
        texts: every distinct claim, read so.
        text: position of the claim of each identity among them; −1 if it isn't read so.
    """

    names: SchoolNames
    texts: Lettered
    text: I64

    def fit_pairwise(self, who: I64, school: I64, fits_from: float) -> Truth:
        """Whether the claim of each identity fits some name of the school beside it."""
        fits = np.zeros(len(who), np.bool_)
        read = np.flatnonzero(self.text[who] >= 0)
        claim, school = self.text[who[read]], school[read]
        width = int(school.max(initial=0)) + 1
        asked = sort_unique(claim * width + school)
        named = self.names.school
        first = np.searchsorted(named, asked % width, "left")
        names_of = np.searchsorted(named, asked % width, "right") - first
        pairs = np.repeat(asked // width, names_of), spread(first, names_of)
        text, name = fit_letters(self.texts, self.names.text, pairs, fits_from)
        fits[read] = np.isin(claim * width + school, text * width + named[name])
        return fits


def read_as(claims: pl.Series, names: SchoolNames) -> Reading:
    """Return the reading of one text per identity; null is no claim."""
    distinct = claims.drop_nulls().unique().sort()
    text = claims.replace_strict(distinct, np.arange(len(distinct)), default=-1, return_dtype=pl.Int64)
    return Reading(names, Lettered.of(distinct), text.to_numpy())


def drop_noise(texts: pl.Series) -> pl.Series:
    """Drop blanks and punctuation; full-width letters and digits become plain ones."""
    return texts.str.normalize("NFKC").str.replace_all(NOISE, "")


def clean_claims(texts: pl.Series) -> pl.Series:
    """As `drop_noise`; an empty claim is none, nor is a word for an untold one (无, 不详)."""
    clean = drop_noise(texts)
    is_told = (clean != "") & ~clean.str.to_lowercase().is_in(list(school_words("untold")))
    return pl.select(pl.when(is_told).then(clean)).to_series()


def name_schools(schools: pl.DataFrame) -> SchoolNames:
    """Return every name of each school: as it is called, was called, and the others it has."""
    frame = schools.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("school"),
        city=pl.Series(code_regions(schools["area"]).astype(np.int64) // 100),
        text=pl.concat_str("name", "former_name", "aliases", separator="、", ignore_nulls=True).str.split(
            "、"
        ),
    )
    parts = frame.explode("text")
    clean = parts.with_columns(drop_noise(parts["text"]))
    named = clean.filter(pl.col("text") != "").unique(maintain_order=True)
    return SchoolNames(named["school"].to_numpy(), named["city"].to_numpy(), Lettered.of(named["text"]))


def find_fitting(asked: pl.DataFrame, names: SchoolNames, fits_from: float) -> pl.DataFrame:
    """Return city, claim, school for every school that a claim fits: of the city, else of the province."""
    near = fit_within(asked, names, 1, fits_from)
    rest = asked.join(near, on=BY, how="anti")
    return pl.concat([near, fit_within(rest, names, IN_PROVINCE, fits_from)])


def fit_within(asked: pl.DataFrame, names: SchoolNames, cities: int, fits_from: float) -> pl.DataFrame:
    """Which schools of their region claims fit; a region is what cities have in common when divided so."""
    claims, regions = Lettered.of(asked["claim"]), asked["city"].to_numpy() // cities
    likely = share_rare_letters(claims, regions, names.text, names.city // cities, fits_from)
    claim, name = fit_letters(claims, names.text, likely, fits_from)
    found = {column: asked[column].gather(claim) for column in BY}
    return pl.DataFrame(found | {"school": names.school[name]}).unique(maintain_order=True)
