"""`tongcha case …`: what is held of the people who were met, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.commands.signing import dated, open_desk, signed, sure_of_the_day, to_day
from pipelines.home import Home

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.option("--by", required=True, metavar="代号", help="答复人在名单中的代号。 Your code.")
def about(by: str) -> None:
    """本人查阅：在哪次查处登记过或者被认作本人、是否已删除、提供给过谁。查阅本身入台账，不记号码。

    Answer a person who asks what is held of them; works after their batch was closed as well.
    """
    from pipelines.request import answer_person, require_answerer

    home = Home.from_environment().open()
    require_answerer(home, by)
    # asked for, never an argument: arguments end up in the shell's history
    number = click.prompt("证件号码或者手机号（不显示、不保存）", hide_input=True)
    answer_person(home, number, by=by)


@click.command()
@click.argument("batch", metavar="批次")
@click.option("--drop-withheld", is_flag=True, help="暂缓的比对不再等待，一并删除。 Drop withheld links.")
@signed
@sure_of_the_day
def close(batch: str, by: str, reason: str, today: datetime | None, *, drop_withheld: bool) -> None:
    """办结一个批次：删除未移送人员和学生的信息，只留不能反查的摘要，全目录查找后登记删除记录。不能恢复。

    先列出将删除多少，核对日期后写明 --today 才办结。

    Close a batch: erase everyone who was met and is nobody's case, search the home, record the deletion.
    """
    from pipelines.closing import close_batch, preview_closing
    from pipelines.irrevocable import require_day
    from pipelines.runs import Runner

    runner, day = Runner.open(Home.from_environment()), to_day(today)
    if day is None:
        preview_closing(runner.home, batch, by=by)
        return
    require_day(runner.home, day)
    close_batch(runner, batch, by=by, reason=reason, drop_withheld=drop_withheld)


@click.command()
@click.argument("link", metavar="比对编号")
@signed
@dated
def recuse(link: str, by: str, reason: str, on: datetime | None) -> None:
    """声明回避：与当事人有利害关系的，不再办理有关这条比对和同一现场人员其他比对的任何事项。复核人在复核台或者复核表中声明。

    Declare your own conflict of interest with a link; you may then act no more in its case.
    """
    from pipelines.recusal import recuse as record

    record(open_desk(by), link, on=to_day(on), reason=reason)
