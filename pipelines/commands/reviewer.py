"""`tongcha reviewer`."""

from __future__ import annotations

import click

from pipelines.home import Home

ROLES = "一审、二审、集体研究、复验、查看、办案；可写多次。 Roles, may be repeated."
AREAS = "只管哪个区划（六位代码），可写多次；不写为全市。 District, may be repeated; all when left out."


@click.group()
def reviewer() -> None:
    """登记、停用、列出复核人。

    Enter, disable and list the people who may review.
    """


@reviewer.command()
@click.argument("code", metavar="代号")
@click.option("--name", required=True, metavar="姓名", help="显示名，只留在工作目录。 Display name.")
@click.option("--role", "roles", required=True, multiple=True, metavar="轮次", help=ROLES)
@click.option("--area", "areas", multiple=True, metavar="区划", help=AREAS)
def add(code: str, name: str, roles: tuple[str, ...], areas: tuple[str, ...]) -> None:
    """登记复核人并设密码；代号已在的则更新。

    Enter a person and give them a password; a known code is updated.
    """
    from pipelines.desk import open_accounts

    accounts = open_accounts(Home.from_environment().open())
    # asked for, never an argument: arguments end up in the shell's history
    password = click.prompt("密码（不少于 10 位）", hide_input=True, confirmation_prompt="再输一次")
    accounts.add(code, name, roles, password, areas)  # type: ignore[arg-type]  # checked by the account itself
    click.echo(f"✓ 已登记 {code}（{'、'.join(roles)}）")


@reviewer.command()
@click.argument("code", metavar="代号")
def disable(code: str) -> None:
    """停用一个代号：此后不能登录，交回的复核表和登记一律不收；此前已入台账的判断有效。

    Disable a person: no login, no workbook and no record from now on; judgements that the ledger holds stay.
    """
    from pipelines.desk import disable_reviewer

    disable_reviewer(Home.from_environment().open(), code)


@reviewer.command()
@click.argument("code", metavar="代号")
def sign(code: str) -> None:
    """本人查看复核表的签名码（每批每轮不同），写在复核表的代号之后，作“代号/签名码”；也可以在复核台首页查看。

    Show a person, by their password, what they write behind their code in each workbook.
    """
    from pipelines.desk import tell_signatures

    tell_signatures(Home.from_environment().open(), code, click.prompt("密码", hide_input=True))


@reviewer.command()
@click.argument("code", metavar="代号")
def said(code: str) -> None:
    """本人查看台账中记在自己名下的判断与回避，核对复核表读回的是不是自己所答；也可以在复核台查看。

    Show a person, by their password, what the ledger holds under their code.
    """
    from pipelines.desk import tell_said

    tell_said(Home.from_environment().open(), code, click.prompt("密码", hide_input=True))


@reviewer.command(name="list")
def list_all() -> None:
    """列出代号与轮次，不列姓名。

    List codes and roles, without names.
    """
    from pipelines.desk import open_accounts

    for person in open_accounts(Home.from_environment().open()).list_reviewers().reviewers:
        ended = f"　{person.disabled_on} 停用" if person.disabled_on else ""
        click.echo(f"{person.code}　{'、'.join(person.roles)}　{'、'.join(person.areas) or '全市'}{ended}")
