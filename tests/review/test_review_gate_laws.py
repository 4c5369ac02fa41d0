"""What holds at the gate whatever people say, and in whatever order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.gate_scenario import confirmed_by, judge, pass_gate
from tests.review.review_scenario import BATCH, LATIN, LEFT, LIKELY, RIVAL, SURE, candidate_links
from tongcha.review.decisions import record_retraction, record_withdrawal

EVENTS = st.lists(
    st.one_of(
        st.builds(
            judge,
            st.sampled_from([SURE, LIKELY, RIVAL, LEFT, LATIN]),
            st.sampled_from(["r1", "r2", "r3"]),
            st.sampled_from(["same", "different", "unsure"]),
            st.sampled_from(["一审", "二审", "集体研究"]),
        ),
        st.builds(
            lambda link: record_withdrawal(batch=BATCH, link_id=link, by="r9", reason="撤销"),
            st.sampled_from([SURE, LATIN]),
        ),
    ),
    max_size=12,
    unique_by=lambda event: event.event_id,
)


@settings(max_examples=25)
@given(EVENTS)
def test_nothing_leaves_without_enough_different_people_saying_the_same(events):
    outcome = pass_gate(events)
    for row in outcome.confirmed.frame.iter_rows(named=True):
        said = {e.actor for e in events if e.subject == row["link_id"] and e.payload.get("verdict") == "same"}
        assert set(row["signed_by"].split("、")) <= said
        assert len(said) >= (1 if row["decision"] == "accept" else 2)


@settings(max_examples=25)
@given(EVENTS, st.sampled_from([SURE, LATIN]))
def test_a_withdrawal_taken_back_returns_to_what_was_before(events, link_id):
    withdrawal = record_withdrawal(batch=BATCH, link_id=link_id, by="r8", reason="误认")
    back = record_retraction(event_id=withdrawal.event_id, by="r8", reason="核实无误")
    before, during, after = (pass_gate([*events, *more]) for more in ([], [withdrawal], [withdrawal, back]))
    assert link_id not in confirmed_by(during)
    assert after.confirmed.frame.equals(before.confirmed.frame)
    assert after.withheld_links.equals(before.withheld_links)


@settings(max_examples=15)
@given(EVENTS, st.randoms(use_true_random=False))
def test_the_gate_does_not_care_for_the_order_of_rows(events, random):
    order = list(range(6))
    random.shuffle(order)
    one, two = pass_gate(events), pass_gate(events, candidate_links()[order])
    assert two.confirmed.frame.equals(one.confirmed.frame)
    assert two.withheld_links.equals(one.withheld_links)
