"""`tongcha case …`: what people record of a case, and where it stands; a file per kind of word."""

from __future__ import annotations

import click

from pipelines.commands.case import answers, districts, papers, people, school, views


@click.group()
def case() -> None:
    """办案：登记送达、申辩、决定、复核、申诉、减免，查看各校状态与期限。

    Casework: record deliveries, steps, rulings and reliefs; show where each school stands and what is due.
    """


for _module in (papers, school, answers, districts, people, views):
    for _command in vars(_module).values():
        if isinstance(_command, click.Command):
            case.add_command(_command)
