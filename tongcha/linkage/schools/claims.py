"""Claimed schools: how well a short form fits a school's name, and how many schools it fits as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.encoding.codes import ABSENT, Levels, code_regions
from tongcha.linkage.schools.fits import (
    BY,
    IN_PROVINCE,
    Reading,
    SchoolNames,
    clean_claims,
    find_fitting,
    fit_within,
    name_schools,
    read_as,
)
from tongcha.linkage.schools.loose_claims import may_be_heard, may_be_loose, read_loosely

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import F64, I32, I64, Truth
    from tongcha.policy.linkage_weights import School, Subject

FITTED: Final = ["identity", "school"]


@dataclass(frozen=True, slots=True)
class Claims:
    """Claimed schools of one batch.

    Attributes:
        readings: the claims as written, and those that fit no school so as they may be read.
        identity: identities whose claim fits some school, once per such school.
        school: row of that school in `schools`.
        few_identity: identities whose claim fits few schools.
        few_school: the schools to that.
    """

    readings: tuple[Reading, ...]
    identity: I64
    school: I64
    few_identity: I64
    few_school: I64

    @property
    def is_told(self) -> Truth:
        """Whether each identity claims a school."""
        told: Truth = self.readings[0].text >= 0
        return told


def find_schools(
    texts: pl.Series, areas: I32, schools: pl.DataFrame, sought: Truth, widely: Truth, policy: School
) -> Claims:
    """Find, per distinct claim and city, the schools that it fits.

    Args:
        texts: claimed school per identity.
        areas: six-digit district of the raid per identity.
        schools: school_id, name, former_name, aliases, campuses, area, city.
        sought: identities whose claim is worth looking up.
        widely: of those, whom a school of the whole province may find as well.
        policy: what fits, and how many schools are few.
    """
    names, cleaned = name_schools(schools), clean_claims(texts)
    city = areas.astype(np.int64) // 100
    by_sound = sought & may_be_heard(cleaned)
    claims = pl.DataFrame({"claim": cleaned, "written": texts, "city": city, "by_sound": by_sound})
    claims = claims.with_row_index("identity").drop_nulls("claim")
    is_odd, who = pl.Series(may_be_loose(texts, schools, names) | by_sound), claims["identity"]
    asked, odd = claims.filter(pl.Series(sought).gather(who)), claims.filter(is_odd.gather(who))
    every = pl.concat([asked.select(BY), odd.select(BY)]).unique().sort(BY)
    fitting = find_fitting(every, names, policy.fits_from)
    unheard = odd.join(fitting, on=BY, how="anti")
    loose, readings = read_loosely(unheard, len(texts), schools, names, policy.fits_from)
    wide = asked.filter(pl.Series(widely).gather(asked["identity"]))
    near = loose.filter(pl.col("is_near") | ~pl.col("is_near").any().over("identity"))
    fitted = _add(asked.join(fitting, on=BY), near, asked)
    far = _add(_find_widely(wide, names, policy), loose, wide)
    few = pl.concat([_keep_few(fitted, policy.few), _keep_few(far, policy.few_widely)])
    few = few.unique(maintain_order=True)
    columns = [frame[column].cast(pl.Int64).to_numpy() for frame in (fitted, few) for column in FITTED]
    return Claims((read_as(cleaned, names), *readings), *columns)


def _add(fitted: pl.DataFrame, loose: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """Add what the identities asked for fit when read loosely."""
    found = fitted.select(FITTED)
    if loose.height:
        found = pl.concat([found, loose.join(asked, on="identity", how="semi").select(FITTED)])
    return found.sort(FITTED)


def _keep_few(fitted: pl.DataFrame, most: int) -> pl.DataFrame:
    return fitted.filter(pl.len().over("identity") <= most)


def _find_widely(wide: pl.DataFrame, names: SchoolNames, policy: School) -> pl.DataFrame:
    """Return identity and school for every school of the province that the claims fit."""
    found = fit_within(wide.select(BY).unique().sort(BY), names, IN_PROVINCE, policy.fits_from)
    return wide.join(found, on=BY)


def weigh_claims(claims: Claims, staff: I64, policy: School) -> F64:
    """Return per identity the share of all people who work in a school that its claim fits.

    Args:
        claims: the claims.
        staff: people per school, in the order of `schools`.
        policy: the share behind a claim that fits no school.
    """
    people = np.bincount(claims.identity, staff[claims.school], minlength=len(claims.is_told))
    heard = np.bincount(claims.identity, minlength=len(claims.is_told)) > 0
    return np.where(heard, np.maximum(people, 1) / max(int(staff.sum()), 1), policy.unheard_share)


def compare_schools(
    who: I64, claim_area: I32, school: I64, schools: pl.DataFrame, claims: Claims, fits_from: float
) -> Levels:
    """Level of the claimed school against the person's school, pair by pair.

    Args:
        who: identity per pair.
        claim_area: district of the raid per pair.
        school: row of the person's school in `schools` per pair; negative if unknown.
        schools: as in `find_schools`.
        claims: the claims.
        fits_from: share of the claimed letters that a name of the school must hold in that order.
    """
    level = np.full(len(who), ABSENT, np.int8)
    known = np.flatnonzero(claims.is_told[who] & (school >= 0))
    area = code_regions(schools["area"])
    near = area[school[known]] == claim_area[known]
    fits = np.zeros(len(known), np.bool_)
    for reading in claims.readings:
        fits |= reading.fit_pairwise(who[known], school[known], fits_from)
    level[known] = np.select([fits, near], [0, 1], 2)
    return level


def compare_subjects(claimed: pl.Series, taught: pl.Series) -> Levels:
    """Level of the claimed subject against the registered one, pair by pair; 初中数学 is 数学."""
    pairs = pl.DataFrame({"claimed": _clean_distinct(claimed), "taught": _clean_distinct(taught)})
    one, other = pl.col("claimed"), pl.col("taught")
    same = one.str.contains(other, literal=True) | other.str.contains(one, literal=True)
    known = one.is_not_null() & other.is_not_null()
    level = pl.when(known & same).then(0).when(known).then(1).otherwise(ABSENT)
    return pairs.select(level.cast(pl.Int8)).to_series().to_numpy()


def _clean_distinct(texts: pl.Series) -> pl.Series:
    """As `clean_claims`, of each of a few texts that many rows share."""
    few = texts.drop_nulls().unique()
    return texts.replace_strict(few, clean_claims(few), default=None, return_dtype=pl.String)


def share_subjects(taught: pl.Series, policy: Subject) -> F64:
    """Return per person the share of people who teach the same subject, leaning on an even spread."""
    counts = taught.to_frame("subject").select(pl.len().over("subject")).to_series().to_numpy()
    return (counts + policy.lean * policy.even_share) / (len(taught) + policy.lean)
