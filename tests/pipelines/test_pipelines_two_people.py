"""Two people at once: what each may record alone, both together may not."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

import pytest

from pipelines.casework import Desk
from pipelines.resources import hold_home
from pipelines.runs import Runner
from pipelines.withdrawal import record
from tests.pipelines.case_desk import CLERK, TODAY, open_desk
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger
from tongcha.review.decisions import record_withdrawal
from tongcha.review.disputes import record_dispute

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

LINK = "L0000000000000001"
LONG_ENOUGH = 0.5


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Desk:
    home = open_desk(tmp_path, monkeypatch, {})
    return Desk(Runner.open(home), CLERK)


def run_held(desk: Desk, *tasks: Callable[[], object]) -> list[LedgerError]:
    """Start the tasks while somebody else holds the home; returns what was refused once it is free."""
    refused: list[LedgerError] = []

    def do(task: Callable[[], object]) -> None:
        try:
            task()
        except LedgerError as error:
            refused.append(error)

    threads = [threading.Thread(target=do, args=(task,)) for task in tasks]
    with hold_home(desk.runner.home):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LONG_ENOUGH)
        assert Ledger(desk.runner.home.ledger_url()).events() == []  # nobody records on a moving home
    for thread in threads:
        thread.join()
    return refused


def test_of_two_who_dispute_one_link_at_once_the_second_is_refused(desk):
    def dispute(reason: str) -> Callable[[], object]:
        event = record_dispute(
            batch="B", link_id=LINK, source="当事人", on=TODAY - dt.timedelta(1), by=CLERK, reason=reason
        )
        return lambda: desk.append([event])

    [refusal] = run_held(desk, dispute("称不是本人"), dispute("称当日在外地"))
    assert "不能登记" in str(refusal)
    assert len(Ledger(desk.runner.home.ledger_url()).events()) == 1


def test_a_withdrawal_waits_its_turn(desk):
    event = record_withdrawal(batch="B", link_id=LINK, by=CLERK, reason="不是此人")
    assert run_held(desk, lambda: record(desk.runner, event)) == []
    assert len(Ledger(desk.runner.home.ledger_url()).events()) == 1
