"""The bulletins: page one, then a sheet per cadence, newest first; counts and yields as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.bulletins import MEASURES
from tongcha.documents.files import write_file
from tongcha.documents.sheets import Sheet, render_workbook
from tongcha.review.page_one import TITLE, state_error_rates
from tongcha.tables.casebook import BULLETIN_FILES, CADENCES

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "bulletins/通报.xlsx"
NOTE: Final = (
    "只有汇总数，不含任何人；人数少于 {small} 的不显示；比对不是结论，移送不等于查实；不按地区或者人员排名。"
)
FIRST: Final = "首页"
FIRST_NOTE: Final = "先读这一页：以下各表的数都经过人的确认，而确认也会出错。错到什么程度，只说量得出来的。"
CAREFUL: Final = (
    ("怎么数", "盲核与反馈的件数计量的是我局的工作质量，全部批次合计，不分期间、地区和学校。"),
    (
        "怎么读",
        "比对一致不等于违规事实成立；移送不等于查实。每个数都可以在台账中逐条核对，撤回一条，各表随之重算。",
    ),
    ("不包含", "没有任何人的姓名、证件号；人数过少的不显示；不按地区或者人员排名。"),
)
COLUMNS: Final = (
    ("期间", 22.0), ("起", 12.0), ("止", 12.0), ("指标", 28.0), ("分类", 16.0), ("类别", 22.0),
    ("数量", 10.0), ("占上一环节", 26.0),
)  # fmt: skip


def write_bulletins(
    bulletins: pl.DataFrame, review_quality: pl.DataFrame, *, small_cell: int, mark: str, out: Path
) -> pl.DataFrame:
    """Write the workbook and return the table `bulletin_files`.

    Args:
        bulletins: table of that name.
        review_quality: table of that name; how often the wrong person was confirmed stands on page one.
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
    content = render_workbook([_draw_page_one(review_quality), *sheets], mark)
    return BULLETIN_FILES.conform(pl.DataFrame({"path": [FILE], "sha256": [write_file(out / FILE, content)]}))


def _draw_page_one(review_quality: pl.DataFrame) -> Sheet:
    rows = [(TITLE, sentence) for sentence in state_error_rates(review_quality)]
    return Sheet(FIRST, "通报汇总", FIRST_NOTE, (("事项", 16.0), ("说明", 96.0)), [*rows, *CAREFUL])


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
