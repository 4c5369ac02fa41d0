"""期限表: every limit that runs, whoever it binds.

A limit that passed is a reason to ask, never an admission.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.casebook.papers import JOIN
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent, drop_retracted
from tongcha.responsibility.clocks import Deadline, set_deadline
from tongcha.review.decisions import find_withdrawn
from tongcha.review.disputes import find_disputed, list_open_disputes
from tongcha.tables.casebook import DUE_ITEMS
from tongcha.tables.referral import RECIPIENTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from tongcha.policy.clocks import ClockPolicy

_SHAPE: Final = ("kind", "ref", "label", "waits_for", "started", "due", "basis")
_UNDATED: Final = pl.lit(None, pl.Date)
"""Limits that a person set to a day: nothing started them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The tables that limits are read from; each is the table of its name."""

    notice_states: pl.DataFrame
    disclosures: pl.DataFrame
    rectification_ledger: pl.DataFrame
    rechecks: pl.DataFrame
    pupil_lists: pl.DataFrame
    outcomes: pl.DataFrame


def list_due_items(
    standing: Standing,
    *,
    events: Iterable[Event],
    clocks: ClockPolicy,
    today: date,
    unclosed: pl.DataFrame | None = None,
    answers: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the table `due_items`.

    Args:
        standing: the tables that limits are read from.
        events: the ledger; says which prompts schools have answered, and which disputes are open.
        clocks: policy/clocks.yaml.
        today: the day to judge by.
        unclosed: batches that are to be closed, as `list_unclosed` gives them.
        answers: table `dispute_answers`; who isn't told yet is owed it within the dispute's limit.
    """
    known = list(events)
    answered = find_answered(known)
    items = pl.concat(
        [
            _list_notices(standing.notice_states),
            _list_papers(
                standing.disclosures, "prompt", "work_prompt", "由学校书面回复核实情况", clocks
            ).filter(~pl.col("ref").is_in(sorted(answered))),
            _list_papers(
                standing.disclosures, "supervision", "supervision", "由区县书面回复整改情况", clocks
            ).filter(~pl.col("ref").is_in(sorted(answered))),
            _list_referrals(standing, clocks, find_withdrawn(known) | find_disputed(known)),
            _list_rectifications(standing.rectification_ledger),
            _list_rechecks(standing.rechecks),
            _list_pupils(standing.pupil_lists),
            _list_disputes(list_open_disputes(known), clocks),
            *([] if answers is None else [_list_answers(answers, clocks)]),
            *([] if unclosed is None else [_list_unclosed(unclosed)]),
        ]
    )
    left = (pl.col("due") - pl.lit(today)).dt.total_days()
    return DUE_ITEMS.conform(items.with_columns(days_left=left, overdue=(left < 0).fill_null(value=False)))


def record_reply(*, prompt_id: str, text: str, on: date, by: str) -> NewEvent:
    """Return the ledger event of a school's written answer to a prompt.

    Raises:
        LedgerError: nothing is said of the answer.
    """
    if not text.strip():
        raise LedgerError(f"工作提示 {prompt_id}", "没有写明学校的回复", "写明回复要点，不写姓名")
    return NewEvent(EventKind.REPLY, prompt_id, by, {"prompt_reply": text, "on": on.isoformat()})


def find_answered(events: Iterable[Event]) -> frozenset[str]:
    """Return the prompts that were answered."""
    return frozenset(e.subject for e in drop_retracted(events) if "prompt_reply" in e.payload)


def _list_notices(states: pl.DataFrame) -> pl.DataFrame:
    running = states.filter(pl.col("clock").is_not_null())
    return running.with_columns(kind=pl.lit("notice"), ref="notice_id", label="clock").select(
        *_SHAPE[:-1], pl.col("basis").fill_null("")
    )


def _list_papers(
    disclosures: pl.DataFrame, kind: str, clock: str, waits_for: str, clocks: ClockPolicy
) -> pl.DataFrame:
    """Return one limit per document of a kind, counted from the day it was first handed over."""
    given = (
        disclosures.filter(pl.col("kind") == kind)
        .group_by("document_id")
        .agg(pl.col("on").min())
        .sort("document_id")
    )
    limits = [set_deadline(clocks.clock(clock), on) for on in given["on"]]
    rows = [
        (kind, ref, limit.label, waits_for, limit.started, limit.due, _cite(limit))
        for ref, limit in zip(given["document_id"], limits, strict=True)
    ]
    return pl.DataFrame(rows, schema=_schema(), orient="row")


