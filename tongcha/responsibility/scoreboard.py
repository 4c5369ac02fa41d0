"""The scoreboard of the supervision office: one row per school and campaign, in the order of school codes.

Schools aren't ranked and districts aren't added up: a league table by numbers caught rewards looking
for people, not looking after schools.
"""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import polars as pl

from tongcha.documents.files import write_file
from tongcha.documents.sheets import measure_height, open_workbook
from tongcha.policy.adoption import EXAMPLE_POINTS_MARK, require_adoption
from tongcha.responsibility.deductions import CAP, LABELS, PUPILS, TEACHER
from tongcha.review.page_one import TITLE, state_error_rates
from tongcha.tables.contract import POINTS
from tongcha.tables.responsibility import SCOREBOARD, SCOREBOARD_FILES

if TYPE_CHECKING:
    from pathlib import Path

    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from tongcha.policy.deductions import DeductionPolicy

FILE: Final = "scoreboard/督导计分.xlsx"
PICTURE: Final = "scoreboard/督导计分.svg"
PROPOSED: Final = (
    "拟扣分，学校可以申辩，未经决定不作为评价结果；比对一致不等于违规事实成立；按学校标识码排列，不作排名。"
)
_BAR: Final = 320
_NAME: Final = 21
"""characters of 13 pixels that fit left of a bar"""
_ROW: Final = 24
_HEAD: Final = 58


