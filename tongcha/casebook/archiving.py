"""How long papers that were handed over stay in the archive, and the record when they are deleted."""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, NewEvent

if TYPE_CHECKING:
    from tongcha.policy.casebook import RetentionRule

ARCHIVED: Final = "archived_paper"


def find_expired(disclosures: pl.DataFrame, rule: RetentionRule, *, today: date) -> pl.DataFrame:
    """Return the papers whose last delivery is older than the term: `sha256, document_id, last`.

    The same bytes may have gone to several recipients; the last delivery counts.

    Args:
        disclosures: table of that name.
        rule: how long papers are archived.
        today: the day to judge by.
    """
    limit = subtract_months(today, rule.archive_months)
    last = disclosures.group_by("sha256").agg(pl.col("document_id").min(), last=pl.col("on").max())
    return last.filter(pl.col("last") < pl.lit(limit)).sort("sha256")


def record_expiry(expired: pl.DataFrame, *, by: str, reason: str) -> list[NewEvent]:
    """Return the deletion records of papers that leave the archive, by document.

    Args:
        expired: as `find_expired` gives them.
        by: the person who decides.
        reason: on what grounds.

    Raises:
        LedgerError: nothing has expired, or no reason is given.
    """
    if expired.is_empty():
        raise LedgerError("存档", "没有保存期满的文书", "期限见 policy/casebook.yaml 的 retention")
    if not reason.strip():
        raise LedgerError("存档", "没有写明删除理由", "写明后再办理")
    return [
        NewEvent(
            EventKind.DELETION, document, by, {ARCHIVED: sha256, "last": last.isoformat(), "reason": reason}
        )
        for sha256, document, last in expired.select("sha256", "document_id", "last").iter_rows()
    ]


def subtract_months(day: date, months: int) -> date:
    """Return the same day so many months earlier, or that month's last day when it has no such day."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
