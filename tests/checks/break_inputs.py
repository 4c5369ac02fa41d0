"""Breakers of the rules on what came in: files, rows, the registry and its lists."""

from __future__ import annotations

import polars as pl

from tests.checks.breakers import breaks, change
from tests.scenario import make_table
from tongcha.tables import BY_NAME


@breaks("every_accepted_row_is_stored")
def lose_an_identity(tables, _office):
    tables["identities"] = tables["identities"].head(1)


@breaks("every_rejected_row_has_a_reason")
def forget_a_reason(tables, _office):
    tables["rejected_rows"] = tables["rejected_rows"].clear()


@breaks("every_identity_belongs_to_a_site")
def move_the_raid(tables, _office):
    change(tables, "identities", raid_id=pl.lit("Q9"))


@breaks("every_file_sent_back_has_a_sheet")
def forget_a_sender(tables, _office):
    tables["rejection_sheets"] = tables["rejection_sheets"].clear()


@breaks("every_rejection_sheet_is_as_recorded")
def alter_a_rejection_sheet(tables, _office):
    change(tables, "rejection_sheets", sha256=pl.lit("f" * 64))


@breaks("every_reference_file_sent_back_has_a_sheet")
def forget_a_school(tables, _office):
    tables["reference_rejection_sheets"] = tables["reference_rejection_sheets"].clear()


@breaks("every_reference_rejection_sheet_is_as_recorded")
def alter_a_reference_rejection_sheet(tables, _office):
    change(tables, "reference_rejection_sheets", sha256=pl.lit("f" * 64))


@breaks("snapshot_is_recent")
def let_the_snapshot_age(tables, _office):
    change(tables, "teachers", snapshot=pl.lit("2026-06-30"))


@breaks("registry_keeps_its_volume")
def lose_one_teacher_of_two(tables, _office):
    change(tables, "snapshot_changes", change=pl.lit("left"))


@breaks("staff_lists_keep_their_volume")
def lose_the_lists_of_two_schools(_tables, office):
    lists = pl.concat([make_table("staff_entries")] * 2).with_columns(
        list_id=pl.format("L{}", pl.int_range(pl.len())), snapshot=pl.lit("2026-09-01")
    )
    office.tables.write(BY_NAME["staff_entries"], "2026-09-01", BY_NAME["staff_entries"].conform(lists))


@breaks("registrations_agree_with_their_numbers")
def register_another_birth_date(tables, _office):
    change(tables, "staff_findings", kind=pl.lit("number_disagrees"))


@breaks("every_teacher_can_be_matched")
def leave_a_teacher_out(tables, _office):
    tables["people"] = tables["people"].filter(pl.col("origin") != "registry")


@breaks("every_spell_belongs_to_a_teacher")
def orphan_a_spell(tables, _office):
    change(tables, "employment", teacher_id=pl.lit("T9"))


@breaks("every_school_of_a_teacher_is_listed")
def unlist_the_school(tables, _office):
    tables["schools"] = tables["schools"].clear()
