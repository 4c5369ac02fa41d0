"""Where a notice stands: proposed → notified → contested or accepted → decided → final.

From anywhere it may be withdrawn; what was decided may be restored after rectification. While all that a
notice counts is disputed, it is neither: it waits.

A pure projection of the steps that people recorded. Silence moves nothing: when the time to answer has
passed, the notice is still only `notified`, and a person must decide. A step that isn't due yet, such as
deciding before the school could answer, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tongcha.errors import LedgerError
from tongcha.responsibility.clocks import Deadline, set_deadline
from tongcha.tables.responsibility import NOTICE_STATES, NOTICE_STEPS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from tongcha.policy.clocks import ClockPolicy

STATE_LABELS: Final = {
    "proposed": "拟办",
    "notified": "已告知",
    "contested": "已申辩",
    "accepted": "无异议",
    "decided": "已决定",
    "review_requested": "复核中",
    "review_decided": "已复核",
    "appealed": "申诉中",
    "appeal_decided": "申诉已处理",
    "appeal_upheld": "申诉成立待纠正",
    "corrected": "已纠正",
    "final": "已生效",
    "restored": "已恢复",
    "disputed": "异议待核",
    "withdrawn": "已撤回",
}
OPEN_TO_DEFENCE: Final = ("proposed", "notified", "contested", "accepted")
"""States in which a school may still be notified, afresh if the notice changed."""
_OPEN: Final = tuple(state for state in STATE_LABELS if state not in {"disputed", "withdrawn"})
_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "notified": OPEN_TO_DEFENCE,
    "contested": ("notified",),
    "accepted": ("notified",),
    "decided": ("notified", "contested", "accepted"),
    "review_requested": ("decided",),
    "review_decided": ("review_requested",),
    "appealed": ("decided", "review_decided"),
    "appeal_decided": ("appealed",),
    "appeal_upheld": ("appealed",),
    "corrected": ("appeal_upheld",),
    "restored": ("decided", "review_decided", "appeal_decided", "corrected", "final"),
    "withdrawn": _OPEN,
}
"""Step → the states that it may be taken in."""
_RUNNING: Final[Mapping[str, tuple[str, ...]]] = {
    "notified": ("defence",),
    "contested": ("opinion",),
    "decided": ("review_request", "appeal"),
    "review_requested": ("review_answer",),
    "review_decided": ("appeal",),
    "appealed": ("appeal_answer",),
    "appeal_upheld": ("correction",),
}
"""State → the clocks that its step starts."""
_LIMITED: Final[Mapping[tuple[str, str], str]] = {
    ("notified", "contested"): "defence",
    ("decided", "review_requested"): "review_request",
    ("decided", "appealed"): "appeal",
    ("review_decided", "appealed"): "appeal",
}
"""(state, step) → the clock within which the school must take it."""
_BUREAU_OWES: Final = frozenset({"opinion", "review_answer", "appeal_answer", "correction"})
_ENDS: Final = frozenset({"appeal_decided", "corrected"})
"""Steps after which there is no way left against a decision."""


@dataclass(frozen=True, slots=True)
class Position:
    """A notice's state, since when, and the limits that run."""

    state: str
    since: date | None
    deadlines: tuple[Deadline, ...] = ()

    def settle(self, today: date) -> Position:
        """Return the position as of today: a decision is final once every way against it has lapsed."""
        lapsed = bool(self.deadlines) and all(limit.has_passed(today) for limit in self.deadlines)
        if self.state in {"decided", "review_decided"} and lapsed:
            return Position("final", max(limit.latest for limit in self.deadlines if limit.latest))
        return Position("final", self.since) if self.state in _ENDS else self


def take_step(position: Position, step: str, on: date, clocks: ClockPolicy, *, event_id: str) -> Position:
    """Return the position after a step, whether or not it came in time (`judge_time`).

    Args:
        position: where the notice stands.
        step: what happened.
        on: on which day.
        clocks: policy/clocks.yaml.
        event_id: the ledger event, named when the step is refused.

    Raises:
        LedgerError: the step is unknown or out of order.
    """
    # a step with a limit is judged by that limit, so that lateness is named as such
    has_limit = (position.state, step) in _LIMITED
    state = position.state if has_limit else position.settle(on).state
    culprit = f"台账事件 {event_id}"
    if step not in _FROM:
        raise LedgerError(culprit, f"没有“{step}”这一步", "步骤只能是 " + "、".join(_FROM))
    if state not in _FROM[step]:
        raise LedgerError(
            culprit, f"告知书处于“{STATE_LABELS[state]}”，不能办理“{STATE_LABELS[step]}”", "核对步骤的先后"
        )
    limits = tuple(set_deadline(clocks.clock(name), on) for name in _RUNNING.get(step, ()))
    return Position(step, on, limits)


def judge_time(position: Position, step: str, on: date, *, event_id: str) -> LedgerError | None:
    """Return why a step that is in order comes too early or after its limit; null when it comes in time."""
    culprit = f"台账事件 {event_id}"
    limits = {limit.clock: limit for limit in position.deadlines}
    if position.state == "notified" and step == "decided" and not limits["defence"].has_passed(on):
        return LedgerError(
            culprit, "申辩期未满且学校尚未答复，不能作出决定", "等申辩期满或学校书面答复后再办理"
        )
    name = _LIMITED.get((position.state, step))
    if name is None or not limits[name].has_passed(on):
        return None
    return LedgerError(
        culprit,
        f"已过{limits[name].label}的期限",
        "不再办理这一步；查明确有错误的不受期限限制，用 tongcha case strike 或者 tongcha withdraw 撤回",
    )


