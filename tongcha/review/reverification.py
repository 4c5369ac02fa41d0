"""The blind second look at a seeded random share of what people have settled, either way."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl

from tongcha.documents.files import write_file
from tongcha.review import layout
from tongcha.review.shown import show_links
from tongcha.review.workbook import render_workbook
from tongcha.tables.review import REVERIFICATION

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.policy.review import ReviewPolicy
    from tongcha.review.shown import ShownTables


def sample_settled(queue: pl.DataFrame, policy: ReviewPolicy) -> list[str]:
    """Return the links drawn for re-verification, in an order that tells nothing.

    A link is drawn by its number and the policy's seed alone, so that nobody can steer the sample and
    later links don't change it; confirmed and rejected ones alike, so that the reviewer can't guess.

    Args:
        queue: table `review_queue`.
        policy: share and seed.
    """
    settled = queue.filter(pl.col("state").is_in(["已确认", "已否定"]))["link_id"]
    rules = policy.reverification
    drawn = {link_id: _draw(rules.seed, link_id) for link_id in settled}
    return sorted((link for link, number in drawn.items() if number < rules.share), key=drawn.__getitem__)


def write_reverification_workbook(
    *,
    queue: pl.DataFrame,
    judgements: pl.DataFrame,
    tables: ShownTables,
    out: Path,
    key: bytes,
    batch: str,
    policy: ReviewPolicy,
) -> list[Path]:
    """Write the workbook of the drawn links that nobody has looked at again, if there are any.

    It looks like every other review workbook and comes back the same way.

    Returns:
        The file written, or nothing.
    """
    done = judgements.filter(pl.col("is_current") & (pl.col("round") == REVERIFICATION))["link_id"]
    waiting = [link for link in sample_settled(queue, policy) if link not in set(done)]
    path = out / layout.name_workbook(batch, REVERIFICATION)
    if not waiting:
        path.unlink(missing_ok=True)
        return []
    write_file(path, render_workbook(show_links(tables, waiting), key, batch, REVERIFICATION, policy))
    return [path]


def _draw(seed: int, link_id: str) -> float:
    """A number in [0, 1) that depends on nothing but the seed and the link."""
    return int.from_bytes(hashlib.sha256(f"{seed}|{link_id}".encode()).digest()[:8]) / 2**64
