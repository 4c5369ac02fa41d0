"""Which links two people agreed on: only those teach a weight."""

from __future__ import annotations

import pytest

from tests.review.gate_scenario import recuse
from tests.review.review_scenario import (
    AT,
    BATCH,
    DAY,
    LATIN,
    LIKELY,
    POLICY,
    SURE,
    candidate_links,
    judgements_of,
)
from tongcha.ledger.store import Ledger
from tongcha.review.agreed import find_agreed
from tongcha.review.decisions import record_judgement


@pytest.fixture
def ledger(tmp_path):
    return Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


def judge(ledger: Ledger, link_id: str, who: str, verdict: str, rnd: str) -> None:
    event = record_judgement(
        batch=BATCH, link_id=link_id, review_round=rnd, reviewer=who, verdict=verdict, reason="理由充分",
        evidence_hash=f"h{link_id}", decided_on=DAY,
    )  # fmt: skip
    ledger.append(event, at=AT)


def agreed_of(ledger: Ledger) -> dict[str, tuple[bool, bool, bool]]:
    links = candidate_links()
    table = find_agreed(links, judgements_of(ledger, links), POLICY)
    return {row[0]: row[2:] for row in table.iter_rows()}


def test_one_signature_is_no_agreement_until_a_second_person_has_looked(ledger):
    judge(ledger, SURE, "r1", "same", "一审")
    assert agreed_of(ledger) == {SURE: (True, True, False)}
    judge(ledger, SURE, "v1", "same", "复验")
    assert agreed_of(ledger) == {SURE: (True, True, True)}


def test_two_rounds_agree_and_a_recused_reviewer_agrees_with_nobody(ledger):
    for link in (LATIN, LIKELY):
        judge(ledger, link, "r1", "different", "一审")
        judge(ledger, link, "r2", "different", "二审")
    assert agreed_of(ledger) == {LATIN: (False, False, True), LIKELY: (False, False, True)}
    ledger.append(recuse(LIKELY, "r2"), at=AT)
    assert set(agreed_of(ledger)) == {LATIN}


def test_a_contrary_second_look_that_no_panel_has_settled_teaches_nothing(ledger):
    judge(ledger, SURE, "r1", "same", "一审")
    judge(ledger, SURE, "v1", "different", "复验")
    assert agreed_of(ledger) == {}
    for who in ("r3", "r4"):
        judge(ledger, SURE, who, "different", "集体研究")
    assert agreed_of(ledger) == {SURE: (False, True, True)}
