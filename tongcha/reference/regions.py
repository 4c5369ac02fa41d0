"""Regions that the registry itself proves: GB/T 2260 changed every year and no list of it is complete."""

from __future__ import annotations

import polars as pl

from tongcha.identity.characters import regions
from tongcha.identity.id_columns import id_columns


def find_known_regions(id_numbers: pl.Series, least: int) -> frozenset[str]:
    """Return the regions that the frozen list lacks and that check-valid numbers of the registry begin with.

    Args:
        id_numbers: of table `teachers`, as written.
        least: so many different numbers must begin with a region; one alone may be a mistake.
    """
    unlisted = ~id_numbers.str.slice(0, 6).is_in(list(regions()))
    distinct = id_numbers.filter(unlisted).drop_nulls().unique()
    numbers = id_columns(distinct).filter(pl.col("clean").is_not_null(), pl.col("birth_date").is_not_null())
    counts = numbers.unique("clean").group_by("region").len()
    return frozenset(counts.filter(pl.col("len") >= least)["region"]) - regions().keys()
