"""A firm's list is no check on the spot: nothing leaves on it until the school or the person confirms it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from tests.review.gate_scenario import confirmed_by, judge, missing_of, pass_gate, store
from tests.review.review_scenario import BATCH, DAY, POLICY, SURE, candidate_links, dossier_tables, identities
from tongcha.errors import LedgerError
from tongcha.review.decisions import record_retraction
from tongcha.review.layout import PAIRED
from tongcha.review.shown import show_links
from tongcha.review.verification import (
    SOURCES,
    find_verified,
    list_unverified,
    record_verification,
    refuse_denied,
)
from tongcha.tables.intake import FILED_GROUND

if TYPE_CHECKING:
    from tongcha.ledger.events import NewEvent

SCHOOL, PERSON = SOURCES


def answer(
    *, is_true: bool = True, source: str = SCHOOL, reason: str = "核实函〔2026〕7号", by: str = "r3"
) -> NewEvent:
    return record_verification(
        batch=BATCH, link_id=SURE, is_true=is_true, source=source, on=DAY, by=by, reason=reason
    )


def sweep(events: list[NewEvent], **changes: Any):
    """The gate over a batch of filed staff."""
    return pass_gate(events, is_filed=True, verified=find_verified(store(events)), **changes)


def test_a_filed_list_alone_lets_nothing_through_however_many_signed():
    outcome = sweep([judge(SURE, "r1"), judge(SURE, "r2", rnd="二审")])
    assert confirmed_by(outcome) == []
    assert missing_of(outcome, SURE) == ["verified"]
    assert "备案名单" in outcome.withheld_links["reason"][0]


@pytest.mark.parametrize("source", SOURCES)
def test_what_the_school_or_the_person_confirmed_in_writing_passes(source):
    assert confirmed_by(sweep([judge(SURE, "r1"), answer(source=source)])) == [SURE]


def test_an_answer_alone_is_no_judgement():
    assert confirmed_by(sweep([answer()])) == []


def test_an_answer_that_says_no_keeps_the_link_back():
    events = [judge(SURE, "r1"), answer(), answer(is_true=False, source=PERSON, reason="本人未曾任职")]
    assert confirmed_by(sweep(events)) == []


def test_a_denial_holds_until_it_is_taken_back_whatever_is_answered_later():
    denied, later = answer(is_true=False), answer(source=PERSON, reason="本人改口")
    events = [judge(SURE, "r1"), denied, later]
    assert missing_of(sweep(events), SURE) == ["verified"]
    with pytest.raises(LedgerError, match="先用 tongcha retract 撤回"):
        refuse_denied(store(events), SURE)
    back = record_retraction(event_id=denied.event_id, by="r3", reason="登记有误")
    assert confirmed_by(sweep([*events, back])) == [SURE]
    refuse_denied(store([*events, back]), SURE)


def test_an_answer_that_was_taken_back_no_longer_counts():
    said = answer()
    events = [judge(SURE, "r1"), said, record_retraction(event_id=said.event_id, by="r3", reason="登记有误")]
    assert missing_of(sweep(events), SURE) == ["verified"]


def test_a_raid_needs_no_such_answer_and_a_bureau_may_decide_otherwise():
    assert confirmed_by(pass_gate([judge(SURE, "r1")])) == [SURE]
    referral = POLICY.referral.model_copy(update={"filed_lists": "refer"})
    policy = POLICY.model_copy(update={"referral": referral})
    assert confirmed_by(sweep([judge(SURE, "r1")], policy=policy)) == [SURE]
    assert POLICY.referral.filed_lists == "verify"


def test_the_school_to_ask_is_named_until_somebody_answers():
    events = [judge(SURE, "r1")]
    held = sweep(events).withheld_links
    waiting = list_unverified(withheld_links=held, candidate_links=candidate_links(), events=store(events))
    assert waiting.select("link_id", "responsible_school_id").rows() == [(SURE, "S1")]
    told = [*events, answer(is_true=False)]
    held = sweep(told).withheld_links
    assert list_unverified(
        withheld_links=held, candidate_links=candidate_links(), events=store(told)
    ).is_empty()


def test_whoever_judges_sees_that_the_person_was_filed_and_not_met():
    filed = identities().with_columns(ground=pl.lit(FILED_GROUND))
    shown = {
        name: show_links(replace(dossier_tables(candidate_links()).shown, identities=frame), [SURE])[0]
        for name, frame in (("filed", filed), ("met", identities()))
    }
    label = PAIRED[-1]
    assert FILED_GROUND in shown["filed"].pairs[label].collected
    assert FILED_GROUND not in shown["met"].pairs[label].collected


@pytest.mark.parametrize("gap", [{"source": "未回复"}, {"reason": " "}])
def test_silence_and_hearsay_are_no_answers(gap):
    with pytest.raises(LedgerError):
        answer(**gap)
