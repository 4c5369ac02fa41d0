"""`tongcha ledger verify`."""

from __future__ import annotations

import click

from pipelines.exits import Exit
from pipelines.home import Home


@click.group()
def ledger() -> None:
    """台账：只增不改、逐条相扣的人工决定记录。

    The ledger: append-only, hash-chained record of what people decided.
    """


@ledger.command()
def verify() -> int:
    """核验每一条的指纹与前后相扣；有断裂则退出码为 3。

    Verify every event's digest and its link to the one before; exit code 3 when broken.
    """
    from tongcha.ledger.store import Ledger

    found = Ledger(Home.from_environment().open().ledger_url()).verify()
    if found.is_intact:
        click.echo(f"✓ 台账完好，共 {found.count} 条；末条指纹 {found.head}")
        return Exit.OK
    click.echo(f"✗ 台账在第 {found.broken_at} 条断裂（{found.reason}）；请停止使用并从备份核对。", err=True)
    return Exit.PROBLEMS
