"""`tongcha case …`: what those who were asked wrote back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.commands.signing import dated, open_desk, signed, to_day

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.argument("link", metavar="比对编号")
@click.argument("answer", metavar="属实|不属实", type=click.Choice(["属实", "不属实"]))
@click.option(
    "--source", required=True, type=click.Choice(["学校书面核实", "本人书面陈述"]), help="Who answered."
)
@signed
@dated
def verify(link: str, answer: str, source: str, by: str, reason: str, on: datetime | None) -> None:
    """登记清查兼职的核实结果：学校或者本人书面答复属实的，才过关口（不答复不算属实）。

    Record what the school or the person answered about filed staff; silence is no answer.
    """
    from pipelines.casedesk import verify as record

    record(open_desk(by), link, is_true=answer == "属实", source=source, on=to_day(on), reason=reason)


@click.command()
@click.argument("prompt", metavar="编号")
@click.option("--text", required=True, metavar="要点", help="回复的要点，不写姓名。 The answer in short.")
@click.option("--by", required=True, metavar="代号", help="登记人在名单中的代号。 Your code.")
@dated
def reply(prompt: str, text: str, by: str, on: datetime | None) -> None:
    """登记学校对工作提示、区县对督办通知的书面回复。

    Record a school's written answer to a prompt, or a district's to a supervision order.
    """
    from pipelines.casedesk import reply as record

    record(open_desk(by), prompt, text=text, on=to_day(on))


@click.command()
@click.argument("link", metavar="比对编号")
@click.argument("result", metavar="结果")
@click.option("--recipient", required=True, metavar="单位", help="反馈的单位全称。 Who reports.")
@click.option("--measure", default="", metavar="处理", help="处理种类，不写姓名。 What was done.")
@click.option("--by", required=True, metavar="代号", help="登记人在名单中的代号。 Your code.")
@dated
def outcome(link: str, result: str, recipient: str, measure: str, by: str, on: datetime | None) -> None:
    """登记接收单位反馈的办理结果（名称或者代码，见 policy/casebook.yaml；失实的也要登记）。

    Record what a recipient reported, the misses included.
    """
    from pipelines.casedesk import report_outcome

    report_outcome(open_desk(by), link, outcome=result, recipient=recipient, measure=measure, on=to_day(on))


@click.command()
@click.argument("link", metavar="比对编号")
@click.option(
    "--source", required=True, type=click.Choice(["当事人", "学校"]), help="谁提出的。 Who disputes it."
)
@click.option(
    "--school",
    default="",
    metavar="学校标识码",
    help="学校提出的，是哪一所；不写的为查处当日任职学校。 Which school; else the one on the raid date.",
)
@signed
@dated
def dispute(link: str, source: str, school: str, by: str, reason: str, on: datetime | None) -> None:
    """登记异议：当事人或者学校说“不是本人”。办结之前，有关这条比对的一律不出。

    Record that the person or the school disputes a link; until resolved, nothing about it leaves.
    """
    from pipelines.disputes import dispute as record

    record(open_desk(by), link, source=source, on=to_day(on), reason=reason, school_id=school)


@click.command()
@click.argument("link", metavar="比对编号")
@click.argument("answer", metavar="成立|不成立", type=click.Choice(["成立", "不成立"]))
@signed
@dated
def resolve(link: str, answer: str, by: str, reason: str, on: datetime | None) -> None:
    """办结异议：成立的，比对处处撤回；不成立的，重新过关口。判断过这条比对的人不能办结。

    随即出具异议核实结果告知书，送提出的人和曾被请暂停使用文书的单位；--reason 写入告知书，不写姓名。

    Resolve a dispute: upheld, the link is taken back everywhere; nobody who judged the link may resolve it.
    """
    from pipelines.disputes import resolve as record

    record(open_desk(by), link, upheld=answer == "成立", on=to_day(on), reason=reason)
