"""The scripted reviewer of the demo: knows the truth, and now and then errs or hesitates."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import polars as pl

from tongcha.synthetic.frequencies import POLICY
from tongcha.synthetic.shares import ReviewerShares, WorldShares

SAME: Final = "same"
DIFFERENT: Final = "different"
UNSURE: Final = "unsure"


def judge(truth: pl.DataFrame, link: tuple[str, str], *, reviewer: str = "") -> str:
    """Return `same`, `different` or `unsure` for a link.

    Args:
        truth: `World.truth`.
        link: identity_id and person_id (a teacher number, or `list_id#row_no`).
        reviewer: code of the reviewer; each errs on links of their own, always the same ones.
            Without a code the verdict is the truth.

    Raises:
        KeyError: the truth knows no such identity.
    """
    identity, person = link
    rows = truth.filter(pl.col("identity_id") == identity)
    if rows.is_empty():
        raise KeyError(identity)
    row = rows.row(0, named=True)
    is_same = person in row["teacher_ids"] or person == row["staff_row"]
    verdict, other = (SAME, DIFFERENT) if is_same else (DIFFERENT, SAME)
    if not reviewer:
        return verdict
    shares, chance = load_reviewer_shares(), roll(identity, person, reviewer)
    if chance < shares.mistaken:
        return other
    return UNSURE if chance < shares.mistaken + shares.unsure else verdict


def roll(*parts: str) -> float:
    """Return a number in [0, 1) that depends on these texts only."""
    digest = hashlib.sha256("|".join(parts).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


@lru_cache(maxsize=1)
def load_reviewer_shares() -> ReviewerShares:
    """Load how often the scripted reviewer errs or hesitates."""
    return WorldShares.load(POLICY / "world.yaml").reviewer
