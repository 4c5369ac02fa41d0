"""`tongcha calibrate`."""

from __future__ import annotations

import click

from pipelines.home import Home


@click.command()
@click.option(
    "--from",
    "source",
    type=click.Choice(["numbers", "judgements"]),
    default="numbers",
    show_default=True,
    help="numbers：证件号核验过的比对；judgements：两人意见一致的比对。 Which pairs to learn from.",
)
def calibrate(source: str) -> None:
    """重估比对权重，列出建议、影响与可用 patch 应用的差异，不作任何改动。

    Re-estimate the weights; shows the proposal, its effect on past decisions and a patch; changes nothing.

    建议与影响写到标准错误，差异写到标准输出：tongcha calibrate > 建议.diff
    What it means goes to stderr, the patch to stdout.
    """
    from pipelines.calibration import show_proposal

    show_proposal(Home.from_environment().open(), by_judgements=source == "judgements")
