"""From two tables to scored pairs: block, compare, weigh, rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tongcha.linkage.blocking import Pairs, count_bearers, pair_up, scan_people, with_phones
from tongcha.linkage.claims import (
    Claims,
    compare_schools,
    compare_subjects,
    find_schools,
    share_subjects,
    weigh_claims,
)
from tongcha.linkage.codes import F64, I64, mix, sort_unique
from tongcha.linkage.comparisons import (
    compare_ages,
    compare_areas,
    compare_births,
    compare_numbers,
    compare_phones,
    compare_sexes,
)
from tongcha.linkage.exclusion import exclude_others
from tongcha.linkage.keys import Probes, surname_sound
from tongcha.linkage.name_levels import compare_names
from tongcha.linkage.probes import probe_keys
from tongcha.linkage.ranking import Ranked, group_records, rank_pairs
from tongcha.linkage.ratios import Compared
from tongcha.linkage.sides import FORM_NONE, NUMBER_VALID, Side, code_side, hash_text
from tongcha.linkage.weights import Weigher

if TYPE_CHECKING:
    from tongcha.linkage.blocking import Scan
    from tongcha.linkage.glyphs import U64
    from tongcha.linkage.listed import Listed
    from tongcha.linkage.source import People
    from tongcha.policy.linkage import LinkagePolicy

NO_SCHOOL: Final = -1


@dataclass(frozen=True, slots=True)
class Scored:
    """Everything known of the pairs of one batch.

    Attributes:
        pairs: positions of identity and person, in order.
        people: records of the people in the pairs; `record` tells which one belongs to each pair.
        record: position in `people` per pair.
        compared: both sides and their levels, pair by pair.
        bits: bits per field, pair by pair.
        prior: bits before any field.
        excluded: bits (≤ 0) that others met at the same raid take away, pair by pair.
        ranked: order, rivals and posterior.
    """

    pairs: Pairs
    people: pl.DataFrame
    record: I64
    compared: Compared
    bits: dict[str, F64]
    prior: float
    excluded: F64
    ranked: Ranked


def score_pairs(
    identities: pl.DataFrame,
    people: People,
    schools: pl.DataFrame,
    policy: LinkagePolicy,
    index: Scan | None = None,
    listed: Listed | None = None,
    pairs: Pairs | None = None,
) -> Scored:
    """Score every pair that shares a key.

    Args:
        identities: table `identities`, sorted by identity_id.
        people: the people on record.
        schools: table `schools`, sorted by school_id.
        policy: weights, thresholds and caps.
        index: keys of all people if they were prepared; else the people are scanned.
        listed: phones that staff lists give for some of the people.
        pairs: score these instead, whatever they share.
    """
    met = code_side(identities)
    sought = met.number_state != NUMBER_VALID  # a complete number finds the person without a claimed school
    claims = find_schools(read_text(identities, "claimed_school"), met.area, schools, sought)
    probes = probe_keys(met) | {"school_surname": _claim_probes(met, claims, schools)}
    scan = index or scan_people(people, probes)
    if listed is not None:
        scan = with_phones(scan, listed.row, listed.phone)
    pairs = pairs or pair_up(scan.keys, probes, policy.blocking.caps)
    rows = sort_unique(pairs.row)
    sides, found = Sides(pairs.identity, np.searchsorted(rows, pairs.row)), people.fetch(rows)
    persons = code_side(found)
    if listed is not None:
        persons.listed_phone[:] = listed.phone_of(rows)
    compared = compare_pairs(met, persons, sides, scan)
    _compare_claims(compared, claims, scan.census.staff_of(hash_text(schools["school_id"])), found, schools)
    _compare_subjects(compared, identities, found)
    weigher = Weigher(policy, scan.census, count_bearers(scan, probes, len(met)), scan.census.age_share(met))
    bits, prior = weigher.weigh(compared), weigher.prior()
    weight = np.sum(list(bits.values()), axis=0) + prior
    tie = found["person_id"].rank("ordinal").to_numpy()[sides.record]
    person = group_records(pairs.identity, compared.person, pairs.row, schools_of(found)[sides.record])
    ranked = rank_pairs(pairs.identity, weight, tie, person, policy.decision.duplicate_bits)
    raid_id = read_text(identities, "raid_id")
    excluded = exclude_others(raid_id, met, compared, person, ranked, policy.subjects)
    if excluded.any():
        ranked = rank_pairs(pairs.identity, weight + excluded, tie, person, policy.decision.duplicate_bits)
    return Scored(pairs, found, sides.record, compared, bits, prior, excluded, ranked)


@dataclass(frozen=True, slots=True)
class Sides:
    """Positions of the identity and of the person's record, pair by pair."""

    identity: I64
    record: I64


