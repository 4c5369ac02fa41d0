"""Normalised values beside the raw ones, never over them (table `identities`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tongcha.identity.id_columns import id_columns
from tongcha.identity.name_keys import name_keys
from tongcha.identity.phones import phone_columns

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


def normalise_identities(
    identities: pl.DataFrame, *, known_regions: AbstractSet[str] = frozenset()
) -> pl.DataFrame:
    """Add what the written name, ID number and phone turn out to be.

    An ID number whose date of birth lies after the raid is no valid number.

    Args:
        identities: rows with name, id_number, phone (text as written) and raid_date.
        known_regions: six-digit regions that occur in check-valid registry numbers.

    Returns:
        The same rows and order with name_clean, name_form, id_clean, id_status, phone_clean added
        (replaced where the frame had them).
    """
    names = name_keys(identities["name"])
    ids = id_columns(identities["id_number"].cast(pl.String), known_regions=known_regions)
    phones = phone_columns(identities["phone"].cast(pl.String))
    unborn = (ids["birth_date"] > identities["raid_date"]).fill_null(value=False)
    return identities.with_columns(
        name_clean=names["clean"],
        name_form=names["form"],
        id_clean=pl.when(~unborn).then(ids["clean"]),
        id_status=pl.when(unborn).then(pl.lit("bad_date")).otherwise(ids["status"]),
        phone_clean=phones["clean"],
    )