def _list_referrals(standing: Standing, clocks: ClockPolicy, stopped: frozenset[str]) -> pl.DataFrame:
    """Return the packages of which some link still lacks an outcome from its recipient.

    Nobody is pressed for an answer on what was taken back, or what they were asked to leave alone.
    """
    told = standing.outcomes.select("recipient_name", link="link_id").unique()
    open_links = (
        standing.disclosures.filter(pl.col("kind") == "referral")
        .with_columns(link=pl.col("links").str.split(JOIN))
        .explode("link")
        .filter(~pl.col("link").is_in(sorted(stopped)))
        .join(told, on=["recipient_name", "link"], how="anti")
    )
    limits = pl.concat(
        _list_papers(
            standing.disclosures.filter(pl.col("recipient") == recipient),
            "referral",
            clocks.clock_of(recipient).clock,
            "由接收单位反馈办理结果",
            clocks,
        )
        for recipient in RECIPIENTS
    )
    return limits.join(open_links.select(ref="document_id").unique(), on="ref", how="semi")


def _list_rectifications(ledger: pl.DataFrame) -> pl.DataFrame:
    running = ledger.filter(pl.col("state").is_in(["rectifying", "reopened"]))
    return running.select(
        kind=pl.lit("rectification"),
        ref="issue_id",
        label=pl.lit("整改时限"),
        waits_for=pl.format("由{}整改到位并申请销号", "department"),
        started=_UNDATED,
        due="due",
        basis=pl.lit("“逐项确定整改措施、整改时限、责任部门及责任人”"),
    )


def _list_rechecks(rechecks: pl.DataFrame) -> pl.DataFrame:
    waiting = rechecks.filter(pl.col("result") == "waiting").sort("due", "event_id")
    return waiting.unique("issue_id", keep="first", maintain_order=True).select(
        kind=pl.lit("recheck"),
        ref="issue_id",
        label=pl.lit("回头看"),
        waits_for=pl.lit("由本局实地核查整改情况"),
        started=_UNDATED,
        due="due",
        basis=pl.lit("“视整改情况组织‘回头看’”"),
    )


def _list_pupils(lists: pl.DataFrame) -> pl.DataFrame:
    return lists.select(
        kind=pl.lit("pupils"),
        ref="list_id",
        label=pl.lit("学生名单销毁"),
        waits_for=pl.lit("由学校销毁名单，本局同时删除"),
        started=_UNDATED,
        due="destroy_by",
        basis=pl.lit("《个人信息保护法》第十九条、第四十七条"),
    )


def _list_disputes(waiting: pl.DataFrame, clocks: ClockPolicy) -> pl.DataFrame:
    limits = [set_deadline(clocks.clock("dispute"), on) for on in waiting["on"]]
    rows = [
        ("dispute", link, limit.label, f"由本局核实{source}提出的异议并办结", limit.started, limit.due,
         _cite(limit))
        for (link, source), limit in zip(waiting.select("link_id", "source").iter_rows(), limits, strict=True)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=_schema(), orient="row").unique("ref", maintain_order=True)


def _list_answers(answers: pl.DataFrame, clocks: ClockPolicy) -> pl.DataFrame:
    owed = answers.filter(pl.col("told_on").is_null()).sort("letter_id")
    clock = clocks.clock("dispute")
    rows = [
        ("dispute", letter, "异议结果告知", f"由本局把异议核实结果送达{name}", on,
         set_deadline(clock, on).due, f"{clock.text}；{clock.cited}")
        for letter, name, on in owed.select("letter_id", "recipient_name", "disputed_on").iter_rows()
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=_schema(), orient="row")


def _list_unclosed(unclosed: pl.DataFrame) -> pl.DataFrame:
    return unclosed.select(
        kind=pl.lit("closing"),
        ref="batch",
        label=pl.lit("批次办结"),
        waits_for=pl.lit("由本局办结批次，删除未移送人员的信息"),
        started=_UNDATED,
        due="due",
        basis=pl.lit("《个人信息保护法》第十九条、第四十七条"),
    )


def _cite(limit: Deadline) -> str:
    """Return the length, its clause, and what a reader must know about the date."""
    return "；".join(filter(None, (limit.text, limit.basis, limit.note)))


def _schema() -> pl.Schema:
    return pl.Schema({name: DUE_ITEMS.schema[name] for name in _SHAPE})
