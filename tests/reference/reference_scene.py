"""Teachers, lines of staff lists and spells at ten schools, and what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tests.reference_linking import LINKING
from tongcha.reference.people import People, combine_people
from tongcha.tables.reference import EMPLOYMENT, SCHOOLS, STAFF_ENTRIES, TEACHERS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


SNAPSHOT = "2026-09-01"
NUMBER = "11010519491231002X"
S1, S2 = "2134000001", "2134000002"


def place(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        snapshot=pl.lit(SNAPSHOT), file=pl.lit("f"), sheet=pl.lit(""), row=pl.int_range(2, frame.height + 2)
    )


def teachers(*rows: Mapping[str, object]) -> pl.DataFrame:
    base = {"school_id": S1, "area": "340103", "sex": "女", "subject": "数学"}
    return TEACHERS.conform(place(pl.DataFrame([{**base, **row} for row in rows])))


def entries(*rows: Mapping[str, object]) -> pl.DataFrame:
    base = {"list_id": "L1", "school_id": S1, "area": "340103", "sex": "女", "subject": "数学"}
    numbered = [{**base, "row_no": n, **row} for n, row in enumerate(rows, 1)]
    return STAFF_ENTRIES.conform(place(pl.DataFrame(numbered)))


def spells(*rows: tuple[str, dt.date | None]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"teacher_id": pl.String, "end": pl.Date}, orient="row")
    return EMPLOYMENT.conform(
        place(frame.with_columns(spell_no=1, school_id=pl.lit(S1), start=pl.date(2000, 9, 1)))
    )


NUMBERED = [S1, S2, *(f"21340000{n:02d}" for n in range(3, 11))]
SCHOOLS_THERE = SCHOOLS.conform(
    place(
        pl.DataFrame(
            {"school_id": NUMBERED, "name": [f"明德市{n}学校" for n in "甲乙丙丁戊己庚辛壬癸"]}
        ).with_columns(area=pl.lit("340103"))
    )
)
SURNAMES, GIVEN = "赵钱孙周吴郑冯陈褚卫", "子涵雨桐浩然梓萱宇轩诗琪志强丽华国庆淑英"
CROWD = teachers(
    *(
        {"teacher_id": f"X{n:03d}", "name": f"{SURNAMES[n % 10]}{GIVEN[n // 50]}{GIVEN[n % 19]}"}
        | {"sex": "女男"[n % 2], "subject": ("数学", "语文", "英语", "体育")[n // 2 % 4]}
        | {"school_id": NUMBERED[n // 4 % 10]}
        for n in range(1000)
    )
)
"""A thousand others at ten schools, so that a name weighs what it weighs in a real registry."""


def combine(registry: pl.DataFrame, listed: pl.DataFrame) -> People:
    return combine_people(registry, spells(), SCHOOLS_THERE, listed, LINKING)


def linked(registry: pl.DataFrame, listed: pl.DataFrame) -> list[str | None]:
    return combine(among_others(registry), listed).staff_entries["teacher_id"].to_list()


def among_others(registry: pl.DataFrame) -> pl.DataFrame:
    return TEACHERS.conform(pl.concat([registry, CROWD]))


def suspected(registry: pl.DataFrame, listed: pl.DataFrame) -> dict[str, str]:
    findings = combine(among_others(registry), listed).staff_findings
    rows = findings.filter(pl.col("kind") == "possibly_same").select("subject_id", "finding")
    return dict(rows.iter_rows())


def kept(registry: pl.DataFrame) -> dict[str, str | None]:
    people = combine(registry, STAFF_ENTRIES.empty()).people
    return dict(people.select("person_id", "same_person_as").iter_rows())
