"""What the command line shows of cases: a school's account and state, limits, questions, deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from rich.table import Table as Grid

from pipelines.packets import find_unaccounted
from pipelines.report import name_link, read_all
from pipelines.resources import build_office
from pipelines.terminal import say
from tongcha.casebook.disclosures import find_disclosures_of
from tongcha.casebook.rectification import STATE_LABELS
from tongcha.errors import InputError
from tongcha.policy.deductions import DeductionPolicy
from tongcha.responsibility.deductions import LABELS, compute_deductions
from tongcha.responsibility.notices import RULE_ORDER
from tongcha.responsibility.repricing import compare_deductions, keep_final
from tongcha.responsibility.states import OPEN_TO_DEFENCE
from tongcha.responsibility.states import STATE_LABELS as STEP_LABELS
from tongcha.responsibility.steps import read_reliefs
from tongcha.review.disputes import list_open_disputes
from tongcha.review.verification import list_unverified

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.replay import Replay


def show_schools(home: Home) -> None:
    """Show every school's sum and state, by school code."""
    columns = {
        "school_id": "学校标识码", "notice_id": "告知书", "points": "拟扣分", "label": "状态",
        "due": "期限末日", "school_name": "学校名称", "campaign": "专项行动",
    }  # fmt: skip
    show_grid("各校状态（按学校标识码排列，不作排名）", list_accounts(home), columns)


def list_accounts(home: Home) -> pl.DataFrame:
    """Return the scoreboard with each school's notice and where it stands."""
    own = ["school_id", "campaign"]
    notices = read_all(home, "school_notices").select(*own, "notice_id", "path")
    states = read_all(home, "notice_states")
    joined = read_all(home, "scoreboard").join(notices, on=own, how="left")
    return joined.join(states, on="notice_id", how="left").sort(own)


def show_school(home: Home, school_id: str) -> None:
    """Show one school: every addend with its sum, the notice, the state, each step with who recorded it.

    Raises:
        InputError: nothing is held against that school.
    """
    accounts = list_accounts(home).filter(pl.col("school_id") == school_id)
    if accounts.is_empty():
        raise InputError(f"学校 {school_id}", "没有扣分或告知书", "用 tongcha case show 列出各校")
    order = pl.col("rule").replace_strict(RULE_ORDER, return_dtype=pl.Int64)
    sums = read_all(home, "score_deductions").filter(pl.col("school_id") == school_id).sort(order, "case_ref")
    steps = read_all(home, "notice_steps").sort("on", "seq")
    for row in accounts.iter_rows(named=True):
        say(f"{row['school_name']}　{row['campaign']}　拟扣 {row['points']} 分")
        for line in sums.filter(pl.col("campaign") == row["campaign"]).iter_rows(named=True):
            say(f"  {line['points']:>8}　{LABELS[line['rule']]}　{line['sum_shown']}　{line['case_ref']}")
        say(f"  告知书 {row['notice_id']}　{row['label']}　{row['waits_for']}")
        if row["clock"]:
            say(f"  期限：{row['clock']}，自 {row['started']} 次日起算，{_say_end(row)}　{row['basis']}")
        for step in steps.filter(pl.col("notice_id") == row["notice_id"]).iter_rows(named=True):
            say(f"  {step['on']}　{STEP_LABELS[step['step']]}　登记人 {step['by']}　{step['event_id']}")
    show_inspectors(home, school_id)


def _say_end(row: Mapping[str, Any]) -> str:
    """Return when a limit ends and how far off that is; what the holiday calendar doesn't reach is said."""
    if row["due"] is None:
        return "末日待人工核定"
    left = f"剩 {row['days_left']} 天" if row["days_left"] >= 0 else f"已过 {-row['days_left']} 天"
    return f"末日 {row['due']}（{left}）"


def show_inspectors(home: Home, school_id: str) -> None:
    """Show who was the school's inspector on each raid date: whom to ask, and no finding of fault."""
    own = read_all(home, "school_responsibilities").filter(pl.col("school_id") == school_id)
    named = read_all(home, "inspectors").sort("snapshot").unique("inspector_id", keep="last")
    known = own.drop_nulls("inspector_id").select("raid_date", "inspector_id").unique()
    joined = known.join(named.select("inspector_id", "name"), on="inspector_id", how="left")
    for row in joined.sort("raid_date", "inspector_id").iter_rows(named=True):
        who = " ".join(filter(None, (row["inspector_id"], row["name"])))
        say(f"  {row['raid_date']} 当日责任督学 {who}（供联系，不认定过错）")


