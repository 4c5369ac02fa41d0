"""Pupils' names to their own school, and to nobody else: a file of its own behind a gate of its own.

The deduction needs a count only. Where the bureau decides to tell schools the names (000: 把学生名单通报到
各学校), each school gets its own pupils, without the place, the company or any teacher, until a fixed day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.documents.files import remove_other_folders, write_file
from tongcha.documents.numbers import number_record
from tongcha.documents.sheets import Sheet, render_workbook
from tongcha.policy.adoption import EXAMPLE_MARK, require_adoption

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.policy.minors import MinorPolicy

FOLDER: Final = "pupils"
FILE: Final = "本校学生名单.xlsx"
SCHEMA: Final = pl.Schema(
    {
        "list_id": pl.String,
        "school_id": pl.String,
        "pupil_count": pl.Int64,
        "destroy_by": pl.Date,
        "path": pl.String,
        "sha256": pl.String,
    }
)


def write_pupil_lists(
    *,
    pupils: pl.DataFrame,
    pupil_schools: pl.DataFrame,
    policy: MinorPolicy,
    released_on: date,
    out: Path,
    demo: bool,
) -> pl.DataFrame:
    """Write one list per school and return `list_id, school_id, pupil_count, destroy_by, path, sha256`.

    A pupil met twice is listed once. Lists that no pupil stands behind any more are removed.

    Args:
        pupils: table `pupils` of all batches.
        pupil_schools: table of that name; only `resolved` rows are listed.
        policy: policy/minors.yaml.
        released_on: the day of release; destruction is due `retention_days` later.
        out: the outbox; files land in `pupils/<list_id>/`.
        demo: mark every list as a demonstration.

    Raises:
        PolicyError: the rules for minors don't allow it, or nobody adopted them.
    """
    policy.require_release()
    require_adoption(policy, "未成年人信息规则 policy/minors.yaml", demo=demo)
    destroy_by = released_on + timedelta(days=policy.retention_days)
    own = (
        pupil_schools.filter(pl.col("state") == "resolved")
        .join(
            pupils.select("batch", "raid_id", "pupil_no", "name", "grade"),
            on=["batch", "raid_id", "pupil_no"],
        )
        .sort("batch", "raid_id", "pupil_no")
        .unique("pupil_key", keep="first", maintain_order=True)
        .sort("school_id", "grade", "name", "pupil_key")
    )
    footer = f"{policy.issuer}　{EXAMPLE_MARK if demo else ''}　须于{destroy_by.isoformat()}前销毁"
    rows = [
        _store_list(str(school_id), part, destroy_by, footer, out)
        for (school_id,), part in own.partition_by("school_id", as_dict=True).items()
    ]
    table = pl.DataFrame(rows, schema=SCHEMA).sort("list_id")
    remove_other_folders(out / FOLDER, r"S[0-9a-f]{12}", set(table["list_id"]))
    return table


def remove_expired_lists(*, lists: pl.DataFrame, today: date, out: Path) -> pl.DataFrame:
    """Delete the lists whose day has come and return them, for the deletion record.

    Args:
        lists: what `write_pupil_lists` returned.
        today: lists due before this day are deleted.
        out: the outbox.
    """
    standing = lists.filter(pl.col("destroy_by") >= today)
    remove_other_folders(out / FOLDER, r"S[0-9a-f]{12}", set(standing["list_id"]))
    return lists.filter(pl.col("destroy_by") < today)


def _store_list(
    school_id: str, part: pl.DataFrame, destroy_by: date, footer: str, out: Path
) -> dict[str, object]:
    list_id = number_record("S", school_id)
    names = part.select(pl.col("name", "grade").fill_null("—")).iter_rows()
    sheet = Sheet(
        "本校学生",
        "本校学生名单",
        f"只限本校负责人和班主任用于家校沟通，不得公开，不得计入学生操行等级；须于{destroy_by.isoformat()}前销毁。",
        (("序号", 8.0), ("姓名", 20.0), ("年级", 20.0)),
        [[str(order), name, grade] for order, (name, grade) in enumerate(names, start=1)],
    )
    path = f"{FOLDER}/{list_id}/{FILE}"
    return {
        "list_id": list_id,
        "school_id": school_id,
        "pupil_count": part.height,
        "destroy_by": destroy_by,
        "path": path,
        "sha256": write_file(out / path, render_workbook([sheet], footer)),
    }
