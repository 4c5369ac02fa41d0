"""The case commands themselves: what is said on the command line is what the ledger holds, once and in order.

The tables lie there as the jobs would have stored them; the recomputation after each word is a run of its
own that other tests drive, so here it is only noted that it was asked for.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
import yaml

from assets.store import WHOLE, TableStore
from pipelines.report import show_refused_returns
from pipelines.scope import refuse_foreign
from tests.casebook.casebook_scene import POLICY
from tests.pipelines.case_desk import (
    CLERK,
    ORDER,
    PROMPT,
    TODAY,
    asked,
    open_desk,
    refuse,
    say,
    store_tables,
)
from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute
from tongcha.casebook.due import find_answered
from tongcha.casebook.issues import build_issue_ledger, read_opened
from tongcha.casebook.rectification import read_rectifications
from tongcha.casebook.supervision import read_supervisions
from tongcha.errors import LedgerError
from tongcha.ledger.store import Ledger
from tongcha.responsibility.inspectors import name_inspectors
from tongcha.review.decisions import record_judgement
from tongcha.review.reviewers import Reviewers
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pipelines.home import Home


@pytest.fixture(scope="module")
def stored() -> dict[str, pl.DataFrame]:
    return store_tables()


@pytest.fixture
def home(tmp_path, monkeypatch, stored) -> Home:
    return open_desk(tmp_path, monkeypatch, stored)


def test_other_rules_are_compared_without_changing_anything(home, tmp_path):
    rules = yaml.safe_load((world.ROOT / "policy" / "deductions.yaml").read_text(encoding="utf-8"))
    rules["teacher"]["points"] = "3.00"
    file = tmp_path / "新规则.yaml"
    file.write_text(yaml.safe_dump(rules, allow_unicode=True), encoding="utf-8")
    before = {path: path.read_bytes() for path in (home.root / "tables").rglob("*.parquet")}
    shown = say("case", "compare", str(file))
    rows = {line.split("│")[1].strip(): line.split("│")[3:6] for line in shown.splitlines() if "│ S" in line}
    changes = {school: [cell.strip() for cell in cells] for school, cells in rows.items()}
    # S1 has four acts: 9.00 would be 13.00, which the cap cuts; S2 stays at its cap; S3 has one act
    assert changes == {
        "S1": ["9.00", "10.00", "1.00"],
        "S2": ["10.00", "10.00", "0.00"],
        "S3": ["2.00", "3.00", "1.00"],
    }
    assert {path: path.read_bytes() for path in before} == before
    assert Ledger(home.ledger_url()).events() == []
    assert asked == []


@pytest.mark.usefixtures("home")
def test_the_same_rules_change_nothing():
    assert "没有" in say("case", "compare", str(world.ROOT / "policy" / "deductions.yaml"))


@pytest.mark.usefixtures("home")
def test_rules_that_break_their_schema_are_refused(tmp_path):
    file = tmp_path / "坏规则.yaml"
    file.write_text("version: x\n", encoding="utf-8")
    assert "不合规定" in refuse("case", "compare", str(file))


def test_a_person_opens_an_issue_and_it_stands_in_the_register(home):
    words = ("issue", "open", "某机构夜间仍在上课", "--area", "210202", "--by", CLERK, "--on", "2026-11-19")
    assert "台账第 1 条" in say(*words)
    assert "不重复" in say(*words)  # said twice is said once
    [event] = Ledger(home.ledger_url()).events()
    assert (event.actor, event.payload["on"]) == (CLERK, "2026-11-19")
    assert asked == ["settle"] * 2
    opened = read_opened([event])
    issues = build_issue_ledger(
        sites=BY_NAME["sites"].empty(),
        school_responsibilities=attribute().clear(),
        score_deductions=BY_NAME["score_deductions"].empty(),
        events=[event],
        policy=POLICY,
    )
    assert issues.select("case_ref", "area", "state").rows() == [("某机构夜间仍在上课", "210202", "open")]
    assert opened.height == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("issue", "open", " ", "--by", CLERK), "没有写明"),
        (("issue", "open", "问题", "--by", CLERK, "--on", "2026-11-21"), "晚于今天"),
        (("issue", "open", "问题", "--by", "C02"), "没有“办案”权限"),
        (("issue", "open", "问题", "--by", "NOBODY"), "不在人员名单"),
        (("issue", "open", "问题", "--area", "2102", "--by", CLERK), "不是六位代码"),
        (("issue", "open", "问题", "--school", "S99", "--by", CLERK), "不在学校名录中"),
        (("issue", "open", "问题", "--area", "210203", "--by", "C03"), "不属代号 C03 的区划"),
        (("issue", "open", "问题", "--by", "C03"), "不属代号 C03 的区划"),
        (
            ("case", "hand-over", world.BATCH, "Q1", "--to", "219999", "--by", CLERK, "--reason", "属地"),
            "接收的区划不在",
        ),
        (("case", "reply", "Q999999999999", "--text", "已核实", "--by", CLERK), "不是送达过的"),
        (("case", "reply", PROMPT, "--text", " ", "--by", CLERK), "没有写明"),
        (("case", "supervise", "210202", "--by", CLERK, "--reason", "催办"), "没有督办建议"),
    ],
)
def test_what_may_not_be_recorded_leaves_no_trace(home, words, why):
    assert why in refuse(*words)
    assert Ledger(home.ledger_url()).events() == []
    assert asked == []


def test_a_person_of_a_district_opens_an_issue_of_that_district(home):
    say("issue", "open", "某机构夜间仍在上课", "--area", "210202", "--by", "C03")
    assert Ledger(home.ledger_url()).events()[0].payload["area"] == "210202"


def test_the_same_words_about_another_place_are_refused_and_no_issue_is_lost(home):
    say("issue", "open", "夜间仍在上课", "--area", "210202", "--by", CLERK)
    assert "写明地点" in refuse("issue", "open", "夜间仍在上课", "--area", "210203", "--by", CLERK)
    assert len(Ledger(home.ledger_url()).events()) == 1


def test_issues_are_listed_by_a_state_as_it_is_shown_and_an_unknown_state_is_no_empty_list(home):
    say("issue", "open", "夜间仍在上课", "--area", "210202", "--by", CLERK)
    issues = build_issue_ledger(
        sites=BY_NAME["sites"].empty(),
        school_responsibilities=attribute().clear(),
        score_deductions=BY_NAME["score_deductions"].empty(),
        events=Ledger(home.ledger_url()).events(),
        policy=POLICY,
    )
    TableStore(home.root / "tables").write(BY_NAME["issue_ledger"], WHOLE, issues)
    for state in ("open", "待整改"):
        assert issues["issue_id"][0] in say("issue", "list", "--state", state)
    assert "没有这种状态" in refuse("issue", "list", "--state", "opened")
    told = say("issue", "list")
    assert "Warning" not in told
    assert "整改措施" not in told  # a column in which nothing stands takes nobody's room


def store_notice(home: Home, school_id: str) -> TableStore:
    store = TableStore(home.root / "tables")
    notice = {
        "notice_id": "N00000000000a", "school_id": school_id, "campaign": world.CAMPAIGN,
        "points": Decimal("2.00"), "teacher_count": 1, "pupil_count": 0, "reply_days": 10,
        "path": "p", "sha256": "s",
    }  # fmt: skip
    store.write(BY_NAME["school_notices"], WHOLE, world.build("school_notices", [notice]))
    return store


def test_a_schools_page_tells_its_steps_in_chinese_by_day(home):
    store = store_notice(home, "S3")
    steps = [
        {"notice_id": "N00000000000a", "seq": seq, "event_id": f"E000000000000000{seq}", "step": step,
         "on": dt.date(2026, 11, day), "by": CLERK}
        for seq, step, day in ((1, "decided", 20), (2, "contested", 12))
    ]  # fmt: skip
    store.write(BY_NAME["notice_steps"], WHOLE, world.build("notice_steps", steps))
    state = {
        "notice_id": "N00000000000a", "state": "decided", "label": "已决定", "overdue": False,
        "waits_for": "等待",
        "clock": "学校提出申诉", "started": dt.date(2026, 11, 1), "due": dt.date(2026, 11, 16),
        "days_left": -4, "basis": "15日（自然日）；某办法",
    }  # fmt: skip
    store.write(BY_NAME["notice_states"], WHOLE, world.build("notice_states", [state]))
    told = say("case", "show", "S3")
    assert "自 2026-11-01 次日起算，末日 2026-11-16（已过 4 天）　15日（自然日）；某办法" in told
    assert 0 < told.index("2026-11-12　已申辩") < told.index("2026-11-20　已决定")


def test_a_notice_is_not_called_withdrawn_or_restored_while_its_points_stand(home):
    store_notice(home, "S1")
    words = ("--by", CLERK, "--reason", "已核实")
    assert "行计分，只登记“撤回”不减分" in refuse("case", "step", "N00000000000a", "撤回", *words)
    assert "没有整改销号恢复的分" in refuse("case", "step", "N00000000000a", "恢复", *words)
    assert Ledger(home.ledger_url()).events() == []


def test_the_limits_that_run_are_shown_with_the_day_they_are_counted_from_and_their_clause(home):
    store = TableStore(home.root / "tables")
    item = {
        "kind": "prompt", "ref": PROMPT, "label": "学校对工作提示的书面核实回复", "waits_for": "由学校回复",
        "started": dt.date(2026, 11, 16), "due": dt.date(2026, 11, 30), "days_left": 10, "overdue": False,
        "basis": "10个工作日；某方案；天数由本单位确定",
    }  # fmt: skip
    store.write(BY_NAME["due_items"], WHOLE, world.build("due_items", [item]))
    told = say("case", "due")
    assert "起算日" in told
    assert "2026-11-16" in told.replace("\n", "")
    assert "学校对工作提示的书面核实回复：10个工作日；某方案；天数由本单位确定" in told


def test_an_issue_set_right_by_no_date_is_due_by_the_policys_own_limit(home):
    say("issue", "open", "夜间仍在上课", "--by", CLERK)
    events = Ledger(home.ledger_url()).events()
    issues = build_issue_ledger(
        sites=BY_NAME["sites"].empty(),
        school_responsibilities=attribute().clear(),
        score_deductions=BY_NAME["score_deductions"].empty(),
        events=events,
        policy=POLICY,
    )
    TableStore(home.root / "tables").write(BY_NAME["issue_ledger"], WHOLE, issues)
    number = issues["issue_id"][0]
    set_right = ("--measure", "停课", "--department", "监管科", "--person", "科长", "--by", CLERK)
    say("issue", "assign", number, *set_right)
    done = read_rectifications(Ledger(home.ledger_url()).events())
    assert done["due"].to_list() == [dt.date(2026, 12, 21)]  # 30 days end on a Sunday


def test_nothing_is_recorded_or_packed_while_the_ledger_is_broken(home, tmp_path):
    say("issue", "open", "夜间仍在上课", "--by", CLERK)
    with sqlite3.connect(home.root / "ledger.sqlite") as database:
        database.execute("DROP TRIGGER events_refuse_update")
        database.execute("UPDATE events SET actor = 'C02'")
    asked.clear()
    for words in (
        ("issue", "open", "又一问题"),
        ("case", "pack", PROMPT, "--out", str(tmp_path), "--password-file", str(tmp_path / "p.txt")),
        ("case", "deliver", PROMPT, "--receipt", "签收"),
    ):
        assert "台账第 1 条：断裂" in refuse(*words, "--by", CLERK)
    assert len(Ledger(home.ledger_url()).events()) == 1
    assert asked == []


def test_a_schools_page_names_its_inspector_of_the_day_to_the_office(home):
    store = TableStore(home.root / "tables")
    term = {"school_id": "S3", "inspector_id": "D7", "name": "王督学", "start": dt.date(2025, 9, 1)}
    inspectors = world.build("inspectors", [term])
    store.write(BY_NAME["inspectors"], "2026-10-01", inspectors)
    acts = name_inspectors(attribute(), inspectors)
    store.write(BY_NAME["school_responsibilities"], WHOLE, acts)
    notice = {
        "notice_id": "N00000000000a", "school_id": "S3", "campaign": world.CAMPAIGN,
        "points": Decimal("2.00"), "teacher_count": 1, "pupil_count": 0, "reply_days": 10,
        "path": "p", "sha256": "s",
    }  # fmt: skip
    store.write(BY_NAME["school_notices"], WHOLE, world.build("school_notices", [notice]))
    assert "当日责任督学 D7 王督学（供联系，不认定过错）" in say("case", "show", "S3")
    assert "没有登记责任督学" in say("case", "questions")  # the other schools'


@pytest.mark.parametrize("document", [PROMPT, ORDER])
def test_an_answer_to_a_prompt_or_an_order_is_recorded_and_no_longer_waited_for(home, document):
    say("case", "reply", document, "--text", "核实：人数相符", "--by", CLERK)
    known = Ledger(home.ledger_url()).events()
    assert find_answered(known) == {document}
    assert known[0].payload["prompt_reply"] == "核实：人数相符"
    assert asked == ["settle"]


def test_a_person_decides_on_an_order_that_was_proposed(home):
    store = TableStore(home.root / "tables")
    issues = build_issue_ledger(
        sites=world.build_sites(),
        school_responsibilities=attribute(),
        score_deductions=BY_NAME["score_deductions"].empty(),
        events=[],
        policy=POLICY,
    )
    proposal = {
        "order_id": ORDER, "area": "210202", "state": "proposed", "recipient_name": "甲区教育局",
        "issue_count": issues.height, "unassigned_count": 0, "overdue_count": 0, "sentence": "建议",
    }  # fmt: skip
    store.write(BY_NAME["issue_ledger"], WHOLE, issues)
    store.write(BY_NAME["supervision_orders"], WHOLE, world.build("supervision_orders", [proposal]))
    for table in BY_NAME.values():
        if table.partition.value == "snapshot":
            frame = world.build_schools() if table.name == "schools" else table.empty()
            store.write(table, "2026-10-01", frame)
    assert "建议" in say("case", "orders")
    say("case", "supervise", "210202", "--by", CLERK, "--reason", "多次催办未果")
    ordered = read_supervisions(Ledger(home.ledger_url()).events())
    own = issues.filter(issues["category"] != "undecided")
    assert sorted(ordered["issue_id"]) == sorted(own["issue_id"])
    assert asked == ["settle"]


def test_a_disabled_person_records_nothing_more_and_the_command_says_what_of_theirs_still_counts(home):
    signed = record_judgement(
        batch=world.BATCH, link_id="L00000000000000aa", review_round="一审", reviewer=CLERK, verdict="same",
        reason="相符", evidence_hash="h", decided_on=TODAY,
    )  # fmt: skip
    Ledger(home.ledger_url()).append(signed, at="2026-11-20T08:00:00+08:00")
    told = say("reviewer", "disable", CLERK)
    assert f"已停用 {CLERK}" in told
    assert "照旧有效：1 件，涉及 1 条比对" in told
    assert f"{TODAY} 停用" in say("reviewer", "list")
    assert f"已于 {TODAY} 停用" in refuse("issue", "open", "夜间仍在上课", "--by", CLERK)
    assert len(Ledger(home.ledger_url()).events()) == 1
    assert "照旧有效" not in say("reviewer", "disable", "C02")


def test_an_outcome_is_said_by_its_name_or_code_and_the_recipient_as_it_was_written_to(home):
    link, office = "L00000000000000aa", "示例市纪检监察组"
    given = {
        "seq": 1, "event_id": "E0000000000000001", "document_id": "P00000000000a", "kind": "referral",
        "recipient_name": office, "path": "p", "sha256": "s", "links": link, "basis": "b", "on": TODAY,
        "receipt": "签收", "by": CLERK,
    }  # fmt: skip
    table = world.build("disclosures", [given])
    TableStore(home.root / "tables").write(BY_NAME["disclosures"], WHOLE, table)
    told = refuse("case", "outcome", link, "失实", "--recipient", "市纪委", "--by", CLERK)
    assert office in told
    unknown = refuse("case", "outcome", link, "查无此事", "--recipient", office, "--by", CLERK)
    assert "失实（unfounded）" in unknown
    for said in ("失实", "unfounded"):
        assert "tongcha withdraw" in say("case", "outcome", link, said, "--recipient", office, "--by", CLERK)
    [event] = Ledger(home.ledger_url()).events()  # the same word twice is the same event
    assert event.payload["finding"] == "unfounded"


def test_a_case_won_back_is_no_pending_question_and_can_not_be_ruled_on(home):
    rows = attribute().with_columns(
        state=pl.when(pl.col("link_id") == world.link_id(1)).then(pl.lit("struck")).otherwise("state")
    )
    TableStore(home.root / "tables").write(BY_NAME["school_responsibilities"], WHOLE, rows)
    assert world.link_id(1) not in say("case", "questions")
    words = ("case", "rule", world.link_id(1), "--school", "S1", "--by", CLERK, "--reason", "误判")
    assert "没有待判定的问题" in refuse(*words)


def test_whoever_reads_returns_is_told_which_rows_were_refused_and_why(home, capsys):
    rows = [
        {
            "batch": world.BATCH,
            "file": "批次-一审.xlsx",
            "row": row,
            "outcome": outcome,
            "reason": f"第 {row} 行有因",
        }
        for row, outcome in ((6, "refused"), (7, "recorded"))
    ]
    store = TableStore(home.root / "tables")
    store.write(BY_NAME["review_returns"], world.BATCH, world.build("review_returns", rows))
    show_refused_returns(home)
    told = capsys.readouterr().out
    assert "复核表退回 1 行" in told
    assert "批次-一审.xlsx：第 6 行有因" in told
    assert "第 7 行" not in told
    store.write(BY_NAME["review_returns"], world.BATCH, BY_NAME["review_returns"].empty())
    show_refused_returns(home)
    assert capsys.readouterr().out == ""


def test_what_can_not_be_placed_in_a_district_is_no_business_of_who_is_bound_to_one(home):
    people = Reviewers.load(home.root / "reviewers.yaml")
    district, city = people.find("C03"), people.find(CLERK)
    assert district is not None
    assert city is not None
    refuse_foreign(home, [], city, ["L9999999999999999"])
    with pytest.raises(LedgerError, match="不属代号 C03 的区划"):
        refuse_foreign(home, [], district, ["L9999999999999999"])
    refuse_foreign(home, [], district, [f"{world.BATCH}/Q1"])  # a raid in that district


def test_points_come_back_for_rectification_only_when_every_issue_of_the_campaign_is_closed(home):
    issues = build_issue_ledger(
        sites=world.build_sites(), school_responsibilities=attribute(),
        score_deductions=store_tables()["score_deductions"], events=[], policy=POLICY,
    )  # fmt: skip
    relief = ("case", "relieve", "S1", "整改销号", "--campaign", world.CAMPAIGN, "--by", CLERK)
    store, own = TableStore(home.root / "tables"), pl.col("school_id") == "S1"
    closed = issues.with_columns(state=pl.when(own).then(pl.lit("closed")).otherwise("state"))
    last = issues.filter(own)["issue_id"][-1]
    for state in ("open", "rectifying"):
        left = closed.with_columns(
            state=pl.when(pl.col("issue_id") == last).then(pl.lit(state)).otherwise("state")
        )
        store.write(BY_NAME["issue_ledger"], WHOLE, left)
        assert f"还有 1 个问题没有销号（如 {last}）" in refuse(*relief, "--reason", "整改到位")
    assert Ledger(home.ledger_url()).events() == []
    store.write(BY_NAME["issue_ledger"], WHOLE, closed)  # those of other schools are open still
    say(*relief, "--reason", "整改到位")
    assert asked == ["settle"]
