"""A table that was judged: two rules, one of them broken."""

from __future__ import annotations

from tongcha.documents.validation_report import JudgedRule, Validation
from tongcha.tables import BY_NAME

RULES = [
    JudgedRule("“性别”只能是：男、女", 0),
    JudgedRule("“年龄”不大于 120", 2, ("I7", "I9")),
]


def judge(**changes: object) -> Validation:
    given = {"table": BY_NAME["identities"], "partition": "2026-10-18-01", "rows": 12, "contract": RULES}
    return Validation(**(given | changes))  # type: ignore[arg-type]  # a test's own keywords
