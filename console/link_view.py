"""What stands on the page of one link: both values, the evidence in words, the rival; scores only later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from console.markup import align_pair
from tongcha.identity.written_values import write_day
from tongcha.linkage.evidence import LABELS
from tongcha.review.layout import ABSENT, MARKED
from tongcha.review.shown import ShownTables, show_links, sign_bits
from tongcha.review.workbook_sides import DECISION_WORDS

if TYPE_CHECKING:
    from console.desk import Desk
    from console.markup import Piece
    from console.settings import ConsoleSettings

Row = dict[str, object]
FAINT: Final = sign_bits(0.0)
BAR_HALF: Final = 120.0
"""width of half the bar chart, in its own units"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both values of one field, in pieces, and a note beside the registered one."""

    label: str
    collected: list[Piece]
    registered: list[Piece]
    note: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One piece of evidence: its sign, field, level and sentence; bits and bar only with the scores."""

    sign: str
    field: str
    level: str
    sentence: str
    bits: str
    bar_x: str
    bar_width: str
    supports: bool


@dataclass(frozen=True, slots=True)
class Spell:
    """One spell of employment of the registered person; `is_used` where the raid date falls into it."""

    number: int
    school: str
    start: str
    end: str
    staff_type: str
    is_used: bool


@dataclass(frozen=True, slots=True)
class LinkPage:
    """Everything that the page shows of the link itself.

    Attributes:
        comparisons: the fields with both values.
        evidence: what speaks for and against, in words.
        faint: what says next to nothing, in a few words; with the scores it stands among the evidence.
        met: raid number and date.
        employment: lines on the post held on the day of the raid.
        spells: every spell on record.
        rival: lines on the nearest other candidate.
        source: where the identity was read from.
        scores: label and value of what the machine thinks; empty until it may be shown.
        total: sum of the evidence in bits; empty until it may be shown.
    """

    comparisons: list[Comparison]
    evidence: list[EvidenceLine]
    faint: list[str]
    met: list[str]
    employment: list[str]
    spells: list[Spell]
    rival: list[str]
    source: str
    scores: list[tuple[str, str]]
    total: str


def compose_link_page(settings: ConsoleSettings, desk: Desk, link_id: str, *, with_scores: bool) -> LinkPage:
    """Gather what the page shows; without scores, no number of the machine's is in the result."""
    batch = desk.batch
    link = desk.links.filter(pl.col("link_id") == link_id)
    evidence = settings.read_table("link_evidence", batch).filter(pl.col("link_id") == link_id)
    identities = settings.read_table("identities", batch)
    tables = ShownTables(
        link,
        evidence,
        identities,
        settings.read_table("people", batch),
        settings.read_table("schools", batch),
    )
    shown = show_links(tables, [link_id])[0]
    comparisons = [
        Comparison(label, *align_pair(pair.collected, pair.registered, marked=label in MARKED), pair.note)
        for label, pair in shown.pairs.items()
    ]
    lines = _list_evidence(evidence, with_scores=with_scores)
    identity_id = link["identity_id"].item()
    return LinkPage(
        comparisons,
        [line for line in lines if with_scores or line.sign != FAINT],
        [f"{line.field}：{line.level}" for line in lines if line.sign == FAINT and not with_scores],
        shown.texts["查处"].splitlines(),
        shown.texts["当日任职"].splitlines(),
        _list_spells(settings.read_table("employment", batch), link.row(0, named=True), tables.schools),
        shown.texts["最接近的另一人"].splitlines(),
        _name_source(identities.filter(pl.col("identity_id") == identity_id)),
        _list_scores(link.row(0, named=True)) if with_scores else [],
        f"{evidence['bits'].sum():+.2f}" if with_scores else "",
    )


def _list_evidence(evidence: pl.DataFrame, *, with_scores: bool) -> list[EvidenceLine]:
    """The evidence in its order; the prior isn't evidence of this pair and shows only with the scores."""
    rows = evidence.sort("seq")
    if not with_scores:
        rows = rows.filter(pl.col("field") != LABELS["prior"])
    widest = max((abs(bits) for bits in rows["bits"]), default=1.0) or 1.0
    lines = []
    columns = ("field", "level", "bits", "sentence")
    for field, level, bits, sentence in rows.select(columns).iter_rows():
        width = abs(bits) / widest * BAR_HALF
        start = BAR_HALF if bits > 0 else BAR_HALF - width
        words = (f"{bits:+.2f}", f"{start:.1f}", f"{width:.1f}") if with_scores else ("", "", "")
        lines.append(EvidenceLine(sign_bits(bits), field, level, sentence, *words, supports=bits > 0))
    return lines


def _list_spells(employment: pl.DataFrame, link: Row, schools: pl.DataFrame) -> list[Spell]:
    names = dict(schools.select("school_id", "name").iter_rows())
    own = employment.filter(pl.col("teacher_id").eq_missing(pl.lit(link["teacher_id"], pl.String)))
    start, end = write_day("start", "start_latest"), write_day("end", "end_latest").fill_null("至今")
    columns = ("spell_no", "school_id", start.alias("start"), end.alias("end"), "staff_type")
    return [
        Spell(
            number,
            names.get(school, school),
            start_text,
            end_text,
            staff_type or "",
            number == link["spell_no"],
        )
        for number, school, start_text, end_text, staff_type in own.sort("spell_no")
        .select(columns)
        .iter_rows()
    ]


def _list_scores(link: Row) -> list[tuple[str, str]]:
    margin = link["margin_bits"]
    return [
        ("匹配权重", f"{link['score']:.2f} 比特"),
        ("概率", f"{link['probability']:.4f}"),
        ("机器建议", DECISION_WORDS[str(link["decision"])]),
        ("建议理由", str(link["reason"])),
        ("证据等级", str(link["evidence_grade"])),
        ("领先次名", "没有次名" if margin is None else f"{margin:.2f} 比特"),
    ]


def _name_source(identity: pl.DataFrame) -> str:
    if identity.is_empty():
        return ABSENT
    file, sheet, row = identity.select("file", "sheet", "row").row(0)
    place = f"，工作表“{sheet}”" if sheet else ""
    return f"{file}{place}，第 {row} 行"
