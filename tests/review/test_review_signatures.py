"""A colleague's code is no secret: a verdict or a recusal counts only with its owner's own signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.review.review_scenario import (
    AT,
    BATCH,
    DAY,
    KEY,
    LIKELY,
    RIVAL,
    SURE,
    candidate_links,
    terms,
    write_books,
)
from tongcha.ledger.events import EventKind
from tongcha.ledger.store import Ledger
from tongcha.review.layout import name_workbook
from tongcha.review.returns import take_returns
from tongcha.review.seal import sign_code
from tongcha.synthetic.workbook_filler import Answer, fill_workbook

if TYPE_CHECKING:
    from pathlib import Path

STAMPS = {"r1": "a", "r2": "b", "r3": "c", "r4": "d"}


def sign(code: str, batch: str = BATCH, review_round: str = "一审") -> str:
    return sign_code(KEY, code, STAMPS.get(code, ""), batch, review_round)


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


def hand_in(tmp_path: Path, ledger: Ledger, answers: dict[str, Answer]) -> dict[str, tuple[str, str]]:
    """What became of each link's row of a first-round workbook."""
    links = candidate_links()
    [path, *_] = write_books(ledger, links, tmp_path)
    fill_workbook(path, answers)
    table = take_returns([path], ledger, terms(links, sign=sign), at=AT)
    rows = table.select("link_id", "outcome", "reason").iter_rows()
    return {link: (outcome, reason) for link, outcome, reason in rows}


def test_a_row_counts_with_its_own_signature_and_the_ledger_keeps_the_code_alone(tmp_path, ledger):
    told = hand_in(tmp_path, ledger, {SURE: Answer("same", f"r1/{sign('r1')}", DAY)})
    assert told[SURE][0] == "recorded"
    [judged] = ledger.events(EventKind.JUDGEMENT)
    assert judged.actor == "r1"
    assert sign("r1") not in str([event.payload for event in ledger.events()])


def test_nobody_judges_or_recuses_under_a_colleagues_code(tmp_path, ledger):
    forged = {
        SURE: Answer("same", "r2", DAY),
        LIKELY: Answer("same", f"r2/{sign('r1')}", DAY),
        RIVAL: Answer("回避", f"r2/{sign('r1')}", DAY, "与当事人是同事"),
    }
    told = hand_in(tmp_path, ledger, forged)
    assert "没有签名码" in told[SURE][1]
    assert all("签名码不对" in told[link][1] for link in (LIKELY, RIVAL))
    assert not {event.kind for event in ledger.events()} & {EventKind.JUDGEMENT, EventKind.RECUSAL}


@pytest.mark.parametrize("elsewhere", [sign("r1", "2026-10-19-01"), sign("r1", review_round="二审")])
def test_what_was_written_into_another_workbook_is_of_no_use_in_this_one(tmp_path, ledger, elsewhere):
    told = hand_in(tmp_path, ledger, {SURE: Answer("same", f"r1/{elsewhere}", DAY)})
    assert "签名码不对" in told[SURE][1]


def test_a_new_password_makes_a_new_signature(tmp_path, ledger, monkeypatch):
    old = sign("r1")
    monkeypatch.setitem(STAMPS, "r1", "other")
    told = hand_in(tmp_path, ledger, {SURE: Answer("same", f"r1/{old}", DAY)})
    assert "签名码不对" in told[SURE][1]


@pytest.mark.slow
@pytest.mark.parametrize("several", ["r3、r3", "r3，R3", "r3,r3"])
def test_one_person_written_twice_is_no_panel(tmp_path, ledger, several):
    links = candidate_links()
    books = write_books(ledger, links, tmp_path)
    fill_workbook(books[0], {LIKELY: Answer("same", "r1", DAY)})
    take_returns([books[0]], ledger, terms(links), at=AT)
    books = write_books(ledger, links, tmp_path)
    fill_workbook(books[-1], {LIKELY: Answer("different", "r2", DAY, "出生日期不同，不是同一人")})
    take_returns([books[-1]], ledger, terms(links), at=AT)
    panel = write_books(ledger, links, tmp_path)[-1]
    assert panel.name == name_workbook(BATCH, "集体研究")
    fill_workbook(panel, {LIKELY: Answer("same", several, DAY, "三项证据都一致，是同一人")})
    table = take_returns([panel], ledger, terms(links), at=AT)
    refused = table.filter(pl.col("outcome") == "refused")
    assert refused["link_id"].to_list() == [LIKELY]
    assert "复核人" in refused["reason"].item()


def test_a_file_that_was_taken_before_signatures_were_asked_for_stays_taken(tmp_path, ledger):
    links = candidate_links()
    [path, *_] = write_books(ledger, links, tmp_path)
    fill_workbook(path, {SURE: Answer("same", "r1", DAY)})
    take_returns([path], ledger, terms(links), at=AT)
    again = take_returns([path], ledger, terms(links, sign=sign), at=AT)
    assert again["outcome"].to_list().count("recorded") == 1
    assert len(ledger.events(EventKind.JUDGEMENT)) == 1
