"""Where each value of a dossier stands: file, sheet and row of what was taken in."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from tongcha.review.shown import CAPTURES

Row = dict[str, Any]


class OnRecord(NamedTuple):
    """The tables that values on record stand in."""

    teachers: pl.DataFrame
    employment: pl.DataFrame
    staff_entries: pl.DataFrame


def list_provenance(on_record: OnRecord, identity: Row, person: Row, link: Row) -> list[str]:
    """Return file, sheet and row of every value; the column is that of the item's own name.

    Args:
        on_record: the tables that values on record stand in.
        identity: the row of `identities`.
        person: the row of `people`.
        link: the row of `candidate_links`.
    """
    lines = [
        f"现场各项：{_place(identity)}，列名同项目名。",
        (
            f"身份核验：{CAPTURES[identity['capture']]}；核验民警警号 {identity['checked_by'] or '未记'}；"
            f"依据 {identity['ground'] or '未记'}。"
        ),
    ]
    if link["teacher_id"] is not None:
        teacher = on_record.teachers.filter(pl.col("teacher_id") == link["teacher_id"]).row(0, named=True)
        lines.append(f"教师库各项：{_place(teacher)}。")
        used = on_record.employment.filter(
            (pl.col("teacher_id") == link["teacher_id"]) & pl.col("spell_no").eq_missing(link["spell_no"])
        )
        lines += [f"所依任职经历：{_place(row)}。" for row in used.iter_rows(named=True)]
    else:
        list_id, _, row_no = str(person["person_id"]).rpartition("#")
        entries = on_record.staff_entries.filter(
            (pl.col("list_id") == list_id) & (pl.col("row_no").cast(pl.String) == row_no)
        )
        lines += [f"名册各项：{_place(row)}。" for row in entries.iter_rows(named=True)]
    return lines


def _place(row: Row) -> str:
    sheet = f"“{row['sheet']}”表" if row["sheet"] else ""
    return f"{row['file']} {sheet}第 {row['row']} 行"
