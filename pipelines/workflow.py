"""The order of the work: reference, propose per batch, act per batch, settle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.states import raid_states, reference_state, return_states, settle_state, succeeded_last
from pipelines.terminal import say
from tongcha.casebook.closing import find_closed, refuse_closed
from tongcha.errors import UnknownBatchError
from tongcha.intake.batch import find_batch
from tongcha.ledger.store import Ledger
from tongcha.reference.snapshot import newest_snapshot

if TYPE_CHECKING:
    from pipelines.runs import Runner


def bring_reference(runner: Runner) -> None:
    """Take the newest snapshot in, unless exactly these files were taken in by this very code and policy.

    Raises:
        TongchaError: there is no snapshot, or it can't be taken in.
    """
    snapshot, state = newest_snapshot(runner.home.inbox), reference_state(runner.home)
    is_current = succeeded_last(runner.instance, "reference", state)
    if is_current and runner.home.has_table("people", snapshot):
        say(f"✓ 参照数据 {snapshot} 没有变化，沿用")
        return
    runner.run("reference", title=f"参照数据 {snapshot}", state=state)


def propose_batches(runner: Runner, batch: str | None) -> None:
    """Take in, link and write workbooks for one batch, or for every batch of the inbox.

    Raises:
        UnknownBatchError: the inbox doesn't hold that batch.
        LedgerError: the batch named is closed.
        TongchaError: a rule refused the work.
    """
    events = Ledger(runner.home.ledger_url()).events()
    if batch is not None:
        refuse_closed(events, batch)
    batches = [name for name in choose_batches(runner, batch) if name not in find_closed(events)]
    bring_reference(runner)
    runner.add_batches(batches)
    states = raid_states(runner.home)
    for name in batches:
        runner.run("propose", name, title=f"收件与比对　{name}", state=states[name])


def act_batches(runner: Runner, batch: str | None) -> None:
    """Read returns and recompute what leaves, for one batch or every proposed one; then settle.

    Raises:
        UnknownBatchError: no such batch was proposed.
        TongchaError: a rule refused the work.
    """
    proposed = [
        name for name in choose_batches(runner, batch) if runner.home.has_table("candidate_links", name)
    ]
    if not proposed:
        raise UnknownBatchError(f"批次 {batch or ''}", "还没有比对过", "先运行 tongcha propose")
    act_on(runner, proposed)
    settle(runner)


def act_on(runner: Runner, batches: list[str]) -> None:
    """Read returns and recompute what leaves for these batches.

    Raises:
        TongchaError: a rule refused the work.
    """
    states = return_states(runner.home, runner.home.raid_batches())
    for name in batches:
        runner.run("act", name, title=f"回传与关口　{name}", state=states.get(name, ""))


def take_returns(runner: Runner, batches: list[str]) -> None:
    """Record what reviewers returned and write the next round's workbooks; nothing leaves.

    Raises:
        TongchaError: a rule refused the work.
    """
    for name in batches:
        runner.run("review", name, title=f"回传　{name}")


def settle(runner: Runner) -> None:
    """Recompute every school's responsibility, deductions and notice from all batches.

    Raises:
        TongchaError: a rule refused the work.
    """
    runner.run("settle", title="学校责任与扣分", state=settle_state(runner.home))


def choose_batches(runner: Runner, batch: str | None) -> list[str]:
    """Return the batch named, or all of the inbox.

    Raises:
        UnknownBatchError: the inbox doesn't hold it, or holds none at all.
    """
    if batch is not None:
        return [find_batch(runner.home.inbox, batch).name]
    batches = runner.home.raid_batches()
    if not batches:
        raise UnknownBatchError("收件箱 raids/", "一个批次也没有", "把批次文件夹放入后再运行")
    return batches
