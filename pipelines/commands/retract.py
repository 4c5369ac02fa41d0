"""`tongcha retract EVENT`."""

from __future__ import annotations

import click

from pipelines.home import Home


@click.command()
@click.argument("event", metavar="事件编号")
@click.option("--by", required=True, metavar="代号", help="作出决定的人在名单中的代号。 Reviewer code.")
@click.option(
    "--reason", required=True, metavar="理由", help="写依据，不写姓名。 The grounds, without names."
)
def retract(event: str, by: str, reason: str) -> None:
    """撤回台账中的一个事件（判断、撤销、撤回等），并全部重算。

    Take back an earlier ledger event (a judgement, a withdrawal, a retraction); everything is recomputed.
    """
    from pipelines.runs import Runner
    from pipelines.withdrawal import retract_event

    retract_event(Runner.open(Home.from_environment()), event, by=by, reason=reason)
