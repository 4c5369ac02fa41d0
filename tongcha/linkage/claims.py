"""Claimed schools: how well a short form fits a school's name, and how many schools it fits as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist

from tongcha.linkage.codes import ABSENT, PRIME, Levels, sort_unique, spread

if TYPE_CHECKING:
    from tongcha.linkage.codes import F64, I32, I64, Truth
    from tongcha.linkage.glyphs import U32, U64

FITS_FROM: Final = 0.99
"""share of the claimed characters that must occur in order in a name of the school"""
FEW: Final = 8
"""a claim that fits more schools of the city isn't used to find people"""
UNHEARD_SHARE: Final = 0.002
"""share of people behind a claim that fits no school of the province"""
LEAN: Final = 50.0
EVEN_SHARE: Final = 0.1
"""share of a subject before any is counted, which weighs as much as LEAN people"""
CODE_BITS: Final = 21
"""of a code point"""
NOISE: Final = r"[^\p{Han}A-Za-z0-9]"


@dataclass(frozen=True, slots=True)
class Claims:
    """Claimed schools of one batch.

    Attributes:
        names: names of all schools, as `school_names` returns them.
        texts: every distinct claim, cleaned.
        text: position of the claim of each identity among them; −1 if none.
        identity: identities whose claim fits some school, once per such school.
        school: row of that school in `schools`.
        few_identity: of those, the identities whose claim fits few schools.
        few_school: the schools to that.
    """

    names: pl.DataFrame
    texts: pl.Series
    text: I64
    identity: I64
    school: I64
    few_identity: I64
    few_school: I64


def find_schools(texts: pl.Series, areas: I32, schools: pl.DataFrame, sought: Truth) -> Claims:
    """Find, per distinct claim and city, the schools that it fits.

    Args:
        texts: claimed school per identity.
        areas: six-digit district of the raid per identity.
        schools: school_id, name, former_name, aliases, area.
        sought: identities whose claim is worth looking up.
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
    names = school_names(schools)
    fitting = find_fitting(asked.select("city", "claim"), names).with_columns(
        schools=pl.len().over("city", "claim")
    )
    spread = asked.explode("identity").join(fitting, on=["city", "claim"]).sort("identity", "school")
    few = spread.filter(pl.col("schools") <= FEW)
    columns = [
        frame[column].cast(pl.Int64).to_numpy()
        for frame in (spread, few)
        for column in ("identity", "school")
    ]
    text = cleaned.replace_strict(distinct, np.arange(len(distinct)), default=-1, return_dtype=pl.Int64)
    return Claims(names, distinct, text.to_numpy(), *columns)


def weigh_claims(claims: Claims, staff: I64) -> F64:
    """Return per identity the share of all people who work in a school that its claim fits.

    Args:
        claims: the claims.
        staff: people per school, in the order of `schools`.
    """
    people = np.bincount(claims.identity, staff[claims.school], minlength=len(claims.text))
    heard = np.bincount(claims.identity, minlength=len(claims.text)) > 0
    return np.where(heard, np.maximum(people, 1) / max(int(staff.sum()), 1), UNHEARD_SHARE)


def clean_claims(texts: pl.Series) -> pl.Series:
    """Drop blanks and punctuation; an empty claim is no claim."""
    clean = texts.str.replace_all(NOISE, "")
    return pl.select(pl.when(clean != "").then(clean)).to_series()


def school_names(schools: pl.DataFrame) -> pl.DataFrame:
    """Return one row per name of each school: school (row number), city, text."""
    frame = schools.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("school"),
        city=pl.col("area").cast(pl.Int64, strict=False).fill_null(0) // 100,
        text=pl.concat_str("name", "former_name", "aliases", separator="、", ignore_nulls=True).str.split(
            "、"
        ),
    )
    clean = frame.explode("text").with_columns(pl.col("text").str.replace_all(NOISE, ""))
    return clean.filter(pl.col("text") != "").unique(maintain_order=True)


def find_fitting(asked: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return city, claim, school for every school that a claim fits: of the city, else of the province."""
    near = _fit_within(asked, names, 1)
    rest = asked.join(near, on=["city", "claim"], how="anti")
    return pl.concat([near, _fit_within(rest, names, 100)])


def _fit_within(asked: pl.DataFrame, names: pl.DataFrame, cities: int) -> pl.DataFrame:
    """Which schools of their region claims fit; a region is what cities have in common when divided so."""
    claim, name = _share_rare_letters(
        asked["claim"], asked["city"].to_numpy() // cities, names["text"], names["city"].to_numpy() // cities
    )
    missing = hash_letters(asked["claim"])[claim] & ~hash_letters(names["text"])[name]
    likely = np.bitwise_count(missing) <= _spare_letters(asked["claim"])[claim]
    claim, name = claim[likely], name[likely]
    fits = covers(asked["claim"].gather(claim), names["text"].gather(name))
    found = {"city": asked["city"].gather(claim[fits]), "claim": asked["claim"].gather(claim[fits])}
    return pl.DataFrame(found | {"school": names["school"].gather(name[fits])}).unique(maintain_order=True)


