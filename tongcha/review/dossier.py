"""The dossier of one link: what is known for and against, who decided, and where each value came from.

Static HTML without script or outside resource; prints on A4. It says on top that a match is no finding.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tongcha.documents.files import write_file
from tongcha.identity.written_values import write_day
from tongcha.linkage.explain import waterfall_svg
from tongcha.review import layout
from tongcha.review.provenance import OnRecord, list_provenance
from tongcha.review.shown import EMPLOYMENT, PRIOR, show_links, sign_bits
from tongcha.review.workbook import split_differences
from tongcha.review.workbook_sides import DECISION_WORDS
from tongcha.tables.referral import NOT_SEARCHED, SEARCHED_FOR
from tongcha.tables.review import EVERY_ROUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tongcha.review.shown import Pair, ShownLink, ShownTables

Row = dict[str, Any]
RIVALS_SHOWN, SUPPORTS_SHOWN = 5, 3


@dataclass(frozen=True, slots=True)
class DossierTables:
    """What dossiers are written from.

    Attributes:
        shown: links, evidence, identities, people, schools.
        employment: table `employment`.
        teachers: table `teachers`, for where registry values stand.
        staff_entries: table `staff_entries`, for where values of people only on a list stand.
        findings: table `exculpatory_findings`; None where these links haven't been searched yet.
        judgements: table `judgements`; None in a reviewer's dossier, who must not see others' answers.
        subjects: table `subjects`; None in a reviewer's dossier, whom other raids would sway.
    """

    shown: ShownTables
    employment: pl.DataFrame
    teachers: pl.DataFrame
    staff_entries: pl.DataFrame
    findings: pl.DataFrame | None = None
    judgements: pl.DataFrame | None = None
    subjects: pl.DataFrame | None = None


def write_dossiers(tables: DossierTables, link_ids: Iterable[str], out: Path) -> list[Path]:
    """Write the page of each link as `<link_id>.html`; returns the files in the order of the links."""
    written = []
    for link_id, page in render_dossiers(tables, link_ids).items():
        written.append(out / f"{link_id}.html")
        write_file(written[-1], page.encode())
    return written


def render_dossiers(tables: DossierTables, link_ids: Iterable[str]) -> dict[str, str]:
    """Return the page of each link; without table `judgements` the machine's view stays folded."""
    wanted = list(link_ids)
    near = _narrow(tables, wanted)
    links = {row["link_id"]: row for row in near.shown.candidate_links.iter_rows(named=True)}
    template = _environment().get_template("dossier.html")
    return {
        shown.link_id: template.render(_fill(near, links[shown.link_id], shown))
        for shown in show_links(near.shown, wanted)
    }


