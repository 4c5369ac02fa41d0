"""Putting right, looking again, limits: what may follow what, counted to the day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.casebook.casebook_scene import POLICY, TODAY
from tests.responsibility import hand_worked as world
from tests.review.gate_scenario import store
from tongcha.casebook.disclosures import record_delivery
from tongcha.casebook.due import Standing, list_due_items
from tongcha.casebook.jurisdiction import record_handover
from tongcha.casebook.papers import PAPERS
from tongcha.casebook.rechecks import draw_sample, read_rechecks, record_draw
from tongcha.casebook.rectification import (
    list_unclosed_issues,
    read_rectifications,
    record_assignment,
    record_closing,
    record_recheck,
)
from tongcha.errors import LedgerError
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from tongcha.ledger.events import NewEvent

ISSUE, OTHER = "I00000000000a", "I00000000000b"


def assign(due: date = date(2026, 12, 1)) -> NewEvent:
    return record_assignment(
        issue_id=ISSUE, measure="整改", due=due, department="教师管理科", person="科长", on=TODAY, by="D1"
    )


def close(proof: str = "核查记录1号") -> NewEvent:
    return record_closing(issue_id=ISSUE, proof=proof, on=TODAY, by="D2")


def look(*, is_kept: bool, finding: str = "实地核查") -> NewEvent:
    return record_recheck(issue_id=ISSUE, is_kept=is_kept, finding=finding, on=TODAY, by="D3")


def state_after(*events: NewEvent) -> str:
    return str(read_rectifications(store(list(events)))["state"][0])


def test_what_was_opened_again_is_not_closed_before_a_new_measure_is_set():
    reopened = [assign(), close(), look(is_kept=False)]
    with pytest.raises(LedgerError, match="处于“回头看重开”，不能销号"):
        state_after(*reopened, close(proof="核查记录2号"))
    assert state_after(*reopened, assign(due=date(2027, 1, 5)), close(proof="核查记录2号")) == "closed"


def test_a_measure_is_not_due_before_the_day_on_which_it_is_set():
    assert assign(due=TODAY)
    with pytest.raises(LedgerError, match="整改时限早于登记日期"):
        assign(due=TODAY - timedelta(days=1))


def test_an_issue_without_ground_keeps_no_points_back():
    issues = pl.DataFrame(
        {"issue_id": [ISSUE, OTHER], "state": ["void", "open"], "found_on": [world.RAIDS["Q1"]] * 2}
    )
    assert list_unclosed_issues(issues, world.CAMPAIGN, world.DEDUCTIONS) == [OTHER]


@pytest.mark.parametrize("day", [world.DEDUCTIONS.valid_from, world.DEDUCTIONS.valid_to])
def test_issues_of_days_that_the_rules_do_not_price_keep_no_points_back(day):
    outside = day + timedelta(days=1 if day == world.DEDUCTIONS.valid_to else -1)
    issues = pl.DataFrame(
        {"issue_id": [ISSUE, OTHER], "state": ["open", "open"], "found_on": [outside, world.RAIDS["Q1"]]}
    )
    assert list_unclosed_issues(issues, world.CAMPAIGN, world.DEDUCTIONS) == [OTHER]


@pytest.mark.parametrize(("closed", "drawn"), [(2, 2), (15, 3), (16, 4), (20, 4), (21, 5)])
def test_a_share_of_what_was_closed_is_drawn_rounded_up_and_never_fewer_than_the_least(closed, drawn):
    issues = [f"I{n:012x}" for n in range(closed)]
    assert len(draw_sample(issues, "种子", share=Decimal("0.20"), at_least=3)) == drawn


def test_only_a_look_after_the_draw_is_its_result():
    draw = record_draw(issue_ids=[ISSUE], seed="种子", rule=POLICY.recheck, on=TODAY, by="D1")
    earlier = [assign(), close(), look(is_kept=True), draw]
    assert read_rechecks(store(earlier))["result"].to_list() == ["waiting"]
    later = look(is_kept=False, finding="反弹")
    assert read_rechecks(store([*earlier, later]))["result"].to_list() == ["reopened"]


def list_due(today: date, **tables: pl.DataFrame) -> pl.DataFrame:
    empty = {name: BY_NAME[name].empty() for name in Standing.__slots__}
    return list_due_items(Standing(**empty | tables), events=[], clocks=world.CLOCKS, today=today)


def test_a_limit_has_passed_on_the_day_after_its_last():
    lists = BY_NAME["pupil_lists"].conform(
        pl.DataFrame(
            [{"list_id": "S00000000000a", "school_id": "S1", "pupil_count": 1, "destroy_by": TODAY,
              "path": "p", "sha256": "s"}]
        )
    )  # fmt: skip
    days = [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)]
    told = [list_due(day, pupil_lists=lists).select("days_left", "overdue").row(0) for day in days]
    assert told == [(1, False), (0, False), (-1, True)]


def test_what_one_recipient_reported_of_a_link_is_no_answer_of_another():
    given = [
        {"seq": n, "event_id": f"E{n:016x}", "document_id": f"P{n}", "kind": "referral", "recipient": code,
         "recipient_name": name, "path": f"p{n}", "sha256": "s", "links": "L1", "basis": "依据", "on": TODAY,
         "receipt": "签收", "by": "D1"}
        for n, (code, name) in enumerate(
            [("education_authority", "甲区教育局"), ("penalty_team", "处罚组")], start=1
        )
    ]  # fmt: skip
    told = [
        {"link_id": "L1", "seq": 9, "event_id": "E9", "outcome": "proven", "label": "查证属实",
         "clears": False, "recipient_name": "甲区教育局", "on": TODAY, "by": "D1"}
    ]  # fmt: skip
    due = list_due(
        TODAY, disclosures=world.build("disclosures", given), outcomes=world.build("outcomes", told)
    )
    assert due["ref"].to_list() == ["P2"]


def test_the_time_to_answer_runs_from_the_first_delivery_whatever_is_handed_over_again():
    given = {"seq": 1, "event_id": "E0000000000000001", "document_id": "Q1", "kind": "prompt", "path": "p",
             "recipient_name": "示例市第一中学", "sha256": "s", "basis": "依据", "on": TODAY,
             "receipt": "签收", "by": "D1"}  # fmt: skip
    again = given | {"seq": 2, "event_id": "E0000000000000002", "on": TODAY + timedelta(days=7)}
    once, twice = (
        list_due(TODAY, disclosures=world.build("disclosures", rows)) for rows in ([given], [given, again])
    )
    assert twice.equals(once)
    assert once["started"].to_list() == [TODAY]


@pytest.mark.parametrize(("is_open", "kinds"), [(True, ["disclosure", "reply"]), (False, ["disclosure"])])
def test_a_notice_handed_over_after_its_decision_starts_no_time_to_answer(is_open, kinds):
    paper = dict.fromkeys(PAPERS, "x") | {"document_id": "N1", "kind": "notice"}
    events = record_delivery(
        papers=pl.DataFrame([paper], schema=PAPERS), document_id="N1", is_open=is_open, on=TODAY, by="D1",
        receipt="签收", made_by={},
    )  # fmt: skip
    assert [event.kind.value for event in events] == kinds


@pytest.mark.parametrize(
    ("to_area", "why"), [("210203", "已经由该区划管辖"), ("21020", "不是六位代码"), ("2102031", "不是六位")]
)
def test_a_raid_is_handed_over_to_another_district_and_to_nothing_else(to_area, why):
    with pytest.raises(LedgerError, match=why):
        record_handover(
            batch="B", raid_id="Q1", from_area="210203", to_area=to_area, on=TODAY, by="D1", reason="属地"
        )
