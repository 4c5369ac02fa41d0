"""Five schools, a dozen acts and a handful of pupils, small enough to be worked by hand.

The acts are in tests/cases/five_schools_acts.csv, each with why it is there.

| school | authority | ownership | stands for |
|---|---|---|---|
| S1 | 甲区教育局 | 公办 | four acts and six pupils: 2 × 4 + 1 = 9, reaches no cap |
| S2 | 甲区教育局 | 公办 | six acts and a repeat: 2 × 6 + 1 = 13, capped at 10 |
| S3 | 乙区教育局 | 公办 | the school that T08 joined on the very day of the raid |
| S4 | 乙区教育局 | 民办 | pupils only |
| S5 | 乙区教育局 | 公办 | nothing that counts |
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tongcha.policy.adoption import adopt_as_example
from tongcha.policy.clocks import ClockPolicy
from tongcha.policy.deductions import DeductionPolicy
from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.routing import RoutingPolicy
from tongcha.review.confirmed import ConfirmedLinks
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "policy" / "templates"
LINKAGE = LinkagePolicy.load(ROOT / "policy" / "linkage.yaml")
ROUTING = adopt_as_example(RoutingPolicy.load(ROOT / "policy" / "routing.yaml"))
DEDUCTIONS = adopt_as_example(DeductionPolicy.load(ROOT / "policy" / "deductions.yaml"))
CLOCKS = adopt_as_example(ClockPolicy.load(ROOT / "policy" / "clocks.yaml"))
CAMPAIGN = "2026年校外培训治理“百日攻坚”专项行动"

BATCH = "2026-10-18-01"
RAIDS = {"Q1": date(2026, 10, 18), "Q2": date(2026, 11, 1), "Q3": date(2026, 11, 15), "Q4": date(2026, 3, 2)}

CASES = ROOT / "tests" / "cases"
ACTS: tuple[tuple[str, str, str, str, str, int], ...] = tuple(
    pl.read_csv(CASES / "five_schools_acts.csv").drop("why").iter_rows()
)
"""identity, person, raid, role at the site, school of the raid day, spell"""


def build(table: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Return a table of the contract from rows; required columns not given get a filler."""
    contract = BY_NAME[table]
    filler = {"file": "f.csv", "row": 1, "snapshot": "2026-10-01", "batch": BATCH}
    names = contract.schema.names()
    full = [{**{k: v for k, v in filler.items() if k in names}, **row} for row in rows]
    return contract.conform(pl.DataFrame(full, schema={n: contract.schema[n] for n in names}))


def link_id(number: int) -> str:
    return f"L{number:016x}"


def build_schools() -> pl.DataFrame:
    authority = {"S1": "甲区教育局", "S2": "甲区教育局"}
    return build(
        "schools",
        [
            {
                "school_id": s,
                "name": f"示例市第{n}中学",
                "area": "210202",
                "city": "示例市",
                "ownership": "民办" if s == "S4" else "公办",
                "authority": authority.get(s, "乙区教育局"),
            }
            for s, n in zip(("S1", "S2", "S3", "S4", "S5"), "一二三四五", strict=True)
        ],
    )


def build_people() -> pl.DataFrame:
    party = {"T01": "中共党员", "T02": "中共党员", "T03": "群众", "T05": "中共预备党员"}
    post = {"T02": "副校长", "T03": "教务处主任"}
    homes = {person: school for _, person, _, _, school, _ in ACTS}
    return build(
        "people",
        [
            {
                "person_id": p,
                "teacher_id": p,
                "origin": "registry",
                "name": f"张{'一二三四五六七八九十甲乙'[i]}",
                "sex": "女",
                "birth_date": date(1985, 5, 1),
                "id_number": f"21020219850501{i:04d}",
                "subject": "数学",
                "school_id": homes[p],
                "party_member": party.get(p, "群众"),
                "post": post.get(p),
            }
            for i, p in enumerate(sorted(homes))
        ],
    )


