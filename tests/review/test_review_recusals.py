"""Whoever is near to somebody in a case has no part in it, whichever candidate and number it goes by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.review.gate_scenario import both, confirmed_by, judge, missing_of, pass_gate, recuse, store
from tests.review.review_scenario import LATIN, LIKELY, RIVAL, SURE, candidate_links
from tongcha.errors import LedgerError
from tongcha.ledger.events import Event, EventKind, NewEvent
from tongcha.review.decisions import record_retraction
from tongcha.review.recusals import find_recused, refuse_recused

if TYPE_CHECKING:
    import polars as pl

MOVED = "L00000000000000aa"
EXCLUDED = [judge(RIVAL, "r3", "different"), judge(RIVAL, "r4", "different", "二审")]


def find(links: pl.DataFrame, *events: NewEvent) -> dict[str, Any]:
    return find_recused(store(list(events)), links)


def test_a_conflict_with_one_candidate_is_one_with_every_other_of_whoever_was_met():
    assert find(candidate_links(), recuse(RIVAL, "r1")) == {"r1": {RIVAL, LIKELY}}
    assert find(candidate_links(), recuse(SURE, "r1"), recuse(LATIN, "r2")) == {"r1": {SURE}, "r2": {LATIN}}


def test_nobody_says_who_somebody_is_when_they_may_not_say_who_they_are_not():
    assert confirmed_by(pass_gate([*both(LIKELY), *EXCLUDED])) == [LIKELY]
    partial = pass_gate([*both(LIKELY), *EXCLUDED, recuse(RIVAL, "r1")])
    assert not confirmed_by(partial)
    assert missing_of(partial, LIKELY) == ["signatures"]
    excluded_by_kin = pass_gate([*both(LIKELY), *EXCLUDED, recuse(LIKELY, "r3")])
    assert missing_of(excluded_by_kin, LIKELY) == ["no_rival"]


@pytest.mark.parametrize(
    "change",
    [{"link_id": MOVED, "identity_id": "I9"}, {"link_id": MOVED, "identity_id": "I9", "batch": "2026-11-02"}],
)
def test_a_raid_sent_again_under_other_numbers_keeps_them_out_as_well(change):
    again = candidate_links(LIKELY=change, RIVAL=change | {"link_id": RIVAL})
    assert find(again, recuse(LIKELY, "r1")) == {"r1": {LIKELY, MOVED, RIVAL}}


def test_a_recusal_taken_back_keeps_nobody_out():
    said = recuse(RIVAL, "r1")
    back = record_retraction(event_id=said.event_id, by="D1", reason="登记有误")
    assert find(candidate_links(), said, back) == {}


def test_a_recusal_of_old_that_tells_no_evidence_still_keeps_them_out():
    of_old = NewEvent(EventKind.RECUSAL, RIVAL, "r1", {"reason": "亲属", "declared_on": "2026-10-20"})
    assert find(candidate_links(), of_old) == {"r1": {RIVAL, LIKELY}}
    assert find(candidate_links().clear(), of_old) == {"r1": {RIVAL}}


def test_a_recusal_says_of_whom_in_nobodys_words():
    [event] = store([recuse(RIVAL, "r1")])
    assert isinstance(event, Event)
    assert set(event.payload) == {"batch", "reason", "evidence_hash", "declared_on"}


def test_who_is_kept_out_may_dispute_and_nothing_else():
    recused = find(candidate_links(), recuse(RIVAL, "r1"))
    dispute, strike = (NewEvent(kind, LIKELY, "r1") for kind in (EventKind.DISPUTE, EventKind.REPLY))
    refuse_recused(recused, [dispute, NewEvent(EventKind.REPLY, LIKELY, "r2")], {})
    with pytest.raises(LedgerError, match="声明过回避"):
        refuse_recused(recused, [strike], {})
    with pytest.raises(LedgerError, match="N1 涉及它"):
        refuse_recused(recused, [NewEvent(EventKind.REPLY, "N1", "r1")], {"N1": {LIKELY}})
