"""One candidate in words and as a waterfall: from the prior, row by row, to the score."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

DECISIONS: Final = {"accept": "建议确认（一人签字）", "review": "需复核（两人）", "none": "不进入复核"}
BAR: Final = 28
"""characters of the longest bar on the terminal"""
ROW, LABEL, PLOT, FIGURE = 22, 190, 360, 90
"""height of a row, width of the labels, of the plot, and of the figures, in pixels"""


def explain_link(candidate: Mapping[str, Any], evidence: pl.DataFrame) -> str:
    """Return the whole explanation of one candidate in plain Chinese.

    Args:
        candidate: one row of `candidate_links`.
        evidence: its rows of `link_evidence`.
    """
    rows = evidence.sort("seq")
    lines = [
        f"比对 {candidate['link_id']}：现场人员 {candidate['identity_id']} 与库中 {candidate['person_id']}",
        f"机器建议：{DECISIONS[candidate['decision']]}。{candidate['reason']}。",
        f"证据等级：{candidate['evidence_grade']}。",
        "这是比对线索，不是结论；是否为同一人由复核人判断。",
        "",
        *waterfall_text(rows),
        "",
        *(f"· {row['field']}（{row['level']}）：{row['sentence']}。" for row in rows.iter_rows(named=True)),
        "",
        _tell_rival(candidate),
        *_tell_without(candidate, rows),
    ]
    return "\n".join(lines)


def waterfall_text(evidence: pl.DataFrame) -> list[str]:
    """Return the waterfall as lines for the terminal; the last line is the exact sum."""
    rows = evidence.sort("seq")
    widest = max((abs(bits) for bits in rows["bits"]), default=1.0) or 1.0
    lines = [
        f"{_pad(field, 10)}{_pad(level, 14)}{bits:+10.3f}  {_bar(bits, widest)}"
        for field, level, bits in rows.select("field", "level", "bits").iter_rows()
    ]
    return [*lines, f"{_pad('合计', 24)}{rows['bits'].sum():+10.3f}  比特"]


def _bar(bits: float, widest: float) -> str:
    return ("█" if bits > 0 else "░") * round(abs(bits) / widest * BAR)


def _pad(text: str, width: int) -> str:
    """Pad to a width in terminal columns; Chinese characters take two."""
    return text + " " * max(width - sum(2 if ord(char) > 0x2E7F else 1 for char in text), 1)  # noqa: PLR2004


def _tell_rival(candidate: Mapping[str, Any]) -> str:
    if candidate["rival_id"] is None:
        return "没有竞争候选。"
    margin = candidate["margin_bits"]
    side = "领先" if margin >= 0 else "落后"
    return f"最接近的竞争候选：{candidate['rival_id']}，本候选{side} {abs(margin):.3f} 比特。"


def _tell_without(candidate: Mapping[str, Any], rows: pl.DataFrame) -> list[str]:
    """Say what each supporting row adds; had the value not been told, other rows would count more."""
    score = float(candidate["score"])
    support = rows.filter(pl.col("bits") > 0).sort("bits", "seq", descending=[True, False])
    return [
        f"只扣去“{field}”这一条、其余各条不重算：权重由 {score:.3f} 降为 {score - bits:.3f} 比特。"
        for field, bits in support.select("field", "bits").head(3).iter_rows()
    ]


def waterfall_svg(evidence: pl.DataFrame) -> str:
    """Return the waterfall as one self-contained SVG without script; bars join up and end at the score."""
    rows = evidence.sort("seq")
    ends = [0.0]
    for bits in rows["bits"]:
        ends.append(ends[-1] + bits)
    low, high = min(ends), max(ends)
    scale = PLOT / ((high - low) or 1.0)
    place = [LABEL + (end - low) * scale for end in ends]
    height = ROW * (rows.height + 1) + 8
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LABEL + PLOT + FIGURE} {height}" '
            'font-family="sans-serif" font-size="13" role="img" aria-label="证据瀑布图">'
        ),
        f'<line x1="{place[0]:.1f}" x2="{place[0]:.1f}" y1="0" y2="{height}" stroke="#bbb"/>',
    ]
    for number, row in enumerate(rows.iter_rows(named=True)):
        parts += _draw_row(number, f"{row['field']}：{row['level']}", row["bits"], place[number : number + 2])
    parts += _draw_row(rows.height, "合计", ends[-1], [place[0], place[-1]], colour="#333")
    return "".join([*parts, "</svg>"])


def _draw_row(number: int, label: str, bits: float, ends: list[float], colour: str = "") -> list[str]:
    top = number * ROW + 4
    fill = colour or ("#2a6f4e" if bits >= 0 else "#a33b2b")
    return [
        f'<text x="{LABEL - 8}" y="{top + 13}" text-anchor="end">{escape(label)}</text>',
        (
            f'<rect x="{min(ends):.1f}" y="{top}" width="{max(abs(ends[1] - ends[0]), 1):.1f}" '
            f'height="{ROW - 6}" fill="{fill}"/>'
        ),
        f'<text x="{LABEL + PLOT + 8}" y="{top + 13}">{bits:+.3f}</text>',
    ]
