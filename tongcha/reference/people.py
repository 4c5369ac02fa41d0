"""Everyone an identity may be compared with: the registry, and those only a staff list knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from tongcha.reference.duplicates import find_same_people
from tongcha.reference.entries import link_entries
from tongcha.reference.findings import find_contradictions
from tongcha.reference.keys import ENTRY, registry_keys
from tongcha.reference.located import locate_lists
from tongcha.tables.reference import PEOPLE, STAFF_ENTRIES

if TYPE_CHECKING:
    from tongcha.reference.entries import Linking


@dataclass(frozen=True, slots=True)
class People:
    """Tables `people`, `staff_entries` (now with their registrations) and `staff_findings`."""

    people: pl.DataFrame
    staff_entries: pl.DataFrame
    staff_findings: pl.DataFrame


def combine_people(
    teachers: pl.DataFrame,
    employment: pl.DataFrame,
    schools: pl.DataFrame,
    staff_entries: pl.DataFrame,
    linking: Linking,
) -> People:
    """Unite the registry with the staff lists.

    Args:
        teachers: table `teachers`.
        employment: table `employment`; tells who is still listed after leaving.
        schools: table `schools`.
        staff_entries: table `staff_entries`, schools resolved.
        linking: by what entries are linked to registrations.

    Returns:
        Every registration, duplicates pointing at the one that is kept, plus one row per list entry
        that is no registration for sure; and the entries with `teacher_id` filled, and `school_id` where
        only the people on the list could tell which of several schools it is.
    """
    keys = registry_keys(teachers)
    same_people = find_same_people(keys)
    located = locate_lists(staff_entries, keys, linking.policy.place)
    found = link_entries(located, teachers, schools, same_people, linking)
    links = found.filter(pl.col("outcome") == "same").select(*ENTRY, "teacher_id")
    linked = (
        located.drop("teacher_id")
        .join(links, on=ENTRY, how="left", maintain_order="left")
        .pipe(STAFF_ENTRIES.conform)
    )
    people = pl.concat([_registered(teachers, same_people, linked), _only_listed(linked)], how="diagonal")
    findings = find_contradictions(
        keys, employment, linked, same_people, found, snapshot=next(iter(teachers["snapshot"]), None)
    )
    return People(PEOPLE.conform(people), linked, findings)


def _registered(teachers: pl.DataFrame, same_people: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    listed = pl.col("teacher_id").is_in(linked["teacher_id"].drop_nulls().unique().implode())
    has_lists = pl.lit(not linked.is_empty())
    return (
        teachers.join(same_people, on="teacher_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("teacher_id").alias("person_id"),
            pl.lit("registry").alias("origin"),
            pl.when(has_lists).then(listed).alias("is_current"),
        )
        .drop("file", "sheet", "row")
    )


def _only_listed(linked: pl.DataFrame) -> pl.DataFrame:
    columns = ("snapshot", "name", "sex", "id_tail", "subject", "phone", "school_id", "area", "staff_type")
    return linked.filter(pl.col("teacher_id").is_null()).select(
        pl.concat_str("list_id", pl.lit("#"), "row_no").alias("person_id"),
        pl.lit("staff_list").alias("origin"),
        *columns,
        pl.lit(True).alias("is_current"),
    )
