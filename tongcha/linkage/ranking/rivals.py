"""Rivals of one identity, the posterior, the order, and records that are one person."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from tongcha.linkage.blocking.keys import segments
from tongcha.linkage.encoding.codes import F64, I64, NO_DAY, find_repeated, mix, order_of
from tongcha.linkage.encoding.values import NUMBER_VALID
from tongcha.linkage.weights.ratios import GRAIN, quantise

if TYPE_CHECKING:
    from tongcha.linkage.encoding.codes import Truth
    from tongcha.linkage.encoding.glyphs import U64
    from tongcha.linkage.encoding.sides import Side

NOBODY: Final = -1
HUGE_BITS: Final = 500.0
PLACES: Final = 63
"""of a whole number that is sorted by"""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Pairs in order of (identity, rank).

    Attributes:
        order: positions of the pairs in that order; all other attributes follow it.
        score: posterior odds of the pair against everything else, in bits.
        rivalry: bits that the rivals took away (≤ 0).
        rank: 1 for the best candidate of its identity.
        margin: bits between this pair and the best other person; infinite if there is none.
        rival: position (in the given order of pairs) of that person's record, NOBODY if there is none.
        twin: position of the person's other record among the candidates, NOBODY if there is none.
    """

    order: I64
    score: F64
    rivalry: F64
    rank: I64
    margin: F64
    rival: I64
    twin: I64

    def ranked_anew(self, rows: I64, ranked: Self) -> Self:
        """Return this with the pairs at these rows, all of some identities, as they are ranked there."""
        columns = {field.name: getattr(self, field.name).copy() for field in fields(self)}
        for name, column in columns.items():
            new = getattr(ranked, name)
            if name in {"order", "rival", "twin"}:
                new = np.where(new == NOBODY, NOBODY, rows[new])
            column[rows] = new
        return type(self)(**columns)


def rank_pairs(identity: I64, weight: F64, tie: I64, person: I64) -> Ranked:
    """Rank the candidates of each identity by weight, then by the order of their identifiers.

    Everyone else's odds count against a candidate, and so do those of nobody on record (odds 1). Two records
    of one person don't count against each other.

    Args:
        identity: identity of each pair.
        weight: prior and field bits of each pair.
        tie: position of each pair's person in the order of identifiers; a total order within an identity.
        person: equal for records of one person, as `group_records` tells.
    """
    order = _order_pairs(identity, weight, tie)
    who, bits, same = identity[order], weight[order], person[order]
    first = np.flatnonzero(np.diff(who, prepend=NOBODY - 1) != 0)
    size = np.diff(first, append=len(who))
    at, place = np.arange(len(who)), np.repeat(first, size)
    number, twin = _number_people(who, same)
    rival = _best_other_person(who, same, place)
    rest = _odds_of_others(bits, number, first, size)
    rivalry = quantise(-np.log2(1 + rest))
    margin = np.where(rival == NOBODY, np.inf, bits - bits[rival])
    return Ranked(
        order,
        bits + rivalry,
        rivalry,
        at - place + 1,
        margin,
        np.where(rival == NOBODY, NOBODY, order[rival]),
        np.where(twin == NOBODY, NOBODY, order[twin]),
    )


def _order_pairs(identity: I64, weight: F64, tie: I64) -> I64:
    """Order by (identity, weight descending, tie); bits are whole grains, so that all fits one number."""
    behind = ((weight.max(initial=0.0) - weight) * GRAIN).astype(np.int64)
    places = [int(column.max(initial=0)).bit_length() for column in (identity, behind, tie)]
    if sum(places) < PLACES:
        return order_of((identity << (places[1] + places[2])) | (behind << places[2]) | tie)
    return np.lexsort((tie, behind, identity))