def show_due(home: Home) -> None:
    """Show the limits that run, those that passed first, then by date."""
    items = read_all(home, "due_items")
    ordered = items.sort(
        "overdue", "due", "kind", "ref", descending=[True, False, False, False], nulls_last=True
    )
    days = pl.col("days_left").abs()
    shown = ordered.with_columns(
        left=pl.when("overdue").then(pl.format("已过{}天", days)).otherwise(pl.format("{}天", days)),
        what=pl.format("{}：{}", "label", "waits_for"),
    )
    columns = {
        "ref": "编号", "started": "起算日", "due": "末日", "left": "剩余", "what": "期限与下一步",
    }  # fmt: skip
    show_grid("在走的期限（自起算日的次日起计算；过期不等于承认）", shown, columns)
    for label, basis in items.select("label", "basis").unique().sort("label", "basis").iter_rows():
        say(f"  {label}：{basis}")
    show_open_disputes(home)


def show_open_disputes(home: Home) -> None:
    """Show the disputes that wait for an answer: who, when, why, and who recorded it."""
    columns = {
        "link_id": "比对编号", "on": "提出日期", "source": "提出人", "reason": "异议要点", "by": "登记人",
        "event_id": "台账事件",
    }  # fmt: skip
    waiting = list_open_disputes(build_office(home).events())
    show_grid("尚未办结的异议（有关比对暂不对外，办结用 tongcha case resolve）", waiting, columns)


def show_issues(home: Home, state: str | None) -> None:
    """Show the register of issues with what was set and done about each.

    Raises:
        InputError: there is no such state; an empty list would read as "no issues".
    """
    issues = read_all(home, "issue_ledger")
    done = read_all(home, "rectification_ledger").select("issue_id", "measure", "due", "person", "overdue")
    joined = issues.join(done, on="issue_id", how="left").sort("found_on", "issue_id")
    if state and state not in {*STATE_LABELS, *STATE_LABELS.values()}:
        listed = "、".join(f"{code}（{label}）" for code, label in STATE_LABELS.items())
        raise InputError(f"状态 {state[:20]}", "问题台账没有这种状态", f"写 {listed} 之一")
    shown = joined.filter(pl.any_horizontal(pl.col("state", "state_label") == state)) if state else joined
    columns = {
        "issue_id": "问题编号", "label": "类别", "state_label": "状态", "case_ref": "所依事项",
        "found_on": "发现日期",
        "department": "责任部门", "measure": "整改措施", "due": "时限", "sentence": "说明",
    }  # fmt: skip
    show_grid("问题台账", shown, columns)


def show_questions(home: Home) -> None:
    """Show what attribution left to a person."""
    asked = read_all(home, "school_responsibilities").filter(pl.col("state") == "question").sort("link_id")
    columns = {"link_id": "比对编号", "raid_id": "查处编号", "raid_date": "查处日期", "question": "问题"}
    show_grid("待判定的问题", asked, columns)
    filed = list_unverified(
        withheld_links=read_all(home, "withheld_links"),
        candidate_links=read_all(home, "candidate_links"),
        events=build_office(home).events(),
    )
    columns = {
        "batch": "批次", "link_id": "比对编号", "raid_id": "备案编号",
        "responsible_school_id": "向哪所学校核实",
    }  # fmt: skip
    show_grid("清查兼职待核实（用 tongcha case verify 登记学校或者本人的书面答复）", filed, columns)
    unsure = read_all(home, "school_responsibilities").drop_nulls("inspector_question")
    once = unsure.unique(["school_id", "raid_date"]).sort("school_id", "raid_date")
    columns = {"school_id": "学校标识码", "raid_date": "查处日期", "inspector_question": "须由督导室核实"}
    show_grid("责任督学待核实", once, columns)


def show_orders(home: Home) -> None:
    """Show what is proposed to be ordered and what was, district by district, by area code."""
    labels = {"proposed": "建议", "issued": "已决定"}
    orders = read_all(home, "supervision_orders").with_columns(
        pl.col("state").replace_strict(labels, return_dtype=pl.String)
    )
    columns = {
        "order_id": "督办编号", "area": "区划代码", "state": "状态", "recipient_name": "接收单位",
        "sentence": "说明", "path": "文件",
    }  # fmt: skip
    show_grid("督办（按区划代码排列，不作排名）", orders.sort("area", "state", "order_id"), columns)


