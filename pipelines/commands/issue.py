"""`tongcha issue …`: the registers of problems and of putting them right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pipelines.commands.signing import DAY, dated, open_desk, to_day
from pipelines.home import Home

if TYPE_CHECKING:
    from datetime import datetime

BY: Final = click.option("--by", required=True, metavar="代号", help="登记人在名单中的代号。 Your code.")


@click.group()
def issue() -> None:
    """问题台账与整改台账：登记问题、确定整改、销号、抽取回头看。

    The registers: enter issues, set measures, close with proof, draw samples to look at again.
    """


@issue.command("list")
@click.option("--state", metavar="状态", help="只看某一状态，如待整改、已销号。 One state only.")
def list_issues(state: str | None) -> None:
    """列出问题与整改情况。

    List the issues and where each stands.
    """
    from pipelines.caseview import show_issues

    show_issues(Home.from_environment().open(), state)


@issue.command("open")
@click.argument("sentence", metavar="问题")
@click.option("--area", default="", metavar="区划代码", help="所在区划。 Area code.")
@click.option("--school", default="", metavar="学校标识码", help="所涉学校。 The school concerned.")
@BY
@dated
def open_issue(sentence: str, area: str, school: str, by: str, on: datetime | None) -> None:
    """登记一个各表得不出的问题（不写姓名）。

    Enter an issue that no table gives, without names.
    """
    from pipelines.casedesk import open_issue as record

    record(open_desk(by), sentence, area=area, school_id=school, on=to_day(on))


@issue.command()
@click.argument("number", metavar="问题编号")
@click.option("--measure", required=True, metavar="措施", help="整改措施。 What will be done.")
@click.option(
    "--due", type=DAY, metavar="日期", help="整改时限；不写的按 policy/clocks.yaml。 By when; else by policy."
)
@click.option("--department", required=True, metavar="部门", help="责任部门。 Which department.")
@click.option("--person", required=True, metavar="责任人", help="职务或代号，不写姓名。 Post or code.")
@BY
@dated
def assign(
    number: str,
    measure: str,
    due: datetime | None,
    department: str,
    person: str,
    by: str,
    on: datetime | None,
) -> None:
    """逐项确定整改措施、整改时限、责任部门及责任人。

    Set measure, limit, department and person of an issue.
    """
    from pipelines.casedesk import require_issue
    from tongcha.casebook.rectification import record_assignment

    desk = open_desk(by)
    day = desk.date_of(to_day(on))
    require_issue(desk, number)
    event = record_assignment(
        issue_id=number,
        measure=measure,
        due=to_day(due) or desk.limit("rectification", day),
        department=department,
        person=person,
        on=day,
        by=by,
    )
    desk.record([event])


@issue.command()
@click.argument("number", metavar="问题编号")
@click.option("--proof", required=True, metavar="依据", help="整改到位的材料编号或核查情况。 The proof.")
@BY
@dated
def close(number: str, proof: str, by: str, on: datetime | None) -> None:
    """销号：整改到位，写明依据。

    Close an issue with proof.
    """
    from pipelines.casedesk import require_issue
    from tongcha.casebook.rectification import record_closing

    desk = open_desk(by)
    day = desk.date_of(to_day(on))
    require_issue(desk, number)
    desk.record([record_closing(issue_id=number, proof=proof, on=day, by=by)])


@issue.command()
@click.option(
    "--seed", required=True, metavar="种子", help="事先公开的文字或数字。 Any text made public before."
)
@BY
@dated
def draw(seed: str, by: str, on: datetime | None) -> None:
    """从已销号的问题中按种子抽取回头看名单，任何人都能重演。

    Draw a seeded sample of closed issues that anyone can draw again.
    """
    from pipelines.casedesk import draw_rechecks

    draw_rechecks(open_desk(by), seed=seed, on=to_day(on))


@issue.command()
@click.argument("number", metavar="问题编号")
@click.argument("result", metavar="结果", type=click.Choice(["保持", "重开"]))
@click.option("--finding", required=True, metavar="所见", help="回头看所见，不写姓名。 What was found.")
@BY
@dated
def recheck(number: str, result: str, finding: str, by: str, on: datetime | None) -> None:
    """登记一次回头看：整改保持，或者反弹重开。

    Record a second look: the rectification held, or the issue is open again.
    """
    from pipelines.casedesk import require_issue
    from tongcha.casebook.rectification import record_recheck

    desk = open_desk(by)
    day = desk.date_of(to_day(on))
    require_issue(desk, number)
    event = record_recheck(issue_id=number, is_kept=result == "保持", finding=finding, on=day, by=by)
    desk.record([event])
