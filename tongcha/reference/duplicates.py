"""Two registrations of one person: found by number or by name, birth date and phone; never merged."""

from __future__ import annotations

from typing import Final

import polars as pl

from tongcha.reference.keys import registry_keys

WEAK: Final = ("fold", "birth_date", "phone")


def find_same_people(teachers: pl.DataFrame) -> pl.DataFrame:
    """Return teacher_id, same_person_as for registrations that repeat another one.

    Two registrations are one person if they share a check-valid number and a name (present or
    former, folded), or the name, birth date and phone. The smallest teacher_id of a group is kept;
    only the others appear here. A shared number under clearly different names is no proof: it is
    reported by `tongcha.reference.findings` instead.
    """
    keys = registry_keys(teachers)
    links = pl.concat(
        [_group(keys, ["id_clean", "fold"]), _group(keys, list(WEAK))],
    ).unique()
    return _follow(links)


def _group(keys: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return (teacher_id, smallest teacher_id with the same values) where they differ."""
    complete = keys.drop_nulls(by).select("teacher_id", *by).unique()
    smallest = complete.with_columns(pl.col("teacher_id").min().over(by).alias("kept"))
    return smallest.filter(pl.col("teacher_id") != pl.col("kept")).select("teacher_id", "kept")


def _follow(links: pl.DataFrame) -> pl.DataFrame:
    """Join chains of pairs into groups and point every member at the group's smallest id."""
    root: dict[str, str] = {}

    def find(member: str) -> str:
        while root.get(member, member) != member:
            member = root[member]
        return member

    for left, right in links.sort("teacher_id", "kept").iter_rows():
        low, high = sorted((find(left), find(right)))
        root[high] = low
    rows = [(member, find(member)) for member in sorted(root) if find(member) != member]
    schema = {"teacher_id": pl.String, "same_person_as": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
