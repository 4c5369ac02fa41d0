"""专项总结 and 每周专报 as prose: what was found, what came of it, what was wrong; nobody is named.

Every number comes from table `bulletins`, where counts of people that are too small are hidden, or counts
schools and papers. What was withdrawn and how often people were mistaken has a place of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tongcha.casebook.bulletins import ALL_OF_IT, FUNNEL, MEASURES, SITE_TRAITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

WHOLE, WEEK = "专项总结", "周通报"
NUMERALS: Final = "一二三四五六七八九十"
UNITS: Final = {
    "sites": "处", "identities": "人", "candidates": "人", "issues": "件", "closed": "件",
    "personal_issues": "件", "personal_closed": "件",
}  # fmt: skip
"""Measure word of each measure; links are counted in 条."""
ABOUT_PEOPLE: Final = {
    "identities": "现场登记人员",
    "candidates": "其中在教师库或名册中有待判断候选的",
    "confirmed": "经具名人员确认并过全部关口的比对",
    "referred": "移送接收单位的比对",
}
UNREGISTERED: Final = "未登记"
HOW_COUNTED: Final = (
    "比对一致不等于违规事实成立，移送不等于查实；是否违规以接收单位查证为准。",
    "只有汇总数，不列任何人；人数少于{small}的不显示；不按地区、学校或者人员排名。",
    "份额后括注的是95%精确区间；没有登记的，不等于没有发生。",
    "各数按起草时已登记的数据汇总；期间尚未结束的，不是最终数。",
)
BY_HAND: Final = "（由起草人补充。不写姓名和学校名称，不写尚未作出最终决定的事项。）"


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report is written from.

    Attributes:
        bulletins: table of that name.
        notices: table `school_notices` joined with `notice_states`: campaign, points, state.
        error_rates: the sentences of page one (`tongcha.review.page_one`).
        small_cell: from which count on people are shown.
    """

    bulletins: pl.DataFrame
    notices: pl.DataFrame
    error_rates: Sequence[str]
    small_cell: int


@dataclass(frozen=True, slots=True)
class Report:
    """One report: what it is called, and headings with their paragraphs."""

    title: str
    name: str
    sections: Sequence[tuple[str, Sequence[str]]]


def write_reports(reported: Reported) -> list[Report]:
    """Return the closing report of each campaign and the report of the latest week, by name.

    Args:
        reported: what they are written from.
    """
    own = reported.bulletins.filter(pl.col("cadence").is_in([WHOLE, WEEK]))
    spans = own.select("cadence", "start", "end", "period").unique().sort("start", "period")
    campaigns = spans.filter(pl.col("cadence") == WHOLE)
    latest = spans.filter(pl.col("cadence") == WEEK).tail(1)
    made = [_write_campaign(reported, span) for span in campaigns.iter_rows(named=True)]
    made += [_write_week(reported, span) for span in latest.iter_rows(named=True)]
    return sorted(made, key=lambda report: report.name)


def _write_campaign(reported: Reported, span: Mapping[str, Any]) -> Report:
    cells = _pick(reported.bulletins, span)
    name = str(span["period"])
    sections = [
        ("查处情况", [_say_span(span) + _say_sites(cells), *_list_traits(reported.bulletins, span)]),
        ("比对与移送", _say_people(cells, reported.small_cell)),
        ("办理反馈", _say_feedback(cells, reported.small_cell)),
        ("学校责任", _say_schools(reported.notices.filter(pl.col("campaign") == name))),
        ("问题与整改", [_say_issues(cells), *_say_personal_issues(cells, reported.small_cell)]),
        ("差错与撤回", [*_say_withdrawn(cells, reported.small_cell), *reported.error_rates]),
        ("经验与不足", [BY_HAND]),
        ("口径", [line.format(small=reported.small_cell) for line in HOW_COUNTED]),
    ]
    return Report(f"{name}\n工作总结", f"专项总结（{name}）", _number(sections))


def _write_week(reported: Reported, span: Mapping[str, Any]) -> Report:
    """A week speaks of sites and issues that are no person's act: people in so short a time could be told."""
    cells = _pick(reported.bulletins, span)
    sections = [
        ("本周查处", [_say_span(span) + _say_sites(cells), *_list_traits(reported.bulletins, span)]),
        ("问题与整改", [_say_issues(cells)]),
        ("截至目前的差错", list(reported.error_rates)),
        ("下周安排", [BY_HAND]),
        ("口径", ["一周之内的人数容易推知是谁，本报不写。", HOW_COUNTED[0], HOW_COUNTED[-1]]),
    ]
    return Report(
        f"“双减”工作每周专报\n（{span['period']}）", f"每周专报（{span['period']}）", _number(sections)
    )


