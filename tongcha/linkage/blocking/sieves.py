"""Which keys of millions of people some identity probes with: one look at a table leaves most of them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from tongcha.linkage.blocking.keys import COUNTED, FAMILIES, Probes
from tongcha.linkage.encoding.codes import I32, I64, Truth, sort_unique

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.linkage.encoding.glyphs import U64

FILTER_BITS: Final = (14, 24)
"""fewest and most bits of a key that its filter looks at"""
PER_KEY: Final = 16
"""places of a filter per key: about one key in so many that isn't wanted slips through"""


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which keys of one kind are looked for.

    Attributes:
        likely: by the first bits of a key, whether some wanted key has them too.
        shift: places beside those bits.
    """

    likely: Truth
    shift: np.uint64

    @classmethod
    def of(cls, keys: U64) -> Self:
        """Return the sieve for these keys."""
        shift = _shift_for(keys)
        likely = np.zeros(1 << (64 - int(shift)), np.bool_)
        likely[keys >> shift] = True
        return cls(likely, shift)

    def pick(self, keys: U64) -> I64:
        """Return the positions of keys that are probably wanted."""
        return np.flatnonzero(self.likely[keys >> self.shift])


@dataclass(frozen=True, slots=True)
class Tally:
    """Keys of one kind whose bearers are only counted.

    Attributes:
        wanted: the keys, ascending.
        first: by the first bits of a key, position of the first wanted key that has them, −1 if none has.
        shift: places beside those bits.
    """

    wanted: U64
    first: I32
    shift: np.uint64

    @classmethod
    def of(cls, keys: U64) -> Self:
        """Return the tally of these keys."""
        wanted = sort_unique(keys)
        shift = _shift_for(wanted)
        first = np.full(1 << (64 - int(shift)), -1, np.int32)
        first[(wanted >> shift)[::-1]] = np.arange(len(wanted), dtype=np.int32)[::-1]
        return cls(wanted, first, shift)

    def count(self, keys: U64) -> I64:
        """Return how often each wanted key occurs."""
        total = np.zeros(len(self.wanted), np.int64)
        at = self.first[keys >> self.shift]
        likely = np.flatnonzero(at >= 0)
        left, at = keys[likely], at[likely]
        while len(left):  # wanted keys with the same first bits stand one after the other, and are few
            found = self.wanted[at] == left
            total += np.bincount(at[found], minlength=len(total))
            later = ~found & (at + 1 < len(total))
            left, at = left[later], at[later] + 1
            alike = self.wanted[at] >> self.shift == left >> self.shift
            left, at = left[alike], at[alike]
        return total


def _shift_for(keys: U64) -> np.uint64:
    """How many last bits of a key a filter for so many keys leaves out."""
    bits = min(max((len(keys) * PER_KEY).bit_length(), FILTER_BITS[0]), FILTER_BITS[1])
    return np.uint64(64 - bits)


@dataclass(frozen=True, slots=True)
class Sieves:
    """Which keys of each kind are looked for, which are only counted, and which parts of them by family."""

    kinds: Mapping[str, Sieve]
    tallies: Mapping[str, Tally]
    families: Mapping[str, Sieve]

    @classmethod
    def of(cls, probes: Mapping[str, Probes]) -> Self:
        """Return the sieves for what identities probe with."""
        families = {}
        for family, members in FAMILIES.items():
            parts = [probes[kind].part for kind in members if kind in probes]
            families[family] = Sieve.of(np.concatenate([part for part in parts if part is not None]))
        kinds = {kind: Sieve.of(probe.key) for kind, probe in probes.items() if kind not in COUNTED}
        tallies = {kind: Tally.of(probe.key) for kind, probe in probes.items() if kind in COUNTED}
        return cls(kinds, tallies, families)

    def sift(self, family: str, parts: U64) -> I64:
        """Return the positions of parts that are probably wanted."""
        return self.families[family].pick(parts)
