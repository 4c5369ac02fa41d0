"""Returned review workbooks: into the ledger, with the fate of every row told."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import ReturnError
from tongcha.ledger.events import EventKind, NewEvent, find_retracted
from tongcha.ledger.wording import holds_number, mask_numbers
from tongcha.review import layout
from tongcha.review.judgements import project_judgements
from tongcha.review.recusals import find_recused
from tongcha.review.return_file import ReturnCover, ReturnSheet, open_returns
from tongcha.review.return_rows import RowRefusedError, RowScope, clean_text, read_cell, read_row
from tongcha.tables.review import REVIEW_RETURNS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from tongcha.ledger.events import Event
    from tongcha.ledger.store import Ledger
    from tongcha.policy.intake import FileLimits
    from tongcha.policy.review import ReviewPolicy
    from tongcha.review.reviewers import Reviewers

RECORDED, KNOWN, REFUSED, BLANK = "recorded", "known", "refused", "blank"
RECEIVER: Final = "收件箱"
LOCK_FILES: Final = ("~$", ".")
"""how the names of files begin that an office suite leaves beside an open workbook"""
Judged = set[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class ReturnTerms:
    """What returned workbooks of one batch are read against.

    Attributes:
        batch: the batch that is being worked on.
        key: secret that sealed the workbooks.
        reviewers: who may review in which round.
        candidate_links: today's links of the batch.
        policy: when reasons are needed.
        limits: what a file may be (`IntakePolicy.limits`).
        today: the day of reading; nobody has judged on a day to come.
        sign: code, batch and round → what that person must have written behind their code (`sign_code`).
        areas: district of each link, for reviewers who are bound to districts.
    """

    batch: str
    key: bytes
    reviewers: Reviewers
    candidate_links: pl.DataFrame
    policy: ReviewPolicy
    limits: FileLimits
    today: date
    sign: Callable[[str, str, str], str]
    areas: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewReturn:
    """What a returned workbook says.

    Attributes:
        cover: batch and round.
        rows: table `review_returns` of this file.
        events: what people decided, in row order, ready for the ledger.
    """

    cover: ReturnCover
    rows: pl.DataFrame
    events: tuple[NewEvent, ...]


def take_returns(paths: Iterable[Path], ledger: Ledger, terms: ReturnTerms, *, at: str) -> pl.DataFrame:
    """Append to the ledger what the workbooks of a batch say, and tell of each row what became of it.

    Files are taken in the order of their names; workbooks of other batches are left alone. A judgement that
    an earlier file already gave is `known`; whether the ledger had it from a former run makes no
    difference, so that running twice gives the same table.

    Args:
        paths: all files that came back.
        ledger: where judgements go.
        terms: what the workbooks are read against.
        at: ISO instant by the caller's clock.

    Returns:
        Table `review_returns`; row 0 stands for a file that was refused as a whole.
    """
    history = ledger.events()
    judged, taken_back = _list_judged(history, terms), find_retracted(history)
    known = {event.event_id for event in history}
    seen: set[str] = set()
    files = [path for path in paths if not path.name.startswith(LOCK_FILES)]
    named = [path.name for path in files if holds_number(path.name)]
    told: list[tuple[pl.DataFrame, Sequence[NewEvent]]] = [(_refuse_named_people(named, terms.batch), ())]
    files = sorted((p for p in files if not holds_number(p.name)), key=lambda p: (p.name, str(p)))
    for path, found in open_returns(files, terms.key, terms.limits):
        if isinstance(found, ReturnError):
            told.append((_refuse_file(path.name, terms.batch, found), ()))
        elif found.cover.batch == terms.batch:
            returned = _read_sheet(path.name, found, terms, judged, known)
            ledger.append_all([_record_receipt(path, found.cover), *returned.events], at=at)
            known |= {event.event_id for event in returned.events}
            judged |= {_key(event) for event in returned.events if event.kind is EventKind.JUDGEMENT}
            rows = _mark_taken_back(_mark_known(returned, seen), returned.events, taken_back)
            told.append((rows, returned.events))
    recused = find_recused(ledger.events(), terms.candidate_links)
    return REVIEW_RETURNS.conform(pl.concat(_mark_recused(rows, events, recused) for rows, events in told))


def _read_sheet(
    file: str,
    sheet: ReturnSheet,
    terms: ReturnTerms,
    judged: Collection[tuple[str, str, str]],
    known: Collection[str],
) -> ReviewReturn:
    defaults = sheet.rows[layout.DEFAULTS_ROW]
    scope = RowScope(
        sheet.cover,
        terms.key,
        terms.reviewers,
        terms.policy,
        dict(terms.candidate_links.select("link_id", "evidence_hash").iter_rows()),
        judged,
        known,
        terms.today,
        terms.sign,
        terms.areas,
        clean_text(defaults[layout.DEFAULT_REVIEWER_COLUMN]),
        clean_text(defaults[layout.DEFAULT_DATE_COLUMN]),
    )
    rows = [
        (n, row) for n, row in enumerate(sheet.rows, 1) if n > layout.FIRST_ROW and any(map(clean_text, row))
    ]
    repeated = {link for link, n in Counter(read_cell(row, "比对编号") for _, row in rows).items() if n > 1}
    fates: list[tuple[object, ...]] = []
    events: list[NewEvent] = []
    for number, row in rows:
        link_id = read_cell(row, "比对编号")
        try:
            _refuse_repeated(link_id, repeated)
            found = read_row(row, scope)
            _refuse_disabled(found, terms.reviewers, known)
        except RowRefusedError as refusal:
            outcome, reason = REFUSED, f"第 {number} 行{refusal}"
        else:
            events += found
            outcome, reason = (RECORDED, "已登记") if found else (BLANK, "尚未填写")
        fates.append((terms.batch, file, number, link_id or None, outcome, reason))
    frame = pl.DataFrame(fates, schema=REVIEW_RETURNS.schema, orient="row")
    return ReviewReturn(sheet.cover, REVIEW_RETURNS.conform(frame), tuple(events))


def _refuse_repeated(link_id: str, repeated: Collection[str]) -> None:
    if link_id in repeated:
        raise RowRefusedError("比对编号", "同一比对在表中不止一行，不能判断以哪一行为准；请只留原来的一行")


def _refuse_disabled(events: Sequence[NewEvent], people: Reviewers, known: Collection[str]) -> None:
    """Refuse what somebody hands in after they were disabled; what the ledger holds already stands."""
    for event in events:
        person = people.find(event.actor)
        if person is not None and person.disabled_on is not None and event.event_id not in known:
            raise RowRefusedError(
                "复核人",
                f"代号 {person.code} 已于 {person.disabled_on} 停用，停用后交回的不收（此前已登记的有效）；"
                "请由其他人重新判断",
            )


def _refuse_file(file: str, batch: str, error: ReturnError) -> pl.DataFrame:
    row = {"batch": batch, "file": file, "row": 0, "outcome": REFUSED, "reason": f"{error.rule}；{error.fix}"}
    return REVIEW_RETURNS.conform(pl.DataFrame([row]))


def _refuse_named_people(names: Iterable[str], batch: str) -> pl.DataFrame:
    """A file's name would stand in the ledger and in logs; whose it is, its masked name tells."""
    error = ReturnError("回传文件", "文件名含有证件号码或者手机号", "改名后重新交回")
    refused = [_refuse_file(name, batch, error) for name in sorted(set(map(mask_numbers, names)))]
    return pl.concat([REVIEW_RETURNS.empty(), *refused])


