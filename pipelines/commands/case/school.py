"""`tongcha case …`: a school's side: who answers, its steps, what is struck or relieved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pipelines.commands.signing import dated, open_desk, signed, to_day

if TYPE_CHECKING:
    from datetime import datetime

STEPS: Final = {
    "申辩": "contested",
    "无异议": "accepted",
    "决定": "decided",
    "申请复核": "review_requested",
    "复核决定": "review_decided",
    "申诉": "appealed",
    "申诉处理": "appeal_decided",
    "申诉成立": "appeal_upheld",
    "纠正": "corrected",
    "恢复": "restored",
    "撤回": "withdrawn",
}
RELIEFS: Final = {"主动报告": "self_report", "整改销号": "rectification"}


@click.command()
@click.argument("link", metavar="比对编号")
@click.option("--school", required=True, metavar="学校标识码", help="责任学校。 The school that answers.")
@signed
def rule(link: str, school: str, by: str, reason: str) -> None:
    """答复一个待判定问题：由人指明责任学校。

    Answer an open question of attribution by naming the school.
    """
    from pipelines.schooldesk import rule_on

    rule_on(open_desk(by), link, school_id=school, reason=reason)


@click.command()
@click.argument("notice", metavar="告知书编号")
@click.argument("step", metavar="步骤", type=click.Choice(list(STEPS)))
@signed
@dated
def step(notice: str, step: str, by: str, reason: str, on: datetime | None) -> None:
    """登记告知书的一步：申辩、无异议、决定、申请复核、复核决定、申诉、申诉处理、申诉成立、纠正、恢复、撤回。

    Record a step of a notice; a step out of order, too early or too late is refused and nothing is stored.
    """
    from pipelines.schooldesk import take_step

    take_step(open_desk(by), notice, STEPS[step], on=to_day(on), reason=reason)


@click.command()
@click.argument("case_ref", metavar="事项")
@signed
def strike(case_ref: str, by: str, reason: str) -> None:
    """申辩或申诉成立：不再计入某一事项（比对编号，或 查处编号/学生序号）。

    Strike a case that an appeal won: a link, or raid/pupil number.
    """
    from pipelines.schooldesk import strike as record

    record(open_desk(by), case_ref, reason=reason)


@click.command()
@click.argument("school", metavar="学校标识码")
@click.argument("relief", metavar="种类", type=click.Choice(list(RELIEFS)))
@click.option("--campaign", required=True, metavar="专项行动", help="在哪个专项行动中。 Which campaign.")
@signed
def relieve(school: str, relief: str, campaign: str, by: str, reason: str) -> None:
    """准予减免：主动报告，或者整改销号。

    Grant a relief that the policy knows: the school's own report, or rectification.
    """
    from pipelines.schooldesk import relieve as record

    record(open_desk(by), school, campaign=campaign, relief=RELIEFS[relief], reason=reason)
