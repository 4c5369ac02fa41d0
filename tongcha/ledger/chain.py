"""The hash chain: each event carries the digest of the one before, so an edit can't hide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tongcha.ledger.events import Event, hash_content, write_canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk along the chain found.

    Attributes:
        count: events walked.
        head: digest of the last event; 64 zeros when there is none.
        broken_at: position of the first event that doesn't hold; None when all do.
        reason: what doesn't hold there, in Chinese; empty when all do.
    """

    count: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether every event holds."""
        return self.broken_at is None


def digest_event(event: Event) -> str:
    """Return the digest that the event must carry."""
    return hash_content(
        str(event.seq),
        event.event_id,
        event.kind.value,
        event.subject,
        event.actor,
        event.at,
        write_canonical(event.payload),
        event.previous,
    )


def verify_chain(events: Iterable[Event], known_head: str = "") -> Verification:
    """Walk the chain and stop at the first event that doesn't hold.

    Args:
        events: the whole ledger in order.
        known_head: a head digest noted earlier (on a receipt, in a report). Cutting off the end of a
            chain leaves no other trace, so only a head kept elsewhere can show it.
    """
    count, head, met = 0, GENESIS, not known_head or known_head == GENESIS
    for event in events:
        count += 1
        reason = _find_fault(event, count, head)
        if reason:
            return Verification(count, head, event.seq, reason)
        head = event.digest
        met = met or head == known_head
    if not met:
        return Verification(count, head, count + 1, "链中找不到先前记下的末端指纹，末尾可能被截去")
    return Verification(count, head)


def _find_fault(event: Event, expected_seq: int, head: str) -> str:
    if event.seq != expected_seq:
        return f"序号应为 {expected_seq}，中间有事件缺失或次序被改"
    if event.previous != head:
        return "与前一事件的指纹不衔接"
    if event.event_id != "E" + _content_key(event)[:16]:
        return "事件编号与内容不符，内容被改动"
    if event.digest != digest_event(event):
        return "指纹与内容不符，内容被改动"
    return ""


def _content_key(event: Event) -> str:
    return hash_content(event.kind.value, event.subject, event.actor, write_canonical(event.payload))
