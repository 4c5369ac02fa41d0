"""The invented world in the formats that really arrive, under `reference/<date>/` and `raids/<batch>/`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl
import yaml

from tongcha.synthetic.clerks import (
    CAPTURE_WORDS,
    LIST_HEADERS,
    PERSON_HEADERS,
    PUPIL_HEADERS,
    SCHOOL_HEADERS,
    SITE_HEADERS,
    SPELL_HEADERS,
    WHOLE_NUMBER,
)
from tongcha.synthetic.sheets import Layout, write_csv, write_workbook
from tongcha.synthetic.side_inputs import (
    SITE_EXTRAS,
    add_extras,
    write_inspectors,
    write_institutions,
    write_patrols,
)
from tongcha.synthetic.world import write_frame

if TYPE_CHECKING:
    from pathlib import Path

    from tongcha.synthetic.world import World

EXPIRES: Final = date(2027, 12, 31)
FORMATS: Final = ("workbooks", "gb18030", "one_workbook", "utf-8-sig")
BAD_ROW_SCHEMA: Final = {"file": pl.String, "row": pl.Int64, "column": pl.String, "why": pl.String}


@dataclass(frozen=True, slots=True)
class Inbox:
    """What was written.

    Attributes:
        snapshot: name of the reference folder.
        batches: names of the raid folders, in order.
        bad_rows: rows that intake must turn away: file (relative to the inbox), row, column, why.
    """

    snapshot: str
    batches: tuple[str, ...]
    bad_rows: pl.DataFrame


def write_inbox(
    world: World, inbox: Path, *, snapshot: str | None = None, expires_on: date = EXPIRES
) -> Inbox:
    """Write the whole world as it would arrive; equal worlds give equal bytes.

    Args:
        world: from `build_world`; its registry has to fit in memory.
        inbox: the inbox folder.
        snapshot: name of the reference folder; the world's snapshot date by default.
        expires_on: until when the batches' sources may be used.
    """
    folder = snapshot or world.spec.snapshot.isoformat()
    bad = write_reference(world, inbox, f"reference/{folder}")
    batches = []
    for number, site in enumerate(world.sites.sort("raid_id").iter_rows(named=True)):
        batch = name_batch(site["raid_date"], number)
        batches.append(batch)
        bad += write_batch(world, inbox, batch, site["raid_id"], number)
        write_source(inbox / "raids" / batch / "source.yaml", number, expires_on)
    bad_rows = pl.DataFrame(bad, schema=BAD_ROW_SCHEMA, orient="row")
    return Inbox(folder, tuple(batches), bad_rows)


def name_batch(day: date, number: int) -> str:
    """Return the name of a raid's folder; teams add a word of their own now and then."""
    suffix = "-夜查" if number % len(FORMATS) == len(FORMATS) - 1 else ""
    return f"{day.isoformat()}-{number + 1:02d}{suffix}"


Bad = tuple[str, int, str, str]


def write_reference(world: World, inbox: Path, place: str) -> list[Bad]:
    """Write the reference snapshot; return the rows that intake must turn away."""
    folder = inbox / place
    folder.mkdir(parents=True, exist_ok=True)
    write_frame(world.registry, folder / "registry.parquet")
    bad_spell = world.spells.head(1).with_columns(
        pl.lit(99, pl.Int64).alias("spell_no"),
        pl.col("start").dt.offset_by("-3d").alias("end"),
        pl.lit("登记有误").alias("end_reason"),
    )
    write_csv(
        folder / "任职经历.csv", pl.concat([world.spells, bad_spell]), SPELL_HEADERS, encoding="gb18030"
    )
    title = f"{world.schools['city'][0]}中小学校名录"
    write_workbook(folder / "学校名录.xlsx", [("名录", world.schools, Layout(title, SCHOOL_HEADERS))])
    bad = [(f"{place}/任职经历.csv", world.spells.height + 2, "end", "终止日期早于起始日期")]
    write_inspectors(world.schools, folder)
    write_institutions(world.sites, folder)
    lists = world.staff_lists.partition_by("list_id", maintain_order=True)
    return bad + [
        row for number, entries in enumerate(lists) for row in write_staff_list(entries, inbox, place, number)
    ]


