"""The values that registrations and list entries are compared on: folded names, clean numbers."""

from __future__ import annotations

from typing import Final

import polars as pl

from tongcha.identity.id_columns import CHECKED, id_columns
from tongcha.identity.name_keys import name_keys
from tongcha.identity.phones import phone_columns

ENTRY: Final = ["list_id", "row_no"]
TAIL: Final = 4
CITY: Final = pl.col("area").str.slice(0, 4).alias("city")
"""Province and city of an area code (GB/T 2260)."""


def registry_keys(teachers: pl.DataFrame) -> pl.DataFrame:
    """Return one row per registration and name (present and former).

    Columns: teacher_id, school_id, area, sex, birth_date, name and fold (null if it is no full name),
    phone (11 digits), id_clean, id_birth_date and id_sex (of a check-valid number).
    """
    numbers = id_columns(teachers["id_number"])
    facts = ("teacher_id", "school_id", "area", "sex", "birth_date")
    is_valid = numbers["status"].is_in(CHECKED)
    clean = teachers.select(facts).with_columns(
        phone_columns(teachers["phone"])["clean"].alias("phone"),
        *(
            pl.when(is_valid).then(numbers[theirs]).alias(ours)
            for theirs, ours in (("clean", "id_clean"), ("birth_date", "id_birth_date"), ("sex", "id_sex"))
        ),
    )
    present = pl.concat([clean, _name_columns(teachers["name"])], how="horizontal")
    has_former = teachers["former_name"].is_not_null()
    former = teachers.filter(has_former)["former_name"]
    past = pl.concat([clean.filter(has_former), _name_columns(former)], how="horizontal")
    return pl.concat([present, past]).unique(maintain_order=True)


def entry_keys(entries: pl.DataFrame) -> pl.DataFrame:
    """Return one row per list entry: list_id, row_no, name, fold, phone."""
    phones = phone_columns(entries["phone"])["clean"].alias("phone")
    return pl.concat([entries.select(*ENTRY, phones), _name_columns(entries["name"])], how="horizontal")


def _name_columns(names: pl.Series) -> pl.DataFrame:
    keys = name_keys(names)
    return keys.select(names.rename("name"), pl.when(pl.col("form") == "full").then("fold").alias("fold"))
