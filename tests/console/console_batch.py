"""The tables of an invented batch of twelve links."""

from __future__ import annotations

from datetime import date

import polars as pl

from tongcha.tables.intake import IDENTITIES, SITES
from tongcha.tables.linkage import CANDIDATE_LINKS, LINK_EVIDENCE
from tongcha.tables.reference import EMPLOYMENT, PEOPLE, SCHOOLS, STAFF_ENTRIES, TEACHERS
from tongcha.tables.referral import EXCULPATORY_FINDINGS
from tongcha.tables.review import CONFIRMED_LINKS

BATCH = "2026-10-18-城东"
RAID_DATE = date(2026, 10, 18)
LINKS = tuple(f"L{n:016x}" for n in range(1, 13))
SURE = LINKS[0]
"""the only link that the machine is certain of"""
LOOKALIKE = LINKS[1]
"""one digit and one character differ, and a rival is near"""
NAMES = (
    "王建国",
    "李芳",
    "赵敏",
    "陈思远",
    "欧阳晓燕",
    "刘洋",
    "周子涵",
    "吴桂英",
    "郑浩然",
    "孙丽",
    "马伊琍",
    "高铭",
)
WRITTEN = (
    "王建国",
    "李方",
    "赵敏",
    "陈思源",
    "欧阳小燕",
    "刘洋",
    "周子函",
    "吴桂英",
    "郑皓然",
    "孙莉",
    "马伊俐",
    "高明",
)


def build_tables(count: int = len(LINKS)) -> dict[str, pl.DataFrame]:
    """The tables of a batch with so many links; the first is certain, the second has a rival."""
    numbers = range(count)
    links = CANDIDATE_LINKS.conform(_frame([_link(n, count) for n in numbers]))
    site = {"batch": BATCH, "raid_id": "C1", "raid_date": RAID_DATE, "file": "raids/场所.xlsx", "row": 2}
    return {
        "candidate_links": links,
        "link_evidence": LINK_EVIDENCE.conform(_frame(_evidence(links))),
        "identities": IDENTITIES.conform(_frame([_identity(n) for n in numbers])),
        "people": PEOPLE.conform(_frame([_person(n) for n in range(count + 1)])),
        "schools": _schools(),
        "employment": EMPLOYMENT.conform(_frame(_spells(count))),
        "teachers": TEACHERS.conform(_frame([_teacher(n) for n in numbers])),
        "staff_entries": STAFF_ENTRIES.empty(),
        "sites": SITES.conform(_frame([site])),
        "confirmed_links": CONFIRMED_LINKS.empty(),
        "exculpatory_findings": EXCULPATORY_FINDINGS.empty(),
    }


def name_link(n: int) -> str:
    return f"L{n + 1:016x}"


def _frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None)


def _link(n: int, count: int) -> dict[str, object]:
    return {
        "batch": BATCH,
        "link_id": name_link(n),
        "identity_id": f"I{n}",
        "raid_id": "C1",
        "person_id": f"T{n}",
        "teacher_id": f"T{n}",
        "score": 40.0 if n == 0 else 19.0 + n / 2,
        "probability": 0.9999 if n == 0 else 0.93,
        "decision": "accept" if n == 0 else "review",
        "reason": "证件号与姓名全部一致" if n == 0 else "姓名相近，手机号一致",
        "rank": 1,
        "margin_bits": 2.5 if n == 1 else None,
        "rival_id": f"T{count}" if n == 1 else None,
        "evidence_grade": "甲" if n == 0 else "乙" if n < 6 else "丙",
        "employment_state": "in_service",
        "in_service": True,
        "responsible_school_id": "S1",
        "spell_no": 2,
        "evidence_hash": f"h{n}",
        "snapshot": "2026-09-01",
        "policy_hash": "p",
    }


