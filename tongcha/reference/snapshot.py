"""A dated snapshot of the registry, employment spells, schools and staff lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import InputError
from tongcha.identity.written_values import read_dates
from tongcha.intake.acceptance import (
    Accepted,
    accept_table,
    count_files,
    note_refused,
    raise_refused,
    require_tables,
)
from tongcha.intake.folder import read_folder
from tongcha.intake.refusals import join_rejections
from tongcha.ledger.wording import mask_numbers
from tongcha.reference.listed import fill_area, place_entries
from tongcha.reference.spells import hold_partial
from tongcha.tables.reference import (
    EMPLOYMENT,
    INSPECTORS,
    INSTITUTIONS,
    LISTINGS,
    SCHOOLS,
    STAFF_ENTRIES,
    TEACHERS,
)
from tongcha.tables.reference_findings import REFERENCE_FILES, REJECTED_REFERENCE_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.intake.landing import Landing
    from tongcha.policy.intake import IntakePolicy

DATED: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LIKE_A_DATE: Final = re.compile(r"[0-9０-９]{4}")
DERIVABLE: Final = {
    "teachers": frozenset[str](),
    "employment": frozenset[str](),
    "schools": frozenset[str](),
    "staff_entries": frozenset({"list_id", "row_no"}),
    "inspectors": frozenset[str](),
    "institutions": frozenset({"listing"}),
}
ESSENTIAL: Final = ("teachers", "employment", "schools")
"""Without these nothing can be compared; a broken staff list only costs that school's list."""


@dataclass(frozen=True, slots=True)
class SnapshotIntake:
    """The reference tables of one dated snapshot, by contract."""

    teachers: pl.DataFrame
    employment: pl.DataFrame
    schools: pl.DataFrame
    staff_entries: pl.DataFrame
    inspectors: pl.DataFrame
    institutions: pl.DataFrame
    rejected_reference_rows: pl.DataFrame
    reference_files: pl.DataFrame


def newest_snapshot(inbox: Path) -> str:
    """Return the name of the latest dated folder under `reference/`.

    Raises:
        InputError: there is none, or one is dated in a way that would leave it overlooked.
    """
    folder = inbox / "reference"
    names = [p.name for p in folder.iterdir() if p.is_dir()] if folder.is_dir() else []
    misnamed = sorted(name for name in names if LIKE_A_DATE.match(name) and not is_snapshot(name))
    if misnamed:
        raise InputError(
            f"收件箱 reference/{mask_numbers(misnamed[0])}",
            "文件夹名不是 2026-09-01 样式的日期，会被漏掉",
            "改成快照日期，不用的移出 reference/",
        )
    dated = [name for name in names if is_snapshot(name)]
    if not dated:
        raise InputError(
            "收件箱 reference/", "没有以日期命名的快照文件夹", "按 2026-09-01 的样式建文件夹并放入教师库"
        )
    return max(dated)


def is_snapshot(name: str) -> bool:
    """Whether a folder's name is an ISO date."""
    return bool(DATED.fullmatch(name)) and read_dates(pl.Series([name])).item() is not None


def read_snapshot(
    inbox: Path, snapshot: str, *, policy: IntakePolicy, aliases: pl.DataFrame | None = None
) -> SnapshotIntake:
    """Read `reference/<snapshot>/` of the inbox.

    Args:
        inbox: the inbox folder.
        snapshot: the folder's name, an ISO date.
        policy: aliases and limits.
        aliases: confirmed school aliases (school_id, alias), if any.

    Raises:
        InputError: no such snapshot, or the registry, the spells or the schools can't be read.
    """
    folder = inbox / "reference" / snapshot
    if not (is_snapshot(snapshot) and folder.is_dir()):
        raise InputError("收件箱 reference/", "没有这个日期的快照文件夹", "核对快照日期")
    landing = read_folder(folder, inbox, derivable=DERIVABLE, policy=policy)
    raise_refused(landing.refused, ESSENTIAL)
    require_tables(landing, ESSENTIAL, f"快照 {snapshot}")
    label = pl.lit(snapshot).alias("snapshot")
    tables = {
        name: accept_table(landing, name, policy, derive=lambda frame: frame.with_columns(label))
        for name in ESSENTIAL
    }
    tables["employment"] = hold_partial(tables["employment"], landing)
    schools = tables["schools"].rows
    tables["staff_entries"] = accept_table(
        landing,
        "staff_entries",
        policy,
        derive=lambda frame: place_entries(
            frame.with_columns(label), schools, aliases, limits=policy.school_names
        ),
    )
    tables["inspectors"] = accept_table(
        landing, "inspectors", policy, derive=lambda frame: frame.with_columns(label)
    )
    tables["institutions"] = accept_table(
        landing, "institutions", policy, derive=lambda frame: name_listing(frame.with_columns(label))
    )
    return _assemble(landing, tables, label)


def _assemble(landing: Landing, tables: dict[str, Accepted], label: pl.Expr) -> SnapshotIntake:
    rejections = join_rejections(
        [*landing.notes, *note_refused(landing.refused), *(table.rejections for table in tables.values())]
    )
    return SnapshotIntake(
        teachers=TEACHERS.conform(fill_area(tables["teachers"].rows, tables["schools"].rows)),
        employment=EMPLOYMENT.conform(tables["employment"].rows),
        schools=SCHOOLS.conform(tables["schools"].rows),
        staff_entries=STAFF_ENTRIES.conform(tables["staff_entries"].rows),
        inspectors=INSPECTORS.conform(tables["inspectors"].rows),
        institutions=INSTITUTIONS.conform(tables["institutions"].rows),
        rejected_reference_rows=REJECTED_REFERENCE_ROWS.conform(rejections.with_columns(label)),
        reference_files=REFERENCE_FILES.conform(count_files(landing, tables, rejections).with_columns(label)),
    )


def name_listing(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill an empty `listing` from the name of the sheet or the file, where that names one list only."""
    place = pl.concat_str(pl.col("file").fill_null(""), pl.col("sheet").fill_null(""))
    told = pl.lit(None, pl.String)
    for listing in LISTINGS:
        others = [pl.lit(other) for other in LISTINGS if other != listing]
        alone = pl.all_horizontal(place.str.contains(other).not_() for other in others)
        told = pl.when(place.str.contains(listing) & alone).then(pl.lit(listing)).otherwise(told)
    return frame.with_columns(listing=pl.coalesce("listing", told))
