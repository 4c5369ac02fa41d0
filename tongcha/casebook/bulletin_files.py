"""The bulletins as one workbook: a sheet per cadence, newest first, counts and yields as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.bulletins import MEASURES
from tongcha.documents.files import write_file
from tongcha.documents.sheets import Sheet, render_workbook
from tongcha.tables.casebook import BULLETIN_FILES, CADENCES

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "bulletins/通报.xlsx"
NOTE: Final = (
    "只有汇总数，不含任何人；人数少于 {small} 的不显示；比对不是结论，移送不等于查实；不按地区或者人员排名。"
)
COLUMNS: Final = (
    ("期间", 22.0), ("起", 12.0), ("止", 12.0), ("指标", 28.0), ("分类", 16.0), ("类别", 22.0),
    ("数量", 10.0), ("占上一环节", 26.0),
)  # fmt: skip


def write_bulletins(bulletins: pl.DataFrame, *, small_cell: int, mark: str, out: Path) -> pl.DataFrame:
    """Write the workbook and return the table `bulletin_files`.

    Args:
        bulletins: table of that name.
        small_cell: from which count on people are shown; printed above each list.
        mark: the demonstration mark, if any.
        out: the outbox.
    """
    order = {measure: place for place, measure in enumerate(MEASURES)}
    ordered = bulletins.sort(
        pl.col("start"),
        pl.col("measure").replace_strict(order, return_dtype=pl.Int64),
        "dimension",
        "value",
        descending=[True, False, False, False],
    )
    sheets = [
        _draw_sheet(cadence, ordered.filter(pl.col("cadence") == cadence), small_cell) for cadence in CADENCES
    ]
    content = render_workbook(sheets, mark)
    return BULLETIN_FILES.conform(pl.DataFrame({"path": [FILE], "sha256": [write_file(out / FILE, content)]}))


def _draw_sheet(cadence: str, rows: pl.DataFrame, small_cell: int) -> Sheet:
    cells = [
        [
            row["period"],
            row["start"].isoformat(),
            row["end"].isoformat(),
            row["label"],
            row["dimension"],
            row["value"],
            "不显示" if row["hidden"] else str(row["count"]),
            _write_share(row),
        ]
        for row in rows.iter_rows(named=True)
    ]
    return Sheet(cadence, f"{cadence}汇总", NOTE.format(small=small_cell), COLUMNS, cells)


def _write_share(row: dict[str, float | None]) -> str:
    if row["share"] is None:
        return ""
    return f"{row['share']:.1%}（{row['share_low']:.1%}—{row['share_high']:.1%}）"