def build_employment() -> pl.DataFrame:
    rows: list[dict[str, object]] = [
        {
            "teacher_id": p,
            "spell_no": 1,
            "school_id": s,
            "start": date(2015, 9, 1),
            "end": None,
            "staff_type": "在编",
        }
        for p, s in sorted({(person, school) for _, person, _, _, school, _ in ACTS if person != "T08"})
    ]
    # T08 left S2 and joined S3 on the day of the raid: the day belongs to S3
    rows.append({"teacher_id": "T08", "spell_no": 1, "school_id": "S2", "start": date(2012, 9, 1),
                 "end": RAIDS["Q1"], "staff_type": "在编", "end_reason": "调动"})  # fmt: skip
    rows.append({"teacher_id": "T08", "spell_no": 2, "school_id": "S3", "start": RAIDS["Q1"], "end": None,
                 "staff_type": "在编"})  # fmt: skip
    return build("employment", rows)


def build_sites() -> pl.DataFrame:
    traits = {"Q1": ("无照无证", "学科类"), "Q2": ("有照无证", "学科类"), "Q3": ("有照有证", "非学科类"),
              "Q4": ("无照无证", "学科类")}  # fmt: skip
    return build(
        "sites",
        [
            {"raid_id": q, "raid_date": day, "area": "210202", "address": "甲路1号", "licence": traits[q][0],
             "subject_type": traits[q][1], "officers": "E001、E002"}
            for q, day in RAIDS.items()
        ],
    )  # fmt: skip


def build_identities() -> pl.DataFrame:
    return build(
        "identities",
        [
            {"identity_id": i, "raid_id": q, "raid_date": RAIDS[q], "capture": "card", "checked_by": "P1",
             "ground": "《居民身份证法》第十五条", "name": "张某", "id_number": "x", "sex": "女", "age": 41,
             "role": role}
            for i, _, q, role, _, _ in ACTS
        ],
    )  # fmt: skip


def build_confirmed(
    acts: tuple[tuple[str, str, str, str, str, int], ...] = ACTS, **changes: object
) -> ConfirmedLinks:
    """Return the acts as links that carry real judgements of two people; `changes` hold for all of them."""
    numbers = {act[0]: int(act[0][1:]) for act in ACTS}
    links, judgements = [], []
    for identity, person, raid, _, school, spell in acts:
        link = link_id(numbers[identity])
        links.append(
            {"link_id": link, "identity_id": identity, "raid_id": raid, "raid_date": RAIDS[raid],
             "person_id": person, "teacher_id": person, "decision": "review", "evidence_grade": "甲",
             "employment_state": "in_service", "responsible_school_id": school, "spell_no": spell,
             "signed_by": "R1、R2", "judgement_ids": f"{identity}-1、{identity}-2",
             "confirmed_on": date(2026, 11, 20), "evidence_hash": "h", **changes}
        )  # fmt: skip
        judgements += [
            {"event_id": f"{identity}-{n}", "link_id": link, "round": "一审" if n == 1 else "二审",
             "reviewer": f"R{n}", "verdict": "same", "evidence_hash": "h", "decided_on": date(2026, 11, 20),
             "is_current": True}
            for n in (1, 2)
        ]  # fmt: skip
    return ConfirmedLinks.reload(build("confirmed_links", links), build("judgements", judgements))


def build_pupil_schools() -> pl.DataFrame:
    """Six pupils of S1 (one met twice), twenty of S4 of whom five at a licensed site, one unknown."""
    rows: list[dict[str, object]] = [
        {"raid_id": "Q1", "pupil_no": f"{n}", "pupil_key": f"s1-{n}", "state": "resolved", "school_id": "S1"}
        for n in range(6)
    ]
    rows.append(
        {"raid_id": "Q2", "pupil_no": "0", "pupil_key": "s1-0", "state": "resolved", "school_id": "S1"}
    )
    rows += [
        {"raid_id": "Q2" if n < 15 else "Q3", "pupil_no": f"{100 + n}", "pupil_key": f"s4-{n}",
         "state": "resolved", "school_id": "S4"}
        for n in range(20)
    ]  # fmt: skip
    rows.append({"raid_id": "Q1", "pupil_no": "99", "pupil_key": "?", "state": "unknown", "school_id": None})
    return build("pupil_schools", rows)


def build_evidence() -> pl.DataFrame:
    return build(
        "link_evidence",
        [
            {"link_id": link_id(n), "seq": seq, "field": field, "level": "x", "bits": bits, "sentence": text}
            for n in range(1, 13)
            for seq, field, bits, text in (
                (0, "先验", -14.0, "基准"),
                (1, "证件号", 30.0, "证件号码完全相同"),
                (2, "学科", -1.0, "自称学科与登记学科不同"),
            )
        ],
    )
