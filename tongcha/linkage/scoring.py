"""From two tables to scored pairs: block, compare, weigh, rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tongcha.linkage.blocking import Pairs, count_bearers, pair_up, scan_people, with_phones
from tongcha.linkage.claims import Claims, find_schools
from tongcha.linkage.codes import F64, I64, mix, sort_unique
from tongcha.linkage.exclusion import exclude_others
from tongcha.linkage.keys import Probes, surname_sound
from tongcha.linkage.pairwise import Sides, Told, compare_pairs, read_text
from tongcha.linkage.probes import probe_keys
from tongcha.linkage.ranking import Ranked, group_records, rank_pairs
from tongcha.linkage.sides import FORM_NONE, NUMBER_VALID, Side, code_side, hash_text
from tongcha.linkage.threads import workers
from tongcha.linkage.weights import Weigher

if TYPE_CHECKING:
    import polars as pl

    from tongcha.linkage.blocking import Scan
    from tongcha.linkage.listed import Listed
    from tongcha.linkage.ratios import Compared
    from tongcha.linkage.source import People
    from tongcha.policy.linkage import LinkagePolicy


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
    compared = compare_pairs(met, persons, sides, Told(identities, claims, found, schools), scan)
    weigher = Weigher(policy, scan.census, count_bearers(scan, probes, len(met)), scan.census.age_share(met))
    school = hash_text(read_text(found, "school_id"))[sides.record]
    grouped = workers().submit(group_records, pairs.identity, compared.person, pairs.row, school)
    order = workers().submit(found["person_id"].rank, "ordinal")
    bits, prior = weigher.weigh(compared), weigher.prior()
    weight = np.sum(list(bits.values()), axis=0) + prior
    person, tie = grouped.result(), order.result().to_numpy()[sides.record]
    ranked = rank_pairs(pairs.identity, weight, tie, person, policy.decision.duplicate_bits)
    raid_id = read_text(identities, "raid_id")
    excluded = exclude_others(raid_id, met, compared, person, ranked, policy.subjects)
    at = np.flatnonzero(np.isin(pairs.identity, pairs.identity[excluded < 0]))
    again = pairs.identity[at], weight[at] + excluded[at], tie[at], person[at]
    ranked = ranked.ranked_anew(at, rank_pairs(*again, policy.decision.duplicate_bits))
    return Scored(pairs, found, sides.record, compared, bits, prior, excluded, ranked)


def _claim_probes(met: Side, claims: Claims, schools: pl.DataFrame) -> Probes:
    who, school = claims.few_identity, claims.few_school
    named = met.form[who] > FORM_NONE
    who, code = who[named], hash_text(schools["school_id"])[school[named]]
    return Probes(mix(code, surname_sound(met.name.take(who).fold)), who, mix(code))
