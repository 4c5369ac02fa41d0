"""Intake and reference: nothing is lost between the file and the table."""

from typing import Final

import polars as pl

from assets.office import Office
from checks.rules import CrossRule, Frames, find_altered_files
from tongcha.casebook.closing import find_closed
from tongcha.intake.returns_sheet import TOLD

LANDED: Final = ("sites", "identities", "pupils", "patrols")


def find_lost_rows(frames: Frames, _office: Office) -> pl.DataFrame:
    """Tables whose stored rows differ from the rows accepted: table, rows_accepted, rows_stored."""
    return _compare_counts(frames["intake_files"], {name: frames[name].height for name in LANDED})


def find_unexplained_rejections(frames: Frames, _office: Office) -> pl.DataFrame:
    """Files whose rejected rows aren't all listed with a reason: file, sheet, rows_rejected, rows_listed."""
    return compare_rejections(frames["intake_files"], frames["rejected_rows"])


def find_stray_identities(frames: Frames, _office: Office) -> pl.DataFrame:
    """Identities whose raid isn't among the batch's sites: identity_id, raid_id."""
    strays = frames["identities"].join(frames["sites"], on=["batch", "raid_id"], how="anti")
    return strays.select("identity_id", "raid_id").sort("identity_id")


def find_missing_sheets(frames: Frames, office: Office) -> pl.DataFrame:
    """How many files had rows turned away and how many sheets lie ready, where the two differ."""
    closed = sorted(find_closed(office.events()))  # their sheets were removed with everything else
    open_rows = frames["rejected_rows"].filter(~pl.col("batch").is_in(closed))
    return compare_sheets(open_rows, frames["rejection_sheets"])


def find_altered_sheets(frames: Frames, office: Office) -> pl.DataFrame:
    """Rejection sheets that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["rejection_sheets"], office)


def compare_sheets(rejected: pl.DataFrame, sheets: pl.DataFrame) -> pl.DataFrame:
    """Return files_told_of, sheets_written as one row if they differ, else none."""
    files = rejected.filter(pl.col("outcome").is_in(TOLD))["file"].n_unique()
    counts = pl.DataFrame({"files_told_of": [files], "sheets_written": [sheets.height]})
    return counts.filter(pl.col("files_told_of") != pl.col("sheets_written"))


def compare_rejections(files: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Return the files whose count of rejected rows isn't the number of rows listed as rejected."""
    place = ["file", "sheet", "table"]
    listed = (
        rejected.filter((pl.col("outcome") == "rejected") & (pl.col("row") > 0))
        .group_by(place)
        .agg(rows_listed=pl.col("row").n_unique().cast(pl.Int64))
    )
    joined = files.join(listed, on=place, how="left").with_columns(pl.col("rows_listed").fill_null(0))
    unequal = joined.filter(pl.col("rows_rejected") != pl.col("rows_listed"))
    return unequal.select(*place, "rows_rejected", "rows_listed").sort(place)


def _compare_counts(files: pl.DataFrame, stored: dict[str, int]) -> pl.DataFrame:
    accepted = dict(files.group_by("table").agg(pl.col("rows_accepted").sum()).iter_rows())
    rows = [(name, accepted.get(name, 0), count) for name, count in stored.items()]
    frame = pl.DataFrame(rows, ["table", "rows_accepted", "rows_stored"], orient="row")
    return frame.filter(pl.col("rows_accepted") != pl.col("rows_stored"))


RULES: Final = (
    CrossRule(
        "every_file_sent_back_has_a_sheet",
        "rejection_sheets",
        ("rejected_rows",),
        "有退回或请核实内容的每个文件都写了一份退回单。",
        find_missing_sheets,
    ),
    CrossRule(
        "every_rejection_sheet_is_as_recorded",
        "rejection_sheets",
        (),
        "发件箱中的退回单与登记的指纹一致。",
        find_altered_sheets,
    ),
    CrossRule(
        "every_accepted_row_is_stored",
        "intake_files",
        LANDED,
        "收下的行数等于入库的行数，一行不少。",
        find_lost_rows,
    ),
    CrossRule(
        "every_rejected_row_has_a_reason",
        "rejected_rows",
        ("intake_files",),
        "退回的每一行都列明了原因。",
        find_unexplained_rejections,
    ),
    CrossRule(
        "every_identity_belongs_to_a_site",
        "identities",
        ("sites",),
        "现场人员的查处编号都在查处场所中。",
        find_stray_identities,
        warn_only=True,
    ),
)
