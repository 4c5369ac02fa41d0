"""Claimed schools: how well a short form fits a school's name, and how many schools it fits as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cdist, cpdist

from tongcha.linkage.census import F64
from tongcha.linkage.codes import I64
from tongcha.linkage.comparisons import ABSENT, Levels

FITS_FROM: Final = 0.99
"""share of the claimed characters that must occur in order in a name of the school"""
FEW: Final = 4
"""a claim that fits more schools of the city isn't used to find people"""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claimed schools of one batch.

    Attributes:
        text: cleaned claim per identity; null if none.
        share: per identity, share of all people who work in a school of the city that the claim fits.
        few_identity: identities whose claim fits few schools of the city, once per such school.
        few_school: number of that school (row of `schools`).
    """

    text: pl.Series
    share: F64
    few_identity: I64
    few_school: I64


def clean_claims(texts: pl.Series) -> pl.Series:
    """Drop blanks and punctuation; an empty claim is no claim."""
    clean = texts.str.replace_all(r"[^\p{Han}A-Za-z0-9]", "")
    return pl.select(pl.when(clean != "").then(clean)).to_series()


def read_claims(texts: pl.Series, areas: I64, schools: pl.DataFrame, staff: I64) -> Claims:
    """Find, per distinct claim and city, the schools that it fits.

    Args:
        texts: claimed school per identity.
        areas: six-digit district of the raid per identity.
        schools: school_id, name, former_name, aliases, area.
        staff: people per school, in the order of `schools`.
    """
    claim = clean_claims(texts)
    frame = pl.DataFrame({"claim": claim, "city": areas // 100}).with_row_index("identity")
    names = school_names(schools)
    share = np.ones(len(texts))
    identities, fitting = [], []
    total = max(int(staff.sum()), 1)
    for (city,), part in frame.drop_nulls("claim").group_by("city", maintain_order=True):
        local = names.filter(pl.col("city") == city)
        if local.is_empty():
            continue
        distinct = part["claim"].unique(maintain_order=True)
        fits = _coverage_matrix(distinct, local["text"]) >= FITS_FROM
        for text, row in zip(distinct.to_list(), fits, strict=True):
            school = np.unique(local["school"].to_numpy()[row])
            who = part.filter(pl.col("claim") == text)["identity"].to_numpy()
            share[who] = max(int(staff[school].sum()), 1) / total
            if 0 < len(school) <= FEW:
                identities.append(np.repeat(who, len(school)))
                fitting.append(np.tile(school, len(who)))
    empty = np.zeros(0, np.int64)
    return Claims(
        claim,
        share,
        np.concatenate(identities).astype(np.int64) if identities else empty,
        np.concatenate(fitting).astype(np.int64) if fitting else empty,
    )


def school_names(schools: pl.DataFrame) -> pl.DataFrame:
    """Return one row per name of each school: school (row number), city, area, text."""
    frame = schools.with_row_index("school").with_columns(pl.col("school").cast(pl.Int64))
    names = [
        frame.select("school", "area", text=pl.col(c).str.split("、"))
        for c in ("name", "former_name", "aliases")
        if c in schools.columns
    ]
    return (
        pl.concat(names)
        .explode("text")
        .with_columns(
            text=pl.col("text").str.replace_all(r"[^\p{Han}A-Za-z0-9]", ""),
            area=pl.col("area").cast(pl.Int64, strict=False).fill_null(0),
        )
        .filter(pl.col("text").str.len_chars() > 0)
        .with_columns(city=pl.col("area") // 100)
        .unique(["school", "text"], maintain_order=True)
    )


def _coverage_matrix(claims: pl.Series, names: pl.Series) -> F64:
    common = cdist(claims.to_list(), names.to_list(), scorer=LCSseq.similarity, dtype=np.uint8)
    return np.asarray(common / claims.str.len_chars().to_numpy()[:, None])


def compare_schools(claim: pl.Series, claim_area: I64, school: I64, schools: pl.DataFrame) -> Levels:
    """Level of the claimed school against the person's school, pair by pair.

    Args:
        claim: cleaned claim per pair.
        claim_area: district of the raid per pair.
        school: row of the person's school in `schools` per pair; negative if unknown.
        schools: as in `read_claims`.
    """
    level = np.full(len(claim), ABSENT, np.int8)
    pairs = pl.DataFrame({"claim": claim, "school": school}).with_row_index("pair")
    known = pairs.filter(pl.col("claim").is_not_null(), pl.col("school") >= 0)
    if known.is_empty():
        return level
    names = school_names(schools)
    tried = known.select("claim", "school").unique().join(names.select("school", "text"), on="school")
    common = cpdist(tried["claim"].to_list(), tried["text"].to_list(), scorer=LCSseq.similarity)
    cover = np.asarray(common) / tried["claim"].str.len_chars().to_numpy()
    best = tried.with_columns(cover=pl.Series(cover)).group_by("claim", "school").agg(pl.col("cover").max())
    rows = known.join(best, on=["claim", "school"], how="left")
    area = schools["area"].cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    at = rows["pair"].to_numpy()
    near = area[rows["school"].to_numpy()] == claim_area[at]
    fits = rows["cover"].fill_null(0.0).to_numpy() >= FITS_FROM
    level[at] = np.select([fits, near], [0, 1], 2)
    return level