def _number_people(who: I64, same: I64) -> tuple[I64, I64]:
    """Number the people under all identities; and find another record of the same person."""
    number, twin = np.arange(len(who)), np.full(len(who), NOBODY, np.int64)
    again = np.flatnonzero(find_repeated(mix(who.astype(np.uint64), same.astype(np.uint64))))
    order = again[np.lexsort((again, same[again], who[again]))]
    starts = (np.diff(who[order], prepend=NOBODY - 1) != 0) | (np.diff(same[order], prepend=NOBODY - 1) != 0)
    begin = np.flatnonzero(starts)
    count = np.diff(begin, append=len(order))
    first = np.repeat(begin, count)
    following = first + (np.arange(len(order)) - first + 1) % np.repeat(count, count)
    number[order], twin[order] = order[first], order[following]
    return number, twin


def _best_other_person(who: I64, same: I64, place: I64) -> I64:
    """Position of the best-ranked candidate who is somebody else."""
    count = len(who)
    best = place.copy()
    undecided = same == same[best]
    while undecided.any():
        best[undecided] += 1
        inside = np.minimum(best, count - 1)
        ended = undecided & ((best >= count) | (who[inside] != who))
        best[ended] = NOBODY
        undecided &= ~ended
        undecided &= same == same[np.clip(best, 0, count - 1)]
    return best


def _odds_of_others(bits: F64, number: I64, first: I64, size: I64) -> F64:
    """Sum of the odds of all other people under the same identity.

    For the best person the others are summed by themselves: taking the best one's odds off a sum would
    lose what they dwarf.
    """
    if not len(bits):
        return bits
    odds = np.exp2(np.clip(bits, -HUGE_BITS, HUGE_BITS))
    is_best = number == np.repeat(number[first], size)
    own = np.bincount(number, odds)[number]
    all_odds = np.repeat(np.add.reduceat(odds, first), size)
    but_best = np.repeat(np.add.reduceat(np.where(is_best, 0.0, odds), first), size)
    return np.where(is_best, but_best, np.maximum(all_odds - own, 0.0))


def group_records(identity: I64, people: Side, row: I64, school: U64) -> I64:
    """Number the people behind the records of each identity: one number per person.

    Two records are one person if they bear the same valid ID number, the same birth date and phone, the same
    name, birth date and school, or the same name, birth date and city without two valid numbers among all who
    do. A person's number is that of one of the records' rows.

    Args:
        identity: identity of each pair.
        people: the people's side, pair by pair.
        row: row of the record of each pair.
        school: number of the person's school, pair by pair.
    """
    person = row.copy()
    born, known = people.birth.astype(np.uint32), people.birth != NO_DAY
    number = np.where(people.number_state == NUMBER_VALID, mix(*segments(people.number)), 0)
    phone, city = people.phone.astype(np.uint64), (people.area // 100).astype(np.uint64)
    named = mix(*people.name.fold.T, born)
    _merge(person, identity, number, number > 0)
    _merge(person, identity, mix(born, phone), known & (people.phone > 0))
    _merge(person, identity, mix(named, school), known)
    _merge(person, identity, mix(named, city), known & (city > 0), number)
    return person


def _merge(person: I64, identity: I64, key: U64, usable: Truth, number: U64 | None = None) -> None:
    """Give records of one identity with equal keys one number (changes `person`).

    Args:
        person: number of the person behind each record.
        identity: identity of each pair.
        key: what one person's records have in common.
        usable: whether a record has that key.
        number: if given, records stay apart where two of those with that key bear different ones; 0 is none.
    """
    at = np.flatnonzero(usable)
    at = at[find_repeated(mix(identity[at].astype(np.uint64), key[at]))]
    if not len(at):
        return
    order = at[np.lexsort((person[at], key[at], identity[at]))]
    begins = (np.diff(identity[order], prepend=NOBODY - 1) != 0) | (key[order] != np.roll(key[order], 1))
    first, group = np.flatnonzero(begins), np.cumsum(begins) - 1
    merged = person[order[first]][group]
    if number is not None:
        merged = np.where(_bear_one(number[order], first)[group], merged, person[order])
    person[order] = merged


def _bear_one(number: U64, first: I64) -> Truth:
    """Whether each group, which begins at `first`, bears at most one number; 0 is none."""
    most = np.maximum.reduceat(number, first)
    least = np.minimum.reduceat(np.where(number > 0, number, np.iinfo(np.uint64).max), first)
    is_one: Truth = (most == least) | (most == 0)
    return is_one
