"""Blocking: which people share a key with which identity, found by one scan over the people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from tongcha.linkage.census import Census
from tongcha.linkage.codes import I64, Truth, concatenate, mix, sort_unique
from tongcha.linkage.keys import COUNTED, FAMILIES, KINDS, Probes, person_keys
from tongcha.linkage.threads import THREADS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.linkage.glyphs import U64
    from tongcha.linkage.source import Part, People

FILTER_BITS: Final = (14, 24)
"""fewest and most bits of a key that its filter looks at"""
PER_KEY: Final = 16
"""places of a filter per key: about one key in so many that isn't wanted slips through"""


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


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which keys of one kind are looked for: a quick filter that lets a few others through, and the keys."""

    likely: Truth
    shift: np.uint64
    wanted: U64

    @classmethod
    def of(cls, keys: U64) -> Self:
        """Return the sieve for these keys."""
        wanted = sort_unique(keys)
        bits = min(max((len(wanted) * PER_KEY).bit_length(), FILTER_BITS[0]), FILTER_BITS[1])
        shift = np.uint64(64 - bits)
        likely = np.zeros(1 << bits, np.bool_)
        likely[wanted >> shift] = True
        return cls(likely, shift, wanted)

    def pick(self, keys: U64) -> I64:
        """Return the positions of keys that are probably wanted."""
        return np.flatnonzero(self.likely[keys >> self.shift])

    def count(self, keys: U64) -> I64:
        """Return how often each wanted key occurs."""
        picked = keys[self.pick(keys)]
        at = np.minimum(np.searchsorted(self.wanted, picked), max(len(self.wanted) - 1, 0))
        return np.bincount(at[self.wanted[at] == picked], minlength=len(self.wanted))


@dataclass(frozen=True, slots=True)
class Sieves:
    """Which keys of each kind are looked for, and which parts of them by family."""

    kinds: Mapping[str, Sieve]
    families: Mapping[str, Sieve]

    @classmethod
    def of(cls, probes: Mapping[str, Probes]) -> Self:
        """Return the sieves for what identities probe with."""
        families = {}
        for family, kinds in FAMILIES.items():
            parts = [probes[kind].part for kind in kinds if kind in probes]
            families[family] = Sieve.of(np.concatenate([part for part in parts if part is not None]))
        return cls({kind: Sieve.of(probe.key) for kind, probe in probes.items()}, families)

    def sift(self, family: str, parts: U64) -> I64:
        """Return the positions of parts that are probably wanted."""
        return self.families[family].pick(parts)


def scan_people(people: People, probes: Mapping[str, Probes]) -> Scan:
    """Read all people once; keep those of their keys that some identity may probe with, and count them.

    Args:
        people: the people on record.
        probes: what the identities probe with, by kind.
    """
    sieves = Sieves.of(probes)
    census = Census.empty()
    found: dict[str, list[tuple[U64, I64]]] = {kind: [] for kind in KINDS}
    counted = {kind: np.zeros(len(sieves.kinds[kind].wanted), np.int64) for kind in COUNTED if kind in probes}
    with ThreadPoolExecutor(THREADS) as pool:
        for part in pool.map(partial(_scan_part, sieves=sieves), people.parts()):
            census.add(part.census)
            for kind, hits in part.found:
                found[kind].append(hits)
            for kind, count in part.counted:
                counted[kind] += count
    return Scan(
        {kind: sort_keys(parts) for kind, parts in found.items()},
        {kind: Totals(sieves.kinds[kind].wanted, count) for kind, count in counted.items()},
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
    for kind, key, row in person_keys(people, offset, sieves.sift):
        if kind in COUNTED and kind in sieves.kinds:
            scanned.counted.append((kind, sieves.kinds[kind].count(key)))
        elif kind in sieves.kinds:
            hit = sieves.kinds[kind].pick(key)
            scanned.found.append((kind, (key[hit], row[hit])))
    return scanned


def sort_keys(parts: list[tuple[U64, I64]]) -> SortedKeys:
    """Put the keys of all parts in ascending order."""
    if not parts:
        return SortedKeys(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    key = np.concatenate([part[0] for part in parts])
    row = np.concatenate([part[1] for part in parts])
    order = np.argsort(key, kind="stable")
    return SortedKeys(key[order], row[order])


def with_phones(scan: Scan, row: I64, phone: I64) -> Scan:
    """Return the scan with further phones of some people."""
    held = scan.keys["phone"]
    more = sort_keys([(held.key, held.row), (mix(phone.astype(np.uint64)), row)])
    return replace(scan, keys={**scan.keys, "phone": more})


def pair_up(keys: Mapping[str, SortedKeys], probes: Mapping[str, Probes], caps: Mapping[str, int]) -> Pairs:
    """Return the pairs that share a key no more people than its cap have."""
    dropped: dict[str, int] = {}
    identities, rows = [], []
    for kind in KINDS:
        if kind in probes:
            start, size = keys[kind].span(probes[kind].key)
            used = size <= caps[kind]
            dropped[kind] = int((~used).sum())
            identities.append(np.repeat(probes[kind].identity[used], size[used]))
            rows.append(keys[kind].row[spread(start[used], size[used])])
    identity, row = concatenate(identities), concatenate(rows)
    width = int(row.max(initial=0)) + 1
    pairs = sort_unique(identity * width + row)
    return Pairs(pairs // width, pairs % width, dropped)


def spread(start: I64, size: I64) -> I64:
    """Return start, start+1, … for each span, one after the other."""
    before = np.cumsum(size) - size
    return np.repeat(start - before, size) + np.arange(int(size.sum()))


def count_bearers(scan: Scan, probes: Mapping[str, Probes], identities: int) -> dict[str, I64]:
    """Return how many people bear a name equal to each identity's, by kind of equality."""
    counts = {}
    for kind in (*COUNTED, "name"):
        bearers = np.zeros(identities, np.int64)
        np.maximum.at(bearers, probes[kind].identity, scan.count(kind, probes[kind].key))
        counts[kind] = bearers
    return counts