def _evidence(links: pl.DataFrame) -> list[dict[str, object]]:
    parts = (
        ("先验", "查无此人为多", -11.0, "现场遇到的人多数不是教师"),
        ("证件号", "差一处", 9.5, "现场证件号码与库中号码只差一处，可能是抄录错误，须核对原件"),
        ("姓名", "同音", 4.25, "姓名读音（含声调）相同，用字不同"),
        ("手机号", "完全一致", 12.5, "手机号一致；家人合用或换号会削弱这一条"),
        ("学校", "相符", 1.8, "自称的学校与当日任职学校相符"),
        ("性别", "相同", 0.0, "性别相同（已由更强的证据涵盖，不重复计分）"),
        ("地区", "仅同市", 0.1, "查处场所与任教学校在同一市，未见在同一区县"),
        ("年龄", "差两岁", -0.9, "自报年龄与库中相差两岁"),
    )
    rows: list[dict[str, object]] = []
    for link_id, score in links.select("link_id", "score").iter_rows():
        rest = score - sum(bits for _, _, bits, _ in parts)
        own = (*parts, ("学科", "相同", rest, "自称学科与任教学科相同"))
        rows += [
            {
                "batch": BATCH,
                "link_id": link_id,
                "seq": n,
                "field": f,
                "level": level,
                "bits": b,
                "sentence": s,
            }
            for n, (f, level, b, s) in enumerate(own)
        ]
    return rows


def _number(n: int) -> str:
    return f"21020319800101{n:03d}{n % 10}"


def _identity(n: int) -> dict[str, object]:
    number = _number(n)
    return {
        "batch": BATCH,
        "identity_id": f"I{n}",
        "raid_id": "C1",
        "raid_date": RAID_DATE,
        "capture": "typed",
        "ground": "持证检查",
        "name": WRITTEN[n % len(WRITTEN)],
        "id_number": number if n % 2 == 0 else number[:9] + number[10:],
        "phone": f"13800138{n:03d}",
        "sex": "女",
        "age": 44,
        "claimed_school": "城东实验小学",
        "claimed_subject": "数学",
        "role": "授课",
        "file": "raids/2026-10-18-城东/现场人员.xlsx",
        "sheet": "人员",
        "row": n + 4,
    }


def _person(n: int) -> dict[str, object]:
    return {
        "snapshot": "2026-09-01",
        "person_id": f"T{n}",
        "origin": "registry",
        "teacher_id": f"T{n}",
        "name": NAMES[n % len(NAMES)] if n % len(LINKS) else NAMES[1 if n else 0],
        "former_name": "李芬芳" if n == 1 else None,
        "sex": "女",
        "birth_date": date(1980, 1, 1),
        "id_number": _number(n),
        "phone": f"13800138{n:03d}",
        "subject": "数学",
        "school_id": "S1",
        "staff_type": "在编",
        "post": "教师",
    }


def _teacher(n: int) -> dict[str, object]:
    return {
        "snapshot": "2026-09-01",
        "teacher_id": f"T{n}",
        "name": NAMES[n % len(NAMES)],
        "school_id": "S1",
        "file": "reference/2026-09-01/在职教师库.xlsx",
        "sheet": "教师",
        "row": n + 2,
    }


def _spells(count: int) -> list[dict[str, object]]:
    shared = {"snapshot": "2026-09-01", "school_id": "S1", "staff_type": "在编", "file": "任职经历.csv"}
    terms = ((1, date(2005, 9, 1), date(2018, 9, 1)), (2, date(2018, 9, 1), None))
    return [
        shared
        | {"teacher_id": f"T{n}", "spell_no": number, "start": start, "end": end, "row": 2 * n + number}
        for n in range(count)
        for number, start, end in terms
    ]


def _schools() -> pl.DataFrame:
    return SCHOOLS.conform(
        pl.DataFrame(
            {
                "snapshot": ["2026-09-01"],
                "school_id": ["S1"],
                "name": ["城东区实验小学"],
                "area": ["210203"],
                "file": ["reference/2026-09-01/学校名录.xlsx"],
                "row": [3],
            }
        )
    )
