"""Blocking: which people share a key with which identity, found by one scan over the people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tongcha.linkage.blocking.keys import COUNTED, KINDS, Probes, person_keys
from tongcha.linkage.blocking.sieves import Sieves
from tongcha.linkage.encoding.codes import I64, Truth, concatenate, mix, order_of, sort_unique, spread
from tongcha.linkage.people.census import Census
from tongcha.linkage.reading.threads import run_together, workers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.linkage.encoding.glyphs import U64
    from tongcha.linkage.people.source import Part, People
    from tongcha.policy.linkage import Blocking


@dataclass(frozen=True, slots=True)
class SortedKeys:
    """Keys of one kind in ascending order, each with the row of the person who has it."""

    key: U64
    row: I64

    def span(self, probes: U64) -> tuple[I64, I64]:
        """Return, per probe, the first position and the number of rows with that key."""
        start = np.searchsorted(self.key, probes, "left")
        return start, np.searchsorted(self.key, probes, "right") - start


@dataclass(frozen=True, slots=True)
class Totals:
    """How many people have each of some keys, which ascend."""

    key: U64
    people: I64


@dataclass(frozen=True, slots=True)
class Scan:
    """What is known of everyone's keys.

    Attributes:
        keys: by kind, the keys that identities may probe with, and who has them.
        totals: by kind that is only counted, how many people have a key.
        census: counts over all people.
    """

    keys: Mapping[str, SortedKeys]
    totals: Mapping[str, Totals]
    census: Census

    def count(self, kind: str, probes: U64) -> I64:
        """Return how many people have each of these keys."""
        if kind not in self.totals:
            return self.keys[kind].span(probes)[1]
        totals = self.totals[kind]
        at = np.minimum(np.searchsorted(totals.key, probes), len(totals.key) - 1)
        if not len(totals.key):
            return np.zeros(len(probes), np.int64)
        return np.where(totals.key[at] == probes, totals.people[at], 0)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs in order of (identity, row), and what the frequency caps left out, by kind."""

    identity: I64
    row: I64
    dropped: Mapping[str, int]


def scan_people(people: People, probes: Mapping[str, Probes]) -> Scan:
    """Read all people once; keep those of their keys that some identity may probe with, and count them.

    Args:
        people: the people on record.
        probes: what the identities probe with, by kind.
    """
    sieves = Sieves.of(probes)
    found: dict[str, list[tuple[U64, I64]]] = {kind: [] for kind in KINDS}
    counted = {kind: np.zeros(len(tally.wanted), np.int64) for kind, tally in sieves.tallies.items()}

    def keep(part: ScannedPart) -> Census:
        for kind, hits in part.found:
            found[kind].append(hits)
        for kind, count in part.counted:
            counted[kind] += count
        return part.census

    scanned = workers().map(partial(_scan_part, sieves=sieves), people.parts())
    census = Census.sum(map(keep, scanned))
    return Scan(
        run_together({kind: partial(sort_keys, parts) for kind, parts in found.items()}),
        {kind: Totals(sieves.tallies[kind].wanted, count) for kind, count in counted.items()},
        census,
    )


@dataclass(frozen=True, slots=True)
class ScannedPart:
    """What was found in one part of the people."""

    found: list[tuple[str, tuple[U64, I64]]]
    counted: list[tuple[str, I64]]
    census: Census


def _scan_part(part: Part, sieves: Sieves) -> ScannedPart:
    offset, read = part
    people = read()
    scanned = ScannedPart([], [], Census.of(people))
    for keys in person_keys(people, sieves.sift):
        if keys.kind in sieves.tallies:
            scanned.counted.append((keys.kind, sieves.tallies[keys.kind].count(keys.key)))
        elif keys.kind in sieves.kinds:
            hit = sieves.kinds[keys.kind].pick(keys.key)
            scanned.found.append((keys.kind, (keys.key[hit], keys.rows(hit) + offset)))
    return scanned


def sort_keys(parts: list[tuple[U64, I64]]) -> SortedKeys:
    """Put the keys of all parts in ascending order."""
    if not parts:
        return SortedKeys(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    key = np.concatenate([part[0] for part in parts])
    row = np.concatenate([part[1] for part in parts])
    order = order_of(key)
    return SortedKeys(key[order], row[order])


def with_phones(scan: Scan, row: I64, phone: I64) -> Scan:
    """Return the scan with further phones of some people."""
    held = scan.keys["phone"]
    more = sort_keys([(held.key, held.row), (mix(phone.astype(np.uint64)), row)])
    return replace(scan, keys={**scan.keys, "phone": more})


def pair_up(keys: Mapping[str, SortedKeys], probes: Mapping[str, Probes], policy: Blocking) -> Pairs:
    """Return the pairs that share a key no more people than its cap have.

    Args:
        keys: keys of the people, by kind.
        probes: what the identities probe with, by kind.
        policy: how many people may have a key, and how many all keys of a kind may find for one identity.
    """
    dropped: dict[str, int] = {}
    identities, rows = [], []
    for kind in KINDS:
        if kind in probes:
            order = order_of(probes[kind].key)  # neighbours are found near one another
            identity = probes[kind].identity[order]
            start, size = keys[kind].span(probes[kind].key[order])
            used = _used(identity, size, policy.caps[kind], policy.together.get(kind))
            dropped[kind] = int((~used).sum())
            identities.append(np.repeat(identity[used], size[used]))
            rows.append(keys[kind].row[spread(start[used], size[used])])
    row = concatenate(rows)
    width = int(row.max(initial=0)) + 1
    pairs = sort_unique(concatenate(identities) * width + row)
    return Pairs(pairs // width, pairs % width, dropped)


def _used(identity: I64, size: I64, cap: int, together: int | None) -> Truth:
    """Whether few people enough have a key, and all keys of its identity find few enough together."""
    used: Truth = size <= cap
    if together is not None and len(size):
        used &= np.bincount(identity, size * used)[identity] <= together
    return used


def count_bearers(scan: Scan, probes: Mapping[str, Probes], identities: int) -> dict[str, I64]:
    """Return how many people bear a name equal to each identity's, by kind of equality."""
    counts = {}
    for kind in (*COUNTED, "name"):
        bearers = np.zeros(identities, np.int64)
        np.maximum.at(bearers, probes[kind].identity, scan.count(kind, probes[kind].key))
        counts[kind] = bearers
    return counts
