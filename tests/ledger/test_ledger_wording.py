"""Whose number it is can't be unsaid in a ledger, so numbers are known before they get there."""

from __future__ import annotations

import pytest

from tongcha.errors import LedgerError
from tongcha.ledger.events import EventKind, NewEvent
from tongcha.ledger.wording import holds_number, mask_numbers, refuse_numbers


@pytest.mark.parametrize(
    "text",
    [
        "现场人员_210203198001011234.xlsx",
        "号码应为21020319800101123x，抄录有误",
        "电话13800138001已核实",
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
