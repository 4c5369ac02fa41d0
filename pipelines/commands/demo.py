"""`tongcha demo`."""

from __future__ import annotations

import click

from pipelines.home import Home


@click.command()
@click.option("--seed", default=1, show_default=True, help="随机种子。 Seed.")
@click.option("--teachers", default=20_000, show_default=True, help="教师登记数。 Registry records.")
@click.option("--schools", default=120, show_default=True, help="学校数。 Schools.")
@click.option("--raids", default=6, show_default=True, help="查处次数，一次一批。 Raids, a batch each.")
@click.option("--people", default=300, show_default=True, help="现场人员数。 People met.")
@click.option("--pupils", default=400, show_default=True, help="现场学生数。 Pupils met.")
def demo(**sizes: int) -> None:
    """在虚构的城市上走完全过程：收件、比对、两人复核、移送、学校扣分告知。

    Run the whole loop on an invented city: intake, linkage, review by two scripted people, referral,
    deductions and notices. Ends with one of each on the screen. Nobody in it exists.
    """
    from pipelines.demo import run_demo

    run_demo(Home.from_environment(), sizes)
