"""From two tables to scored pairs: block, compare, weigh, rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from tongcha.linkage.blocking import Pairs, SortedKeys, pair_up, scan_people
from tongcha.linkage.census import F64, Census, count_bearers
from tongcha.linkage.claims import Claims, compare_schools, read_claims
from tongcha.linkage.codes import I64, mix
from tongcha.linkage.comparisons import (
    compare_ages,
    compare_areas,
    compare_births,
    compare_names,
    compare_numbers,
    compare_phones,
    compare_sexes,
)
from tongcha.linkage.glyphs import U64
from tongcha.linkage.keys import Probes, person_keys, probe_keys, surname_sound
from tongcha.linkage.ranking import Ranked, group_records, rank_pairs
from tongcha.linkage.sides import FORM_NONE, Side, code_side
from tongcha.linkage.weights import Compared, Weigher
from tongcha.policy.linkage import LinkagePolicy

NO_SCHOOL: Final = -1


@dataclass(frozen=True, slots=True)
class Scored:
    """Everything known of the pairs of one batch.

    Attributes:
        pairs: positions of identity and person, in order.
        compared: both sides and their levels, pair by pair.
        bits: bits per field, pair by pair.
        prior: bits before any field.
        ranked: order, rivals and posterior.
        claims: claimed schools per identity.
        school: row of each person's school in `schools`.
    """

    pairs: Pairs
    compared: Compared
    bits: dict[str, F64]
    prior: float
    ranked: Ranked
    claims: Claims
    school: I64


def score_pairs(
    identities: pl.DataFrame, people: pl.DataFrame, schools: pl.DataFrame, policy: LinkagePolicy
) -> Scored:
    """Score every pair that shares a key; all frames sorted by their identifiers."""
    met, persons = code_side(identities), code_side(people)
    school = locate_schools(people, schools)
    staff = np.bincount(school[school >= 0], minlength=schools.height).astype(np.int64)
    claims = read_claims(_text(identities, "claimed_school"), met.area.astype(np.int64), schools, staff)
    probes = probe_keys(met) | {"school_surname": _claim_probes(met, claims)}
    index = scan_people([person_keys(persons, school.astype(np.uint64))], probes)
    census = Census.empty()
    census.count(persons)
    pairs = pair_up(index, probes, policy.blocking.caps)
    compared = compare_pairs(met, persons, pairs, claims, school, schools, index)
    weigher = Weigher(policy, census, count_bearers(index, probes, len(met)), census.age_share(met))
    bits = weigher.weigh(compared)
    prior = weigher.prior()
    total = prior + sum(bits.values())
    person = group_records(pairs.identity, compared.person, pairs.row)
    ranked = rank_pairs(pairs.identity, total, pairs.row, person, policy.decision.duplicate_bits)
    return Scored(pairs, compared, bits, prior, ranked, claims, school)


def locate_schools(people: pl.DataFrame, schools: pl.DataFrame) -> I64:
    """Return the row in `schools` of each person's school, NO_SCHOOL if it isn't listed."""
    rows = schools.select("school_id").with_row_index("row")
    found = people.select("school_id").join(rows, on="school_id", how="left", maintain_order="left")
    return found["row"].cast(pl.Int64).fill_null(NO_SCHOOL).to_numpy()


def _text(frame: pl.DataFrame, column: str) -> pl.Series:
    if column in frame.columns:
        return frame[column]
    return pl.Series(column, [None] * frame.height, pl.String)


def _claim_probes(met: Side, claims: Claims) -> Probes:
    surname: U64 = surname_sound(met.name.fold)
    named = met.form[claims.few_identity] > FORM_NONE
    who, school = claims.few_identity[named], claims.few_school[named]
    return Probes(mix(school.astype(np.uint64), surname[who]), who)


def compare_pairs(
    met: Side,
    persons: Side,
    pairs: Pairs,
    claims: Claims,
    school: I64,
    schools: pl.DataFrame,
    index: dict[str, SortedKeys],
) -> Compared:
    """Lay both sides beside each other and compare every field."""
    one, other = met.take(pairs.identity), persons.take(pairs.row)
    claim = claims.text.gather(pairs.identity)
    levels = {
        "id_number": compare_numbers(one, other),
        "name": compare_names(one, other),
        "phone": compare_phones(one, other),
        "birth": compare_births(one, other),
        "age": compare_ages(one, other),
        "sex": compare_sexes(one, other),
        "area": compare_areas(one, other),
        "school": compare_schools(claim, one.area.astype(np.int64), school[pairs.row], schools),
    }
    holders = count_holders(met, index)[pairs.identity]
    return Compared(pairs.identity, one, other, levels, holders, claims.share[pairs.identity])


def count_holders(met: Side, index: dict[str, SortedKeys]) -> I64:
    """Return how many people on record, or identities, use each identity's phone (whichever are more)."""
    _, on_record = index["phone"].span(mix(met.phone.astype(np.uint64)))
    _, at, times = np.unique(met.phone, return_inverse=True, return_counts=True)
    return np.where(met.phone > 0, np.maximum(on_record, times[at]), 1)
