"""Filed staff apart from raids: what a firm reported is no site that was raided and nobody who was met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.tables.intake import BATCH_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable


def find_filed_batches(sites: pl.DataFrame) -> list[str]:
    """Return the batches that are sweeps of filed staff, sorted.

    Args:
        sites: table `sites`, any batches.
    """
    return sites.filter(pl.col("kind") == BATCH_KINDS[1])["batch"].unique().sort().to_list()


def leave_out(frame: pl.DataFrame, batches: Iterable[str]) -> pl.DataFrame:
    """Return a table of batches without the rows of these."""
    return frame.filter(~pl.col("batch").is_in(list(batches)))
