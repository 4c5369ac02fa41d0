"""Addresses as keys: folded by rules that an official can read, then equal or not; nothing is guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from tongcha.policy.casebook import PatrolRule

NOISE: Final = r"[^\p{Han}A-Z0-9]"


def key_address(column: str, rule: PatrolRule) -> pl.Expr:
    """Return the key of an address; null where there is none or it is too short to name a place.

    Args:
        column: the column that holds addresses.
        rule: `patrols` of policy/casebook.yaml: prefixes to drop, words that mean the same, how short.
    """
    key = clean_text(column)
    if rule.address_prefixes:
        longest_first = sorted(rule.address_prefixes, key=lambda prefix: (-len(prefix), prefix))
        key = key.str.replace(f"^(?:{'|'.join(map(re.escape, longest_first))})+", "")
    for word in sorted(rule.address_folds, key=lambda word: (-len(word), word)):
        key = key.str.replace_all(word, rule.address_folds[word], literal=True)
    return pl.when(key.str.len_chars() >= rule.shortest_address).then(key)


def clean_text(column: str) -> pl.Expr:
    """Return a text without blanks and punctuation, full-width signs and case folded; empty as null."""
    text = pl.col(column).str.normalize("NFKC").str.to_uppercase().str.replace_all(NOISE, "")
    return pl.when(text != "").then(text)