def refuse_untimely(before: pl.DataFrame, after: pl.DataFrame, clocks: ClockPolicy) -> None:
    """Refuse what would leave a step too early or too late that wasn't.

    Only what is new is refused: a step that was in time stays recorded when limits are adopted, or days off
    published, by which it no longer is.

    Args:
        before: table `notice_steps` as it stands.
        after: the same with what is to be recorded or retracted.
        clocks: policy/clocks.yaml.

    Raises:
        LedgerError: the first such step.
    """
    known = _find_untimely(before, clocks)
    for event_id, error in _find_untimely(after, clocks).items():
        if event_id not in known:
            raise error


def _find_untimely(steps: pl.DataFrame, clocks: ClockPolicy) -> dict[str, LedgerError]:
    found = {}
    for taken in _order_steps(steps).values():
        position = Position("proposed", None)
        for row in taken.iter_rows(named=True):
            step, on, event_id = row["step"], row["on"], row["event_id"]
            after = take_step(position, step, on, clocks, event_id=event_id)
            if untimely := judge_time(position, step, on, event_id=event_id):
                found[event_id] = untimely
            position = after
    return found


def _order_steps(steps: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the steps of each notice by their days; of steps on one day the ledger's order decides."""
    ordered = NOTICE_STEPS.conform(steps).sort("notice_id", "on", "seq")
    return {str(notice): own for (notice,), own in ordered.partition_by("notice_id", as_dict=True).items()}


def project_notice_states(
    *,
    notice_ids: Iterable[str],
    steps: pl.DataFrame,
    clocks: ClockPolicy,
    today: date,
    disputed: Collection[str] = (),
) -> pl.DataFrame:
    """Return the table `notice_states`: one row per notice that stands or that a step was recorded of.

    Whether a step came in time was judged when it was recorded (`refuse_untimely`) and isn't judged again by
    limits that weren't there.

    A notice with steps behind which no deduction stands any more is withdrawn, whatever was recorded, or
    waits for the answer to a dispute.

    Args:
        notice_ids: the notices that stand.
        steps: table `notice_steps`; what people recorded, in any order.
        clocks: policy/clocks.yaml.
        today: the day to judge limits by.
        disputed: notices handed over that speak of a link with an open dispute.

    Raises:
        LedgerError: the recorded steps contradict each other.
    """
    taken = _order_steps(steps)
    standing, rows = set(notice_ids), []
    for notice_id in sorted(standing | taken.keys()):
        position = Position("proposed", None)
        for step, on, event_id in taken.get(notice_id, steps.clear()).select("step", "on", "event_id").rows():
            position = take_step(position, step, on, clocks, event_id=event_id)
        if notice_id not in standing:
            position = Position("disputed" if notice_id in disputed else "withdrawn", position.since)
        rows.append(_describe_position(notice_id, position.settle(today), today))
    return NOTICE_STATES.conform(pl.DataFrame(rows, schema=NOTICE_STATES.schema))


def _describe_position(notice_id: str, position: Position, today: date) -> dict[str, object]:
    ends = sorted(position.deadlines, key=lambda limit: (limit.due is None, str(limit.due), limit.clock))
    open_ends = [limit for limit in ends if not limit.has_passed(today)]
    shown = next(iter(open_ends or ends), None)
    overdue = shown is not None and shown.clock in _BUREAU_OWES and shown.has_passed(today)
    return {
        "notice_id": notice_id,
        "state": position.state,
        "label": STATE_LABELS[position.state],
        "since": position.since,
        "clock": shown.label if shown else None,
        "started": shown.started if shown else None,
        "due": shown.due if shown else None,
        "days_left": (shown.due - today).days if shown and shown.due else None,
        "overdue": overdue,
        "waits_for": _name_next(position, overdue=overdue, today=today),
        "basis": f"{shown.text}；{shown.basis}" + (f"；{shown.note}" if shown.note else "")
        if shown
        else None,
    }


def _name_next(position: Position, *, overdue: bool, today: date) -> str:
    """Say in a sentence who has to move next."""
    if overdue:
        is_above = position.state == "appealed"
        return "上一级督导机构已逾期，由本局催问" if is_above else "本局已逾期，须立即办理"
    running = [limit.clock for limit in position.deadlines if not limit.has_passed(today)]
    ways = {"review_request": "申请复核", "appeal": "提出申诉"}
    sentences = {
        "proposed": "由本局送达告知书",
        "notified": "学校可以申辩" if running else "申辩期满未答复，不视为承认，由本局核实后作出决定",
        "contested": "由本局听取申辩后作出督导意见书",
        "accepted": "由本局作出决定",
        "decided": "学校可以" + "或者".join(text for name, text in ways.items() if name in running),
        "review_requested": "由复核机关作出复核决定",
        "review_decided": "学校可以提出申诉",
        "appealed": "由上一级督导机构作出处理决定",
        "appeal_upheld": "由本局纠正：撤回或者不再计入有误的事项，送达更正后的告知书，再登记纠正",
        "final": "整改到位的，学校可以申请销号恢复",
        "restored": "已恢复，无待办",
        "disputed": "所涉比对有异议，由本局核实，期间暂停使用",
        "withdrawn": "已撤回，无待办",
    }
    return sentences[position.state]
