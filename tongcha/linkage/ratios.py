"""How bits are made of shares, and what two sides laid beside each other are.

All bits are multiples of 2⁻¹⁰, so that sums of them are exact whatever the order of addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tongcha.linkage.codes import ABSENT, F64, I64, Levels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.linkage.sides import Side

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


def log_ratio(m: F64, u: F64, level: Levels) -> F64:
    """Return log2(m / u) at each pair's level; 0 where the field is absent."""
    rows = np.arange(len(level))
    at = np.maximum(level, 0)
    return compare_shares(m[rows, at], u[rows, at], level)


def compare_shares(m: F64, u: F64, level: Levels) -> F64:
    """As `log_ratio`, for the m and u of each pair's own level."""
    return np.where(level == ABSENT, 0.0, np.log2(m / u))


def repeat_m(m: Mapping[Any, float], levels: tuple[str, ...], like: Levels) -> F64:
    """Return the m of all levels once per pair; the pairs share them, so that they aren't written to."""
    return np.broadcast_to(np.array([m[level] for level in levels]), (len(like), len(levels)))
