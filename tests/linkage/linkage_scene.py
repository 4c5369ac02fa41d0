"""A small invented scene that the tests of linkage share: a few teachers, schools and people met."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from tongcha.identity.written_values import read_first_days, read_latest_days
from tongcha.linkage.engine import LinkageResult, propose_links
from tongcha.policy.linkage import LinkagePolicy

ROOT = Path(__file__).resolve().parents[2]
RAIDED = date(2026, 10, 18)
NAN, LI = "340104198503124319", "340104199007155540"
"""check-valid, invented"""

PERSON: dict[str, Any] = {
    "origin": "registry",
    "same_person_as": None,
    "name": "张建国",
    "former_name": None,
    "sex": "男",
    "birth_date": date(1985, 3, 12),
    "hire_date": None,
    "id_number": None,
    "id_tail": None,
    "phone": None,
    "ethnicity": "汉族",
    "subject": "数学",
    "school_id": "S1",
    "area": "340104",
}
MET: dict[str, Any] = {
    "raid_id": "R1",
    "raid_date": RAIDED,
    "site_area": "340104",
    "capture": "oral",
    "name": "张建国",
    "id_number": None,
    "phone": None,
    "sex": None,
    "age": None,
    "claimed_school": None,
    "claimed_subject": None,
    "role": "授课",
    "name_form": "full",
    "id_clean": None,
    "phone_clean": None,
}
TEXT = pl.String
PEOPLE_TYPES: dict[str, Any] = dict.fromkeys(PERSON, TEXT) | {"birth_date": pl.Date, "hire_date": pl.Date}
MET_TYPES: dict[str, Any] = dict.fromkeys(MET, TEXT) | {"raid_date": pl.Date, "age": pl.Int64}

SCHOOLS = pl.DataFrame(
    [
        ("S1", "合肥市第八中学", None, "八中", "340104"),
        ("S2", "合肥市红星路小学", "红旗小学", None, "340104"),
        ("S3", "芜湖市第一中学", None, None, "340202"),
    ],
    schema=dict.fromkeys(("school_id", "name", "former_name", "aliases", "area"), TEXT),
    orient="row",
)


def policy(decoys: int = 0) -> LinkagePolicy:
    """The policy as shipped, but for the number of decoys."""
    shipped = LinkagePolicy.load(ROOT / "policy" / "linkage.yaml")
    return shipped.model_copy(update={"decoys": shipped.decoys.model_copy(update={"count": decoys})})


def crowd(count: int = 4_000) -> list[dict[str, Any]]:
    """People who have nothing to do with the case, so that names have frequencies."""
    surnames, given = "王李陈刘杨黄赵周吴徐", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建文"
    return [
        PERSON
        | {
            "person_id": f"X{i:05d}",
            "name": surnames[i % 10] + given[i // 10 % 30] + given[(i // 300 + i) % 30],
            "sex": "男" if i % 2 else "女",
            "birth_date": date(1965 + i % 35, 1 + i % 12, 1 + i % 28),
            "phone": str(15_000_000_000 + i * 7_919),
            "school_id": "S2" if i % 3 else "S3",
            "area": "340104" if i % 3 else "340202",
        }
        for i in range(count)
    ]


def people(*persons: dict[str, Any], crowded: bool = True) -> pl.DataFrame:
    """Table `people`: the persons given (`P1`, `P2`, …), and a crowd."""
    rows = [PERSON | {"person_id": f"P{i}"} | person for i, person in enumerate(persons, start=1)]
    rows = rows + (crowd() if crowded else [])
    frame = pl.DataFrame(rows, schema={**PEOPLE_TYPES, "person_id": TEXT})
    return frame.with_columns(teacher_id=pl.col("person_id"))


def met(*identities: dict[str, Any]) -> pl.DataFrame:
    """Table `identities`: `I1`, `I2`, …"""
    rows = [MET | {"identity_id": f"I{i}"} | identity for i, identity in enumerate(identities, start=1)]
    return pl.DataFrame(rows, schema={**MET_TYPES, "identity_id": TEXT})


def spells(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Table `employment`; end_reason, the seventh, may be left out; start and end may be texts."""
    names = ("teacher_id", "spell_no", "school_id", "start", "end", "staff_type", "end_reason")
    full = [tuple(map(_as_written, (*row, None)[: len(names)])) for row in rows]
    types: dict[str, Any] = dict.fromkeys(names, TEXT) | {"spell_no": pl.Int64}
    written = pl.DataFrame(full, schema=types, orient="row")
    return written.with_columns(
        read_first_days(written["start"]),
        read_first_days(written["end"]),
        start_latest=read_latest_days(written["start"], is_end=False),
        end_latest=read_latest_days(written["end"], is_end=True),
    )


def _as_written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def link(
    identities: pl.DataFrame, persons: pl.DataFrame, employment: pl.DataFrame | None = None
) -> LinkageResult:
    """Run the engine."""
    return propose_links(
        identities=identities,
        people=persons,
        employment=spells() if employment is None else employment,
        schools=SCHOOLS,
        policy=policy(),
        batch="2026-10-18",
        snapshot="2026-10-01",
    )


def best(result: LinkageResult, identity: str = "I1") -> dict[str, Any]:
    """The first candidate of an identity."""
    rows = result.candidate_links.filter(pl.col("identity_id") == identity, pl.col("rank") == 1)
    return rows.row(0, named=True)


def score(identity: dict[str, Any], person: dict[str, Any]) -> float:
    """Score of one identity against one person among the crowd; −99 if they never became a candidate."""
    links = link(met(identity), people(person)).candidate_links.filter(pl.col("person_id") == "P1")
    return float(links["score"][0]) if links.height else -99.0
