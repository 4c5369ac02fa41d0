"""`tongcha ledger`."""

from __future__ import annotations

import click

from pipelines.commands.signing import signed
from pipelines.exits import Exit
from pipelines.home import Home


@click.group()
def ledger() -> None:
    """台账：只增不改、逐条相扣的人工决定记录。

    The ledger: append-only, hash-chained record of what people decided.
    """


@ledger.command()
@click.option("--head", default="", metavar="指纹", help="先前另处记下的末条指纹。 A head noted elsewhere.")
def verify(head: str) -> int:
    """核验每一条的指纹与前后相扣，以及先前记下的末条仍在；否则退出码为 3。

    Verify every event's digest, its link to the one before, and that the head noted before is still there.
    """
    from pipelines.witness import read_head
    from tongcha.ledger.store import Ledger

    home = Home.from_environment().open()
    found = Ledger(home.ledger_url()).verify(head.strip() or read_head(home))
    if found.is_intact:
        click.echo(f"✓ 台账完好，共 {found.count} 条；末条指纹 {found.head}")
        return Exit.OK
    click.echo(f"✗ 台账在第 {found.broken_at} 条断裂（{found.reason}）；请停止使用并从备份核对。", err=True)
    return Exit.PROBLEMS


@ledger.command(name="list")
@click.option("--subject", metavar="编号", help="只列这个比对、告知书或学校的事件。 Of this subject only.")
def list_events(subject: str | None) -> None:
    """列出事件：序号、编号、时间、类别、对象、经办人；不列理由。

    List events: number, id, time, kind, subject, actor; reasons are left out.
    """
    from tongcha.ledger.store import Ledger

    for event in Ledger(Home.from_environment().open().ledger_url()).events():
        if subject in {None, event.subject}:
            columns = (str(event.seq), event.event_id, event.at, event.kind.value, event.subject, event.actor)
            click.echo("　".join(columns))


@ledger.command()
@signed
def clock(by: str, reason: str) -> None:
    """本机时间早于台账而台账的时间有误时：登记现在的时间是对的，由谁、为什么这样认定。

    Record that the clock is right now although the ledger holds later times.
    """
    from pipelines.casework import know_recorder
    from pipelines.scope import refuse_foreign
    from pipelines.witness import CLOCK, accept_clock
    from tongcha.ledger.store import Ledger

    home = Home.from_environment().open()
    person = know_recorder(home, by)
    refuse_foreign(home, Ledger(home.ledger_url()).events(), person, [CLOCK])
    accept_clock(home, by=by, reason=reason)
    click.echo("✓ 已登记：以现在的本机时间为准")
