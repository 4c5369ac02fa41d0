"""Whoever answered sees what the ledger holds under their code, so that an altered answer is noticed."""

from __future__ import annotations

import pytest

from tests.review.review_scenario import AT, BATCH, DAY, LIKELY, SURE, candidate_links, terms, write_books
from tongcha.ledger.store import Ledger
from tongcha.review.decisions import record_retraction
from tongcha.review.returns import take_returns
from tongcha.review.said import list_said
from tongcha.synthetic.workbook_filler import Answer, fill_workbook


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


@pytest.fixture
def altered(tmp_path, ledger: Ledger) -> Ledger:
    """A workbook in which r1 said 不是同一人 of one link, altered on its way, and 回避 of another."""
    links = candidate_links()
    [path, *_] = write_books(ledger, links, tmp_path)
    signed = Answer("different", "r1", DAY, "出生日期不同，不是同一人")
    kin = Answer("回避", "r1", DAY, "与当事人是同事")
    fill_workbook(path, {SURE: signed, LIKELY: kin})
    fill_workbook(path, {SURE: Answer("same", "r1", DAY, "三项证据都一致，是同一人"), LIKELY: kin})
    take_returns([path], ledger, terms(links), at=AT)
    return ledger


def test_an_answer_altered_in_the_file_stands_under_the_code_as_it_was_read_with_the_number_to_retract(
    altered,
):
    said = {row.link_id: row for row in list_said(altered.events(), "r1")}
    one, other = said[SURE], said[LIKELY]
    assert (one.answer, one.reason, one.round) == ("同一人", "三项证据都一致，是同一人", "一审")
    assert (one.batch, one.on, one.way) == (BATCH, DAY.isoformat(), "复核表或者命令行")
    assert (other.answer, other.reason, other.round) == ("回避", "与当事人是同事", "")
    altered.append(record_retraction(event_id=one.event_id, by="D1", reason="本人称未作此答"), at=AT)
    after = {row.link_id: row.is_retracted for row in list_said(altered.events(), "r1")}
    assert after == {SURE: True, LIKELY: False}


def test_nobody_is_shown_what_a_colleague_answered(altered):
    assert list_said(altered.events(), "r2") == []


def test_the_latest_answer_comes_first(altered):
    order = [event.event_id for event in altered.events() if event.actor == "r1"]
    assert [row.event_id for row in list_said(altered.events(), "r1")] == order[::-1]
