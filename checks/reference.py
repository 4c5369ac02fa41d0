"""Reference: everyone of the registry can be matched, and contradictions are named."""

from typing import Final

import polars as pl

from assets.office import Office
from checks.rules import CrossRule, Frames


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


RULES: Final = (
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
