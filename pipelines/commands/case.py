"""`tongcha case …`: what people record of a case, and where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pipelines.commands.signing import dated, open_desk, signed, to_day
from pipelines.home import Home

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
    "恢复": "restored",
    "撤回": "withdrawn",
}
RELIEFS: Final = {"主动报告": "self_report", "整改销号": "rectification"}


@click.group()
def case() -> None:
    """办案：登记送达、申辩、决定、复核、申诉、减免，查看各校状态与期限。

    Casework: record deliveries, steps, rulings and reliefs; show where each school stands and what is due.
    """


@case.command()
@click.argument("document", metavar="文书编号")
@click.option("--by", required=True, metavar="代号", help="送达人在名单中的代号。 Your code.")
@click.option(
    "--receipt", required=True, metavar="方式", help="送达方式与回执号。 How, and the receipt number."
)
@dated
def deliver(document: str, by: str, receipt: str, on: datetime | None) -> None:
    """登记一份文书已经送达（发件箱里有文件不等于已送达）。

    Record that a package, notice, prompt, list or correction letter was handed over.
    """
    from pipelines.casework import deliver as record

    record(open_desk(by), document, on=to_day(on), receipt=receipt)


@case.command()
@click.argument("document", metavar="文书编号")
@click.option("--by", required=True, metavar="代号", help="打包人在名单中的代号。 Your code.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="文件夹", help="写到哪里。")
@click.option("--password-file", type=click.Path(path_type=Path), metavar="文件", help="密码存到哪里。")
def pack(document: str, by: str, out: Path, password_file: Path | None) -> None:
    """把一份文书打成加密包（AES-256 zip），附清单与送达回证；密码另行告知，不入台账、不入日志。

    Pack a document for its recipient: encrypted, with a list of fingerprints and a receipt to sign.
    """
    from pipelines.packing import pack_document

    pack_document(open_desk(by), document, out, password_file=password_file)


@case.command()
@click.argument("notice", metavar="告知书编号")
@click.argument("step", metavar="步骤", type=click.Choice(list(STEPS)))
@signed
@dated
def step(notice: str, step: str, by: str, reason: str, on: datetime | None) -> None:
    """登记告知书的一步：申辩、无异议、决定、申请复核、复核决定、申诉、申诉处理、恢复、撤回。

    Record a step of a notice; a step out of order, too early or too late is refused and nothing is stored.
    """
    from pipelines.casedesk import take_step

    take_step(open_desk(by), notice, STEPS[step], on=to_day(on), reason=reason)


@case.command()
@click.argument("link", metavar="比对编号")
@click.option("--school", required=True, metavar="学校标识码", help="责任学校。 The school that answers.")
@signed
def rule(link: str, school: str, by: str, reason: str) -> None:
    """答复一个待判定问题：由人指明责任学校。

    Answer an open question of attribution by naming the school.
    """
    from pipelines.casedesk import rule_on

    rule_on(open_desk(by), link, school_id=school, reason=reason)


@case.command()
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


@case.command()
@click.argument("case_ref", metavar="事项")
@signed
def strike(case_ref: str, by: str, reason: str) -> None:
    """申辩或申诉成立：不再计入某一事项（比对编号，或 查处编号/学生序号）。

    Strike a case that an appeal won: a link, or raid/pupil number.
    """
    from pipelines.casedesk import strike as record

    record(open_desk(by), case_ref, reason=reason)


@case.command()
@click.argument("school", metavar="学校标识码")
@click.argument("relief", metavar="种类", type=click.Choice(list(RELIEFS)))
@click.option("--campaign", required=True, metavar="专项行动", help="在哪个专项行动中。 Which campaign.")
@signed
def relieve(school: str, relief: str, campaign: str, by: str, reason: str) -> None:
    """准予减免：主动报告，或者整改销号。

    Grant a relief that the policy knows: the school's own report, or rectification.
    """
    from pipelines.casedesk import relieve as record

    record(open_desk(by), school, campaign=campaign, relief=RELIEFS[relief], reason=reason)


@case.command()
@click.argument("event", metavar="台账事件")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="文件", help="存到哪里。 Where to."
)
def reissue(event: str, out: Path) -> None:
    """把当时送达的原件逐字节另存一份（学生名单除外，到期销毁）。

    Issue again, byte for byte, what was handed over; lists of pupils are destroyed and can't be.
    """
    from pipelines.casedesk import reissue as write

    write(Home.from_environment().open(), event, out)


@case.command(name="hand-over")
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
    from pipelines.scope import hand_over as record

    record(open_desk(by), batch, raid, to_area=area, on=to_day(on), reason=reason)


@case.command()
@signed
def expire(by: str, reason: str) -> None:
    """删除存档中保存期满的已送达文书（期限见 policy/casebook.yaml），逐份登记删除记录。

    Delete archived papers whose term is over, with a deletion record each.
    """
    from pipelines.casedesk import expire_archive

    expire_archive(open_desk(by), reason=reason)


@case.command()
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


@case.command()
@click.argument("batch", metavar="批次")
@click.option("--drop-withheld", is_flag=True, help="暂缓的比对不再等待，一并删除。 Drop withheld links.")
@signed
def close(batch: str, by: str, reason: str, *, drop_withheld: bool) -> None:
    """办结一个批次：删除未移送人员和学生的信息，只留不能反查的摘要，全目录查找后登记删除记录。不能恢复。

    Close a batch: erase everyone who was met and is nobody's case, search the home, record the deletion.
    """
    from pipelines.closing import close_batch
    from pipelines.runs import Runner

    runner = Runner.open(Home.from_environment())
    close_batch(runner, batch, by=by, reason=reason, drop_withheld=drop_withheld)


@case.command()
@signed
@dated
def release(by: str, reason: str, on: datetime | None) -> None:
    """按未成年人信息规则出具本校学生名单（默认不允许）。

    Release pupils' names to their own schools, if policy/minors.yaml allows it; it doesn't by default.
    """
    from pipelines.casedesk import release as record

    record(open_desk(by), on=to_day(on), reason=reason)


@case.command()
def orders() -> None:
    """列出逐地区的督办建议与已决定的督办通知（只有问题数，不排名）。

    List the orders proposed and issued to districts: counts of issues only, no ranking.
    """
    from pipelines.caseview import show_orders

    show_orders(Home.from_environment().open())


@case.command()
@click.argument("area", metavar="区划代码")
@signed
@dated
def supervise(area: str, by: str, reason: str, on: datetime | None) -> None:
    """决定向一个地区下发督办通知（须先有建议），写出通知。

    Decide that an order goes to a district where one is proposed, and write it.
    """
    from pipelines.supervision import supervise as record

    record(open_desk(by), area, on=to_day(on), reason=reason)


@case.command()
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


@case.command()
@click.argument("link", metavar="比对编号")
@click.argument("result", metavar="结果代码")
@click.option("--recipient", required=True, metavar="单位", help="反馈的单位全称。 Who reports.")
@click.option("--measure", default="", metavar="处理", help="处理种类，不写姓名。 What was done.")
@click.option("--by", required=True, metavar="代号", help="登记人在名单中的代号。 Your code.")
@dated
def outcome(link: str, result: str, recipient: str, measure: str, by: str, on: datetime | None) -> None:
    """登记接收单位反馈的办理结果（代码见 policy/casebook.yaml，失实的也要登记）。

    Record what a recipient reported, the misses included.
    """
    from pipelines.casedesk import report_outcome

    report_outcome(open_desk(by), link, outcome=result, recipient=recipient, measure=measure, on=to_day(on))


@case.command()
@click.argument("rules", metavar="规则文件", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def compare(rules: Path) -> None:
    """换一套扣分规则会改变什么：先看差额，什么都不改动。

    Show what other deduction rules would change, before anything is changed.
    """
    from pipelines.caseview import show_rules

    show_rules(Home.from_environment().open(), rules)


@case.command()
@click.argument("school", metavar="学校标识码", required=False)
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


@case.command()
def due() -> None:
    """列出在走的期限，逾期的在前。

    List the limits that run, overdue first.
    """
    from pipelines.caseview import show_due

    show_due(Home.from_environment().open())


@case.command()
def questions() -> None:
    """列出须由人判定的问题。

    List the questions that wait for a person.
    """
    from pipelines.caseview import show_questions

    show_questions(Home.from_environment().open())


@case.command()
@click.argument("link", metavar="比对编号", required=False)
def disclosed(link: str | None) -> None:
    """列出送达记录与待更正文书；写明比对编号则只列提到它的。

    List what was handed to whom, and the corrections due; only what mentions a link when one is named.
    """
    from pipelines.caseview import show_disclosures

    show_disclosures(Home.from_environment().open(), link)
