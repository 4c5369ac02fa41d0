"""Reference: everyone of the registry can be matched, and contradictions are named."""

from typing import Final

import polars as pl

from assets.office import Office
from checks.intake import compare_sheets
from checks.rules import CrossRule, Frames, find_altered_files
from tongcha.policy.intake import IntakePolicy
from tongcha.policy.reference import ReferencePolicy
from tongcha.reference.diff import is_stale, measure_loss
from tongcha.reference.volume import list_missing_lists
from tongcha.tables import BY_NAME


def find_missing_teachers(frames: Frames, _office: Office) -> pl.DataFrame:
    """Teachers who aren't in `people`: teacher_id."""
    registered = frames["people"].filter(pl.col("origin") == "registry").select("teacher_id")
    return (
        frames["teachers"]
        .join(registered, on="teacher_id", how="anti")
        .select("teacher_id")
        .sort("teacher_id")
    )


def find_stray_spells(frames: Frames, _office: Office) -> pl.DataFrame:
    """Spells of nobody in the registry: teacher_id, spell_no."""
    strays = frames["employment"].join(frames["teachers"], on="teacher_id", how="anti")
    return strays.select("teacher_id", "spell_no").sort("teacher_id", "spell_no")


def find_unlisted_schools(frames: Frames, _office: Office) -> pl.DataFrame:
    """Schools that the registry names and the directory lacks: school_id, teachers."""
    unlisted = frames["teachers"].join(frames["schools"], on="school_id", how="anti")
    return unlisted.group_by("school_id").agg(teachers=pl.len()).sort("school_id")


def find_stale_snapshots(frames: Frames, office: Office) -> pl.DataFrame:
    """The snapshot, if it is older than policy allows: snapshot."""
    policy = office.policy(IntakePolicy, "intake")
    dates = frames["teachers"]["snapshot"].unique().sort()
    return pl.DataFrame({"snapshot": [date for date in dates if is_stale(date, office.today, policy)]})


def find_thinned_registries(frames: Frames, office: Office) -> pl.DataFrame:
    """The snapshot, if it lost noticeably many teachers: snapshot, previous_snapshot, lost."""
    changes, teachers = frames["snapshot_changes"], frames["teachers"].height
    share = measure_loss(changes, teachers)
    lost = changes.filter(pl.col("change") == "left")
    counted = lost.group_by("snapshot", "previous_snapshot").agg(lost=pl.len()).sort("snapshot")
    return counted.filter(share >= office.policy(IntakePolicy, "intake").registry_loss_notice)


def find_missing_lists(frames: Frames, office: Office) -> pl.DataFrame:
    """Staff lists that the snapshot before had, if noticeably many are gone: list_id."""
    table, entries = BY_NAME["staff_entries"], frames["staff_entries"]
    snapshots = [office.tables.read_before(table, date) for date in frames["teachers"]["snapshot"].unique()]
    earlier = pl.concat([table.empty(), *snapshots])
    notice = office.policy(ReferencePolicy, "reference").volume.staff_lists_notice
    return list_missing_lists(earlier, entries, notice)


def find_disagreeing_numbers(frames: Frames, _office: Office) -> pl.DataFrame:
    """Registrations whose check-valid number says another sex or birth date: teacher_id."""
    disagree = frames["staff_findings"].filter(pl.col("kind") == "number_disagrees")
    return disagree.select("teacher_id").sort("teacher_id")


def find_missing_sheets(frames: Frames, _office: Office) -> pl.DataFrame:
    """How many files had rows turned away and how many sheets lie ready, where the two differ."""
    return compare_sheets(frames["rejected_reference_rows"], frames["reference_rejection_sheets"])


def find_altered_sheets(frames: Frames, office: Office) -> pl.DataFrame:
    """Rejection sheets that aren't what was recorded: path, sha256."""
    return find_altered_files(frames["reference_rejection_sheets"], office)


RULES: Final = (
    CrossRule(
        "snapshot_is_recent",
        "teachers",
        (),
        "教师库快照没有过旧（期限见 policy/intake.yaml 的 snapshot_stale_days）。",
        find_stale_snapshots,
        warn_only=True,
    ),
    CrossRule(
        "registry_keeps_its_volume",
        "snapshot_changes",
        ("teachers",),
        "教师库与上一快照相比没有明显减少（份额见 policy/intake.yaml 的 registry_loss_notice）。",
        find_thinned_registries,
        warn_only=True,
    ),
    CrossRule(
        "staff_lists_keep_their_volume",
        "staff_entries",
        ("teachers",),
        "名册份数与上一快照相比没有明显减少（份额见 policy/reference.yaml 的 volume.staff_lists_notice）。",
        find_missing_lists,
        warn_only=True,
    ),
    CrossRule(
        "registrations_agree_with_their_numbers",
        "teachers",
        ("staff_findings",),
        "证件号码校验无误的登记，性别、出生日期与号码一致。",
        find_disagreeing_numbers,
        warn_only=True,
    ),
    CrossRule(
        "every_reference_file_sent_back_has_a_sheet",
        "reference_rejection_sheets",
        ("rejected_reference_rows",),
        "有退回或请核实内容的每个参照文件都写了一份退回单。",
        find_missing_sheets,
    ),
    CrossRule(
        "every_reference_rejection_sheet_is_as_recorded",
        "reference_rejection_sheets",
        (),
        "发件箱中的参照数据退回单与登记的指纹一致。",
        find_altered_sheets,
    ),
    CrossRule(
        "every_teacher_can_be_matched",
        "people",
        ("teachers",),
        "教师库的每条登记都进入比对库。",
        find_missing_teachers,
    ),
    CrossRule(
        "every_spell_belongs_to_a_teacher",
        "employment",
        ("teachers",),
        "每段任职经历都能找到教师登记。",
        find_stray_spells,
        warn_only=True,
    ),
    CrossRule(
        "every_school_of_a_teacher_is_listed",
        "teachers",
        ("schools",),
        "教师登记的学校都在学校名录中。",
        find_unlisted_schools,
        warn_only=True,
    ),
)
