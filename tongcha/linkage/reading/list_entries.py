"""Whom on record an entry of a staff list may be, by name and district: read while the engine is loaded.

Whether the list is of that person's school is for `blocking/listed.py` to say. Like all of this folder
it loads neither numpy nor the engine.
"""

from __future__ import annotations

from typing import Final

import polars as pl

TOLD: Final = ("name", "area", "sex", "id_number", "school_id")
"""columns of people on record by which an entry of a staff list is theirs"""
SIX_DIGITS: Final = pl.col("area").cast(pl.String).str.replace(r"^([0-9]{6})(?:[0-9]{6}|\.0+)$", "$1")
"""the region in an area code of the statistics bureau"""


def find_entries(given: pl.Series, staff: pl.LazyFrame, people: pl.LazyFrame) -> pl.DataFrame:
    """Find the people on record to whom staff lists may give a phone that somebody met has given.

    Args:
        given: phones of the people met, as written.
        staff: staff lists: name, area, phone, sex, id_tail, school_written.
        people: people on record in their order of rows: name, area, sex, id_number, school_id.

    Returns:
        As `match_entries`.
    """
    phones = given.drop_nulls().unique().implode()
    bearing = staff.filter(pl.col("phone").is_in(phones)).select("name").unique().collect()
    listed = staff.filter(pl.col("name").is_in(bearing["name"].implode())).collect()
    entries = choose_entries(given, listed)
    likely = pl.col("name").is_in(entries["name"].unique().implode())
    records = people.select(TOLD).with_row_index("row").filter(likely)
    return match_entries(entries, records.collect())


def choose_entries(given: pl.Series, listed: pl.DataFrame) -> pl.DataFrame:
    """Return the entries with a phone that somebody gave, if no other has the phone, or name and district.

    Args:
        given: phones of the people met, as written.
        listed: all entries of the names that stand beside these phones.
    """
    named = listed.unique()
    alone = named.filter(pl.len().over("phone") == 1, pl.len().over("name", "area") == 1)
    return alone.filter(pl.col("phone").is_in(given.drop_nulls().unique().implode()))


def match_entries(entries: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Give each entry to the one record of its name and district, if sex and last places don't differ.

    Args:
        entries: name, area, phone, sex, id_tail, school_written.
        records: row, name, area, sex, id_number, school_id of all who bear these names, and maybe of others.

    Returns:
        row, phone as listed, school_written, school_id of the record, is_tail (whether the last places are
        told and are the record's); in order of row.
    """
    tail = pl.col("id_tail").str.to_uppercase()
    number = pl.when(pl.col("id_number").str.len_chars() == 18).then(pl.col("id_number").str.to_uppercase())  # noqa: PLR2004
    is_tail = number.str.ends_with(tail) & (tail.str.len_chars() >= 4)  # noqa: PLR2004
    joined = (
        records.with_columns(SIX_DIGITS)
        .join(entries.with_columns(SIX_DIGITS), on=["name", "area"], suffix="_listed")
        .filter(pl.len().over("name", "area") == 1)
        .filter((pl.col("sex") == pl.col("sex_listed")).fill_null(value=True), is_tail.fill_null(value=True))
    )
    return joined.select(
        pl.col("row").cast(pl.Int64),
        "phone",
        "school_written",
        pl.col("school_id").cast(pl.String),
        is_tail=is_tail.fill_null(value=False),
    ).sort("row")
