"""Which list a line stands on and whose list it is: told by the list itself, else by where it lies.

Schools hand in one workbook each, the bureau one with a sheet per school, districts a folder per school. So
beside the file's name the sheet's and the folder's may say which school a list is of.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from tongcha.identity.id_columns import CHECKED, id_columns
from tongcha.identity.schools import resolve_schools
from tongcha.reference.keys import TAIL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tongcha.policy.intake import SchoolNameLimits

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
    "副本",
    "复件",
    "终稿",
    "定稿",
)
LIST_SIGNS: Final = re.escape("_-—（）()年月") + r"0-9\s."
NOT_A_SCHOOL: Final = re.compile(rf"(?:{'|'.join(LIST_WORDS)}|[{LIST_SIGNS}])+")
TAIL_STATUSES: Final = (*CHECKED, "bad_check", "masked", "last4", "last6")
ON_TOP: Final = 2
"""`reference/<date>/` stands before the place of every file."""


class Place(NamedTuple):
    """Where a list lies.

    Attributes:
        list_id: name of the list, no other one's.
        names: what may be the school's name, the nearest first.
    """

    list_id: str
    names: tuple[str, ...]


def place_entries(
    entries: pl.DataFrame,
    schools: pl.DataFrame,
    aliases: pl.DataFrame | None = None,
    *,
    limits: SchoolNameLimits,
) -> pl.DataFrame:
    """Fill what a school's own workbook leaves out, and resolve the school as written.

    `row_no` is the line in the sheet; `list_id` the file's name without suffix, with the sheet's if the
    file has several lists, with the folders' if another file has that name; `school_written` what
    `name_schools` finds.
    """
    sheets = entries.select("file", "sheet").unique().sort("file", "sheet").rows()
    places = find_places(sheets)
    named = name_schools(places, schools, aliases, limits)
    told = pl.DataFrame(
        [(*sheet, place.list_id, named[sheet]) for sheet, place in places.items()],
        schema=dict.fromkeys(("file", "sheet", "__list", "__school"), pl.String),
        orient="row",
    )
    filled = (
        entries.join(told, on=["file", "sheet"], how="left", maintain_order="left")
        .with_columns(
            pl.col("list_id").fill_null(pl.col("__list")),
            pl.col("row_no").fill_null(pl.col("row")),
            pl.col("school_written").fill_null(pl.col("__school")),
            keep_tails(entries["id_tail"]),
        )
        .drop("__list", "__school")
    )
    return _resolve(filled, schools, aliases, limits)


def find_places(sheets: list[tuple[str, str]]) -> dict[tuple[str, str], Place]:
    """Return where each list lies.

    Args:
        sheets: file and sheet of each list.
    """
    files = {file for file, _ in sheets}
    of_stem = Counter(PurePosixPath(file).stem for file in files)
    of_file = Counter(file for file, _ in sheets)
    places = {}
    for file, sheet in sheets:
        inner = PurePosixPath(*PurePosixPath(file).parts[ON_TOP:])
        name = inner.stem if of_stem[inner.stem] == 1 else "-".join(inner.parts)
        if of_file[file] > 1:
            places[file, sheet] = Place(f"{name}-{sheet}", (sheet, inner.stem, inner.parent.name))
        else:
            places[file, sheet] = Place(name, (inner.stem, sheet, inner.parent.name))
    return places


def name_schools(
    places: Mapping[tuple[str, str], Place],
    schools: pl.DataFrame,
    aliases: pl.DataFrame | None,
    limits: SchoolNameLimits,
) -> dict[tuple[str, str], str | None]:
    """Return what is taken for the school's name on each list that doesn't write it itself.

    Of sheet, file and folder, without words such as 名册, the first that settles which school it is; else
    the first that some school could be; else the file's.
    """
    bare = {text: NOT_A_SCHOOL.sub("", text) for place in places.values() for text in place.names}
    written = pl.DataFrame({"school_written": sorted({text for text in bare.values() if text})})
    area = pl.lit(None, pl.String).alias("area")
    ranked = resolve_schools(written.cast(pl.String).with_columns(area), schools, aliases, limits=limits)
    possible = set(ranked["school_written"])
    settled = set(ranked.filter("is_settled")["school_written"])
    named: dict[tuple[str, str], str | None] = {}
    for (file, sheet), place in places.items():
        names = [bare[text] for text in place.names if bare[text]]
        stem = NOT_A_SCHOOL.sub("", PurePosixPath(file).stem)
        likely = [name for known in (settled, possible) for name in names if name in known]
        named[file, sheet] = next(iter(likely), stem or None)
    return named


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
