"""Who is said to be somebody else is left in peace until somebody who didn't judge the link has answered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.review.gate_scenario import confirmed_by, judge, missing_of, pass_gate, recuse, store
from tests.review.review_scenario import BATCH, DAY, SURE, candidate_links
from tongcha.errors import LedgerError
from tongcha.review.decisions import (
    find_renumbered,
    record_retraction,
    record_withdrawal,
)
from tongcha.review.disputes import (
    list_disputes,
    list_open_disputes,
    record_dispute,
    record_resolution,
    refuse_loose_ends,
    refuse_partial,
)

if TYPE_CHECKING:
    from tongcha.ledger.events import Event, NewEvent

SIGNED = judge(SURE, "r1")


def dispute(reason: str = "称当日在外地", earlier: int = 0) -> NewEvent:
    return record_dispute(
        batch=BATCH, link_id=SURE, source="当事人", on=DAY, by="c1", reason=reason, earlier=earlier
    )


def resolve(opened: Event, *, upheld: bool, reason: str = "已核实", on: date = DAY) -> NewEvent:
    return record_resolution(opened, by="c1", reason=reason, on=on, upheld=upheld)


def take_back(event: Event) -> NewEvent:
    return record_retraction(event_id=event.event_id, by="c1", reason="登记有误")


OPENED = store([SIGNED, dispute()])[1]
UPHELD, REJECTED = (store([resolve(OPENED, upheld=upheld)])[0] for upheld in (True, False))


def test_a_dispute_holds_a_link_until_it_is_resolved_and_an_upheld_one_takes_it_back():
    opened = [SIGNED, dispute()]
    assert missing_of(pass_gate(opened), SURE) == ["no_dispute"]
    assert confirmed_by(pass_gate([*opened, resolve(OPENED, upheld=False)])) == [SURE]
    assert missing_of(pass_gate([*opened, resolve(OPENED, upheld=True)]), SURE) == ["not_withdrawn"]


def test_taking_a_dispute_back_lets_the_link_through_again():
    assert confirmed_by(pass_gate([SIGNED, dispute(), take_back(OPENED)])) == [SURE]


@pytest.mark.parametrize("stop", ["dispute", "withdrawal"])
def test_material_sent_again_under_other_numbers_loses_neither_dispute_nor_withdrawal(stop):
    """The link has another number then, and what was said of the old one would be about nothing."""
    again = f"L{'f' * 16}"
    links = candidate_links(SURE={"link_id": again})  # the same two people, the same evidence
    withdrawal = record_withdrawal(batch=BATCH, link_id=SURE, by="c1", reason="不是本人")
    said = [SIGNED, dispute() if stop == "dispute" else withdrawal, judge(again, "r1", saw=f"h{SURE}")]
    stopped = find_renumbered(store(said), links, BATCH, {SURE}, links)
    assert stopped == {again}
    assert find_renumbered(store(said), links, "另一批次", {SURE}, links) == frozenset()
    assert find_renumbered(store(said), candidate_links(), BATCH, {SURE}, candidate_links()) == frozenset()
    facts = {"disputed": stopped} if stop == "dispute" else {"withdrawn": stopped}
    assert confirmed_by(pass_gate(said, links, **facts)) == []


@pytest.mark.parametrize(("raid", "held"), [("C1", True), ("C9", False)])
def test_the_same_raid_sent_again_as_another_batch_loses_no_dispute_and_another_raid_is_another_matter(
    raid, held
):
    here = candidate_links()
    there = here.filter(pl.col("link_id") == SURE).with_columns(
        batch=pl.lit("再报"), link_id=pl.lit(f"L{'e' * 16}"), raid_id=pl.lit(raid)
    )
    found = find_renumbered(store([SIGNED, dispute()]), there, "再报", {SURE}, pl.concat([here, there]))
    assert bool(found) is held
    assert find_renumbered(store([SIGNED]), here, BATCH, {SURE}, pl.concat([here, there])) == frozenset()


@pytest.mark.parametrize("upheld", [True, False])
def test_taking_a_resolution_back_opens_the_dispute_again_and_lets_nothing_out(upheld):
    done = UPHELD if upheld else REJECTED
    events = [SIGNED, dispute(), resolve(OPENED, upheld=upheld), take_back(done)]
    assert missing_of(pass_gate(events), SURE) == ["no_dispute"]
    assert list_open_disputes(store(events))["link_id"].to_list() == [SURE]


def test_the_same_words_after_an_answer_are_a_dispute_of_their_own():
    events = [SIGNED, dispute(), resolve(OPENED, upheld=False), dispute(earlier=1)]
    assert missing_of(pass_gate(events), SURE) == ["no_dispute"]


def test_an_open_dispute_says_who_when_and_why():
    row = list_open_disputes(store([SIGNED, dispute()])).row(0, named=True)
    assert row == {
        "link_id": SURE, "on": DAY, "source": "当事人", "reason": "称当日在外地", "by": "c1",
        "event_id": OPENED.event_id,
    }  # fmt: skip


def test_the_sentence_of_a_dispute_tells_its_answer():
    said = [d.sentence for d in list_disputes(store([SIGNED, dispute(), resolve(OPENED, upheld=False)]))]
    assert "当事人提出" in said[0]
    assert "办结为不成立" in said[0]
    assert said[0].endswith("已核实")


@pytest.mark.parametrize(
    "part",
    [
        SIGNED,
        judge(SURE, "r1", "different"),
        recuse(SURE, "r1"),
    ],
)
def test_who_judged_the_link_or_declared_a_conflict_may_not_resolve_its_dispute(part):
    with pytest.raises(LedgerError, match="不能由其决定"):
        refuse_partial(store([part]), SURE, "r1")
    refuse_partial(store([part]), SURE, "c1")
    refuse_partial(store([part]), "L0000000000000999", "r1")


def test_a_dispute_needs_who_and_why_and_its_answer_needs_grounds_and_a_later_day():
    with pytest.raises(LedgerError, match="由谁提出"):
        record_dispute(batch=BATCH, link_id=SURE, source="邻居", on=DAY, by="c1", reason="x")
    with pytest.raises(LedgerError, match="没有写明理由"):
        dispute(" ")
    with pytest.raises(LedgerError, match="没有写明理由"):
        resolve(OPENED, upheld=True, reason=" ")
    with pytest.raises(LedgerError, match="早于提出日期"):
        resolve(OPENED, upheld=True, on=date(2020, 1, 1))


@pytest.mark.parametrize(
    "later",
    [
        [dispute("再说一次")],
        [resolve(OPENED, upheld=False), take_back(OPENED)],
        [resolve(OPENED, upheld=False), resolve(OPENED, upheld=True)],
    ],
    ids=["two open disputes", "an answer without its dispute", "two answers"],
)
def test_what_does_not_fit_together_is_refused_and_what_a_race_left_stops_nothing_else(later):
    before, after = store([SIGNED, dispute()]), store([SIGNED, dispute(), *later])
    with pytest.raises(LedgerError, match="不相符"):
        refuse_loose_ends(before, after)
    refuse_loose_ends(after, after)
