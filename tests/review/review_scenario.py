"""A small batch for the review tests: every odd row says why it exists."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from tongcha.policy.intake import IntakePolicy
from tongcha.policy.review import ReviewPolicy
from tongcha.review.dossier import DossierTables
from tongcha.review.judgements import project_judgements
from tongcha.review.queue import build_review_queue
from tongcha.review.requirements import GateFacts
from tongcha.review.returns import ReturnTerms
from tongcha.review.reviewers import Reviewers
from tongcha.review.shown import ShownTables
from tongcha.review.workbook import write_review_workbooks
from tongcha.tables.intake import IDENTITIES
from tongcha.tables.linkage import CANDIDATE_LINKS, LINK_EVIDENCE
from tongcha.tables.reference import EMPLOYMENT, PEOPLE, SCHOOLS, STAFF_ENTRIES, TEACHERS

if TYPE_CHECKING:
    from tongcha.ledger.store import Ledger

ROOT = Path(__file__).resolve().parents[2]
BATCH = "2026-10-18-01"
RAID_DATE = date(2026, 10, 18)
DAY = date(2026, 10, 20)
AT = "2026-10-20T10:00:00+08:00"
KEY = b"k" * 32
POLICY = ReviewPolicy.load(ROOT / "policy/review.yaml")
LIMITS = IntakePolicy.load(ROOT / "policy/intake.yaml").limits
REVIEWERS = Reviewers.model_validate(
    {
        "reviewers": [
            {"code": "r1", "name": "复核员甲", "roles": ["一审", "二审"]},
            {"code": "r2", "name": "复核员乙", "roles": ["一审", "二审"]},
            {"code": "r3", "name": "复核员丙", "roles": ["一审", "集体研究"]},
            {"code": "r4", "name": "复核员丁", "roles": ["集体研究"]},
            {"code": "r5", "name": "查看员", "roles": ["查看"]},
        ]
    }
)
SURE, LIKELY, RIVAL, LEFT, HOPELESS, LATIN = (f"L{n:016x}" for n in range(1, 7))
"""accept; review; review, within the margin of LIKELY; review, had left; none; review, another raid"""


def link(link_id: str, identity: str, person: str, **changes: object) -> dict[str, object]:
    return {
        "batch": BATCH,
        "link_id": link_id,
        "identity_id": identity,
        "raid_id": "C1",
        "person_id": person,
        "teacher_id": person,
        "score": 20.0,
        "probability": 0.99,
        "decision": "review",
        "reason": "姓名与手机号一致",
        "rank": 1,
        "margin_bits": None,
        "rival_id": None,
        "evidence_grade": "乙",
        "employment_state": "in_service",
        "in_service": True,
        "responsible_school_id": "S1",
        "spell_no": 1,
        "evidence_hash": f"h{link_id}",
        "snapshot": "2026-09-01",
        "policy_hash": "p",
    } | changes


def candidate_links(**changes: dict[str, object]) -> pl.DataFrame:
    """The batch's links; `changes` maps a link's name to columns that differ."""
    rows = {
        "SURE": link(SURE, "I1", "T1", score=40.0, decision="accept", evidence_grade="甲"),
        "LIKELY": link(LIKELY, "I2", "T2", score=18.0, margin_bits=2.0, rival_id="T3"),
        "RIVAL": link(RIVAL, "I2", "T3", score=16.0, rank=2, margin_bits=None, rival_id="T2"),
        "LEFT": link(LEFT, "I3", "T4", employment_state="left", in_service=False, responsible_school_id=None),
        "HOPELESS": link(
            HOPELESS, "I3", "N1#5", teacher_id=None, score=-3.0, decision="none", rank=2, evidence_grade="丁"
        ),
        "LATIN": link(LATIN, "I4", "N1#5", teacher_id=None, raid_id="C2"),
    }
    merged = [row | changes.get(name, {}) for name, row in rows.items()]
    return CANDIDATE_LINKS.conform(pl.DataFrame(merged, schema_overrides=CANDIDATE_LINKS.schema))


def identities() -> pl.DataFrame:
    rows = [
        ("I1", "C1", "card", "王建国", "210203198001011234", "13800138001", "男", 46, "城东小学", "数学"),
        ("I2", "C1", "oral", "李芳", None, "13800138002", "女", 35, "城东二小", None),
        ("I3", "C1", "typed", "=HYPERLINK(1)", "21020319750101001O", None, None, None, None, "语文"),
        ("I4", "C2", "oral", "Smith\tJohn", None, None, "男", None, "https://x.example", None),
    ]
    columns = ("identity_id", "raid_id", "capture", "name", "id_number", "phone", "sex", "age")
    frame = pl.DataFrame(rows, schema=[*columns, "claimed_school", "claimed_subject"], orient="row")
    extra = {"batch": BATCH, "raid_date": RAID_DATE, "role": "授课", "file": "raids/现场人员.xlsx", "row": 2}
    return IDENTITIES.conform(frame.with_columns(**{k: pl.lit(v) for k, v in extra.items()}))


def people() -> pl.DataFrame:
    rows = [
        ("T1", "registry", "王建国", None, "210203198001011234", "13800138001", "男", date(1980, 1, 1), "S1"),
        (
            "T2",
            "registry",
            "李方",
            "李芳芳",
            "210203199002021234",
            "13800138002",
            "女",
            date(1990, 2, 2),
            "S2",
        ),
        ("T3", "registry", "李芳", None, "210203199102021234", "13900139002", "女", date(1991, 2, 2), "S1"),
        ("T4", "registry", "赵敏", None, "210203197501010010", None, "女", date(1975, 1, 1), "S1"),
        ("N1#5", "staff_list", "史密斯·约翰", None, None, None, None, None, None),
    ]
    columns = (
        "person_id",
        "origin",
        "name",
        "former_name",
        "id_number",
        "phone",
        "sex",
        "birth_date",
        "school_id",
    )
    frame = pl.DataFrame(rows, schema=list(columns), orient="row")
    return PEOPLE.conform(frame.with_columns(snapshot=pl.lit("2026-09-01"), subject=pl.lit("数学")))


def schools() -> pl.DataFrame:
    rows = [("S1", "城东小学", "210203"), ("S2", "城东第二小学", "210203")]
    frame = pl.DataFrame(rows, schema=["school_id", "name", "area"], orient="row")
    extra = {"snapshot": "2026-09-01", "file": "reference/学校名录.xlsx", "row": 3}
    return SCHOOLS.conform(frame.with_columns(**{k: pl.lit(v) for k, v in extra.items()}))


def evidence(links: pl.DataFrame) -> pl.DataFrame:
    rows: list[dict[str, object]] = []
    for link_id, score in links.select("link_id", "score").iter_rows():
        parts = (
            ("先验", -15.0, "库中人数众多"),
            ("姓名", score - 3, "同音"),
            ("手机号", 18.0, "完全一致"),
        )
        rows += [
            {
                "batch": BATCH,
                "link_id": link_id,
                "seq": n,
                "field": field,
                "level": "x",
                "bits": bits,
                "sentence": text,
            }
            for n, (field, bits, text) in enumerate(parts)
        ]
    return LINK_EVIDENCE.conform(pl.DataFrame(rows))


def dossier_tables(links: pl.DataFrame, **changes: Any) -> DossierTables:
    rows = [
        ("T1", 1, "S2", date(2005, 9, 1), date(2015, 8, 31), "调动"),
        ("T1", 2, "S1", date(2015, 9, 1), None, None),
    ]
    columns = ("teacher_id", "spell_no", "school_id", "start", "end", "end_reason")
    spells = pl.DataFrame(rows, schema=list(columns), orient="row")
    stored = {"snapshot": pl.lit("2026-09-01"), "file": pl.lit("reference/任职经历.csv"), "row": pl.lit(7)}
    registered = people().filter(pl.col("origin") == "registry")
    teachers = registered.select("name", teacher_id="person_id", school_id="school_id")
    shown = ShownTables(links, evidence(links), identities(), people(), schools())
    values: dict[str, Any] = {
        "shown": shown,
        "employment": EMPLOYMENT.conform(spells.with_columns(**stored)),
        "teachers": TEACHERS.conform(teachers.with_columns(**stored)),
        "staff_entries": STAFF_ENTRIES.empty(),
    }
    return DossierTables(**(values | changes))


def judgements_of(ledger: Ledger, links: pl.DataFrame) -> pl.DataFrame:
    return project_judgements(ledger.events(), links, BATCH)


def queue_of(ledger: Ledger, links: pl.DataFrame) -> pl.DataFrame:
    return build_review_queue(links, judgements_of(ledger, links), POLICY)


def states_of(ledger: Ledger, links: pl.DataFrame) -> dict[str, str]:
    return dict(queue_of(ledger, links).select("link_id", "state").iter_rows())


def write_books(ledger: Ledger, links: pl.DataFrame, out: Path, key: bytes = KEY) -> list[Path]:
    return write_review_workbooks(
        queue=queue_of(ledger, links),
        candidate_links=links,
        evidence=evidence(links),
        identities=identities(),
        people=people(),
        schools=schools(),
        out=out,
        key=key,
        batch=BATCH,
        policy=POLICY,
    )


def terms(links: pl.DataFrame, **changes: object) -> ReturnTerms:
    values = {
        "batch": BATCH,
        "key": KEY,
        "reviewers": REVIEWERS,
        "candidate_links": links,
        "policy": POLICY,
        "limits": LIMITS,
        "today": DAY,
        "sign": lambda *_: "",  # bare codes; test_review_signatures asks for more
    }
    return ReturnTerms(**(values | changes))  # type: ignore[arg-type]  # the test decides the types


def facts(**changes: object) -> GateFacts:
    values = {
        "withdrawn": frozenset(),
        "disputed": frozenset(),
        "source_expiry": date(2026, 12, 31),
        "today": DAY,
        "is_demo": True,
    }
    return GateFacts(**(values | changes))  # type: ignore[arg-type]  # the test decides the types
