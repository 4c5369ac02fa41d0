"""`tongcha case …`: between the bureau and its districts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.commands.signing import dated, open_desk, signed, to_day
from pipelines.home import Home

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
def orders() -> None:
    """列出逐地区的督办建议与已决定的督办通知（只有问题数，不排名）。

    List the orders proposed and issued to districts: counts of issues only, no ranking.
    """
    from pipelines.caseview import show_orders

    show_orders(Home.from_environment().open())


@click.command()
@click.argument("area", metavar="区划代码")
@signed
@dated
def supervise(area: str, by: str, reason: str, on: datetime | None) -> None:
    """决定向一个地区下发督办通知（须先有建议），写出通知。

    Decide that an order goes to a district where one is proposed, and write it.
    """
    from pipelines.districts import supervise as record

    record(open_desk(by), area, on=to_day(on), reason=reason)


@click.command(name="hand-over")
@click.argument("batch", metavar="批次")
@click.argument("raid", metavar="查处编号")
@click.option(
    "--to", "area", required=True, metavar="区划", help="接收的六位区划代码。 District that takes it."
)
@signed
@dated
def hand_over(batch: str, raid: str, area: str, by: str, reason: str, on: datetime | None) -> None:
    """把一次查处的全部事项移交另一区划管辖：谁移交、交给谁、为什么，都入台账。

    Hand a raid's cases to another district; people bound to districts see and record accordingly.
    """
    from pipelines.districts import hand_over as record

    record(open_desk(by), batch, raid, to_area=area, on=to_day(on), reason=reason)
