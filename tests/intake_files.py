"""Small files for the intake tests: inboxes, workbooks, and hostile variants made by editing parts."""

from __future__ import annotations

import csv
import shutil
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

import xlsxwriter

from tongcha.policy.intake import IntakePolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tongcha.intake.preflight import Limits

POLICY = IntakePolicy.load(Path(__file__).resolve().parents[1] / "policy" / "intake.yaml")
LIMITS = cast("Limits", POLICY.limits.model_dump())
BATCH = "2026-10-18-03"
SNAPSHOT = "2026-09-01"

SOURCE = """purpose: 查处违规补课
legal_basis: 依据示例条款
agreement_id: 协议-1
expires_on: 2027-12-31
impact_assessment_id: 评估-1
"""
SITES_CSV = "查处编号,查处日期,场所地址,区划代码,证照情况\nR1,2026-10-18,测试路一号,340103,无照无证\n"
IDENTITY_HEADER = (
    "人员编号",
    "查处编号",
    "查处日期",
    "采集方式",
    "姓名",
    "证件号码",
    "手机号",
    "年龄",
    "现场身份",
)
IDENTITY_ROW = ("I1", "R1", "2026-10-18", "读卡", "张三", "11010519491231002X", "13800138000", 76, "授课")

REGISTRY = "教师编号,姓名,性别,证件号码,学校代码\nT1,张三丰,女,11010519491231002X,2134000001\n"
SPELLS = "教师编号,经历序号,学校标识码,起始日期,终止日期\nT1,1,2134000001,2000-09-01,至今\n"
SCHOOLS = "学校标识码,学校名称,区划代码\n2134000001,明德市第一中学,340103\n2134000002,明德市第二小学,340104\n"


def write_book(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """Write a workbook of the given rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
    return path


def make_batch(
    inbox: Path, identities: Sequence[Sequence[object]] = (IDENTITY_ROW,), *, is_text: bool = False
) -> Path:
    """Write a complete batch: source, one site, identities (a workbook or CSV text); return its folder."""
    folder = inbox / "raids" / BATCH
    folder.mkdir(parents=True)
    (folder / "source.yaml").write_text(SOURCE, encoding="utf-8")
    (folder / "sites.csv").write_text(SITES_CSV, encoding="utf-8")
    rows = [IDENTITY_HEADER, *identities]
    if is_text:
        with (folder / "identities.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    else:
        write_book(folder / "identities.xlsx", {"现场人员": rows})
    return folder


def make_snapshot(inbox: Path) -> Path:
    """Write the essential tables of a snapshot; return its folder."""
    folder = inbox / "reference" / SNAPSHOT
    folder.mkdir(parents=True)
    (folder / "registry.csv").write_text(REGISTRY, encoding="utf-8")
    (folder / "任职经历.csv").write_bytes(SPELLS.encode("gb18030"))
    (folder / "学校名录.csv").write_text(SCHOOLS, encoding="utf-8")
    return folder


def edit_parts(
    source: Path, target: Path, *, add: Sequence[tuple[str, bytes]] = (), **replace: bytes
) -> Path:
    """Copy a workbook, adding entries and replacing parts (`sheet1`, `workbook`, `links`) by other bytes."""
    names = {
        "sheet1": "xl/worksheets/sheet1.xml",
        "workbook": "xl/workbook.xml",
        "links": "xl/_rels/workbook.xml.rels",
    }
    contents = {names[key]: value for key, value in replace.items()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, contents.get(entry.filename, old.read(entry)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            for name, data in add:
                new.writestr(name, data)
    return target


def sheet_xml(book: Path) -> bytes:
    """Return the first sheet's XML."""
    with zipfile.ZipFile(book) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def copy_inbox(inbox: Path, target: Path) -> Path:
    """Copy an inbox as it is."""
    return Path(shutil.copytree(inbox, target))
