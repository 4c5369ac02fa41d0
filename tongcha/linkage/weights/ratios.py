"""How bits are made of shares, and what two sides laid beside each other are.

All bits are multiples of 2⁻¹⁰, so that sums of them are exact whatever the order of addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tongcha.linkage.encoding.codes import ABSENT, F64, I64, Levels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongcha.linkage.encoding.sides import Side

GRAIN: Final = 1024.0


def quantise(bits: F64) -> F64:
    """Round to the nearest multiple of 2⁻¹⁰ bit."""
    return np.round(bits * GRAIN) / GRAIN


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs side by side with the level of each field.

    Attributes:
        identity: position of the identity of each pair.
        record: position of the person's record of each pair.
        met: identities, one entry per pair.
        person: people, one entry per pair.
        levels: level per field; ABSENT where a side lacks it.
        phone_holders: per pair, how many people and identities of the raid use the identity's phone.
        school_share: per pair, share of all people who work where the claimed school fits as well.
        subject_share: per pair, share of people who teach the person's subject.
    """

    identity: I64
    record: I64
    met: Side
    person: Side
    levels: dict[str, Levels]
    phone_holders: I64
    school_share: F64
    subject_share: F64


def compare_shares(m: F64, u: F64, level: Levels) -> F64:
    """Return log2(m / u) for the m and u of each pair's own level; 0 where the field is absent."""
    bits = np.log2(m / u)
    bits[level == ABSENT] = 0.0
    return bits


def choose_m(m: Mapping[Any, float], levels: tuple[str, ...], level: Levels) -> F64:
    """Return the m of each pair's level."""
    chosen: F64 = np.array([m[name] for name in levels])[np.maximum(level, 0)]
    return chosen


def choose_u(u: Sequence[F64 | float], level: Levels) -> F64:
    """Return the u of each pair's level, of one share or one per pair for every level."""
    chosen: F64 = np.choose(np.maximum(level, 0), [np.asarray(share, float) for share in u])
    return chosen
