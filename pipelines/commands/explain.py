"""`tongcha explain LINK`."""

from __future__ import annotations

import click

from pipelines.home import Home


@click.command()
@click.argument("link", metavar="比对编号")
def explain(link: str) -> None:
    """逐项说明一条比对：证据、竞争候选、少了哪一项会怎样、走到了哪一步。

    Explain one link: the evidence that sums to its weight, the rival, counterfactuals, and where it stands.
    """
    from pipelines.report import show_link

    show_link(Home.from_environment().open(), link)
