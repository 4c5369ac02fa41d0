"""What the ledger holds: who did what to which subject, as canonical JSON with a content key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tongcha.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TEXT_LIMIT: Final = 200


class EventKind(StrEnum):
    """The kinds of event; machine proposals are none of them and never enter the ledger."""

    JUDGEMENT = "judgement"
    """复核判断: a named person's verdict on a link"""
    RECUSAL = "recusal"
    """回避: a reviewer's conflict of interest with a link"""
    RETRACTION = "retraction"
    """撤回: takes one earlier event back; its subject is that event's id"""
    WITHDRAWAL = "withdrawal"
    """撤销比对: a link is withdrawn everywhere"""
    DISPUTE = "dispute"
    """异议: a link is disputed and may not leave until that is resolved"""
    RESOLUTION = "resolution"
    """异议办结: resolves the dispute that it names; an upheld one takes the link back"""
    OUTCOME = "outcome"
    """接收单位反馈的办理结果"""
    APPEAL = "appeal"
    """学校申辩、复核申请、申诉"""
    REPLY = "reply"
    """答复"""
    ISSUE = "issue"
    """问题台账"""
    RECTIFICATION = "rectification"
    """整改台账"""
    FILE_RECEIVED = "file_received"
    """收到文件"""
    DISCLOSURE = "disclosure"
    """对外提供: who received which fields of whom, when, on which basis"""
    ACCESS = "access"
    """查阅个人信息"""
    DELETION = "deletion"
    """删除个人信息"""
    NOTE = "note"
    """备注"""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it is appended.

    Attributes:
        kind: what happened.
        subject: what it happened to (a link number, an event id, a file's fingerprint, a school).
        actor: code of the person or office that did it.
        payload: everything else; must be expressible as JSON.
    """

    kind: EventKind
    subject: str
    actor: str
    payload: Mapping[str, object] = field(default_factory=dict)

    @property
    def event_id(self) -> str:
        """`E` and 16 hex digits of the content: the same statement is the same event, whenever said."""
        return (
            "E" + hash_content(self.kind.value, self.subject, self.actor, write_canonical(self.payload))[:16]
        )


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the ledger holds it.

    Attributes:
        seq: position in the chain, from 1.
        event_id: content key.
        kind: what happened.
        subject: what it happened to.
        actor: who did it.
        at: ISO instant that the caller's clock gave.
        payload: the rest.
        previous: digest of the event before; 64 zeros for the first.
        digest: SHA-256 over all of the above.
    """

    seq: int
    event_id: str
    kind: EventKind
    subject: str
    actor: str
    at: str
    payload: Mapping[str, object]
    previous: str
    digest: str


def write_canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, no NaN.

    Raises:
        LedgerError: the value can't be written as JSON.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        text.encode()
    except (TypeError, ValueError) as error:  # UnicodeEncodeError (a lone surrogate) is a ValueError
        raise LedgerError("台账事件的内容", "无法写成规范文本", "只用文字、数、是否、列表和键值") from error
    return text


def hash_content(*parts: str) -> str:
    """Return the SHA-256 of the parts as 64 hex digits; the parts can't run into each other."""
    return hashlib.sha256(write_canonical(parts).encode()).hexdigest()


def check_event(event: NewEvent, at: str) -> None:
    """Refuse an event whose head can't stand in the ledger.

    Raises:
        LedgerError: subject or actor is empty, too long or holds control characters, or `at` is no instant.
    """
    for label, text in (("对象", event.subject), ("经办人", event.actor)):
        if not text.strip() or len(text) > TEXT_LIMIT or not text.isprintable():
            raise LedgerError(f"台账事件的{label}", f"须为 1 至 {TEXT_LIMIT} 个可见字符", "补全后再登记")
    try:
        datetime.fromisoformat(at)
    except ValueError as error:
        raise LedgerError(
            "台账事件的时间", "不是 ISO 时间", "写成 2026-01-31T09:00:00+08:00 的形式"
        ) from error


def drop_retracted(events: Iterable[Event]) -> list[Event]:
    """Return the events that stand, in their order: neither retractions nor what they take back.

    A retraction can itself be retracted; then what it took back stands again.
    """
    ordered = sorted(events, key=lambda event: event.seq)
    taken_back = find_retracted(ordered)
    return [e for e in ordered if e.kind is not EventKind.RETRACTION and e.event_id not in taken_back]


def find_retracted(events: Iterable[Event]) -> frozenset[str]:
    """Return the ids of the events that are taken back; retractions that are taken back count too."""
    everything = list(events)
    taken_back: set[str] = set()
    for event in sorted(everything, key=lambda event: -event.seq):
        if event.kind is EventKind.RETRACTION and event.event_id not in taken_back:
            taken_back.add(event.subject)
    return frozenset(event.event_id for event in everything if event.event_id in taken_back)


def renew_event(event: NewEvent, history: Iterable[Event]) -> NewEvent:
    """Return the event as a statement of its own if the same one was made before and taken back.

    The same content is the same event, so that a replayed file changes nothing; whoever deliberately says
    again what was taken back says something new.
    """
    taken_back, renewed, times = find_retracted(history), event, 0
    while renewed.event_id in taken_back:
        times += 1
        renewed = replace(event, payload={**event.payload, "again": times})
    return renewed