def schools_of(people: pl.DataFrame) -> U64:
    """Return a number per person that people of the same school share."""
    return hash_text(read_text(people, "school_id"))


def locate_schools(people: pl.DataFrame, schools: pl.DataFrame) -> I64:
    """Return the row in `schools` of each person's school, NO_SCHOOL if it isn't listed."""
    rows = schools.select("school_id").with_row_index("row")
    found = people.select("school_id").join(rows, on="school_id", how="left", maintain_order="left")
    return found["row"].cast(pl.Int64).fill_null(NO_SCHOOL).to_numpy()


def read_text(frame: pl.DataFrame, column: str) -> pl.Series:
    """Return a text column, all null if the frame lacks it."""
    if column in frame.columns:
        return frame[column]
    return pl.Series(column, [None], pl.String).new_from_index(0, frame.height)


def _claim_probes(met: Side, claims: Claims, schools: pl.DataFrame) -> Probes:
    who, school = claims.few_identity, claims.few_school
    named = met.form[who] > FORM_NONE
    who, code = who[named], hash_text(schools["school_id"])[school[named]]
    return Probes(mix(code, surname_sound(met.name.take(who).fold)), who, mix(code))


def compare_pairs(met: Side, people: Side, sides: Sides, scan: Scan) -> Compared:
    """Lay both sides beside each other and compare every field but school and subject."""
    one, other = met.take(sides.identity), people.take(sides.record)
    levels = {
        "id_number": compare_numbers(one, other),
        "name": compare_names(one, other),
        "phone": compare_phones(one, other),
        "birth": compare_births(one, other),
        "age": compare_ages(one, other),
        "sex": compare_sexes(one, other),
        "area": compare_areas(one, other),
    }
    holders = count_holders(met, scan)[sides.identity]
    unknown = np.ones(len(holders))
    return Compared(sides.identity, sides.record, one, other, levels, holders, unknown, unknown.copy())


def _compare_claims(
    compared: Compared, claims: Claims, staff: I64, found: pl.DataFrame, schools: pl.DataFrame
) -> None:
    school = locate_schools(found, schools)[compared.record]
    claim = claims.text.gather(compared.identity)
    compared.levels["school"] = compare_schools(claim, compared.met.area, school, schools)
    compared.school_share[:] = weigh_claims(claims, staff)[compared.identity]


def _compare_subjects(compared: Compared, identities: pl.DataFrame, found: pl.DataFrame) -> None:
    claimed, taught = read_text(identities, "claimed_subject"), read_text(found, "subject")
    compared.levels["subject"] = compare_subjects(
        claimed.gather(compared.identity), taught.gather(compared.record)
    )
    compared.subject_share[:] = share_subjects(taught)[compared.record]


def count_holders(met: Side, scan: Scan) -> I64:
    """Return how many people on record, or identities, use each identity's phone (whichever are more)."""
    on_record = scan.count("phone", mix(met.phone.astype(np.uint64)))
    _, at, times = np.unique(met.phone, return_inverse=True, return_counts=True)
    return np.where(met.phone > 0, np.maximum(on_record, times[at]), 1)
