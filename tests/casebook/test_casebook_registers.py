"""The registers: what the tables give, what people add, closing with proof, second looks anyone can draw."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.casebook.casebook_scene import AT, POLICY, TODAY, Bureau
from tests.responsibility import hand_worked as world
from tongcha.casebook.issues import build_issue_ledger, record_issue
from tongcha.casebook.outcomes import read_outcomes, record_outcome
from tongcha.casebook.rechecks import draw_sample, read_rechecks, record_draw, repeat_draw
from tongcha.casebook.rectification import (
    build_rectification_ledger,
    list_unclosed_issues,
    read_rectifications,
    record_assignment,
    record_closing,
    record_recheck,
)
from tongcha.errors import LedgerError, PolicyError
from tongcha.responsibility.steps import record_strike

pytestmark = pytest.mark.slow  # a whole bureau is settled for every test


@pytest.fixture
def bureau(tmp_path) -> Bureau:
    return Bureau.found(tmp_path)


def register(bureau: Bureau) -> pl.DataFrame:
    made = bureau.settle()
    return build_issue_ledger(
        sites=made["sites"],
        school_responsibilities=made["school_responsibilities"],
        score_deductions=made["score_deductions"],
        events=bureau.ledger.events(),
        policy=POLICY,
    )


def rectify(bureau: Bureau, today: date = TODAY) -> pl.DataFrame:
    done = read_rectifications(bureau.ledger.events())
    return build_rectification_ledger(done=done, issue_ledger=register(bureau), today=today)


def assign(bureau: Bureau, issue: str, due: date = date(2026, 12, 1)) -> None:
    event = record_assignment(
        issue_id=issue,
        measure="开展警示教育",
        due=due,
        department="教师管理科",
        person="科长",
        on=TODAY,
        by="D1",
    )
    bureau.ledger.append(event, at=AT)


def close(bureau: Bureau, issue: str) -> None:
    event = record_closing(issue_id=issue, proof="核查记录1号", on=TODAY, by="D2")
    bureau.ledger.append(event, at=AT)


def issue_of(bureau: Bureau, link: int) -> str:
    row = register(bureau).filter(pl.col("case_ref") == world.link_id(link))
    return str(row["issue_id"][0])


def test_every_problem_found_is_registered_once_by_class(bureau):
    counts = dict(register(bureau).group_by("category").agg(pl.len()).iter_rows())
    # three sites without licences, eleven acts, one question, pupils of S1 and S4
    assert counts == {"unlicensed_site": 3, "teacher_tutoring": 11, "undecided": 1, "pupils_attending": 2}


def test_a_person_can_add_what_no_table_gives_and_must_say_what(bureau):
    event = record_issue(sentence="巡查登记缺失", area="210202", school_id="", on=TODAY, by="D1")
    bureau.ledger.append(event, at=AT)
    own = register(bureau).filter(pl.col("category") == "manual")
    assert own["issue_id"].to_list() == [event.subject]
    with pytest.raises(LedgerError, match="没有写明"):
        record_issue(sentence=" ", area="", school_id="", on=TODAY, by="D1")


def test_measure_limit_department_and_person_are_shown_and_lateness_with_them(bureau):
    issue = issue_of(bureau, 1)
    assign(bureau, issue)
    row = rectify(bureau).row(0, named=True)
    assert (row["state"], row["measure"], row["person"], row["overdue"]) == (
        "rectifying", "开展警示教育", "科长", False,
    )  # fmt: skip
    assert rectify(bureau, date(2026, 12, 2))["overdue"].to_list() == [True]


def test_nothing_is_closed_before_a_measure_is_set_nor_without_proof(bureau):
    issue = issue_of(bureau, 1)
    close(bureau, issue)
    with pytest.raises(LedgerError, match="不能销号"):
        rectify(bureau)
    with pytest.raises(LedgerError, match="依据"):
        record_closing(issue_id=issue, proof="", on=TODAY, by="D1")


def test_a_second_look_keeps_an_issue_closed_or_opens_it_again(bureau):
    kept, back = issue_of(bureau, 1), issue_of(bureau, 2)
    for issue in (kept, back):
        assign(bureau, issue)
        close(bureau, issue)
    for issue, is_kept in ((kept, True), (back, False)):
        event = record_recheck(issue_id=issue, is_kept=is_kept, finding="实地核查", on=TODAY, by="D3")
        bureau.ledger.append(event, at=AT)
    states = dict(rectify(bureau).select("issue_id", "state").iter_rows())
    assert (states[kept], states[back]) == ("closed", "reopened")
    assign(bureau, back, due=date(2027, 1, 10))
    assert dict(register(bureau).select("issue_id", "state").iter_rows())[back] == "rectifying"


def test_an_issue_whose_ground_is_gone_becomes_void_but_is_not_forgotten(bureau):
    issue = issue_of(bureau, 4)
    assign(bureau, issue)
    bureau.ledger.append(record_strike(case_ref=world.link_id(4), by="D1", reason="申诉成立"), at=AT)
    states = dict(register(bureau).select("issue_id", "state").iter_rows())
    assert states[issue] == "void"
    assert rectify(bureau)["state"].to_list() == ["void"]


def test_a_case_won_back_leaves_no_question_behind_as_an_open_issue(bureau):
    before = set(register(bureau)["case_ref"])
    bureau.ledger.append(record_strike(case_ref=world.link_id(4), by="D1", reason="申诉成立"), at=AT)
    after = register(bureau)
    assert before - set(after["case_ref"]) >= {world.link_id(4)}
    assert world.link_id(4) not in set(after["case_ref"])


def test_an_issue_of_another_campaign_keeps_no_points_back(bureau):
    bureau.ledger.append(
        record_issue(sentence="暑期宣传材料不实", area="", school_id="S1", on=date(2026, 7, 20), by="D1"),
        at=AT,
    )
    own = register(bureau).filter(pl.col("school_id") == "S1")
    summer = own.filter(pl.col("category") == "manual")["issue_id"].to_list()
    assert list_unclosed_issues(own, "2026年暑期校外培训集中整治", world.DEDUCTIONS) == summer
    autumn = list_unclosed_issues(own, world.CAMPAIGN, world.DEDUCTIONS)
    assert autumn
    assert not set(autumn) & set(summer)
    closed = own.with_columns(state=pl.lit("closed"))
    assert list_unclosed_issues(closed, world.CAMPAIGN, world.DEDUCTIONS) == []


def test_a_draw_can_be_repeated_from_what_was_recorded(bureau):
    issues = [issue_of(bureau, n) for n in range(1, 8)]
    for issue in issues:
        assign(bureau, issue)
        close(bureau, issue)
    draw = record_draw(issue_ids=issues, seed="会议纪要〔2026〕9号", rule=POLICY.recheck, on=TODAY, by="D1")
    stored = bureau.ledger.append(draw, at=AT)
    table = read_rechecks(bureau.ledger.events())
    assert table["issue_id"].to_list() == repeat_draw(stored)
    assert (table.height, table["population"][0], set(table["result"])) == (3, 7, {"waiting"})
    assert table["due"][0] == TODAY + timedelta(days=30)
    first = record_recheck(issue_id=table["issue_id"][0], is_kept=False, finding="反弹", on=TODAY, by="D2")
    bureau.ledger.append(first, at=AT)
    assert read_rechecks(bureau.ledger.events())["result"][0] == "reopened"


@settings(max_examples=30)
@given(st.sets(st.integers(0, 400), max_size=60), st.text(min_size=1, max_size=8), st.randoms())
def test_the_sample_depends_on_seed_and_population_only(numbers, seed, dice):
    issues = [f"I{n:012x}" for n in sorted(numbers)]
    shuffled = dice.sample(issues, len(issues))
    share = Decimal("0.20")
    drawn = draw_sample(issues, seed, share=share, at_least=3)
    assert drawn == draw_sample(shuffled, seed, share=share, at_least=3)
    assert len(drawn) == len(set(drawn)) == min(len(issues), max(3, -(-len(issues) // 5)))
    assert set(drawn) <= set(issues)


def test_outcomes_come_back_the_misses_included(bureau):
    for code in ("proven", "unfounded"):
        event = record_outcome(
            link_id=world.link_id(1),
            outcome=code,
            recipient_name="甲区教育局",
            measure="",
            on=TODAY,
            by="D1",
            policy=POLICY,
        )
        bureau.ledger.append(event, at=AT)
    table = read_outcomes(bureau.ledger.events(), POLICY)
    assert table["clears"].to_list() == [False, True]
    with pytest.raises(PolicyError, match="不在 outcomes"):
        POLICY.outcome("guilty")
