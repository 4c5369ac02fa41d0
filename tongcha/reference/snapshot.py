"""A dated snapshot of the registry, employment spells, schools and staff lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import InputError
from tongcha.identity.id_columns import CHECKED, id_columns
from tongcha.identity.schools import resolve_schools
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
from tongcha.reference.keys import TAIL
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
    from tongcha.policy.intake import IntakePolicy, SchoolNameLimits

DATED: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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

LIST_WORDS: Final = (
    "在职",
    "教职工",
    "教师",
    "人员",
    "花名册",
    "名册",
    "名单",
    "一览表",
    "汇总表",
    "学年度",
    "学期",
)
LIST_SIGNS: Final = re.escape("_-—（）()年月") + r"0-9\s."
NOT_A_SCHOOL: Final = rf"(?:{'|'.join(LIST_WORDS)}|[{LIST_SIGNS}])+"
TAIL_STATUSES: Final = (*CHECKED, "bad_check", "masked", "last4", "last6")


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
        InputError: there is none.
    """
    folder = inbox / "reference"
    dated = (
        [p.name for p in folder.iterdir() if p.is_dir() and DATED.fullmatch(p.name)]
        if folder.is_dir()
        else []
    )
    if not dated:
        raise InputError(
            "收件箱 reference/", "没有以日期命名的快照文件夹", "按 2026-09-01 的样式建文件夹并放入教师库"
        )
    return max(dated)


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
    if not (DATED.fullmatch(snapshot) and folder.is_dir()):
        raise InputError("收件箱 reference/", "没有这个日期的快照文件夹", "核对快照日期")
    landing = read_folder(folder, inbox, derivable=DERIVABLE, policy=policy)
    raise_refused(landing.refused, ESSENTIAL)
    require_tables(landing, ESSENTIAL, f"快照 {snapshot}")
    label = pl.lit(snapshot).alias("snapshot")
    tables = {
        name: accept_table(landing, name, policy, derive=lambda frame: frame.with_columns(label))
        for name in ESSENTIAL
    }
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


def place_entries(
    entries: pl.DataFrame,
    schools: pl.DataFrame,
    aliases: pl.DataFrame | None = None,
    *,
    limits: SchoolNameLimits,
) -> pl.DataFrame:
    """Fill what a school's own workbook leaves out, and resolve the school as written.

    `list_id` is the file's name without suffix, `row_no` the line in it, `school_written` the name
    of the file without words such as 名册.
    """
    stem = pl.col("file").str.extract(r"([^/]+?)(?:\.[^./]*)?$", 1)
    named = stem.str.replace_all(NOT_A_SCHOOL, "")
    filled = entries.with_columns(
        pl.col("list_id").fill_null(stem),
        pl.col("row_no").fill_null(pl.col("row")),
        pl.col("school_written").fill_null(pl.when(named != "").then(named)),
        keep_tails(entries["id_tail"]),
    )
    return _resolve(filled, schools, aliases, limits)


def keep_tails(written: pl.Series) -> pl.Series:
    """Return the last four characters of what is written, so that no list's full numbers are stored.

    A tail that a spreadsheet took for a number gets its leading zeros back; unknown digits give null.
    """
    padded = written.str.zfill(TAIL).rename("written")
    parsed = id_columns(padded).with_columns(padded)
    number = pl.when(pl.col("status").is_in(TAIL_STATUSES)).then(pl.coalesce("clean", "mask"))
    tail = number.str.slice(-TAIL)
    return parsed.select(
        pl.when(~tail.str.contains("*", literal=True)).then(tail).alias("id_tail")
    ).to_series()


def _resolve(
    entries: pl.DataFrame, schools: pl.DataFrame, aliases: pl.DataFrame | None, limits: SchoolNameLimits
) -> pl.DataFrame:
    """Keep a school_id that the list gives itself, if it exists; otherwise resolve the written name.

    An area that the list leaves out is the resolved school's.
    """
    by = ["school_written", "area"]
    written = entries.select(by).drop_nulls("school_written").unique().sort(by)
    ranked = resolve_schools(written, schools, aliases, limits=limits)
    found = ranked.filter(pl.col("rank") == 1, pl.col("is_settled"))
    known = pl.col("school_id").is_in(schools["school_id"].implode())
    return (
        entries.join(
            found.select(*by, __found="school_id"), on=by, how="left", nulls_equal=True, maintain_order="left"
        )
        .with_columns(
            pl.when(known).then(pl.col("school_id")).otherwise(pl.col("__found")).alias("school_id")
        )
        .drop("__found")
        .pipe(fill_area, schools)
    )


def fill_area(frame: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Fill an empty `area` from the school that `school_id` names."""
    areas = schools.select("school_id", __area="area")
    return (
        frame.join(areas, on="school_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("area", "__area").alias("area"))
        .drop("__area")
    )