def _number(sections: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, Sequence[str]]]:
    told = [(heading, lines) for heading, lines in sections if lines]
    return [(f"{NUMERALS[place]}、{heading}", lines) for place, (heading, lines) in enumerate(told)]


def _pick(bulletins: pl.DataFrame, span: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the totals of a period: measure → row."""
    own = _of(bulletins, span).filter(pl.col("dimension") == ALL_OF_IT)
    return {row["measure"]: row for row in own.iter_rows(named=True)}


def _of(bulletins: pl.DataFrame, span: Mapping[str, Any]) -> pl.DataFrame:
    return bulletins.filter(
        (pl.col("cadence") == span["cadence"])
        & (pl.col("period") == span["period"])
        & (pl.col("start") == span["start"])
    )


def _say_span(span: Mapping[str, Any]) -> str:
    return f"{_say_day(span['start'])}至{_say_day(span['end'])}，"


def _say_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _say_sites(cells: Mapping[str, dict[str, Any]]) -> str:
    count = _count(cells, "sites")
    return f"共查处场所{count}处。" if count else "没有登记的查处。"


def _list_traits(bulletins: pl.DataFrame, span: Mapping[str, Any]) -> list[str]:
    """Return a sentence per way of telling sites apart, most frequent first."""
    told = _of(bulletins, span).filter(pl.col("measure") == "sites")
    lines = []
    for label in SITE_TRAITS.values():
        rows = told.filter(pl.col("dimension") == label).sort("count", "value", descending=[True, False])
        parts = [f"{value}{count}处" for value, count in rows.select("value", "count").iter_rows()]
        if rows.filter(pl.col("value") != UNREGISTERED).height:
            lines.append(f"按{label}：{'、'.join(parts)}。")
    return lines


def _say_people(cells: Mapping[str, dict[str, Any]], small: int) -> list[str]:
    lines = []
    for measure, words in ABOUT_PEOPLE.items():
        row = cells.get(measure)
        if row is None:
            lines.append(f"没有{words.removeprefix('其中')}。")
        else:
            lines.append(f"{words}{_say_count(row, small)}{_say_share(row)}。")
    return lines


def _say_count(row: Mapping[str, Any], small: int) -> str:
    unit = UNITS.get(row["measure"], "条")
    return f"少于{small}{unit}或者可由他数推知，不显示" if row["hidden"] else f"{row['count']}{unit}"


def _say_share(row: Mapping[str, Any]) -> str:
    if row["share"] is None:
        return ""
    before = MEASURES[FUNNEL[row["measure"]]]
    return f"，占{before}的{row['share']:.1%}（{row['share_low']:.1%}至{row['share_high']:.1%}）"


def _say_feedback(cells: Mapping[str, dict[str, Any]], small: int) -> list[str]:
    if not {"proven", "cleared"} & set(cells):
        return ["尚未收到接收单位的办理反馈，移送的线索是否查实还不知道。"]
    lines = []
    if "proven" in cells:
        lines.append(
            f"反馈查证属实或者部分属实的{_say_count(cells['proven'], small)}{_say_share(cells['proven'])}。"
        )
    if "cleared" in cells:
        lines.append(f"反馈失实、证据不足或者不是此人，应予澄清的{_say_count(cells['cleared'], small)}。")
    return lines


def _say_schools(notices: pl.DataFrame) -> list[str]:
    if notices.is_empty():
        return ["没有学校因本次行动被拟扣分。"]
    states = notices["state"]
    told = int(states.is_in(["proposed"]).not_().sum())
    back = int(states.is_in(["withdrawn", "restored"]).sum())
    return [
        f"向学校拟出扣分告知书{notices.height}份，其中已送达{told}份，撤回或者恢复{back}份。",
        "告知书是拟办意见，申辩、复核、申诉办结前不是最终决定。",
    ]


def _say_issues(cells: Mapping[str, dict[str, Any]]) -> str:
    found, closed = _count(cells, "issues"), _count(cells, "closed")
    return f"问题台账（不含涉及个人的）新增{found}件，整改到位、销号{closed}件。"


def _say_personal_issues(cells: Mapping[str, dict[str, Any]], small: int) -> list[str]:
    words = {"personal_issues": "涉及个人的问题新增", "personal_closed": "涉及个人的问题销号"}
    return [f"{said}{_say_count(cells[name], small)}。" for name, said in words.items() if name in cells]


def _say_withdrawn(cells: Mapping[str, dict[str, Any]], small: int) -> list[str]:
    row = cells.get("withdrawn")
    if row is None:
        return ["没有撤回的比对。"]
    return [
        f"撤回比对{_say_count(row, small)}；由此产生的线索、扣分、告知已重算，向收到过旧文书的单位发出更正。"
    ]


def _count(cells: Mapping[str, dict[str, Any]], measure: str) -> int:
    row = cells.get(measure)
    return int(row["count"] or 0) if row else 0
