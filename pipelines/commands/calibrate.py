"""`tongcha calibrate`."""

from __future__ import annotations

import click

from pipelines.home import Home


@click.command()
def calibrate() -> None:
    """用证件号核验过的比对重估权重，只列出建议与影响，不作任何改动。

    Re-estimate the weights from links that ID numbers verify; shows the proposal, changes nothing.
    """
    from pipelines.calibration import show_proposal

    show_proposal(Home.from_environment().open())
