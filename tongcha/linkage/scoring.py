"""From two tables to scored pairs: block, compare, weigh, rank."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tongcha.linkage.blocking.keys import Probes, surname_sound
from tongcha.linkage.blocking.probes import probe_keys
from tongcha.linkage.blocking.scan import Pairs, count_bearers, pair_up, scan_people, with_phones
from tongcha.linkage.encoding.codes import F64, I64, mix, sort_unique
from tongcha.linkage.encoding.sides import Side, code_side, hash_text, read_column
from tongcha.linkage.encoding.values import FORM_NONE, FORM_SURNAME, NUMBER_VALID
from tongcha.linkage.pairwise import Sides, Told, compare_pairs
from tongcha.linkage.ranking.exclusion import exclude_others
from tongcha.linkage.ranking.rivals import Ranked, group_records, rank_pairs
from tongcha.linkage.reading.threads import workers
from tongcha.linkage.schools.claims import Claims, find_schools
from tongcha.linkage.weights.weigher import Weigher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from tongcha.linkage.blocking.listed import Listed
    from tongcha.linkage.blocking.scan import Scan
    from tongcha.linkage.people.source import People
    from tongcha.linkage.weights.ratios import Compared
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


@dataclass(frozen=True, slots=True)
class Candidates:
    """The pairs of one batch that are worth comparing, and what they are compared by.

    Attributes:
        identities: table `identities`.
        schools: table `schools`.
        met: the identities as numbers.
        claims: the schools that they claim.
        probes: the keys that they probed with.
        scan: the keys of the people on record.
        pairs: positions of identity and person, in order.
        people: records of the people in the pairs.
        listed: mobile numbers on staff lists of these people, 0 if none.
        record: position in `people` per pair.
    """

    identities: pl.DataFrame
    schools: pl.DataFrame
    met: Side
    claims: Claims
    probes: Mapping[str, Probes]
    scan: Scan
    pairs: Pairs
    people: pl.DataFrame
    listed: I64
    record: I64


def find_candidates(
    identities: pl.DataFrame,
    people: People,
    schools: pl.DataFrame,
    policy: LinkagePolicy,
    index: Scan | None = None,
    list_phones: Callable[[], Listed | None] = lambda: None,
    pairs: Pairs | None = None,
) -> Candidates:
    """Find the pairs that share a key.

    Args:
        identities: table `identities`, sorted by identity_id.
        people: the people on record.
        schools: table `schools`, sorted by school_id.
        policy: caps of the keys, and which schools fit a claim.
        index: keys of all people if they were prepared; else the people are scanned.
        list_phones: returns the phones that staff lists give for some of the people; asked once everybody is
            scanned, so that the lists may be read meanwhile.
        pairs: take these instead, whatever they share.
    """
    met = code_side(identities)
    sought = met.number_state != NUMBER_VALID  # a complete number finds the person without a claimed school
    claimed = read_column(identities, "claimed_school")
    widely = sought & (met.form == FORM_SURNAME)  # few keys lead to another city
    claims = find_schools(claimed, met.area, schools, sought, widely, policy.school)
    subject = read_column(identities, "claimed_subject")
    probes = probe_keys(met, subject, policy.blocking)
    probes["school_surname"] = _claim_probes(met, claims, schools)
    scan = index or scan_people(people, probes)
    listed = list_phones()
    if listed is not None:
        scan = with_phones(scan, listed.row, listed.phone)
    pairs = pairs or pair_up(scan.keys, probes, policy.blocking)
    rows = sort_unique(pairs.row)
    phones = np.zeros(len(rows), np.int64) if listed is None else listed.phone_of(rows)
    record = np.searchsorted(rows, pairs.row)
    found = people.fetch(rows)
    return Candidates(identities, schools, met, claims, probes, scan, pairs, found, phones, record)


def compare_candidates(candidates: Candidates, policy: LinkagePolicy) -> Compared:
    """Compare every field of the pairs."""
    persons = replace(code_side(candidates.people), listed_phone=candidates.listed)
    told = Told(candidates.identities, candidates.claims, candidates.people, candidates.schools)
    sides = Sides(candidates.pairs.identity, candidates.record)
    return compare_pairs(candidates.met, persons, sides, told, candidates.scan, policy)


def weigh_candidates(candidates: Candidates, compared: Compared, policy: LinkagePolicy) -> Scored:
    """Weigh and rank the pairs."""
    found, met, scan = candidates.people, candidates.met, candidates.scan
    pairs, record = candidates.pairs, candidates.record
    bearers = count_bearers(scan, candidates.probes, len(met))
    weigher = Weigher(policy, scan.census, bearers, scan.census.age_share(met, policy.age))
    school = hash_text(read_column(found, "school_id"))[record]
    grouped = workers().submit(group_records, pairs.identity, compared.person, pairs.row, school)
    order = workers().submit(found["person_id"].rank, "ordinal")
    bits, prior = weigher.weigh(compared), weigher.prior()
    weight = np.sum(list(bits.values()), axis=0) + prior
    person, tie = grouped.result(), order.result().to_numpy()[record]
    ranked = rank_pairs(pairs.identity, weight, tie, person)
    raid_id = read_column(candidates.identities, "raid_id")
    excluded = exclude_others(raid_id, met, compared, person, ranked, policy.subjects)
    at = np.flatnonzero(np.isin(pairs.identity, pairs.identity[excluded < 0]))
    again = pairs.identity[at], weight[at] + excluded[at], tie[at], person[at]
    ranked = ranked.ranked_anew(at, rank_pairs(*again))
    return Scored(pairs, found, record, compared, bits, prior, excluded, ranked)


def score_pairs(
    identities: pl.DataFrame,
    people: People,
    schools: pl.DataFrame,
    policy: LinkagePolicy,
    listed: Listed | None = None,
    pairs: Pairs | None = None,
) -> Scored:
    """Find the candidates, compare and weigh them; `listed` is at hand, the rest as for `find_candidates`."""
    found = find_candidates(identities, people, schools, policy, list_phones=lambda: listed, pairs=pairs)
    return weigh_candidates(found, compare_candidates(found, policy), policy)


def _claim_probes(met: Side, claims: Claims, schools: pl.DataFrame) -> Probes:
    who, school = claims.few_identity, claims.few_school
    named = met.form[who] > FORM_NONE
    who, code = who[named], hash_text(schools["school_id"])[school[named]]
    return Probes(mix(code, surname_sound(met.name.take(who).fold)), who, mix(code))
