"""One small, consistent state of every table: a batch with two people met, one of whom is confirmed.

Everything here is invented. Each odd value says why it is there.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

from tongcha.tables import BY_NAME

BATCH, SNAPSHOT = "2026-10-18-01", "2026-10-01"
RAID_DAY = dt.date(2026, 10, 18)
CONFIRMED, WAITING = "L00000000000000a1", "L00000000000000b2"
HASH_A, HASH_B = "a" * 16, "b" * 16
SHEET = {"file": "raids/2026-10-18-01/现场.xlsx", "sheet": "人员", "row": 2}

ROWS: dict[str, list[dict[str, Any]]] = {
    "sites": [
        {
            "batch": BATCH,
            "raid_id": "Q1",
            "raid_date": RAID_DAY,
            "licence": "无照无证",
            "area": "990101",
            **SHEET,
        }
    ],
    "identities": [
        {"identity_id": "I1", "name": "张三", **SHEET},
        {"identity_id": "I2", "name": "李四", **SHEET, "row": 3},
    ],
    "pupils": [{"batch": BATCH, "raid_id": "Q1", "pupil_no": "1", "school_written": "一中", **SHEET}],
    "rejected_rows": [
        {
            "batch": BATCH,
            "file": SHEET["file"],
            "sheet": "人员",
            "row": 4,
            "table": "identities",
            "column": "identity_id",
            "rule": "identity_id_is_present",
            "reason": "“人员编号”不能为空",
            "outcome": "rejected",
        }
    ],
    "intake_files": [
        # three rows read, one of them turned away
        {"sheet": "人员", "table": "identities", "rows_read": 3, "rows_accepted": 2, "rows_rejected": 1},
        {"sheet": "场所", "table": "sites", "rows_read": 1, "rows_accepted": 1, "rows_rejected": 0},
        {"sheet": "学生", "table": "pupils", "rows_read": 1, "rows_accepted": 1, "rows_rejected": 0},
    ],
    "rejection_sheets": [{"batch": BATCH, "path": "returned/raids/a.xlsx", "sha256": "0" * 64}],
    "rejected_reference_rows": [
        {"snapshot": SNAPSHOT, "file": "reference/2026-10-01/一中.xlsx", "sheet": "名册", "row": 9}
        | {"table": "staff_entries", "column": "sex", "rule": "sex_is_listed"}
        | {"reason": "“性别”只能是：男、女", "outcome": "rejected"}
    ],
    "reference_rejection_sheets": [
        {"snapshot": SNAPSHOT, "path": "returned/reference/a.xlsx", "sha256": "0" * 64}
    ],
    "snapshot_changes": [
        {"snapshot": SNAPSHOT, "previous_snapshot": "2026-09-01", "teacher_id": "T1"}
        | {"change": "renamed", "finding": "姓名有变"}
    ],
    "teachers": [{"snapshot": SNAPSHOT, "teacher_id": "T1", "name": "张三", "school_id": "S1", **SHEET}],
    "employment": [
        {
            "snapshot": SNAPSHOT,
            "teacher_id": "T1",
            "spell_no": 1,
            "school_id": "S1",
            "start": dt.date(2010, 9, 1),
            **SHEET,
        }
    ],
    "schools": [{"snapshot": SNAPSHOT, "school_id": "S1", "name": "第一中学", "area": "990101", **SHEET}],
    "staff_entries": [
        {"snapshot": SNAPSHOT, "list_id": "M1", "row_no": 1, "name": "张三", "school_id": "S1"}
        | {"teacher_id": "T1", **SHEET}
    ],
    "staff_findings": [
        {"snapshot": SNAPSHOT, "kind": "left_but_listed", "subject_id": "M1#1", "teacher_id": "T1"}
        | {"list_id": "M1", "row_no": 1, "finding": "任职经历已全部终止，但学校名册仍列有此人，请核对"}
    ],
    "people": [
        {"person_id": "T1", "origin": "registry", "teacher_id": "T1", "name": "张三", "school_id": "S1"},
        # only on a staff list: must not be asked for in the registry
        {"person_id": "名册#3", "origin": "staff_list", "name": "李四"},
    ],
    "subjects": [
        {"identity_id": "I1", "subject_id": "S0000000000000001"},
        {"identity_id": "I2", "subject_id": "S0000000000000002"},
    ],
    "candidate_links": [
        {
            "link_id": CONFIRMED,
            "identity_id": "I1",
            "person_id": "T1",
            "teacher_id": "T1",
            "score": 21.5,
            "probability": 0.9999,
            "decision": "accept",
            "evidence_grade": "甲",
            "employment_state": "in_service",
            "in_service": True,
            "responsible_school_id": "S1",
            "evidence_hash": HASH_A,
        },
        {
            "link_id": WAITING,
            "identity_id": "I2",
            "person_id": "名册#3",
            "score": 6.25,
            "probability": 0.6,
            "decision": "review",
            "evidence_grade": "丙",
            "employment_state": "unknown",
            "evidence_hash": HASH_B,
        },
    ],
    "link_evidence": [
        {"link_id": CONFIRMED, "seq": 0, "field": "prior", "bits": -8.0},
        {"link_id": CONFIRMED, "seq": 1, "field": "证件号", "bits": 29.5},
        {"link_id": WAITING, "seq": 0, "field": "姓名", "bits": 6.25},
    ],
    "review_queue": [
        {
            "link_id": CONFIRMED,
            "position": 2,
            "decision": "accept",
            "state": "已确认",
            "evidence_hash": HASH_A,
        },
        {"link_id": WAITING, "position": 1, "decision": "review", "state": "待一审", "evidence_hash": HASH_B},
    ],
    "judgements": [
        {
            "event_id": "E0000000000000001",
            "link_id": CONFIRMED,
            "round": "一审",
            "reviewer": "R01",
            "verdict": "same",
            "evidence_hash": HASH_A,
            "decided_on": RAID_DAY,
            "standing": "current",
            "is_current": True,
        }
    ],
    "confirmed_links": [
        {
            "link_id": CONFIRMED,
            "identity_id": "I1",
            "raid_id": "Q1",
            "raid_date": RAID_DAY,
            "person_id": "T1",
            "teacher_id": "T1",
            "decision": "accept",
            "evidence_grade": "甲",
            "employment_state": "in_service",
            "responsible_school_id": "S1",
            "signed_by": "R01",
            "judgement_ids": "E0000000000000001",
            "confirmed_on": RAID_DAY,
            "evidence_hash": HASH_A,
        }
    ],
    "withheld_links": [],
    "dossiers": [{"batch": BATCH, "link_id": CONFIRMED, "path": "dossiers/a.html", "sha256": "0" * 64}],
    "exculpatory_findings": [
        {
            "link_id": CONFIRMED,
            "finding": "listed_service",
            "sentence": "当日有课后服务排班",
            "origin": "名册",
        }
    ],
    "referrals": [
        {
            "referral_id": "R00000000000a",
            "link_id": CONFIRMED,
            "recipient": "education_authority",
            "recipient_name": "某区教育局",
            "route_rule": "others",
            "basis": "依据",
            "raid_id": "Q1",
            "raid_date": RAID_DAY,
            "identity_id": "I1",
            "person_id": "T1",
            "conduct": "授课",
            "school_id": "S1",
            "evidence_grade": "甲",
            "signed_by": "R01",
            "exculpatory_count": 1,
        }
    ],
    "referral_packages": [],
    "school_responsibilities": [
        {
            "link_id": CONFIRMED,
            "act_id": "A00000000000a",
            "person_id": "T1",
            "raid_id": "Q1",
            "raid_date": RAID_DAY,
        }
        | {
            "state": "attributed",
            "school_id": "S1",
            "employment_state": "in_service",
            "chain": "第一中学→区教育局",
        }
    ],
    "pupil_schools": [
        {"raid_id": "Q1", "pupil_no": "1", "pupil_key": "k1", "state": "resolved", "school_id": "S1"}
    ],
    "score_deductions": [
        {
            "deduction_id": "D00000000000a",
            "rule": "teacher",
            "case_ref": CONFIRMED,
            "points": Decimal("5.00"),
        },
        {"deduction_id": "D00000000000b", "rule": "pupils", "case_ref": "Q1", "points": Decimal("1.50")},
    ],
    "scoreboard": [
        {"school_name": "第一中学", "teacher_count": 1, "pupil_count": 1, "points": Decimal("6.50")}
    ],
    "school_notices": [
        {
            "notice_id": "N00000000000a",
            "points": Decimal("6.50"),
            "teacher_count": 1,
            "pupil_count": 1,
            "reply_days": 5,
            "path": "notices/N00000000000a/告知书.docx",
            "sha256": "0" * 64,
        }
    ],
    "bulletin_files": [],
    "patrols": [],
    "inspectors": [],
    "institutions": [],
    "supervision_orders": [
        {"order_id": "U00000000000a", "area": "990101", "state": "issued", "recipient_name": "某区教育局"}
        | {"issue_count": 5, "unassigned_count": 1, "overdue_count": 1, "sentence": "决定督办"}
        | {"event_id": "E0000000000000006", "decided_on": RAID_DAY, "by": "R01"}
        | {"path": "supervision/U00000000000a/督办通知.docx", "sha256": "0" * 64}
    ],
    "outcomes": [
        {"seq": 4, "event_id": "E0000000000000004", "link_id": CONFIRMED, "outcome": "proven"}
        | {"label": "查证属实", "clears": False, "recipient_name": "某区教育局", "on": RAID_DAY, "by": "R01"}
    ],
    "issue_ledger": [
        {"issue_id": "I00000000000a", "category": "teacher_tutoring", "label": "涉及在职教师的线索"}
        | {"state": "rectifying", "state_label": "整改中", "case_ref": CONFIRMED, "found_on": RAID_DAY}
        | {"department": "教师管理科"}
    ],
    "rectification_ledger": [
        {"issue_id": "I00000000000a", "state": "rectifying", "measure": "开展警示教育", "due": RAID_DAY}
        | {
            "department": "教师管理科",
            "person": "科长",
            "assigned_by": "R01",
            "rechecks": 0,
            "overdue": False,
        }
    ],
    "rechecks": [
        {"event_id": "E0000000000000005", "place": 1, "issue_id": "I00000000000b", "drawn_on": RAID_DAY}
        | {"seed": "种子", "population": 1, "by": "R01", "due": RAID_DAY, "result": "waiting"}
    ],
    "due_items": [
        {"kind": "notice", "ref": "N00000000000a", "label": "申辩", "waits_for": "学校可以申辩"}
        | {"overdue": False, "basis": "条例"}
    ],
    "bulletins": [
        {"cadence": "季通报", "start": RAID_DAY, "end": RAID_DAY, "period": "2026年第4季度"}
        | {"measure": "confirmed", "label": "确认", "dimension": "合计", "value": "合计", "hidden": True}
    ],
    "work_prompts": [],
    "pupil_lists": [],
    "scoreboard_files": [],
    "notice_steps": [
        {"notice_id": "N00000000000a", "seq": 2, "event_id": "E0000000000000002", "step": "notified"}
        | {"on": RAID_DAY, "by": "R01"}
    ],
    "notice_states": [
        {"notice_id": "N00000000000a", "state": "notified", "label": "已告知", "overdue": False}
        | {"clock": "申辩"}
        | {"waits_for": "学校可以申辩"}
    ],
    "measure_proposals": [
        {"proposal_id": "M00000000000a", "measure": "约谈", "sentence": "由负责人决定"}
        | {"points": Decimal("6.50"), "threshold": Decimal("4.00")}
    ],
    "disclosures": [
        {"seq": 3, "event_id": "E0000000000000003", "document_id": "N00000000000a", "kind": "notice"}
        | {"path": "notices/N00000000000a/告知书.docx", "sha256": "1" * 64, "on": RAID_DAY, "by": "R01"}
        | {"recipient_name": "第一中学", "basis": "条款", "receipt": "签收单"}
    ],
    "dispute_answers": [
        {
            "letter_id": "Y00000000000a",
            "event_id": "E0000000000000007",
            "link_id": CONFIRMED,
            "role": "person",
        }
        | {"answer": "不成立", "recipient_name": "提出异议的当事人", "numbers": CONFIRMED}
        | {"disputed_on": RAID_DAY, "resolved_on": RAID_DAY}
        | {"path": "answers/Y00000000000a/异议核实结果告知书.docx", "sha256": "0" * 64}
    ],
    "corrections": [
        # what was handed over isn't what stands
        {"recipient_name": "第一中学", "path": "notices/N00000000000a/告知书.docx", "sha256": "1" * 64}
        | {"change": "replaced", "sentence": "内容有变", "letter_id": "K00000000000a"}
        | {"letter_path": "corrections/K00000000000a/更正函.docx", "letter_sha256": "2" * 64}
    ],
}
"""Only what matters to the rules; `make_tables` fills what every row of a table has in common."""

COMMON: dict[str, dict[str, Any]] = {
    "identities": {
        "batch": BATCH,
        "raid_id": "Q1",
        "raid_date": RAID_DAY,
        "capture": "typed",
        "role": "授课",
    },
    "intake_files": {"batch": BATCH, "file": SHEET["file"], "sha256": "0" * 64, "rows_dropped": 0},
    "people": {"snapshot": SNAPSHOT},
    "candidate_links": {
        "batch": BATCH,
        "raid_id": "Q1",
        "reason": "理由",
        "rank": 1,
        "snapshot": SNAPSHOT,
        "policy_hash": "p1",
    },
    "link_evidence": {"batch": BATCH, "level": "相同", "sentence": "一句说明"},
    "review_queue": {
        "batch": BATCH,
        "evidence_grade": "甲",
        "signatures_needed": 1,
        "signatures_held": 1,
        "reopened": False,
    },
    "subjects": {"batch": BATCH, "basis": "alone", "meetings": 1, "again_here": False},
    "judgements": {"batch": BATCH},
    "confirmed_links": {"batch": BATCH},
    "exculpatory_findings": {"batch": BATCH},
    "referrals": {"batch": BATCH},
    "school_responsibilities": {"batch": BATCH},
    "pupil_schools": {"batch": BATCH},
    "score_deductions": {
        "school_id": "S1",
        "campaign": "秋季专项",
        "clause": "条款",
        "count": 1,
        "sum_shown": "1×5.00＝5.00",
        "policy_version": "示例",
    },
    "scoreboard": {"school_id": "S1", "campaign": "秋季专项", "capped_points": Decimal("0.00")},
    "school_notices": {"school_id": "S1", "campaign": "秋季专项"},
    "measure_proposals": {"school_id": "S1", "campaign": "秋季专项", "clause": "条款"},
}


def make_tables() -> dict[str, pl.DataFrame]:
    """Every table that has rows here, by name, conforming to its contract."""
    return {name: make_table(name) for name in ROWS}


def make_table(name: str) -> pl.DataFrame:
    """One table; empty if the scenario has no rows of it."""
    table = BY_NAME[name]
    rows = [COMMON.get(name, {}) | row for row in ROWS.get(name, [])]
    return table.conform(pl.DataFrame(rows, schema_overrides=_types(name, rows)) if rows else table.empty())


def _types(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    used = {column for row in rows for column in row}
    return {column: dtype for column, dtype in BY_NAME[name].schema.items() if column in used}
