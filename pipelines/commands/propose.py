"""`tongcha propose`."""

from __future__ import annotations

import click

from pipelines.home import Home


@click.command()
@click.option("--batch", metavar="批次", help="只做这一批次；不写则做收件箱中的全部批次。 One batch only.")
def propose(batch: str | None) -> None:
    """收件、比对、写出复核表。到此为止，等人判断。

    Take in the inbox, link identities, and write the review workbooks. Then people decide.

    复核表在 outbox/review/；填好后放入 inbox/returns/，再运行 tongcha act。
    """
    from pipelines.runs import Runner
    from pipelines.workflow import propose_batches

    runner = Runner.open(Home.from_environment())
    propose_batches(runner, batch)
    click.echo(f"复核表：{runner.home.outbox / 'review'}")
    click.echo(f"填好后放入 {runner.home.inbox / 'returns'}，再运行 tongcha act。")
