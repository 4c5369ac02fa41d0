"""督办通知: proposed by threshold, decided by a person, by counts, district by district, and taken back."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute
from tongcha.casebook.disclosures import list_held, read_disclosures, record_delivery
from tongcha.casebook.due import Standing, list_due_items, record_reply
from tongcha.casebook.issues import build_issue_ledger, record_issue
from tongcha.casebook.rectification import (
    build_rectification_ledger,
    read_rectifications,
    record_assignment,
    record_closing,
)
from tongcha.casebook.supervision import (
    list_district_issues,
    list_unordered,
    read_supervisions,
    record_supervision,
)
from tongcha.casebook.supervision_files import (
    OrderPolicies,
    list_supervision_papers,
    write_supervision_orders,
)
from tongcha.errors import LedgerError, PolicyError
from tongcha.ledger.store import Ledger
from tongcha.policy.adoption import adopt_as_example
from tongcha.policy.casebook import CasebookPolicy
from tongcha.responsibility.corrections import list_corrections
from tongcha.review.decisions import record_retraction
from tongcha.tables import BY_NAME

if TYPE_CHECKING:
    from pathlib import Path

AT, TODAY = "2026-11-20T09:00:00+08:00", date(2026, 11, 20)
CASEBOOK = adopt_as_example(CasebookPolicy.load(world.ROOT / "policy" / "casebook.yaml"))
POLICIES = OrderPolicies(CASEBOOK, world.CLOCKS, world.DEDUCTIONS)
HOME, OTHER = "210202", "210203"


class District:
    """A ledger and an outbox; what they amount to on a day."""

    def __init__(self, root: Path) -> None:
        self.ledger, self.out = Ledger(f"sqlite:///{root / 'ledger.sqlite'}"), root / "outbox"

    def say(self, *events):
        return [event.event_id for event in self.ledger.append_all(events, at=AT).events]

    def enter(self, count: int, area: str = HOME) -> list[str]:
        """Let a person enter this many issues of a district; returns their numbers."""
        fresh = [
            record_issue(sentence=f"{area} 第 {n} 个问题", area=area, school_id="", on=TODAY, by="D1")
            for n in range(count)
        ]
        self.say(*fresh)
        return [event.subject for event in fresh]

    def registers(self, today: date = TODAY) -> dict[str, pl.DataFrame]:
        events = self.ledger.events()
        issues = build_issue_ledger(
            sites=BY_NAME["sites"].empty(),
            school_responsibilities=attribute().clear(),
            score_deductions=BY_NAME["score_deductions"].empty(),
            events=events,
            policy=CASEBOOK,
        )
        done = build_rectification_ledger(done=read_rectifications(events), issue_ledger=issues, today=today)
        return {"issue_ledger": issues, "rectification_ledger": done, "schools": world.build_schools()}

    def orders(self, today: date = TODAY, *, policies: OrderPolicies = POLICIES, demo: bool = True):
        return write_supervision_orders(
            **self.registers(today),
            events=self.ledger.events(),
            policies=policies,
            templates=world.TEMPLATES,
            out=self.out,
            demo=demo,
        )

    def decide(self, area: str = HOME, today: date = TODAY) -> str:
        issues = list_district_issues(**self.registers(today))
        unordered = list_unordered(issues, read_supervisions(self.ledger.events()))
        [event_id] = self.say(
            record_supervision(area=area, issues=unordered, on=today, by="D1", reason="多次催办未果")
        )
        return str(event_id)

    def text(self, path: str) -> str:
        with zipfile.ZipFile(io.BytesIO((self.out / path).read_bytes())) as archive:
            return re.sub("<[^>]+>", "", archive.read("word/document.xml").decode())


@pytest.fixture
def district(tmp_path) -> District:
    return District(tmp_path)


def states(orders: pl.DataFrame) -> list[tuple[str, str, int]]:
    return orders.select("area", "state", "issue_count").sort("area", "state").rows()


def test_below_the_threshold_nothing_is_proposed(district):
    district.enter(4)
    assert district.orders().is_empty()


def test_a_proposal_is_a_row_and_no_paper(district):
    district.enter(5)
    orders = district.orders()
    assert states(orders) == [(HOME, "proposed", 5)]
    assert orders["path"].to_list() == [None]
    assert "由负责人决定" in orders["sentence"][0]
    assert not list(district.out.rglob("*.docx"))


def test_one_overdue_issue_is_enough(district):
    [number] = district.enter(1)
    district.say(
        record_assignment(
            issue_id=number, measure="整改", due=TODAY, department="科", person="科长", on=TODAY, by="D1"
        )
    )
    assert district.orders().is_empty()
    assert states(district.orders(TODAY + timedelta(days=1))) == [(HOME, "proposed", 1)]


def test_an_order_speaks_of_one_district_by_counts_and_of_nobody(district):
    district.enter(5)
    district.enter(7, OTHER)
    district.decide()
    orders = district.orders()
    assert states(orders) == [(HOME, "issued", 5), (OTHER, "proposed", 7)]
    paper = district.text(orders.drop_nulls("path")["path"][0])
    for said in ("共5件", "尚未确定整改措施的5件", "其他问题", "不与其他地区比较、排名", "演示·示例"):
        assert said in paper
    assert OTHER not in paper
    assert "第 0 个问题" not in paper


def test_what_was_ordered_is_not_proposed_again_until_it_is_overdue(district):
    number = district.enter(5)[0]
    district.decide()
    assert states(district.orders()) == [(HOME, "issued", 5)]
    district.say(
        record_assignment(
            issue_id=number, measure="整改", due=TODAY, department="科", person="科长", on=TODAY, by="D1"
        )
    )
    late = TODAY + timedelta(days=1)
    assert states(district.orders(late)) == [(HOME, "issued", 5), (HOME, "proposed", 1)]
    district.decide(today=late)
    assert states(district.orders(late)) == [(HOME, "issued", 1), (HOME, "issued", 5)]


def test_closing_an_issue_changes_no_order_and_a_decision_taken_back_removes_it(district):
    number = district.enter(5)[0]
    event_id = district.decide()
    before = district.orders()
    district.say(
        record_assignment(
            issue_id=number, measure="整改", due=TODAY, department="科", person="科长", on=TODAY, by="D1"
        ),
        record_closing(issue_id=number, proof="核查", on=TODAY, by="D1"),
    )
    assert district.orders().equals(before)
    district.say(record_retraction(event_id=event_id, by="D1", reason="误发"))
    assert states(district.orders()) == []  # four are left open, and five are needed
    assert not list(district.out.rglob("*.docx"))


def test_an_issue_that_falls_away_is_no_longer_counted_and_the_district_is_told(district):
    numbers = district.enter(5)
    district.decide()
    orders = district.orders()
    papers = list_supervision_papers(orders, "条款")
    given = record_delivery(
        papers=papers, document_id=orders["order_id"][0], is_open=False, on=TODAY, by="D1", receipt="签收",
        made_by={},
    )  # fmt: skip
    district.say(*given)
    opened = next(e for e in district.ledger.events() if e.subject == numbers[0])
    district.say(record_retraction(event_id=opened.event_id, by="D1", reason="登记有误"))
    after = district.orders()
    assert states(after) == [(HOME, "issued", 4)]
    held = list_held(read_disclosures(district.ledger.events()))
    due = list_corrections(disclosures=held, standing=list_supervision_papers(after, "条款"))
    assert due["change"].to_list() == ["replaced"]


def test_the_districts_answer_is_waited_for_from_the_day_it_was_told(district):
    district.enter(5)
    district.decide()
    orders = district.orders()
    number = orders["order_id"][0]
    district.say(
        *record_delivery(
            papers=list_supervision_papers(orders, "条款"), document_id=number, is_open=False, on=TODAY,
            by="D1", receipt="签收", made_by={},
        )
    )  # fmt: skip
    [item] = list_due(district).rows(named=True)
    assert (item["kind"], item["ref"], item["due"]) == ("supervision", number, TODAY + timedelta(days=17))
    district.say(record_reply(prompt_id=number, text="已逐项整改", on=TODAY, by="D1"))
    assert list_due(district).is_empty()


def list_due(district: District) -> pl.DataFrame:
    events = district.ledger.events()
    empty = {name: BY_NAME[name].empty() for name in Standing.__dataclass_fields__}
    return list_due_items(
        Standing(**empty | {"disclosures": read_disclosures(events)}),
        events=events,
        clocks=world.CLOCKS,
        today=TODAY,
    )


def test_nothing_is_ordered_where_nothing_is_open_or_without_a_reason(district):
    with pytest.raises(LedgerError, match="没有未督办的问题"):
        district.decide()
    district.enter(5)
    issues = list_district_issues(**district.registers())
    with pytest.raises(LedgerError, match="理由"):
        record_supervision(area=HOME, issues=issues, on=TODAY, by="D1", reason=" ")


def test_what_the_bureau_itself_has_yet_to_decide_is_asked_of_no_district(district):
    district.enter(2)
    made = district.registers()
    first = pl.col("issue_id") == made["issue_ledger"]["issue_id"].sort()[0]
    kind = pl.when(first).then(pl.lit("undecided")).otherwise("category")
    ours = made | {"issue_ledger": made["issue_ledger"].with_columns(category=kind)}
    asked = [set(list_district_issues(**tables)["issue_id"]) for tables in (made, ours)]
    assert asked[0] - asked[1] == {made["issue_ledger"]["issue_id"].sort()[0]}


def test_an_order_under_rules_that_nobody_adopted_is_refused(district):
    district.enter(5)
    district.decide()
    bare = CASEBOOK.model_copy(update={"adopted_by": "", "adopted_on": "", "document_no": ""})
    with pytest.raises(PolicyError, match="尚未经本单位审定"):
        district.orders(policies=OrderPolicies(bare, world.CLOCKS, world.DEDUCTIONS))
    with pytest.raises(PolicyError):
        district.orders(demo=False)
