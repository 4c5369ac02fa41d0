"""What changed from one registry snapshot to the next, and when a change is too large to believe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import InputError
from tongcha.tables.reference_findings import SNAPSHOT_CHANGES

if TYPE_CHECKING:
    import datetime as dt

    from tongcha.policy.intake import IntakePolicy

FINDINGS: Final = {
    "joined": "新增登记",
    "left": "上一快照有登记，本快照没有",
    "moved": "登记学校有变",
    "renamed": "姓名有变",
    "id_corrected": "证件号码有变",
}


def diff_snapshots(old_teachers: pl.DataFrame, new_teachers: pl.DataFrame) -> pl.DataFrame:
    """Return table `snapshot_changes`: one row per teacher_id and kind of change.

    Args:
        old_teachers: table `teachers` of the earlier snapshot.
        new_teachers: table `teachers` of the later one.
    """
    if old_teachers.is_empty() or new_teachers.is_empty():
        return SNAPSHOT_CHANGES.empty()
    columns = ("teacher_id", "school_id", "name", "id_number")
    both = old_teachers.select(columns).join(
        new_teachers.select(columns), on="teacher_id", how="full", coalesce=True, suffix="_new"
    )
    conditions = {
        "joined": pl.col("name").is_null(),
        "left": pl.col("name_new").is_null(),
        "moved": _differs("school_id"),
        "renamed": _differs("name"),
        "id_corrected": _differs("id_number"),
    }
    changes = [_describe(both.filter(breach), change) for change, breach in conditions.items()]
    snapshots = {"snapshot": new_teachers["snapshot"][0], "previous_snapshot": old_teachers["snapshot"][0]}
    found = pl.concat(changes).with_columns(pl.lit(value).alias(name) for name, value in snapshots.items())
    return SNAPSHOT_CHANGES.conform(found)


def _differs(column: str) -> pl.Expr:
    is_in_both = pl.col("name").is_not_null() & pl.col("name_new").is_not_null()
    return is_in_both & pl.col(column).ne_missing(pl.col(f"{column}_new"))


def _describe(rows: pl.DataFrame, change: str) -> pl.DataFrame:
    return rows.select(
        "teacher_id",
        pl.lit(change).alias("change"),
        pl.col("school_id").alias("old_school_id"),
        pl.col("school_id_new").alias("new_school_id"),
        pl.lit(FINDINGS[change]).alias("finding"),
    )


def refuse_shrunken_registry(
    old_teachers: pl.DataFrame, new_teachers: pl.DataFrame, policy: IntakePolicy
) -> None:
    """Stop a snapshot that lost too many teachers: it is more likely incomplete than true.

    Raises:
        InputError: the loss reaches `policy.registry_loss_share`.
    """
    if old_teachers.is_empty():
        return
    lost = old_teachers.join(new_teachers, on="teacher_id", how="anti").height
    share = lost / old_teachers.height
    if share >= policy.registry_loss_share:
        raise InputError(
            "新的教师库快照",
            f"与上一快照相比少了 {lost} 条登记（{share:.1%}），达到 {policy.registry_loss_share:.0%} 的上限",
            "核对报送是否完整；确属机构调整时先修改 policy/intake.yaml 的 registry_loss_share",
        )


def measure_loss(changes: pl.DataFrame, teachers: int) -> float:
    """Return the share of the earlier snapshot's teachers that the later one no longer has.

    Args:
        changes: table `snapshot_changes`.
        teachers: rows of table `teachers` of the later snapshot.
    """
    counts = dict(changes["change"].value_counts().iter_rows())
    lost = counts.get("left", 0)
    earlier = teachers - counts.get("joined", 0) + lost
    return lost / earlier if earlier else 0.0


def is_stale(snapshot: str, today: dt.date, policy: IntakePolicy) -> bool:
    """Whether a snapshot is older than `policy.snapshot_stale_days` on the given day."""
    age = today - type(today).fromisoformat(snapshot)
    return age.days > policy.snapshot_stale_days
