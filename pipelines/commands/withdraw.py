"""`tongcha withdraw LINK`."""

from __future__ import annotations

import click

from pipelines.home import Home


@click.command()
@click.argument("link", metavar="比对编号")
@click.option("--by", required=True, metavar="代号", help="作出决定的人在名单中的代号。 Reviewer code.")
@click.option(
    "--reason", required=True, metavar="理由", help="写依据，不写姓名。 The grounds, without names."
)
def withdraw(link: str, by: str, reason: str) -> None:
    """撤销一条比对：记入台账，重算线索、扣分、告知书与计分。

    Withdraw a link: one ledger event; referrals, deductions, notices and the scoreboard are recomputed.
    """
    from pipelines.runs import Runner
    from pipelines.withdrawal import withdraw_link

    withdraw_link(Runner.open(Home.from_environment()), link, by=by, reason=reason)
