"""Claimed schools: how well a short form fits a school's name, and how many schools it fits as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.codes import ABSENT, Levels, sort_unique, spread
from tongcha.linkage.letters import Lettered, fit_letters, share_rare_letters

if TYPE_CHECKING:
    from tongcha.linkage.codes import F64, I32, I64, Truth
    from tongcha.policy.linkage_weights import School, Subject

NOISE: Final = r"[^\p{Han}A-Za-z0-9]"


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
class Claims:
    """Claimed schools of one batch.

    Attributes:
        names: names of all schools.
        texts: every distinct claim, cleaned.
        text: position of the claim of each identity among them; −1 if none.
        identity: identities whose claim fits some school, once per such school.
        school: row of that school in `schools`.
        few_identity: identities whose claim fits few schools.
        few_school: the schools to that.
    """

    names: SchoolNames
    texts: Lettered
    text: I64
    identity: I64
    school: I64
    few_identity: I64
    few_school: I64


def find_schools(
    texts: pl.Series, areas: I32, schools: pl.DataFrame, sought: Truth, widely: Truth, policy: School
) -> Claims:
    """Find, per distinct claim and city, the schools that it fits.

    Args:
        texts: claimed school per identity.
        areas: six-digit district of the raid per identity.
        schools: school_id, name, former_name, aliases, area.
        sought: identities whose claim is worth looking up.
        widely: of those, whom a school of the whole province may find as well.
        policy: what fits, and how many schools are few.
    """
    cleaned = clean_claims(texts)
    distinct = cleaned.drop_nulls().unique().sort()
    claims = pl.DataFrame({"claim": cleaned, "city": areas.astype(np.int64) // 100}).with_row_index(
        "identity"
    )
    asked = (
        claims.filter(pl.Series(sought))
        .drop_nulls("claim")
        .group_by("city", "claim")
        .agg("identity")
        .sort("city", "claim")
    )
    names = name_schools(schools)
    fitting = find_fitting(asked.select("city", "claim"), names, policy.fits_from).with_columns(
        schools=pl.len().over("city", "claim")
    )
    fitted = asked.explode("identity").join(fitting, on=["city", "claim"]).sort("identity", "school")
    few = fitted.filter(pl.col("schools") <= policy.few).select("identity", "school")
    few = pl.concat([few, _find_widely(asked, pl.Series("identity", np.flatnonzero(widely)), names, policy)])
    few = few.unique(maintain_order=True)
    columns = [
        frame[column].cast(pl.Int64).to_numpy()
        for frame in (fitted, few)
        for column in ("identity", "school")
    ]
    text = cleaned.replace_strict(distinct, np.arange(len(distinct)), default=-1, return_dtype=pl.Int64)
    return Claims(names, Lettered.of(distinct), text.to_numpy(), *columns)


def _find_widely(asked: pl.DataFrame, who: pl.Series, names: SchoolNames, policy: School) -> pl.DataFrame:
    """Return identity, school for claims of these identities that fit few schools of the province."""
    wide = asked.explode("identity").filter(pl.col("identity").is_in(who.implode()))
    claims = wide.select("city", "claim").unique(maintain_order=True)
    found = _fit_within(claims, names, 100, policy.fits_from)
    few = found.filter(pl.len().over("city", "claim") <= policy.few_widely)
    return wide.join(few, on=["city", "claim"]).sort("identity", "school").select("identity", "school")


def weigh_claims(claims: Claims, staff: I64, policy: School) -> F64:
    """Return per identity the share of all people who work in a school that its claim fits.

    Args:
        claims: the claims.
        staff: people per school, in the order of `schools`.
        policy: the share behind a claim that fits no school.
    """
    people = np.bincount(claims.identity, staff[claims.school], minlength=len(claims.text))
    heard = np.bincount(claims.identity, minlength=len(claims.text)) > 0
    return np.where(heard, np.maximum(people, 1) / max(int(staff.sum()), 1), policy.unheard_share)


def clean_claims(texts: pl.Series) -> pl.Series:
    """Drop blanks and punctuation; an empty claim is no claim."""
    clean = texts.str.replace_all(NOISE, "")
    return pl.select(pl.when(clean != "").then(clean)).to_series()


def name_schools(schools: pl.DataFrame) -> SchoolNames:
    """Return every name of each school: as it is called, was called, and the others it has."""
    frame = schools.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("school"),
        city=pl.col("area").cast(pl.Int64, strict=False).fill_null(0) // 100,
        text=pl.concat_str("name", "former_name", "aliases", separator="、", ignore_nulls=True).str.split(
            "、"
        ),
    )
    clean = frame.explode("text").with_columns(pl.col("text").str.replace_all(NOISE, ""))
    named = clean.filter(pl.col("text") != "").unique(maintain_order=True)
    return SchoolNames(named["school"].to_numpy(), named["city"].to_numpy(), Lettered.of(named["text"]))


def find_fitting(asked: pl.DataFrame, names: SchoolNames, fits_from: float) -> pl.DataFrame:
    """Return city, claim, school for every school that a claim fits: of the city, else of the province."""
    near = _fit_within(asked, names, 1, fits_from)
    rest = asked.join(near, on=["city", "claim"], how="anti")
    return pl.concat([near, _fit_within(rest, names, 100, fits_from)])


def _fit_within(asked: pl.DataFrame, names: SchoolNames, cities: int, fits_from: float) -> pl.DataFrame:
    """Which schools of their region claims fit; a region is what cities have in common when divided so."""
    claims, regions = Lettered.of(asked["claim"]), asked["city"].to_numpy() // cities
    likely = share_rare_letters(claims, regions, names.text, names.city // cities, fits_from)
    claim, name = fit_letters(claims, names.text, likely, fits_from)
    found = {column: asked[column].gather(claim) for column in ("city", "claim")}
    return pl.DataFrame(found | {"school": names.school[name]}).unique(maintain_order=True)


def compare_schools(
    claim: I64, claim_area: I32, school: I64, schools: pl.DataFrame, claims: Claims, fits_from: float
) -> Levels:
    """Level of the claimed school against the person's school, pair by pair.

    Args:
        claim: position in `claims.texts` per pair; negative if none.
        claim_area: district of the raid per pair.
        school: row of the person's school in `schools` per pair; negative if unknown.
        schools: as in `find_schools`.
        claims: the claims.
        fits_from: share of the claimed letters that a name of the school must hold in that order.
    """
    level = np.full(len(claim), ABSENT, np.int8)
    known = np.flatnonzero((claim >= 0) & (school >= 0))
    area = schools["area"].cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    near = area[school[known]] == claim_area[known]
    fits = _fit_pairwise(claim[known], school[known], claims, fits_from)
    level[known] = np.select([fits, near], [0, 1], 2)
    return level


def _fit_pairwise(claim: I64, school: I64, claims: Claims, fits_from: float) -> Truth:
    """Whether each claim fits some name of the school beside it."""
    width = int(school.max(initial=0)) + 1
    asked = sort_unique(claim * width + school)
    named = claims.names.school
    first = np.searchsorted(named, asked % width, "left")
    names_of = np.searchsorted(named, asked % width, "right") - first
    pairs = np.repeat(asked // width, names_of), spread(first, names_of)
    text, name = fit_letters(claims.texts, claims.names.text, pairs, fits_from)
    return np.isin(claim * width + school, text * width + named[name])


def compare_subjects(claimed: pl.Series, taught: pl.Series) -> Levels:
    """Level of the claimed subject against the registered one, pair by pair; 初中数学 is 数学."""
    pairs = pl.DataFrame({"claimed": claimed, "taught": taught}).with_columns(
        pl.all().str.replace_all(NOISE, "")
    )
    one, other = pl.col("claimed"), pl.col("taught")
    same = one.str.contains(other, literal=True) | other.str.contains(one, literal=True)
    known = (one != "") & (other != "")
    level = pl.when(known & same).then(0).when(known).then(1).otherwise(ABSENT)
    return pairs.select(level.cast(pl.Int8)).to_series().to_numpy()


def share_subjects(taught: pl.Series, policy: Subject) -> F64:
    """Return per person the share of people who teach the same subject, leaning on an even spread."""
    counts = taught.to_frame("subject").select(pl.len().over("subject")).to_series().to_numpy()
    return (counts + policy.lean * policy.even_share) / (len(taught) + policy.lean)
