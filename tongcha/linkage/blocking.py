"""Blocking: which people share a key with which identity, found by one scan over the people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from tongcha.linkage.codes import I64
from tongcha.linkage.glyphs import U64
from tongcha.linkage.keys import KINDS, Probes

FILTER_BITS: Final = np.uint64(22)


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
class Pairs:
    """Candidate pairs in order of (identity, row), and what the frequency caps left out, by kind."""

    identity: I64
    row: I64
    dropped: Mapping[str, int]


def scan_people(
    chunks: Iterable[Iterable[tuple[str, U64, I64]]], probes: Mapping[str, Probes]
) -> dict[str, SortedKeys]:
    """Keep of all people's keys those that some identity probes with (and a few more).

    Args:
        chunks: per part of the people, (kind, keys, rows) as `keys.person_keys` yields them.
        probes: what the identities probe with.
    """
    filters = {kind: _fill_filter(probe.key) for kind, probe in probes.items()}
    found: dict[str, list[tuple[U64, I64]]] = {kind: [] for kind in probes}
    for chunk in chunks:
        for kind, key, row in chunk:
            if kind in filters:
                hit = np.flatnonzero(filters[kind][key >> (np.uint64(64) - FILTER_BITS)])
                found[kind].append((key[hit], row[hit]))
    return {kind: _sort(parts) for kind, parts in found.items()}


def _fill_filter(keys: U64) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    seen = np.zeros(1 << int(FILTER_BITS), np.bool_)
    seen[keys >> (np.uint64(64) - FILTER_BITS)] = True
    return seen


def _sort(parts: list[tuple[U64, I64]]) -> SortedKeys:
    if not parts:
        return SortedKeys(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    key = np.concatenate([part[0] for part in parts])
    row = np.concatenate([part[1] for part in parts])
    order = np.argsort(key, kind="stable")
    return SortedKeys(key[order], row[order])


def pair_up(index: Mapping[str, SortedKeys], probes: Mapping[str, Probes], caps: Mapping[str, int]) -> Pairs:
    """Return the pairs that share a key no more people than its cap have."""
    dropped: dict[str, int] = {}
    identities, rows = [], []
    for kind in KINDS:
        if kind in probes:
            start, size = index[kind].span(probes[kind].key)
            used = size <= caps[kind]
            dropped[kind] = int((~used).sum())
            identities.append(np.repeat(probes[kind].identity[used], size[used]))
            rows.append(index[kind].row[spread(start[used], size[used])])
    identity = np.concatenate(identities) if identities else np.zeros(0, np.int64)
    row = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    width = int(row.max()) + 1 if len(row) else 1
    pairs = np.unique(identity * width + row)
    return Pairs(pairs // width, pairs % width, dropped)


def spread(start: I64, size: I64) -> I64:
    """Return start, start+1, … for each span, one after the other."""
    before = np.cumsum(size) - size
    return np.repeat(start - before, size) + np.arange(int(size.sum()))
