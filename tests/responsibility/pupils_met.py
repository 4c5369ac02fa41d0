"""Pupils met at the raids worked by hand, and the schools that they are placed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.intake_files import POLICY as INTAKE
from tests.responsibility import hand_worked as world
from tongcha.responsibility.pupils import place_pupils

if TYPE_CHECKING:
    import polars as pl


KEY = b"k" * 32


def build_pupils(*rows: tuple[str, str, str | None, str | None, str]) -> pl.DataFrame:
    names = ("raid_id", "pupil_no", "name", "school_written", "grade")
    return world.build("pupils", [dict(zip(names, row, strict=True)) for row in rows])


def place(pupils: pl.DataFrame, key: bytes = KEY) -> pl.DataFrame:
    return place_pupils(
        pupils=pupils,
        schools=world.build_schools(),
        sites=world.build_sites(),
        key=key,
        school_names=INTAKE.school_names,
    )


MET = (
    ("Q1", "1", "李小明", "示例市第一中学", "七年级"),
    ("Q2", "7", "李 小明", "示例市第一中学", "七年级"),
    ("Q1", "2", "李小明", "示例市第二中学", "七年级"),
    ("Q1", "3", None, "示例市第一中学", "八年级"),
    ("Q1", "4", "王小红", "火星小学", "三年级"),
    ("Q1", "5", "赵小刚", None, "三年级"),
)