def write_staff_list(entries: pl.DataFrame, inbox: Path, place: str, number: int) -> list[Bad]:
    """Write one school's workbook, each school in its own manner; some have an entry without a name."""
    list_id, school = entries["list_id"][0], entries["school_written"][0]
    nameless = entries.head(1).with_columns(
        pl.lit(None, pl.String).alias("name"), pl.lit(9_999, pl.Int64).alias("row_no")
    )
    is_bad = number % 40 == 7  # noqa: PLR2004 - one school in forty forgets a name
    frame = pl.concat([entries, nameless]) if is_bad else entries
    headers, layout = LIST_HEADERS[number % len(LIST_HEADERS)], number % 5
    if headers["id_tail"] in WHOLE_NUMBER:
        frame = frame.with_columns("*" * 14 + pl.col("id_tail"))
    sheet = Layout(
        title=f"{school}教职工名册（2026年）" if layout else "",
        headers=headers,
        footer=(f"合计：{entries.height}", "填表人：教务处") if number % 2 else (),
        numeric=frozenset({"id_tail", "phone"} if layout == 1 else {"phone"}),
    )
    file = f"{place}/教职工名册/{list_id}.xlsx"
    write_workbook(inbox / file, [("名册", frame, sheet)])
    return [(file, sheet.first_row + entries.height, "name", "缺姓名")] if is_bad else []


def write_batch(world: World, inbox: Path, batch: str, raid_id: str, number: int) -> list[Bad]:
    """Write one raid's files; formats take turns. Return the rows that intake must turn away."""
    folder, place = inbox / "raids" / batch, f"raids/{batch}"
    of_raid = pl.col("raid_id") == raid_id
    sites, pupils = add_extras(world.sites.filter(of_raid), number), world.pupils.filter(of_raid)
    write_patrols(sites, folder, number)
    identities = world.identities.filter(of_raid).with_columns(pl.col("capture").replace(CAPTURE_WORDS))
    spoiled, faults = spoil_identities(identities, number)
    headers = PERSON_HEADERS[number % len(PERSON_HEADERS)]
    kind = FORMATS[number % len(FORMATS)]
    people = Layout(
        "查处现场人员核验登记表", headers, (f"合计：{identities.height}人",), frozenset({"phone"})
    )
    headers_of_site = SITE_HEADERS | SITE_EXTRAS
    site = Layout("校外培训查处场所登记表", headers_of_site, real_dates=True)
    pupil = Layout("", PUPIL_HEADERS)
    if kind == "workbooks":
        write_workbook(folder / "查处场所.xlsx", [("Sheet1", sites, site)])
        write_workbook(folder / "现场人员.xlsx", [("Sheet1", spoiled, people)])
        write_workbook(folder / "现场学生.xlsx", [("Sheet1", pupils, pupil)])
        file, first = "现场人员.xlsx", people.first_row
    elif kind == "one_workbook":
        sheets = [("查处场所", sites, site), ("现场人员", spoiled, people), ("现场学生", pupils, pupil)]
        write_workbook(folder / "查处登记.xlsx", sheets)
        file, first = "查处登记.xlsx", people.first_row
    else:
        write_csv(folder / "查处场所.csv", sites, headers_of_site, encoding=kind)
        write_csv(folder / "现场人员.csv", spoiled, headers, encoding=kind)
        write_csv(folder / "现场学生.csv", pupils, PUPIL_HEADERS, encoding=kind)
        file, first = "现场人员.csv", 2
    return [
        (f"{place}/{file}", first + identities.height + at, column, why)
        for at, (column, why) in enumerate(faults)
    ]


def spoil_identities(identities: pl.DataFrame, number: int) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    """Append rows that can't be taken in: an unknown capture, no number of its own, a raid nobody knows."""
    model = identities.head(1)
    base = model.with_columns(
        pl.lit(None, pl.String).alias("name"),
        pl.lit("口述").alias("capture"),
        pl.lit(None, pl.String).alias("id_number"),
    )
    spoiled = (
        (
            base.with_columns(
                pl.lit(f"B{number:03d}1").alias("identity_id"), pl.lit("目测").alias("capture")
            ),
            "capture",
            "采集方式不在所列之中",
        ),
        (base.with_columns(pl.lit(None, pl.String).alias("identity_id")), "identity_id", "缺人员编号"),
        (
            base.with_columns(
                pl.lit(f"B{number:03d}2").alias("identity_id"), pl.lit("R99999").alias("raid_id")
            ),
            "raid_id",
            "查处编号不存在",
        ),
    )
    if identities.is_empty():
        return identities, []
    kept = spoiled[: 1 + number % len(spoiled)]
    return pl.concat([identities, *(frame for frame, _, _ in kept)]), [
        (column, why) for _, column, why in kept
    ]


def write_source(path: Path, number: int, expires_on: date) -> None:
    """Write the batch's lawful source."""
    source = {
        "purpose": "核查查处现场人员是否为在职中小学教师",
        "legal_basis": "个人信息保护法第十三条、第三十四条；居民身份证法第十五条",
        "agreement_id": f"GX-2026-{number + 1:03d}",
        "expires_on": expires_on,
        "impact_assessment_id": "PIA-2026-001",
    }
    path.write_text(yaml.safe_dump(source, allow_unicode=True, sort_keys=False), encoding="utf-8")
