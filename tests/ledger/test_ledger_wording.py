"""Whose number it is can't be unsaid in a ledger, so numbers are known before they get there."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tongcha.casebook.disclosures import record_delivery
from tongcha.casebook.due import record_reply
from tongcha.casebook.issues import record_issue
from tongcha.casebook.papers import PAPERS
from tongcha.casebook.rectification import record_assignment, record_closing, record_recheck
from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.wording import holds_number, mask_numbers, refuse_numbers
from tongcha.review.decisions import record_withdrawal


@pytest.mark.parametrize(
    "text",
    [
        "现场人员_210203198001011234.xlsx",
        "号码应为21020319800101123x，抄录有误",
        "电话13800138001已核实",
        "电话19912345678已核实",
        "（13800138001）",
        "2102031980010112 34 不算，但 210203198001011235 算",
    ],
)
def test_an_id_number_or_a_mobile_number_is_known_whatever_stands_around_it(text):
    assert holds_number(text)
    assert not holds_number(mask_numbers(text))


@pytest.mark.parametrize(
    "text",
    [
        "回执 EMS 1092347238412",  # thirteen digits
        "查处编号 210203202610180011",  # made of a raid's day
        "文号〔2026〕138号",
        "指纹 3d78de4614bca5874f36ecd54f39bbd87ffc1530f9b8bd6b0c00784d82a9f72d",
        "信用代码 52215507MJ0000010Q",
        "0411-83600000",
        "2026-10-18-01-一审.xlsx",
    ],
)
def test_numbers_of_papers_raids_firms_and_offices_are_let_stand(text):
    assert not holds_number(text)
    assert mask_numbers(text) == text


def test_only_peoples_own_words_are_looked_at():
    refuse_numbers([NewEvent(EventKind.NOTE, "L1", "r1", {"case_ref": "15010226001"})])
    with pytest.raises(LedgerError, match="删去号码") as refused:
        refuse_numbers([NewEvent(EventKind.NOTE, "L1", "r1", {"reason": "致电15010226001"})])
    assert "15010226001" not in str(refused.value)


SAID = f"电话{19912345678}"
DAY = date(2026, 11, 20)


def write_everything(words: dict[str, str]) -> list[NewEvent]:
    """An event of every kind in which people write words of their own; `words` says where a number stands."""

    def say(place: str) -> str:
        return words.get(place, "已核实")

    papers = pl.DataFrame([dict.fromkeys(PAPERS, "x") | {"document_id": "Q1"}], schema=PAPERS)
    return [
        record_assignment(
            issue_id="I1", measure=say("措施"), due=DAY, department=say("部门"), person=say("责任人"), on=DAY,
            by="D1",
        ),
        record_closing(issue_id="I1", proof=say("依据"), on=DAY, by="D1"),
        record_recheck(issue_id="I1", is_kept=True, finding=say("所见"), on=DAY, by="D1"),
        record_issue(sentence=say("问题"), area="210202", school_id="", on=DAY, by="D1"),
        record_reply(prompt_id="Q1", text=say("回复"), on=DAY, by="D1"),
        record_withdrawal(batch="B", link_id="L1", by="D1", reason=say("理由")),
        *record_delivery(
            papers=papers, document_id="Q1", is_open=False, on=DAY, by="D1", receipt=say("回执"), made_by={}
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["措施", "部门", "责任人", "依据", "所见", "问题", "回复", "理由", "回执"])
def test_wherever_people_write_words_of_their_own_a_number_is_refused(place):
    refuse_numbers(write_everything({}))
    with pytest.raises(LedgerError, match="只增不删"):
        refuse_numbers(write_everything({place: SAID}))