def _mark_known(returned: ReviewReturn, seen: set[str]) -> pl.DataFrame:
    repeated = sorted({event.subject for event in returned.events if event.event_id in seen})
    seen |= {event.event_id for event in returned.events}
    again = (pl.col("outcome") == RECORDED) & pl.col("link_id").is_in(repeated)
    return returned.rows.with_columns(
        outcome=pl.when(again).then(pl.lit(KNOWN)).otherwise("outcome"),
        reason=pl.when(again).then(pl.lit("此前已登记，不重复计算")).otherwise("reason"),
    )


def _mark_taken_back(
    rows: pl.DataFrame, events: Sequence[NewEvent], taken_back: Collection[str]
) -> pl.DataFrame:
    """A replayed file doesn't bring back what was taken back; its reader is told so."""
    gone = pl.col("link_id").is_in(sorted({e.subject for e in events if e.event_id in taken_back}))
    told = pl.format(
        "第 {} 行“结论”列：同样的判断已被撤回；仍作此判断的，请改填当天日期或写明理由", pl.col("row")
    )
    return rows.with_columns(
        outcome=pl.when(gone).then(pl.lit(REFUSED)).otherwise("outcome"),
        reason=pl.when(gone).then(told).otherwise("reason"),
    )


def _mark_recused(
    rows: pl.DataFrame, events: Sequence[NewEvent], recused: Mapping[str, Collection[str]]
) -> pl.DataFrame:
    """What somebody answers of a case that they keep out of doesn't count; they are told so."""
    void = {
        event.subject
        for event in events
        if event.kind is EventKind.JUDGEMENT and event.subject in recused.get(event.actor, ())
    }
    told = pl.col("reason") + "；复核人对此现场人员声明过回避，其判断不计"
    is_void = pl.col("link_id").is_in(sorted(void)) & pl.col("outcome").is_in([RECORDED, KNOWN])
    return rows.with_columns(reason=pl.when(is_void).then(told).otherwise("reason"))


def _record_receipt(path: Path, cover: ReturnCover) -> NewEvent:
    fingerprint = hashlib.sha256(path.read_bytes()).hexdigest()
    payload = {"batch": cover.batch, "round": cover.round, "file": path.name}
    return NewEvent(EventKind.FILE_RECEIVED, fingerprint, RECEIVER, payload)


def _list_judged(history: Sequence[Event], terms: ReturnTerms) -> Judged:
    judgements = project_judgements(history, terms.candidate_links, terms.batch)
    return set(judgements.filter("is_current").select("link_id", "round", "reviewer").iter_rows())


def _key(event: NewEvent) -> tuple[str, str, str]:
    return event.subject, str(event.payload["round"]), event.actor