def tally_scoreboard(*, score_deductions: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Return the table `scoreboard`: the deductions added up per school and campaign.

    Args:
        score_deductions: table of that name.
        schools: table `schools`; gives names and areas.
    """
    rule, count = pl.col("rule"), pl.col("count")
    totals = score_deductions.group_by("school_id", "campaign").agg(
        teacher_count=count.filter(rule == TEACHER).sum(),
        pupil_count=count.filter(rule == PUPILS).sum(),
        points=pl.col("points").sum().cast(POINTS),
        capped_points=pl.col("points").filter(rule == CAP).sum().cast(POINTS),
    )
    named = totals.join(
        schools.select("school_id", school_name="name", area="area"), on="school_id", how="left"
    )
    return SCOREBOARD.conform(named.with_columns(school_name=pl.coalesce("school_name", "school_id")))


def scoreboard_svg(scoreboard: pl.DataFrame, mark: str = "") -> str:
    """Return the scoreboard as an SVG of horizontal bars, campaign by campaign, one bar per school.

    Args:
        scoreboard: table of that name.
        mark: the demonstration mark, if any; a picture travels without the book it was made with.
    """
    title = "各校拟扣分" + (f"（{mark}）" if mark else "")
    most = max(scoreboard["points"], default=Decimal(0)) or Decimal(1)
    drawn, y = [], _HEAD
    for campaign, part in _split_campaigns(scoreboard):
        drawn.append(f'<text x="12" y="{y + 14}" font-weight="bold">{escape(campaign)}</text>')
        y += _ROW
        for row in part.iter_rows(named=True):
            drawn.append(_draw_bar(row, y, most))
            y += _ROW
    frame = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="860" height="{y + 8}" font-size="13">',
        f"<style>text {{ font-family: sans-serif }}</style><title>{title}</title>",
        f'<rect width="860" height="{y + 8}" fill="#ffffff"/>',
        f'<text x="12" y="22" font-size="16">{title}</text>',
        f'<text x="12" y="42" fill="#9c0006">{PROPOSED}</text>',
    )
    return "\n".join([*frame, *drawn, "</svg>\n"])


def _draw_bar(row: dict[str, Any], y: int, most: Decimal) -> str:
    width = float(row["points"] / most) * _BAR
    name = escape(row["school_name"])
    counted = f"教师{row['teacher_count']}人次、学生{row['pupil_count']}人"
    return (
        f"<g><title>{name}：{counted}，拟扣{row['points']}分</title>"
        f"{_draw_name(row['school_name'], y)}"
        f'<rect x="296" y="{y}" width="{width:.1f}" height="16" fill="#4c78a8"/>'
        f'<text x="{304 + width:.1f}" y="{y + 13}">{row["points"]} 分（{counted}）</text></g>'
    )


def _draw_name(name: str, y: int) -> str:
    """Return a school's name left of its bar; what one line can't hold stands small in two."""
    if len(name) <= _NAME:
        return f'<text x="288" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
    half = -(-len(name) // 2)
    lines = ((y + 7, name[:half]), (y + 18, name[half:]))
    return "".join(
        f'<text x="288" y="{at}" text-anchor="end" font-size="10">{escape(part)}</text>' for at, part in lines
    )


def write_scoreboard(
    *,
    scoreboard: pl.DataFrame,
    score_deductions: pl.DataFrame,
    proposals: pl.DataFrame,
    review_quality: pl.DataFrame,
    policy: DeductionPolicy,
    out: Path,
    demo: bool,
) -> pl.DataFrame:
    """Write the scoreboard as .xlsx and .svg; return the table `scoreboard_files`.

    The book has a sheet with a native chart per campaign, the proposals, and every addend.

    Args:
        scoreboard: table of that name.
        score_deductions: the addends that it sums.
        proposals: table `measure_proposals`.
        review_quality: table of that name; how often the wrong person was confirmed stands above the points.
        policy: policy/deductions.yaml; its points mustn't be shown before somebody adopted them.
        out: the outbox; the files land in `scoreboard/`.
        demo: mark both as a demonstration; the only way to use example values.

    Raises:
        PolicyError: the policy isn't adopted, or only as an example outside the demo.
    """
    if scoreboard.height:
        require_adoption(policy, "扣分规则 policy/deductions.yaml", demo=demo)
    mark = EXAMPLE_POINTS_MARK if demo else ""
    buffer = io.BytesIO()
    book = open_workbook(buffer)
    for number, (_, part) in enumerate(_split_campaigns(scoreboard), start=1):
        _add_totals(book, f"督导计分{number}", part, mark, state_error_rates(review_quality))
    _add_proposals(book, proposals.sort("campaign", "school_id", "threshold", "measure"))
    _add_addends(book, score_deductions.sort("campaign", "school_id", "rule", "case_ref"))
    book.close()
    written = {FILE: buffer.getvalue(), PICTURE: scoreboard_svg(scoreboard, mark).encode()}
    rows = [(name, write_file(out / name, content)) for name, content in sorted(written.items())]
    return SCOREBOARD_FILES.conform(pl.DataFrame(rows, schema=SCOREBOARD_FILES.schema, orient="row"))


BARS_A_PAGE: Final = 28
ROWS_A_PAGE: Final = 50
"""rows of 20 pixels on one printed page of the chart sheet"""


def _split_campaigns(scoreboard: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    parts = scoreboard.sort("campaign", "school_id").partition_by("campaign", as_dict=True)
    return [(str(campaign), part) for (campaign,), part in parts.items()]


def _add_totals(
    book: xlsxwriter.Workbook, name: str, rows: pl.DataFrame, mark: str, error_rates: list[str]
) -> None:
    page = book.add_worksheet(name)
    columns = (
        ("学校标识码", 14, "school_id"), ("学校名称", 36, "school_name"),
        ("区划代码", 10, "area"), ("教师人次", 10, "teacher_count"), ("学生人数", 10, "pupil_count"),
        ("封顶冲减", 10, "capped_points"), ("拟扣分", 10, "points"),
    )  # fmt: skip
    title = book.add_format({"bold": True, "font_size": 16, "font_name": "宋体"})
    page.write_string(0, 0, f"{rows['campaign'][0]}：拟扣分" + (f"（{mark}）" if mark else ""), title)
    note = book.add_format({"font_color": "#9C0006", "font_name": "宋体", "text_wrap": True, "valign": "top"})
    lines = [PROPOSED, *(f"{TITLE}：{sentence}" for sentence in error_rates)]
    width = sum(width for _, width, _ in columns)
    page.merge_range(1, 0, 1, len(columns) - 1, "\n".join(lines), note)
    page.set_row(1, sum(measure_height([line], [width]) for line in lines))
    _add_rows(book, page, columns, rows)
    _add_charts(book, name, rows.height, max(map(float, rows["points"]), default=1.0))


def _add_charts(book: xlsxwriter.Workbook, source: str, schools: int, most: float) -> None:
    """Draw the bars on a sheet of their own, so many to a printed page, all to one scale."""
    page = book.add_worksheet(f"{source}图")
    page.set_default_row(15)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    for number, first in enumerate(range(0, schools, BARS_A_PAGE)):
        count = min(BARS_A_PAGE, schools - first)
        top, bottom = 3 + first, 2 + first + count
        chart = book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "name": "拟扣分",
                "categories": [source, top, 1, bottom, 1],
                "values": [source, top, 6, bottom, 6],
                "data_labels": {"value": True},
                "gap": 60,
            }
        )
        chart.set_title(
            {"name": "各校拟扣分（按学校标识码排列，不作排名）", "name_font": {"size": 12, "bold": False}}
        )
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        axis = {"min": 0, "max": 1.15 * most, "visible": False}
        chart.set_x_axis({**axis, "major_gridlines": {"visible": False}})
        chart.set_size({"width": 680, "height": 90 + 28 * count})
        page.insert_chart(number * ROWS_A_PAGE, 0, chart)
    page.set_h_pagebreaks([n * ROWS_A_PAGE for n in range(1, -(-schools // BARS_A_PAGE))])


def _add_proposals(book: xlsxwriter.Workbook, proposals: pl.DataFrame) -> None:
    page = book.add_worksheet("措施建议")
    columns = (
        ("建议编号", 15, "proposal_id"), ("专项行动", 24, "campaign"), ("学校标识码", 13, "school_id"),
        ("建议措施", 30, "measure"), ("现有扣分", 10, "points"), ("起点分值", 10, "threshold"),
        ("说明", 50, "sentence"), ("条款依据", 50, "clause"),
    )  # fmt: skip
    note = book.add_format({"font_color": "#9C0006", "font_name": "宋体"})
    page.write_string(0, 0, "措施建议只供研究，由负责人决定，系统不据此办理任何事项。", note)
    _add_rows(book, page, columns, proposals)


def _add_addends(book: xlsxwriter.Workbook, addends: pl.DataFrame) -> None:
    page = book.add_worksheet("逐项算式")
    page.write_string(0, 0, PROPOSED, book.add_format({"font_color": "#9C0006", "font_name": "宋体"}))
    columns = (
        ("扣分编号", 15, "deduction_id"), ("专项行动", 24, "campaign"), ("学校标识码", 13, "school_id"),
        ("项目", 18, "label"), ("所依事项", 20, "case_ref"), ("数量", 6, "count"), ("算式", 26, "sum_shown"),
        ("分值", 8, "points"), ("条款依据", 34, "clause"), ("规则版本", 28, "policy_version"),
    )  # fmt: skip
    _add_rows(book, page, columns, addends.with_columns(label=pl.col("rule").replace(LABELS)))


def _add_rows(
    book: xlsxwriter.Workbook, page: Worksheet, columns: tuple[tuple[str, int, str], ...], rows: pl.DataFrame
) -> None:
    base = {"font_name": "宋体", "border": 1, "valign": "vcenter"}
    head = book.add_format({**base, "bold": True, "bg_color": "#E8EEF4", "align": "center"})
    text = book.add_format({**base, "num_format": "@", "text_wrap": True})
    text.set_quote_prefix(True)
    number = book.add_format({**base, "num_format": "0.00"})
    whole = book.add_format({**base, "num_format": "0"})
    names, widths = [name for *_, name in columns], [width for _, width, _ in columns]
    for row, values in enumerate(
        rows.select(pl.col(names).cast(pl.String).fill_null("")).iter_rows(), start=3
    ):
        page.set_row(row, measure_height(values, widths))
    for column, (label, width, name) in enumerate(columns):
        page.set_column(column, column, width)
        page.write_string(2, column, label, head)
        for row, value in enumerate(rows[name], start=3):
            if isinstance(value, Decimal):
                page.write_number(row, column, value, number)
            elif isinstance(value, int):
                page.write_number(row, column, value, whole)
            else:
                page.write_string(row, column, str(value or "—"), text)
    page.freeze_panes(3, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
