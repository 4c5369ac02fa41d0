"""Closing a batch: people who were met and are nobody's case are erased; what stands on the others stays.

Who is kept is decided per person met, not per link: whoever was confirmed or handed over stays whole, rivals
included, so that everything that left can be computed again and taken back. `erasure.py` erases the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.papers import JOIN
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent
from tongcha.review.settle import WAITING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from tongcha.policy.casebook import RetentionRule

STAGE: Final = "closing"
BEGUN, DONE = "begun", "done"
SETTLED: Final = ("not_withdrawn", "one_record", "not_erased")
"""Conditions of the gate that time doesn't mend: withdrawn, the same act under another record, erased."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What still waits for a person in a batch, as tables of their names, of that batch only."""

    review_queue: pl.DataFrame
    withheld_links: pl.DataFrame
    pupil_lists: pl.DataFrame


def refuse_unfinished(waiting: Waiting, batch: str, *, drop_withheld: bool) -> None:
    """Refuse to close a batch in which something still waits for a person.

    Args:
        waiting: what waits.
        batch: the batch.
        drop_withheld: links that lack a condition of the gate aren't waited for any longer.

    Raises:
        LedgerError: links wait for review or for the gate, a dispute is open, or lists of pupils are out.
    """
    culprit = f"批次 {batch}"
    unread = waiting.review_queue.filter(pl.col("state").is_in(WAITING)).height
    if unread:
        raise LedgerError(culprit, f"还有 {unread} 条比对等人复核", "复核完再办结")
    disputed = waiting.withheld_links.filter(pl.col("requirement") == "no_dispute")["link_id"].n_unique()
    if disputed:
        fix = "先用 tongcha case resolve 办结并答复对方"
        raise LedgerError(culprit, f"还有 {disputed} 条比对的异议尚未办结", fix)
    settled = waiting.withheld_links.filter(pl.col("requirement").is_in(SETTLED))["link_id"]
    held = waiting.withheld_links.filter(~pl.col("link_id").is_in(settled.to_list()))["link_id"].n_unique()
    if held and not drop_withheld:
        fix = "补齐条件后再办结；不再等待的，加 --drop-withheld 一并删除"
        raise LedgerError(culprit, f"还有 {held} 条比对暂缓移送", fix)
    if waiting.pupil_lists.height:
        raise LedgerError(culprit, "本校学生名单还没有到销毁期限", "名单销毁后再办结")


def find_kept(candidate_links: pl.DataFrame, confirmed: Collection[str], told: Collection[str]) -> list[str]:
    """Return the people met who stay whole: those of a confirmed link or of one that was handed over.

    Args:
        candidate_links: table of that name, one batch.
        confirmed: links that the gate lets through now.
        told: links that some paper handed over mentions, whether or not they still stand.
    """
    own = candidate_links.filter(pl.col("link_id").is_in(sorted({*confirmed, *told})))
    return own["identity_id"].unique().sort().to_list()


def find_told(disclosures: pl.DataFrame) -> list[str]:
    """Return the links that any paper handed over mentions (table `disclosures`)."""
    return disclosures["links"].drop_nulls().str.split(JOIN).explode().unique().sort().to_list()


def record_begun(batch: str, *, by: str, reason: str, counts: Mapping[str, int], files: str) -> NewEvent:
    """Return the ledger event by which a person closes a batch; from then on nothing is taken in for it.

    Args:
        batch: the batch.
        by: the person who decides.
        reason: on what grounds.
        counts: how many people, links and pupils are erased and kept.
        files: one SHA-256 over the fingerprints of the files that were taken in.

    Raises:
        LedgerError: no reason is given.
    """
    if not reason.strip():
        raise LedgerError(f"批次 {batch}", "没有写明办结理由", "写明后再办结")
    payload = {STAGE: BEGUN, "reason": reason, "files_sha256": files, **counts}
    return NewEvent(EventKind.DELETION, batch, by, payload)


def record_done(batch: str, *, by: str, counts: Mapping[str, int]) -> NewEvent:
    """Return the deletion record: what was erased, and that a search of the whole home found none of it.

    Args:
        batch: the batch.
        by: the person who closed it.
        counts: files removed, files searched, values looked for.
    """
    return NewEvent(EventKind.DELETION, batch, by, {STAGE: DONE, **counts})


def find_closed(events: Iterable[Event]) -> dict[str, Event]:
    """Return the closed batches, each with the event that closed it.

    What was erased can't come back, so a retraction doesn't open a batch again.
    """
    return {e.subject: e for e in events if _is_stage(e, BEGUN)}


def find_proven(events: Iterable[Event]) -> dict[str, Event]:
    """Return the batches of which the erasure was searched for and proven, each with the last such record."""
    return {e.subject: e for e in events if _is_stage(e, DONE)}


def refuse_closed(events: Iterable[Event], batch: str) -> None:
    """Refuse work that needs what was erased.

    Raises:
        LedgerError: the batch is closed.
    """
    if batch in find_closed(events):
        raise LedgerError(
            f"批次 {batch}", "已经办结，未移送人员的信息已删除，不能重新收件或者比对", "新的材料另立批次"
        )


def list_unclosed(
    sites: pl.DataFrame, closed: Collection[str], rule: RetentionRule, *, today: date
) -> pl.DataFrame:
    """Return the batches that are to be closed, with the day: `batch, due, overdue`.

    Args:
        sites: table of that name, all batches; a batch's last raid starts its term.
        closed: batches that are closed.
        rule: how long after a raid people who were met may be kept.
        today: the day to judge by.
    """
    last = sites.group_by("batch").agg(due=pl.col("raid_date").max() + timedelta(days=rule.close_within_days))
    still = last.filter(~pl.col("batch").is_in(sorted(closed)))
    return still.with_columns(overdue=pl.col("due") < pl.lit(today)).sort("due", "batch")


def _is_stage(event: Event, stage: str) -> bool:
    return event.kind is EventKind.DELETION and event.payload.get(STAGE) == stage
