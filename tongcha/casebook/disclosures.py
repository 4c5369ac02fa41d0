"""What was handed to whom: a named person says so, file by file, with the fingerprint of what went.

A file in the outbox was not handed over. PIPL 44-50 and 网络数据安全管理条例 12 ask for this record.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.papers import JOIN, PAPERS
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.responsibility.steps import record_step
from tongcha.tables.papers import DISCLOSURES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_SAID: Final = tuple(name for name in PAPERS if name != "document_id")


def record_delivery(
    *,
    papers: pl.DataFrame,
    document_id: str,
    is_open: bool,
    on: date,
    by: str,
    receipt: str,
    made_by: Mapping[str, str],
) -> list[NewEvent]:
    """Return the ledger events by which a person says that a document was handed over.

    One event per file. A notice that may still be contested also takes the step `notified`, from which
    its clocks run; handing over a changed notice starts them afresh, in the school's favour.

    Args:
        papers: what lies in the outbox, shaped as `PAPERS`.
        document_id: the package, notice, prompt, list or letter.
        is_open: for a notice, whether the school may still contest it.
        on: the day it was handed over.
        by: the person who did it.
        receipt: how, and what receipt there is.
        made_by: code, policy and snapshot that made the document, so that it can be made again.

    Raises:
        LedgerError: no such document stands, or nothing is said of how it was handed over.
    """
    own = papers.filter(pl.col("document_id") == document_id).sort("path")
    if own.is_empty():
        raise LedgerError(
            f"文书 {document_id}", "发件箱中没有这份文书", "核对编号；已撤回的、有异议的不能送达"
        )
    if not receipt.strip():
        raise LedgerError(f"文书 {document_id}", "没有写明送达方式与回执", "写明后再登记")
    events = [
        NewEvent(
            EventKind.DISCLOSURE,
            document_id,
            by,
            {
                **{name: row[name] or "" for name in _SAID},
                "on": on.isoformat(),
                "receipt": receipt,
                "made_by": dict(made_by),
            },
        )
        for row in own.iter_rows(named=True)
    ]
    if own["kind"][0] == "notice" and is_open:
        events.append(record_step(notice_id=document_id, step="notified", on=on, by=by, reason=receipt))
    return events


def read_disclosures(events: Iterable[Event]) -> pl.DataFrame:
    """Return the table `disclosures` from the ledger's standing events."""
    rows = [
        {
            "seq": event.seq,
            "event_id": event.event_id,
            "document_id": event.subject,
            **{name: str(event.payload.get(name, "")) or None for name in _SAID},
            "on": date.fromisoformat(str(event.payload["on"])),
            "receipt": str(event.payload["receipt"]),
            "by": event.actor,
        }
        for event in drop_retracted(events)
        if event.kind is EventKind.DISCLOSURE
    ]
    return DISCLOSURES.conform(pl.DataFrame(rows, schema=DISCLOSURES.schema))


def list_held(disclosures: pl.DataFrame) -> pl.DataFrame:
    """Return what recipients hold, as `list_corrections` takes it.

    A delivered correction letter is itself nothing that could be wrong; what it takes back is no longer
    held (sha256 null).

    Args:
        disclosures: table of that name.

    Returns:
        `recipient_name, path, sha256, facts, numbers, seq`.
    """
    columns = ("recipient_name", "path", "sha256", "facts", "numbers", "seq")
    is_letter = pl.col("kind") == "correction"
    given = disclosures.filter(~is_letter).select(columns)
    settled = (
        disclosures.filter(is_letter)
        .with_columns(path=pl.col("settles").str.split(JOIN), sha256=pl.lit(None, pl.String))
        .explode("path")
        .drop_nulls("path")
        .select(columns)
    )
    return pl.concat([given, settled]).sort("recipient_name", "path", "seq")


def find_disputed_notices(disclosures: pl.DataFrame, disputed: Collection[str]) -> frozenset[str]:
    """Return the notices handed over that speak of a link with an open dispute.

    Args:
        disclosures: table of that name.
        disputed: from `find_disputed`.
    """
    given = disclosures.filter(pl.col("kind") == "notice").with_columns(link=pl.col("links").str.split(JOIN))
    about = given.explode("link").filter(pl.col("link").is_in(sorted(disputed)))
    return frozenset(about["document_id"])


def find_disclosures_of(disclosures: pl.DataFrame, link_id: str) -> pl.DataFrame:
    """Return every disclosure that mentioned a link: the answer to a person's request (PIPL 45, 48).

    Args:
        disclosures: table of that name.
        link_id: the link.
    """
    mentions = pl.col("links").str.split(JOIN).list.contains(link_id)
    return disclosures.filter(mentions.fill_null(value=False))
