"""Taking things back: one ledger event, then everything derived is computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipelines.casework import find_recorder, refuse_contradiction
from pipelines.packets import tell_unaccounted
from pipelines.report import find_link, list_batches_of, name_link, read_all
from pipelines.resources import build_office, hold_home
from pipelines.scope import refuse_foreign
from pipelines.terminal import say
from pipelines.workflow import act_batches
from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, renew_event
from tongcha.ledger.store import Ledger
from tongcha.ledger.wording import refuse_numbers
from tongcha.review.decisions import record_retraction, record_withdrawal
from tongcha.review.disputes import refuse_partial

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.runs import Runner
    from tongcha.ledger.events import Event, NewEvent

OF_A_LINK: Final = frozenset(
    {
        EventKind.JUDGEMENT,
        EventKind.RECUSAL,
        EventKind.WITHDRAWAL,
        EventKind.DISPUTE,
        EventKind.RESOLUTION,
    }
)
"""what is said or decided of one link; taking it back decides anew whether the link leaves"""


def withdraw_link(runner: Runner, link_id: str, *, by: str, reason: str) -> None:
    """Record the withdrawal of a link and recompute what rested on it.

    Args:
        runner: runs on the home.
        link_id: the link; the number of one of its clues does as well.
        by: code of the person who decides; must have the role 办案.
        reason: the grounds.

    Raises:
        LedgerError: the link or the person is unknown.
    """
    link_id = name_link(runner.home, link_id)
    link = find_link(runner.home, link_id)
    record(runner, record_withdrawal(batch=str(link["batch"]), link_id=link_id, by=by, reason=reason))
    for batch in list_batches_of(runner.home, link):
        act_batches(runner, batch)
    due = read_all(runner.home, "corrections").height
    say(f"✓ 比对 {link_id} 已撤销，线索、扣分、告知书与计分已重算。")
    say(f"{'！' if due else '✓'} 待向收到过旧文书的单位更正：{due} 份文件（tongcha case disclosed）")
    tell_unaccounted(runner.home, link_id)


def retract_event(runner: Runner, event_id: str, *, by: str, reason: str) -> None:
    """Take back an earlier event (a judgement, a withdrawal, a retraction…) and recompute everything.

    Args:
        runner: runs on the home.
        event_id: number of the event.
        by: code of the person who decides; must have the role 办案.
        reason: the grounds.

    Raises:
        LedgerError: the event or the person is unknown, or the person took part in judging the link that it
            is about.
    """
    events = {event.event_id: event for event in Ledger(runner.home.ledger_url()).events()}
    if event_id not in events:
        raise LedgerError(f"台账事件 {event_id}", "不存在", "用 tongcha ledger list 查编号")
    if events[event_id].kind is EventKind.DELETION:
        raise LedgerError(f"台账事件 {event_id}", "是删除记录，已删除的不能恢复", "另作登记说明")
    refuse_own_cause(events, event_id, by)
    record(runner, record_retraction(event_id=event_id, by=by, reason=reason))
    act_batches(runner, None)
    say(f"✓ 台账事件 {event_id} 已撤回，相关结果已重算。")


def refuse_own_cause(events: Mapping[str, Event], event_id: str, by: str) -> None:
    """Refuse to let a person who judged a link undo what others said or decided of it, by whatever detour.

    Their own answer they may take back.

    Raises:
        LedgerError: the person took part.
    """
    given = events[event_id]
    if given.kind is EventKind.JUDGEMENT and given.actor == by:
        return
    while given.kind is EventKind.RETRACTION:
        given = events[given.subject]
    if given.kind in OF_A_LINK:
        refuse_partial(events.values(), given.subject, by)


def record(runner: Runner, event: NewEvent) -> None:
    """Append what a person decided who may record; the same words after a retraction count anew.

    Raises:
        LedgerError: the person isn't listed, may not record, or not what lies in another district; or
            somebody's number stands in the words.
    """
    person = find_recorder(runner.home, event.actor)
    refuse_numbers([event])
    office = build_office(runner.home)
    ledger = Ledger(office.ledger_url)
    refuse_foreign(runner.home, ledger.events(), person, [event.subject])
    with hold_home(runner.home):  # nobody else records between the look at what stands and the record
        wanted = renew_event(event, ledger.events())
        refuse_contradiction(office, [wanted])
        recorded = ledger.append(wanted, at=office.now())
    say(f"✓ 已记入台账第 {recorded.seq} 条（{recorded.event_id}）")