def _narrow(tables: DossierTables, wanted: list[str]) -> DossierTables:
    """Leave out what no page needs, so that a page costs the same in a city as in a province."""
    links = tables.shown.candidate_links
    met = links.filter(pl.col("link_id").is_in(wanted))["identity_id"].unique()
    links = links.filter(pl.col("identity_id").is_in(met.to_list()))
    people = tables.shown.people.join(links.select("person_id").unique(), on="person_id", how="semi")
    teachers = links.select("teacher_id").drop_nulls().unique()
    identities = tables.shown.identities.filter(pl.col("identity_id").is_in(met.to_list()))
    return replace(
        tables,
        shown=replace(tables.shown, candidate_links=links, people=people, identities=identities),
        employment=tables.employment.join(teachers, on="teacher_id", how="semi"),
        teachers=tables.teachers.join(teachers, on="teacher_id", how="semi"),
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = PackageLoader("tongcha.review", "templates")
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = loader.get_source(made, "dossier.css")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    made.globals |= {"style": Markup(style), "style_hash": f"sha256-{digest}"}  # noqa: S704 – our own file
    return made


def _fill(tables: DossierTables, link: Row, shown: ShownLink) -> Row:
    identity = _only(tables.shown.identities, "identity_id", link["identity_id"])
    person = _only(tables.shown.people, "person_id", link["person_id"])
    schools = dict(tables.shown.schools.select("school_id", "name").iter_rows())
    evidence = tables.shown.evidence.filter(pl.col("link_id") == link["link_id"]).sort("seq")
    on_record = OnRecord(tables.teachers, tables.employment, tables.staff_entries)
    return {
        "link": link,
        "met": shown.texts["查处"].replace("\n", "，"),
        "raid_date": identity["raid_date"],
        "met_again": _tell_meetings(tables.subjects, link),
        "comparisons": [_compare(label, pair) for label, pair in shown.pairs.items()],
        "evidence": _list_evidence(evidence),
        "rivals": _list_rivals(tables, link, schools),
        "employment_text": shown.texts["当日任职"].replace("\n", "，"),
        "spells": _list_spells(tables.employment, link, schools),
        "findings": _list_findings(tables.findings, link["link_id"]),
        "searched_for": SEARCHED_FOR,
        "not_searched": NOT_SEARCHED,
        "unknown": _list_unknown(shown, link),
        "judgements": _list_judgements(tables.judgements, link["link_id"]),
        "provenance": list_provenance(on_record, identity, person, link),
        "decision_text": DECISION_WORDS[link["decision"]],
        "waterfall": Markup(waterfall_svg(evidence)),  # noqa: S704 – escapes what it is given
        "counterfactuals": _tell_without(evidence, link["score"]),
        "is_blind": tables.judgements is None,
    }


def _tell_meetings(subjects: pl.DataFrame | None, link: Row) -> list[str]:
    """Where else a machine thinks this person was met; a hint for people that counts nowhere."""
    if subjects is None:
        return []
    keys = {key: link[key] for key in ("batch", "identity_id")}
    grouped = subjects.filter(*(pl.col(key) == value for key, value in keys.items())).row(0, named=True)
    lines = ["同一场查处中另有一条登记，可能是同一人重复登记。"] if grouped["again_here"] else []
    if grouped["other_raids"] is not None:
        lines.append(f"可能是同一人另见于查处 {grouped['other_raids']}。")
    return lines


def _compare(label: str, pair: Pair) -> Row:
    return {
        "label": label,
        "collected": _mark(label, pair.collected, pair.registered),
        "registered": _mark(label, pair.registered, pair.collected),
        "note": pair.note,
    }


def _mark(label: str, text: str, other: str) -> Markup:
    pieces = split_differences(text, other) if label in layout.MARKED else [(text, False)]
    frames = {True: Markup("<mark>{}</mark>"), False: Markup("{}")}
    marked = Markup("").join(frames[differs].format(piece) for piece, differs in pieces)
    return marked or Markup("{}").format(layout.ABSENT)


def _list_evidence(evidence: pl.DataFrame) -> list[Row]:
    rows = evidence.filter(pl.col("field") != PRIOR).iter_rows(named=True)
    return [row | {"sign": sign_bits(row["bits"])} for row in rows]


def _list_rivals(tables: DossierTables, link: Row, schools: Mapping[str, str]) -> list[Row]:
    """The identity's best other candidates, by rank."""
    links, people = tables.shown.candidate_links, tables.shown.people
    others = links.filter(
        (pl.col("identity_id") == link["identity_id"]) & (pl.col("link_id") != link["link_id"])
    )
    named = others.join(people.select("person_id", "name", "school_id"), on="person_id", how="left")
    rows = named.sort("rank", "link_id").head(RIVALS_SHOWN).iter_rows(named=True)
    return [row | {"school": schools.get(row["school_id"], row["school_id"] or "")} for row in rows]


def _list_spells(employment: pl.DataFrame, link: Row, schools: Mapping[str, str]) -> list[Row]:
    own = employment.filter(pl.col("teacher_id").eq_missing(link["teacher_id"])).sort("spell_no")
    own = own.with_columns(start=write_day("start", "start_latest"), end=write_day("end", "end_latest"))
    return [
        {name: "" if value is None else value for name, value in row.items()}
        | {
            "school": schools.get(row["school_id"], row["school_id"]),
            "end": row["end"] or "至今",
            "is_used": row["spell_no"] == link["spell_no"],
        }
        for row in own.iter_rows(named=True)
    ]


def _list_findings(findings: pl.DataFrame | None, link_id: str) -> list[Row] | None:
    if findings is None:
        return None
    return findings.filter(pl.col("link_id") == link_id).sort("finding").rows(named=True)


def _list_judgements(judgements: pl.DataFrame | None, link_id: str) -> list[Row] | None:
    if judgements is None:
        return None
    own = judgements.filter((pl.col("link_id") == link_id) & pl.col("is_current"))
    rows = own.sort(pl.col("round").cast(pl.Enum(EVERY_ROUND)), "reviewer").iter_rows(named=True)
    return [row | {"answer": layout.ANSWER_OF_VERDICT[row["verdict"]]} for row in rows]


def _list_unknown(shown: ShownLink, link: Row) -> list[str]:
    """What neither side can tell; nothing here counts against anybody."""
    lines = [f"现场没有记下{label}。" for label, pair in shown.pairs.items() if not pair.collected]
    lines += [f"教师库或名册没有登记{label}。" for label, pair in shown.pairs.items() if not pair.registered]
    if link["employment_state"] != "in_service":
        lines.append(f"查处当日是否在职不能据现有记录认定（{EMPLOYMENT[link['employment_state']]}）。")
    lines.append(
        "当事人本人尚未陈述的，以其陈述和进一步核查为准；课后服务安排、请假、亲属关系等不在本系统数据之内。"
    )
    return lines


def _tell_without(evidence: pl.DataFrame, score: float) -> list[str]:
    """What each of the strongest supports adds; had the value not been told, other rows would count more."""
    support = evidence.filter(pl.col("bits") > 0).sort("bits", "seq", descending=[True, False])
    return [
        f"只扣去“{field}”这一条、其余各条不重算，权重由 {score:.2f} 降为 {score - bits:.2f} 比特。"
        for field, bits in support.select("field", "bits").head(SUPPORTS_SHOWN).iter_rows()
    ]


def _only(frame: pl.DataFrame, key: str, value: object) -> Row:
    """The one row of that key; the contracts promise it."""
    row: Row = frame.filter(pl.col(key).eq_missing(pl.lit(value))).row(0, named=True)
    return row
