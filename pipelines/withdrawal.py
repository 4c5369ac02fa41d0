"""Taking a link back everywhere: one ledger event, then everything derived is computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.report import find_link
from pipelines.resources import build_office
from pipelines.terminal import say
from pipelines.workflow import act_batches
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger
from tongcha.review.decisions import record_withdrawal
from tongcha.review.reviewers import Reviewers

if TYPE_CHECKING:
    from pipelines.runs import Runner


def withdraw_link(runner: Runner, link_id: str, *, by: str, reason: str) -> None:
    """Record the withdrawal of a link and recompute what rested on it.

    Args:
        runner: runs on the home.
        link_id: the link.
        by: code of the person who decides; must be a listed reviewer.
        reason: the grounds.

    Raises:
        LedgerError: the link or the person is unknown.
    """
    link = find_link(runner.home, link_id)
    if Reviewers.load(runner.home.root / "reviewers.yaml").find(by) is None:
        raise LedgerError(f"代号 {by}", "不在复核人名单中", "在 reviewers.yaml 中登记后再操作")
    batch = str(link["batch"])
    event = record_withdrawal(batch=batch, link_id=link_id, by=by, reason=reason)
    office = build_office(runner.home)
    recorded = Ledger(office.ledger_url).append(event, at=office.now())
    say(f"✓ 已记入台账第 {recorded.seq} 条（{recorded.event_id}）")
    act_batches(runner, batch)
    say(f"✓ 比对 {link_id} 已撤销，线索、扣分、告知书与计分已重算。")
