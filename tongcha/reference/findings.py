"""Where registry and staff lists contradict each other: data to be corrected, nobody's fault."""

from __future__ import annotations

import polars as pl

from tongcha.reference.duplicates import pair_shared_numbers
from tongcha.reference.keys import ENTRY
from tongcha.reference.suspects import tell_suspicions
from tongcha.tables.reference_findings import STAFF_FINDINGS


def find_contradictions(
    keys: pl.DataFrame,
    employment: pl.DataFrame,
    staff_entries: pl.DataFrame,
    same_people: pl.DataFrame,
    found: pl.DataFrame,
    *,
    snapshot: str | None,
) -> pl.DataFrame:
    """Return table `staff_findings`; sentences name no person.

    Args:
        keys: from `registry_keys`.
        employment: table `employment`.
        staff_entries: table `staff_entries` with `teacher_id` filled where it is known.
        same_people: teacher_id, same_person_as of repeated registrations.
        found: from `link_entries`; its suspicions are reported.
        snapshot: which snapshot this is about; None if it has no teachers.
    """
    findings = [
        _listed_elsewhere(keys, staff_entries),
        _left_but_listed(employment, staff_entries),
        _listed_twice(staff_entries, same_people),
        _suspected(found, staff_entries, keys),
        _repeated(same_people),
        _shared_numbers(keys),
        _number_disagrees(keys),
    ]
    told = pl.concat(findings, how="diagonal").with_columns(pl.lit(snapshot).alias("snapshot"))
    return STAFF_FINDINGS.conform(told)


def _entry_finding(rows: pl.DataFrame, kind: str, finding: str | pl.Expr) -> pl.DataFrame:
    sentence = pl.lit(finding) if isinstance(finding, str) else finding
    return rows.select(
        pl.lit(kind).alias("kind"),
        pl.concat_str("list_id", pl.lit("#"), "row_no").alias("subject_id"),
        "teacher_id",
        "list_id",
        "row_no",
        pl.col("school_id").alias("listed_school_id"),
        "registered_school_id",
        sentence.alias("finding"),
    )


def _listed_elsewhere(keys: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    registered = keys.select("teacher_id", registered_school_id="school_id").unique()
    joined = entries.drop_nulls("teacher_id").join(registered, on="teacher_id", how="inner")
    other = joined.filter(pl.col("school_id") != pl.col("registered_school_id"))
    return _entry_finding(
        other, "listed_elsewhere", "名册上的学校与教师库登记的学校不同，请核对调动或借调手续"
    )


def _left_but_listed(employment: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Entries of someone all of whose spells had ended when the snapshot was taken."""
    end = pl.coalesce("end_latest", "end")
    last = (
        employment.with_columns(taken=pl.col("snapshot").str.to_date())
        .group_by("teacher_id")
        .agg((end.is_null() | (end > pl.col("taken"))).any().alias("serves"))
    )
    gone = last.filter(~pl.col("serves"))
    listed = entries.drop_nulls("teacher_id").join(gone, on="teacher_id", how="semi", maintain_order="left")
    rows = listed.with_columns(pl.lit(None, pl.String).alias("registered_school_id"))
    return _entry_finding(rows, "left_but_listed", "任职经历已全部终止，但学校名册仍列有此人，请核对")


def _listed_twice(entries: pl.DataFrame, same_people: pl.DataFrame) -> pl.DataFrame:
    """Entries of someone whom another entry of the same list names as well."""
    person = pl.coalesce("same_person_as", "teacher_id")
    known = entries.drop_nulls("teacher_id").join(
        same_people, on="teacher_id", how="left", maintain_order="left"
    )
    twice = known.filter(pl.len().over("list_id", person) > 1)
    rows = twice.with_columns(pl.lit(None, pl.String).alias("registered_school_id"))
    return _entry_finding(rows, "listed_twice", "同一人在这份名册上列了不止一行，请学校核对")


def _suspected(found: pl.DataFrame, entries: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Entries that may be a registered person; until somebody looks they count as two people."""
    registered = keys.select("teacher_id", registered_school_id="school_id").unique()
    rows = (
        tell_suspicions(found.filter(pl.col("outcome") == "suspected"))
        .join(entries.select(*ENTRY, "school_id"), on=ENTRY, how="left", maintain_order="left")
        .join(registered, on="teacher_id", how="left", maintain_order="left")
    )
    told = _entry_finding(rows, "possibly_same", pl.col("finding"))
    return told.with_columns(rows["rival_id"].alias("other_teacher_id"))


def _registry_finding(rows: pl.DataFrame, kind: str, finding: str) -> pl.DataFrame:
    return rows.select(
        pl.lit(kind).alias("kind"),
        pl.col("teacher_id").alias("subject_id"),
        "teacher_id",
        "other_teacher_id",
        pl.lit(finding).alias("finding"),
    )


def _repeated(same_people: pl.DataFrame) -> pl.DataFrame:
    rows = same_people.rename({"same_person_as": "other_teacher_id"})
    return _registry_finding(rows, "same_person", "与另一登记为同一人，比对时按一人处理，请合并登记")


def _shared_numbers(keys: pl.DataFrame) -> pl.DataFrame:
    """Registrations that share a check-valid number without being one person by name."""
    shared = pair_shared_numbers(keys).filter(~pl.col("compatible")).rename({"other": "other_teacher_id"})
    finding = "与另一登记证件号码相同而姓名不同，不能视为同一人，请核对证件"
    return _registry_finding(shared, "one_number_two_names", finding)


def _number_disagrees(keys: pl.DataFrame) -> pl.DataFrame:
    """Registrations whose check-valid number says another birth date or sex than the record."""
    differs = (pl.col("id_birth_date") != pl.col("birth_date")).fill_null(False) | (
        pl.col("id_sex") != pl.col("sex")
    ).fill_null(False)
    rows = keys.filter(differs).select("teacher_id", other_teacher_id=pl.lit(None, pl.String)).unique()
    return _registry_finding(rows, "number_disagrees", "证件号码所示出生日期或性别与登记不一致，请核对")
