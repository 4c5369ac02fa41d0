"""Staff-list entries linked to registrations: exact keys only, strongest first, and only if unique."""

from __future__ import annotations

from typing import Final

import polars as pl

from tongcha.reference.keys import entry_keys, registry_keys

ENTRY: Final = ["list_id", "row_no"]
STRONG: Final = (
    ("fold", "phone"),
    ("fold", "tail", "school_id"),
    ("fold", "tail", "city"),
    ("syllable", "phone", "school_id"),
    ("syllable", "tail", "school_id"),
)
"""A name together with a phone or a number's tail."""

WEAK: Final = (
    ("fold", "school_id", "sex", "subject"),
    ("fold", "school_id", "sex"),
    ("fold", "school_id"),
    ("syllable", "school_id", "sex", "subject"),
)
"""A name at one school: only if it is unique on both sides and nothing contradicts it."""


def link_entries(
    staff_entries: pl.DataFrame, teachers: pl.DataFrame, same_people: pl.DataFrame
) -> pl.DataFrame:
    """Return list_id, row_no, teacher_id for the entries that are surely one registered person.

    Args:
        staff_entries: by contract, with school_id resolved where it could be.
        teachers: by contract.
        same_people: teacher_id, same_person_as; two registrations of one person are no ambiguity.
    """
    registry = registry_keys(teachers).join(same_people, on="teacher_id", how="left", maintain_order="left")
    registry = registry.with_columns(person=pl.coalesce("same_person_as", "teacher_id"))
    open_entries = entry_keys(staff_entries)
    found = []
    for keys in (*STRONG, *WEAK):
        links = _link_unique(open_entries, registry, list(keys), weak=keys in WEAK)
        found.append(links)
        open_entries = open_entries.join(links, on=ENTRY, how="anti", maintain_order="left")
    return pl.concat(found).sort(ENTRY)


def _link_unique(
    entries: pl.DataFrame, registry: pl.DataFrame, keys: list[str], *, weak: bool
) -> pl.DataFrame:
    """Return the entries that exactly one person answers to on these keys."""
    extra = [c for c in ("sex", "tail", "school_id") if c not in keys]
    known = registry.select(*keys, "teacher_id", "person", *(pl.col(c).alias(f"their_{c}") for c in extra))
    pairs = entries.drop_nulls(keys).join(known.drop_nulls(keys), on=keys, how="inner")
    agrees = [
        (pl.col(c) == pl.col(f"their_{c}")).fill_null(True) for c in ("sex", "tail") if c in extra and weak
    ]
    pairs = pairs.filter(pl.lit(True), *agrees).unique([*ENTRY, "teacher_id"])
    only_one = pl.col("person").n_unique().over(ENTRY) == 1
    not_twice = pl.struct(ENTRY).n_unique().over("list_id", "person") == 1 if weak else pl.lit(True)
    here = (
        (pl.col("their_school_id") == pl.col("school_id")).fill_null(False)
        if "school_id" in extra
        else pl.lit(True)
    )
    return (
        pairs.filter(only_one, not_twice)
        .with_columns(here.alias("here"))
        .sort(*ENTRY, "here", "teacher_id", descending=[False, False, True, False])
        .unique(ENTRY, keep="first", maintain_order=True)
        .select(*ENTRY, "teacher_id")
    )