def _share_rare_letters(
    claims: pl.Series, claimed_in: I64, names: pl.Series, named_in: I64
) -> tuple[I64, I64]:
    """Return (claim, name) of one region that share one of the claim's rarest letters there.

    A name that lacks n letters of a claim has one of any n + 1 of them.
    """
    (claim, letter), (name, its) = _letters(claims), _letters(names)
    keys = (named_in[name] << CODE_BITS) | its
    order = np.argsort(keys, kind="stable")
    wanted = (claimed_in[claim] << CODE_BITS) | letter
    start = np.searchsorted(keys[order], wanted, "left")
    size = np.searchsorted(keys[order], wanted, "right") - start
    rarest = np.lexsort((size, claim))
    place = np.arange(len(claim)) - np.searchsorted(claim, claim)  # its letters stand together, rarest first
    chosen = rarest[place <= _spare_letters(claims)[claim]]
    pairs = (
        np.repeat(claim[chosen], size[chosen]) * len(names) + name[order][spread(start[chosen], size[chosen])]
    )
    pairs = sort_unique(pairs)
    return pairs // len(names), pairs % len(names)


def _letters(texts: pl.Series) -> tuple[I64, I64]:
    """Return (position of the text, code point) of every letter that occurs in it, in order."""
    code = _code_points(texts).astype(np.int64)
    text = np.repeat(np.arange(len(texts)), texts.str.len_chars().to_numpy().astype(np.int64))
    both = sort_unique((text << CODE_BITS) | code)
    return both >> CODE_BITS, both & ((1 << CODE_BITS) - 1)


def _code_points(texts: pl.Series) -> U32:
    text = str(texts.str.join("").item()) if len(texts) else ""
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def hash_letters(texts: pl.Series) -> U64:
    """Return which letters may occur in each text: 64 truths, each shared by some letters."""
    code = _code_points(texts).astype(np.uint64)
    bit = np.uint64(1) << (code * PRIME >> np.uint64(58))
    length = texts.str.len_chars().to_numpy().astype(np.int64)
    start = np.cumsum(length) - length
    return np.bitwise_or.reduceat(bit, start) if len(bit) else np.zeros(len(texts), np.uint64)


def _spare_letters(claims: pl.Series) -> I64:
    """How many letters of each claim a name may lack and still be fit by it."""
    length = claims.str.len_chars().to_numpy().astype(np.int64)
    spare: I64 = length - np.ceil(length * FITS_FROM).astype(np.int64)
    return spare


def covers(claims: pl.Series, names: pl.Series) -> Truth:
    """Whether the letters of each claim occur in order in the name beside it."""
    common = cpdist(claims.to_list(), names.to_list(), scorer=LCSseq.similarity)
    return np.asarray(np.asarray(common) >= claims.str.len_chars().to_numpy() * FITS_FROM)


def compare_schools(
    claim: I64, claim_area: I32, school: I64, schools: pl.DataFrame, claims: Claims
) -> Levels:
    """Level of the claimed school against the person's school, pair by pair.

    Args:
        claim: position in `claims.texts` per pair; negative if none.
        claim_area: district of the raid per pair.
        school: row of the person's school in `schools` per pair; negative if unknown.
        schools: as in `find_schools`.
        claims: the claims.
    """
    level = np.full(len(claim), ABSENT, np.int8)
    known = np.flatnonzero((claim >= 0) & (school >= 0))
    area = schools["area"].cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    near = area[school[known]] == claim_area[known]
    fits = _fit_pairwise(claim[known], school[known], claims)
    level[known] = np.select([fits, near], [0, 1], 2)
    return level


def _fit_pairwise(claim: I64, school: I64, claims: Claims) -> Truth:
    """Whether each claim fits some name of the school beside it."""
    width = int(school.max(initial=0)) + 1
    asked = sort_unique(claim * width + school)
    named = claims.names["school"].to_numpy()  # ascends: the names of a school stand together
    first = np.searchsorted(named, asked % width, "left")
    names_of = np.searchsorted(named, asked % width, "right") - first
    at, name = np.repeat(np.arange(len(asked)), names_of), spread(first, names_of)
    text = asked[at] // width
    missing = hash_letters(claims.texts)[text] & ~hash_letters(claims.names["text"])[name]
    likely = np.flatnonzero(np.bitwise_count(missing) <= _spare_letters(claims.texts)[text])
    fits = covers(claims.texts.gather(text[likely]), claims.names["text"].gather(name[likely]))
    fitting = sort_unique(asked[at[likely[fits]]])
    return np.isin(claim * width + school, fitting)


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


def share_subjects(taught: pl.Series) -> F64:
    """Return per person the share of people who teach the same subject, leaning on an even spread."""
    counts = taught.to_frame("subject").select(pl.len().over("subject")).to_series().to_numpy()
    return (counts + LEAN * EVEN_SHARE) / (len(taught) + LEAN)
