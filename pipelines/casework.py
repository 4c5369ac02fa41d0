"""What a named person may record of a case: checked against what stands, appended whole, then recomputed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.concerned import locate_links
from pipelines.resources import build_office, hold_home
from pipelines.scope import refuse_foreign
from pipelines.terminal import say
from pipelines.witness import refuse_earlier_clock, refuse_older_ledger
from pipelines.workflow import settle
from tongcha.casebook.rectification import read_rectifications
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, renew_event
from tongcha.ledger.store import Ledger
from tongcha.ledger.wording import refuse_numbers
from tongcha.policy.clocks import ClockPolicy
from tongcha.responsibility.clocks import set_deadline
from tongcha.responsibility.states import project_notice_states, refuse_untimely
from tongcha.responsibility.steps import read_steps
from tongcha.review.disputes import refuse_loose_ends
from tongcha.review.recusals import find_recused, refuse_recused
from tongcha.review.reviewers import RECORDER, Reviewers
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from assets.office import Office
    from pipelines.home import Home
    from pipelines.runs import Runner
    from tongcha.ledger.events import NewEvent
    from tongcha.review.reviewers import Reviewer


@dataclass(frozen=True, slots=True)
class Desk:
    """A person's desk in a home: who records, what stands.

    Attributes:
        runner: runs on the home.
        by: code of the person.
    """

    runner: Runner
    by: str

    def record(self, events: Iterable[NewEvent]) -> tuple[Event, ...]:
        """Append events by this person, then recompute what follows of every batch.

        Raises:
            LedgerError: the person may not record, or not this; or a history would contradict itself.
        """
        recorded = self.append(events)
        settle(self.runner)
        return recorded

    def append(self, events: Iterable[NewEvent]) -> tuple[Event, ...]:
        """Append events by this person if the histories still hold together; nothing is recomputed.

        Raises:
            LedgerError: the person may not record, or not this; somebody's number stands in the words; or a
                history would contradict itself.
        """
        with hold_home(self.runner.home):
            return self.append_held(events)

    def append_held(self, events: Iterable[NewEvent]) -> tuple[Event, ...]:
        """Append as `append` does while the caller holds the home.

        Between the look at what stands and the record nobody else may record: two people who decide at
        once would both be right, and both together wrong.

        Raises:
            LedgerError: as `append`.
        """
        person, events = find_recorder(self.runner.home, self.by), list(events)
        refuse_numbers(events)
        office = build_office(self.runner.home)
        ledger = Ledger(office.ledger_url)
        before = ledger.events()
        refuse_foreign(self.runner.home, before, person, [event.subject for event in events], new=events)
        wanted = [renew_event(event, before) for event in events]
        refuse_contradiction(office, wanted)
        receipt = ledger.append_all(wanted, at=office.now())
        for event in receipt.events:
            known = "" if event.event_id in receipt.new_ids else "（此前已登记，不重复）"
            say(f"✓ 台账第 {event.seq} 条 {event.event_id}{known}")
        return receipt.events

    def refuse_stranger(self, subject: str) -> None:
        """Refuse a person who isn't there to record cases, or not this one.

        Raises:
            LedgerError: the person may not record anything about the subject.
        """
        person = find_recorder(self.runner.home, self.by)
        refuse_foreign(self.runner.home, build_office(self.runner.home).events(), person, [subject])

    def date_of(self, on: date | None) -> date:
        """Return the day given, or today; a day to come is refused.

        Raises:
            LedgerError: the day lies ahead.
        """
        today = build_office(self.runner.home).today
        if on is not None and on > today:
            raise LedgerError(f"日期 {on}", f"晚于今天（{today}）", "只登记已经发生的事")
        return on or today

    def limit(self, clock: str, started: date) -> date:
        """Return the last day of a limit of policy/clocks.yaml.

        Raises:
            LedgerError: the holiday calendar doesn't reach that far.
        """
        clocks = build_office(self.runner.home).policy(ClockPolicy, "clocks")
        found = set_deadline(clocks.clock(clock), started)
        if found.due is None:
            raise LedgerError(f"期限 {found.label}", found.note, "自行写明末日")
        return found.due


def require_intact(ledger: Ledger) -> None:
    """Refuse to record, pack or hand over anything while the ledger is broken.

    Raises:
        LedgerError: an event was changed, or isn't linked to the one before.
    """
    found = ledger.verify()
    if not found.is_intact:
        raise LedgerError(f"台账第 {found.broken_at} 条", f"断裂（{found.reason}）", "停止使用，从备份恢复")


def find_recorder(home: Home, code: str) -> Reviewer:
    """Return the person of that code, who must have the role 办案.

    Raises:
        LedgerError: nobody has that code, it is disabled, or the person may judge or look but not record; or
            the ledger is broken or an older copy, or the clock was set back, so that nothing may rest on it.
    """
    refuse_earlier_clock(home)
    return know_recorder(home, code)


def know_recorder(home: Home, code: str) -> Reviewer:
    """Return the person of that code as `find_recorder` does, whatever the clock says.

    Raises:
        LedgerError: as `find_recorder`.
    """
    require_intact(Ledger(home.ledger_url()))
    refuse_older_ledger(home)
    person = Reviewers.load(home.root / "reviewers.yaml").find(code)
    if person is None:
        raise LedgerError(f"代号 {code}", "不在人员名单中", "在 reviewers.yaml 中登记后再操作")
    if person.disabled_on is not None:
        raise LedgerError(f"代号 {code}", f"已于 {person.disabled_on} 停用，不能登记", "由在用的代号登记")
    if not person.may_record:
        fix = "由有此权限的人登记，或用 tongcha reviewer add 授予"
        raise LedgerError(f"代号 {code}", f"没有“{RECORDER}”权限，不能登记", fix)
    return person


def refuse_contradiction(office: Office, wanted: Sequence[NewEvent]) -> None:
    """Project notices and registers as if the events were recorded; a contradiction is refused here.

    Raises:
        LedgerError: a step would be out of order, too early or too late, or name no notice; or a dispute and
            its resolution wouldn't fit together; or the person is recused from the link.
    """
    before = office.events()
    refuse_interested(office, before, wanted)
    events = rehearse_events(before, wanted)
    refuse_loose_ends(before, events)
    steps, recorded = read_steps(events), read_steps(before)
    notices = office.tables.read_all(BY_NAME["school_notices"])["notice_id"]
    unknown = sorted(set(steps["notice_id"]) - set(notices) - set(recorded["notice_id"]))
    if unknown:
        raise LedgerError(f"告知书 {unknown[0]}", "没有这份告知书", "用 tongcha case show 核对编号")
    clocks = office.policy(ClockPolicy, "clocks")
    project_notice_states(notice_ids=notices, steps=steps, clocks=clocks, today=office.today)
    refuse_untimely(recorded, steps, clocks)
    read_rectifications(events)


def refuse_interested(office: Office, before: list[Event], wanted: Sequence[NewEvent]) -> None:
    """Refuse who declared a conflict of interest to act in the case, by whatever paper or number.

    Raises:
        LedgerError: an event is about a link from which its author is recused.
    """
    recused = find_recused(before, office.tables.read_all(BY_NAME["candidate_links"]))
    if recused.keys() & {event.actor for event in wanted}:
        refuse_recused(recused, wanted, locate_links(office.tables, before))


def rehearse_events(before: list[Event], wanted: Sequence[NewEvent]) -> list[Event]:
    """Return the ledger as it would read with these events at its end; nothing is stored."""
    last = before[-1].seq if before else 0
    known = {event.event_id for event in before}
    fresh = [event for event in wanted if event.event_id not in known]
    return before + [
        Event(last + n, e.event_id, e.kind, e.subject, e.actor, "", e.payload, "", "")
        for n, e in enumerate(fresh, start=1)
    ]
