"""Closing a batch: people who were met and are nobody's case are erased; what stands on the others stays.

Who is kept is decided per person met, not per link: whoever was confirmed or handed over stays whole, rivals
included, so that everything that left can be computed again and taken back. Of all others nothing stays but
a keyed hash, by which the bureau can answer that very person (PIPL 45) and nobody can be found (PIPL 19, 47).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.papers import JOIN
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent
from tongcha.review.settle import WAITING
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from tongcha.policy.casebook import RetentionRule

NO_TRAIT: Final = "无"
"""Digest of a person of whom neither a whole number nor a phone was taken."""
WHOLE: Final = r"^\s*([0-9]{15}|[0-9]{17}[0-9Xx])\s*$"
"""a number that somebody can ask by; four digits of one fit many people and hide the phone"""
STAGE: Final = "closing"
BEGUN, DONE = "begun", "done"
SETTLED: Final = ("not_withdrawn", "one_record", "not_erased")
"""Conditions of the gate that time doesn't mend: withdrawn, the same act under another record, erased."""
_ERASED_OF_PEOPLE: Final = (
    "checked_by", "name", "id_number", "phone", "sex", "age", "claimed_school", "claimed_subject",
    "name_clean", "id_clean", "phone_clean",
)  # fmt: skip
_ERASED_OF_LINKS: Final = ("teacher_id", "rival_id", "in_service", "responsible_school_id", "spell_no")


@dataclass(frozen=True, slots=True)
class BatchTables:
    """The tables of one batch that hold what was taken of people; each is the table of its name."""

    identities: pl.DataFrame
    candidate_links: pl.DataFrame
    link_evidence: pl.DataFrame
    pupils: pl.DataFrame


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
        LedgerError: links wait for review or for the gate, or lists of pupils are still out.
    """
    culprit = f"批次 {batch}"
    unread = waiting.review_queue.filter(pl.col("state").is_in(WAITING)).height
    if unread:
        raise LedgerError(culprit, f"还有 {unread} 条比对等人复核", "复核完再办结")
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


def erase_people(
    tables: BatchTables, kept: Collection[str], key: bytes, pupil_keys: pl.DataFrame
) -> BatchTables:
    """Return the tables without what was taken of anyone but those kept; erasing twice changes nothing.

    Rows stay, so that every count stays: identities with a digest instead of the person, links without
    whom they led to, evidence without values, pupils without name and grade.

    Args:
        tables: the batch's tables.
        kept: identities that stay whole.
        key: secret of the deployment for closed batches.
        pupil_keys: table `pupil_schools`, for the keys that pupils are counted by.
    """
    gone = tables.identities.filter(pl.col("digest").is_not_null())["identity_id"]
    goes = ~pl.col("identity_id").is_in(sorted(set(kept) - set(gone)))
    links = _erase_links(tables.candidate_links, goes & ~pl.col("identity_id").is_in(gone.to_list()), key)
    stays = tables.candidate_links.filter(~goes)["link_id"]
    evidence = tables.link_evidence.with_columns(
        pl.when(pl.col("link_id").is_in(stays.to_list())).then(pl.col(name)).alias(name)
        for name in ("identity_value", "person_value")
    )
    return BatchTables(
        _erase_identities(tables.identities, goes, key),
        BY_NAME["candidate_links"].conform(links),
        BY_NAME["link_evidence"].conform(evidence),
        _erase_pupils(tables.pupils, pupil_keys),
    )


def digest_person(id_number: str | None, phone: str | None, key: bytes) -> str:
    """Return what is kept of an erased person: a keyed hash of the number, else of the phone, else 无."""
    for kind, value in (("证", id_number), ("机", phone)):
        if value:
            text = f"{kind}\x1f{value.strip().upper()}"
            return f"{kind}{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]}"
    return NO_TRAIT


def list_values(
    identities: pl.DataFrame, pupils: pl.DataFrame, kept: Collection[str]
) -> dict[str, list[str]]:
    """Return what has to be gone: `numbers` (ID numbers, phones) and `names`, of people and of pupils.

    Args:
        identities: table of that name before it is erased.
        pupils: table of that name before it is erased.
        kept: identities that stay whole; what they share with others isn't looked for.
    """
    goes = ~pl.col("identity_id").is_in(sorted(kept))
    found = {}
    for kind, columns in (
        ("numbers", ("id_number", "id_clean", "phone", "phone_clean")),
        ("names", ("name", "name_clean")),
    ):
        mine = {v for c in columns for v in identities.filter(goes)[c].drop_nulls().to_list()}
        theirs = {v for c in columns for v in identities.filter(~goes)[c].drop_nulls().to_list()}
        found[kind] = mine - theirs
    found["names"] |= set(pupils["name"].drop_nulls().to_list())
    return {kind: sorted(values) for kind, values in found.items()}


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


def _erase_identities(identities: pl.DataFrame, goes: pl.Expr, key: bytes) -> pl.DataFrame:
    whole = pl.when(pl.col("id_number").str.contains(WHOLE)).then("id_number")
    traits = identities.select(
        pl.coalesce("id_clean", whole), pl.coalesce("phone_clean", "phone"), "digest"
    ).iter_rows()
    digests = [known or digest_person(number, phone, key) for number, phone, known in traits]
    made = identities.with_columns(pl.Series("digest", digests, dtype=pl.String))
    return BY_NAME["identities"].conform(
        made.with_columns(
            pl.when(goes).then("digest"),
            *(pl.when(~goes).then(pl.col(name)).alias(name) for name in _ERASED_OF_PEOPLE),
        )
    )


def _erase_links(links: pl.DataFrame, goes: pl.Expr, key: bytes) -> pl.DataFrame:
    """Cut every link of an erased person off from whom it led to; a cleared teacher leaves no record."""
    known = {person: _hash_id(person, key) for person in links["person_id"].unique().sort()}
    return links.with_columns(
        *(pl.when(~goes).then(pl.col(name)).alias(name) for name in _ERASED_OF_LINKS),
        person_id=pl.when(goes).then(pl.col("person_id").replace_strict(known)).otherwise("person_id"),
        employment_state=pl.when(goes).then(pl.lit("unknown")).otherwise("employment_state"),
    )


def _hash_id(person_id: str, key: bytes) -> str:
    return "erased-" + hmac.new(key, f"人\x1f{person_id}".encode(), hashlib.sha256).hexdigest()[:16]


def _erase_pupils(pupils: pl.DataFrame, pupil_schools: pl.DataFrame) -> pl.DataFrame:
    place = ["batch", "raid_id", "pupil_no"]
    keys = pupil_schools.select(*place, counted="pupil_key")
    keyed = pupils.join(keys, on=place, how="left", maintain_order="left")
    counted = pl.when(pl.col("name").is_not_null()).then("counted")  # the others never counted
    made = keyed.with_columns(pupil_key=pl.coalesce("pupil_key", counted)).drop("counted")
    unnamed = pl.lit(None, pl.String)
    return BY_NAME["pupils"].conform(made.with_columns(name=unnamed, grade=unnamed))
