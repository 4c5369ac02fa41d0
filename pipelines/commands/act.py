"""`tongcha act`."""

from __future__ import annotations

import click

from pipelines.home import Home


@click.command()
@click.option("--batch", metavar="批次", help="只做这一批次；不写则做全部批次。 One batch only.")
def act(batch: str | None) -> None:
    """读回复核表，过关口，写出移送包与学校告知书。

    Read the returned workbooks, pass the gate, write referral packages and school notices.
    """
    from pipelines.report import show_outcome
    from pipelines.runs import Runner
    from pipelines.workflow import act_batches

    runner = Runner.open(Home.from_environment())
    act_batches(runner, batch)
    show_outcome(runner.home)
