"""Blocking: which people share a key with which identity, found by one scan over the people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.linkage.census import Census
from tongcha.linkage.codes import I64, Truth, concatenate, sort_unique
from tongcha.linkage.keys import COUNTED, KINDS, Probes, person_keys
from tongcha.linkage.sides import code_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from tongcha.linkage.glyphs import U64
    from tongcha.linkage.source import People

FILTER_BITS: Final = np.uint64(22)
THREADS: Final = 2
"""numpy lets go of the interpreter while it works; what is found doesn't depend on the number"""
Found = dict[str, list[tuple["U64", I64]]]


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
class Scan:
    """What one scan over the people found.

    Attributes:
        keys: of each kind the keys that identities probe with (and a few more).
        census: counts over all people.
    """

    keys: dict[str, SortedKeys]
    census: Census


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
    filters = {kind: _fill_filter(probe.key) for kind, probe in probes.items()}
    census = Census.empty()
    found: Found = {kind: [] for kind in probes}
    with ThreadPoolExecutor(THREADS) as pool:
        for part, counted in pool.map(partial(_scan_part, filters=filters), people.parts()):
            census.add(counted)
            for kind, key, row in part:
                found[kind].append((key, row))
    return Scan({kind: sort_keys(parts) for kind, parts in found.items()}, census)


def _scan_part(
    part: tuple[int, pl.DataFrame], filters: Mapping[str, Truth]
) -> tuple[list[tuple[str, U64, I64]], Census]:
    offset, frame = part
    people = code_keys(frame)
    hits = []
    for kind, key, row in person_keys(people, offset):
        if kind in filters:
            hit = np.flatnonzero(filters[kind][key >> (np.uint64(64) - FILTER_BITS)])
            hits.append((kind, key[hit], row[hit]))
    return hits, Census.of(people)


def _fill_filter(keys: U64) -> Truth:
    seen = np.zeros(1 << int(FILTER_BITS), np.bool_)
    seen[keys >> (np.uint64(64) - FILTER_BITS)] = True
    return seen


def sort_keys(parts: list[tuple[U64, I64]]) -> SortedKeys:
    """Put the keys of all parts in ascending order."""
    if not parts:
        return SortedKeys(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    key = np.concatenate([part[0] for part in parts])
    row = np.concatenate([part[1] for part in parts])
    order = np.argsort(key, kind="stable")
    return SortedKeys(key[order], row[order])


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


def count_bearers(
    keys: Mapping[str, SortedKeys], probes: Mapping[str, Probes], identities: int
) -> dict[str, I64]:
    """Return how many people bear a name equal to each identity's, by kind of equality."""
    counts = {}
    for kind in (*COUNTED, "name"):
        bearers = np.zeros(identities, np.int64)
        _, size = keys[kind].span(probes[kind].key)
        np.maximum.at(bearers, probes[kind].identity, size)
        counts[kind] = bearers
    return counts
