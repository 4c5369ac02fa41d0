"""Bits of the name: m by how it was taken, u counted for this very name; less once number or phone agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tongcha.linkage.comparison.names import NAME_LEVELS
from tongcha.linkage.weights.ratios import compare_shares

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.linkage.encoding.codes import F64, Truth
    from tongcha.linkage.people.census import Census
    from tongcha.linkage.weights.ratios import Compared
    from tongcha.policy.linkage_weights import Name

NAME_CAPTURES: Final = ("card", "typed", "typed", "typed", "oral")
"""whose name ladder each way of taking an identity follows, in the order of CAPTURES"""


def weigh_names(
    pairs: Compared, census: Census, bearers: Mapping[str, F64], policy: Name, told: Mapping[str, Truth]
) -> F64:
    """Return the bits of the name, pair by pair; 0 where a side lacks it.

    Args:
        pairs: the pairs.
        census: counts over all people.
        bearers: per pair, people on record with an equal name, by kind of equality, and "namesakes" on none.
        policy: m of each rung, and u of those that can't be counted.
        told: where the "number" or the "phone" agrees, and where the phone does so only as "listed".
    """
    level = pairs.levels["name"]
    ladder = np.array([[rung_m(policy, c, lv) for lv in NAME_LEVELS] for c in NAME_CAPTURES])
    m = ladder[pairs.met.capture, np.maximum(level, 0)]
    bits = compare_shares(m, _count_u(pairs, census, bearers, policy), level)
    kin = told["phone"] & ~told["number"]
    for agrees, floor in (
        (told["number"], policy.floor_given_id),
        (kin, policy.floor_given_phone),
        (told["listed"] & ~told["number"], policy.floor_given_listed),
    ):
        bits[agrees] = np.minimum(bits[agrees], -np.log2(floor))
    for rung, most in policy.kin_bits.items():
        alike = kin & (level == NAME_LEVELS.index(rung))
        bits[alike] = np.minimum(bits[alike], most)
    return bits


def rung_m(policy: Name, capture: str, level: str) -> float:
    """How often a name taken this way stands on this rung for the same person."""
    ladder = policy.m[capture]  # type: ignore[index]  # the captures are literals
    if level == "surname_only":
        return policy.surname_only_m
    if level == "surname_sounds":
        return policy.surname_sounds_m
    if level == "wildcard":
        return ladder["exact"]
    return ladder[level]  # type: ignore[index]  # the levels are literals


def _count_u(pairs: Compared, census: Census, bearers: Mapping[str, F64], policy: Name) -> F64:
    """Share of people whose name stands on the pair's rung."""
    exact = bearers["name_exact"]
    tone = bearers["name_tone"] - exact
    syllable = bearers["name_syllable"] - exact - tone
    fuzzy = bearers["name"] - exact - tone - syllable
    surname = census.share(census.surnames[pairs.person.name.raw[:, 0]].astype(float))
    columns = {
        "exact": census.share(np.maximum(exact, 1) + bearers["namesakes"]),
        "variant": census.share(np.maximum(exact * policy.variant_share, policy.variant_people)),
        "tone": census.share(tone),
        "syllable": census.share(syllable),
        "fuzzy": census.share(fuzzy),
        "wildcard": surname * policy.wildcard_share,
        "former": census.share(exact * policy.former_share),
        "surname_only": surname,
        "surname_sounds": surname,
        "surname_same": surname,
        "different": np.ones(1),
    }
    u = [columns.get(lv, np.array([policy.u.get(lv, 1.0)])) for lv in NAME_LEVELS]  # type: ignore[call-overload]  # the levels are literals
    return np.choose(np.maximum(pairs.levels["name"], 0), u)
