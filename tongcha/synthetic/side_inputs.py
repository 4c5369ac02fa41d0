"""The optional inputs of an invented city: inspectors, lists of institutions, patrol logs, recordings.

Nothing here is drawn: it follows from the world's own rows, so that adding it moves no random number. Each
kind holds what the pipeline must ask about: a school without an inspector and one with two, a firm on the
white list raided without licences, a patrol that found nothing where a raid did soon after.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.synthetic.sheets import Layout, write_csv, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

TERM: Final = date(2025, 9, 1)
CHANGED: Final = date(2026, 9, 1)
SCHOOLS_EACH: Final = 5
PATROL_DAYS: Final = (40, 25, 10)
"""How long before a raid the grid went round; two of the three are near enough to matter."""
SITE_EXTRAS: Final = {
    "institution_id": "统一社会信用代码",
    "institution_name": "机构全称",
    "recorder_file": "执法记录仪文件号",
    "recorder_sha256": "音像指纹",
}
INSPECTOR_HEADERS: Final = {
    "inspector_id": "督学证号",
    "school_id": "学校代码",
    "start": "挂牌日期",
    "end": "期满日期",
}
INSTITUTION_HEADERS: Final = {
    "institution_id": "统一社会信用代码",
    "institution_name": "机构全称",
    "area": "行政区划",
    "listing": "名单类别",
    "start": "公布日期",
    "end": "失效日期",
}
PATROL_HEADERS: Final = {
    "patrol_id": "巡查号",
    "patrol_date": "排查日期",
    "area": "行政区划",
    "address": "巡查地址",
    "patrolled_by": "网格员代号",
    "result": "巡查情况",
}


def name_firm(area: str, number: int) -> tuple[str, str]:
    """Return code and name of an invented firm; the code has the look of one and a check digit of none."""
    return f"52{area}MJ{number:07d}Q", f"虚构市第{number}号求知培训学校"


def add_extras(sites: pl.DataFrame, number: int) -> pl.DataFrame:
    """Return the sites of a batch with firm and recording; every third has neither on record.

    Args:
        sites: the batch's sites.
        number: the batch's number.
    """
    rows = []
    for place, site in enumerate(sites.iter_rows(named=True)):
        code, name = name_firm(site["area"], number * 10 + place)
        file = f"ZFJL-{site['raid_id']}"
        digest = hashlib.sha256(file.encode()).hexdigest()
        rows.append((code, name, file, digest) if number % 3 != 2 else (None,) * 4)  # noqa: PLR2004 - every third
    extras = pl.DataFrame(rows, schema=dict.fromkeys(SITE_EXTRAS, pl.String), orient="row")
    return pl.concat([sites, extras], how="horizontal")


def write_inspectors(schools: pl.DataFrame, folder: Path) -> None:
    """Write the list of inspectors: one for five schools; the first school has none, the second has two."""
    ids = schools["school_id"].sort().to_list()
    rows: list[tuple[str, str, date, date | None]] = []
    for place, school in enumerate(ids[1:], start=1):
        inspector = f"DX{place // SCHOOLS_EACH + 1:03d}"
        if place % SCHOOLS_EACH == 0:  # took over from another one this autumn
            rows.append((f"DX9{place:03d}", school, TERM, CHANGED))
        rows.append((inspector, school, CHANGED if place % SCHOOLS_EACH == 0 else TERM, None))
    rows += [("DX999", school, TERM, None) for school in ids[1:2]]
    schema = {"inspector_id": pl.String, "school_id": pl.String, "start": pl.Date, "end": pl.Date}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    sheet = Layout("责任督学挂牌一览表", INSPECTOR_HEADERS, ("合计",))
    write_workbook(folder / "责任督学名单.xlsx", [("Sheet1", frame, sheet)])


def write_institutions(sites: pl.DataFrame, folder: Path) -> None:
    """Write white and black lists: every second firm that will be raided is on one of them."""
    rows: list[tuple[str, str, str, str, date, date | None]] = []
    for number, site in enumerate(sites.sort("raid_id").iter_rows(named=True)):
        code, name = name_firm(site["area"], number * 10)
        if number % 2 == 0:
            rows.append((code, name, site["area"], "白名单", TERM, None))
        else:
            rows.append((code, name, site["area"], "黑名单", TERM, site["raid_date"]))
    schema = {**dict.fromkeys(list(INSTITUTION_HEADERS)[:4], pl.String), "start": pl.Date, "end": pl.Date}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    write_csv(folder / "机构黑白名单.csv", frame, INSTITUTION_HEADERS, encoding="gb18030")


def write_patrols(sites: pl.DataFrame, folder: Path, number: int) -> None:
    """Write the patrol log of a batch: every other batch has one; the last round before it found nothing."""
    if number % 2:
        return
    rows = []
    for site in sites.iter_rows(named=True):
        for round_no, days in enumerate(PATROL_DAYS):
            day = site["raid_date"] - timedelta(days=days)
            result = ("发现问题", "无人应答", "无异常")[round_no]
            rows.append(
                (f"XC-{site['raid_id']}-{round_no + 1}", day, site["area"], site["address"], "WG07", result)
            )
    schema = {name: pl.Date if name == "patrol_date" else pl.String for name in PATROL_HEADERS}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    write_csv(folder / "巡查日志.csv", frame, PATROL_HEADERS, encoding="utf-8-sig")