def show_disclosures(home: Home, link_id: str | None) -> None:
    """Show what was handed to whom, and which corrections are due."""
    given = read_all(home, "disclosures")
    given = find_disclosures_of(given, name_link(home, link_id)) if link_id else given
    columns = {
        "on": "日期", "document_id": "文书", "recipient_name": "接收单位", "file": "文件", "by": "送达人",
        "event_id": "台账事件",
    }  # fmt: skip
    given = given.with_columns(file=pl.col("path").str.split("/").list.last())
    show_grid("送达记录", given.sort("seq"), columns)
    columns = {
        "letter_id": "更正函",
        "recipient_name": "接收单位",
        "path": "所更正的文件",
        "sentence": "说明",
    }
    due = read_all(home, "corrections").join(given, on=["recipient_name", "path", "sha256"], how="semi")
    show_grid("待更正", due, columns)
    packed = find_unaccounted(home)
    packed = find_disclosures_of(packed, name_link(home, link_id)) if link_id else packed
    columns = {"document_id": "文书", "recipient_name": "接收单位", "by": "打包人", "seq": "台账序号"}
    show_grid("已打包、没有登记送达", packed, columns)


def show_rules(home: Home, rules: Path) -> None:
    """Show what every school would lose under other rules; decided notices stay as they were decided.

    Raises:
        PolicyError: the file breaks its schema, or isn't in force on the day of some raid.
    """
    before = read_all(home, "score_deductions")
    after = compute_deductions(
        school_responsibilities=read_all(home, "school_responsibilities"),
        pupil_schools=read_all(home, "pupil_schools"),
        sites=read_all(home, "sites"),
        policy=DeductionPolicy.load(rules),
        reliefs=read_reliefs(build_office(home).events()),
    )
    states = read_all(home, "notice_states").filter(~pl.col("state").is_in(OPEN_TO_DEFENCE))
    settled = read_all(home, "school_notices").join(states, on="notice_id", how="semi")
    kept = keep_final(under_old=before, under_new=after, final=settled)
    difference = compare_deductions(before=before, after=kept)
    show_difference(f"换用 {rules.name} 的差额（已作决定的不变）", difference)


def show_difference(title: str, difference: pl.DataFrame) -> None:
    """Show the sums that differ."""
    columns = {"school_id": "学校标识码", "campaign": "专项行动", "before": "原为", "after": "将为"}
    show_grid(title, difference, columns | {"change": "变化"})


def show_replay(found: Replay) -> None:
    """Show what was known after an event beside what is known now."""
    same = found.papers["again"].sum()
    say(f"按台账第 {found.upto} 条之后所知重算：当时已送达 {found.papers.height} 份文件，{same} 份逐字节相同")
    for sentence in found.differences:
        say(f"  生成条件已变：{sentence}")
    other = found.papers.filter(~pl.col("again"))
    if other.height:
        show_grid(
            "重算与当时送达不同的文件（原件在存档中）", other, {"recipient_name": "接收单位", "path": "文件"}
        )
    moved = found.links.filter(pl.col("then") != pl.col("now"))
    say(f"当时确认 {found.links['then'].sum()} 条比对，现在 {found.links['now'].sum()} 条")
    said = moved.with_columns(pl.col("then", "now").replace_strict({True: "确认", False: "—"}))
    show_grid("有变化的比对", said, {"link_id": "比对编号", "then": "当时", "now": "现在"})
    columns = {
        "school_id": "学校标识码", "campaign": "专项行动", "before": "当时", "after": "现在",
        "change": "变化",
    }  # fmt: skip
    show_grid("有变化的扣分", found.sums, columns)


def show_grid(title: str, frame: pl.DataFrame, columns: Mapping[str, str]) -> None:
    """Show a frame as a table with Chinese headers; say so when there is nothing.

    Columns in which nothing stands are left out, so that the others have room on a narrow screen.
    """
    if frame.is_empty():
        say(f"{title}：没有")
        return
    filled = [name for name in columns if frame[name].cast(pl.String).replace("", None).count()]
    grid = Grid(title=title, title_justify="left")
    for name, label in (
        (name, columns[name]) for name in filled
    ):  # a number or a day cut in two is of no use to whoever must type it
        whole = name == "ref" or name.endswith("_id") or frame.schema[name] == pl.Date
        grid.add_column(label, no_wrap=whole, overflow="fold")
    for row in frame.select(filled).iter_rows():
        grid.add_row(*("" if value is None else str(value) for value in row))
    say(grid)
