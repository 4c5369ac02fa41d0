"""`tongcha case …`: where each school stands; these record nothing."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.home import Home


@click.command()
@click.argument("school", metavar="[学校标识码]", required=False)
def show(school: str | None) -> None:
    """查看一所学校（不写则全部）：扣分、告知书、状态与期限。

    Show a school's addends, notice, state and due date; every school when none is named.
    """
    from pipelines.caseview import show_school, show_schools

    home = Home.from_environment().open()
    if school:
        show_school(home, school)
    else:
        show_schools(home)


@click.command()
def due() -> None:
    """列出在走的期限，逾期的在前。

    List the limits that run, overdue first.
    """
    from pipelines.caseview import show_due

    show_due(Home.from_environment().open())


@click.command()
def questions() -> None:
    """列出须由人判定的问题。

    List the questions that wait for a person.
    """
    from pipelines.caseview import show_questions

    show_questions(Home.from_environment().open())


@click.command()
@click.argument("rules", metavar="规则文件", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def compare(rules: Path) -> None:
    """换一套扣分规则会改变什么：先看差额，什么都不改动。

    Show what other deduction rules would change, before anything is changed.
    """
    from pipelines.caseview import show_rules

    show_rules(Home.from_environment().open(), rules)
