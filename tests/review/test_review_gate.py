from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.review_scenario import (
    BATCH,
    DAY,
    LATIN,
    LEFT,
    LIKELY,
    POLICY,
    RIVAL,
    ROOT,
    SURE,
    candidate_links,
    facts,
    identities,
    people,
)
from tongcha.errors import GateError, LedgerError
from tongcha.ledger.chain import digest_event
from tongcha.ledger.events import Event, NewEvent
from tongcha.policy.adoption import adopt_as_example
from tongcha.review.confirmed import ConfirmedLinks
from tongcha.review.decisions import (
    find_disputed,
    find_withdrawn,
    record_dispute,
    record_judgement,
    record_recusal,
    record_resolution,
    record_retraction,
    record_withdrawal,
)
from tongcha.review.gate import GateOutcome, confirm_links
from tongcha.review.judgements import project_judgements


def judge(link_id: str, who: str, verdict: str = "same", rnd: str = "一审", saw: str = "") -> NewEvent:
    return record_judgement(
        batch=BATCH,
        link_id=link_id,
        review_round=rnd,
        reviewer=who,
        verdict=verdict,
        reason="理由充分",
        evidence_hash=saw or f"h{link_id}",
        decided_on=DAY,
    )


def both(link_id: str, verdict: str = "same") -> list[NewEvent]:
    return [judge(link_id, "r1", verdict), judge(link_id, "r2", verdict, "二审")]


def store(events: list[NewEvent]) -> list[Event]:
    stored = [
        Event(n, e.event_id, e.kind, e.subject, e.actor, "2026-10-20", e.payload, "", "")
        for n, e in enumerate(events, 1)
    ]
    assert all(digest_event(event) for event in stored)
    return stored


def pass_gate(events: list[NewEvent], links: pl.DataFrame | None = None, **changes: Any) -> GateOutcome:
    links = candidate_links() if links is None else links
    ledger = store(events)
    policy, registered = changes.pop("policy", POLICY), changes.pop("people", None)
    known = {"withdrawn": find_withdrawn(ledger), "disputed": find_disputed(ledger)}
    return confirm_links(
        candidate_links=links,
        judgements=project_judgements(ledger, links, BATCH),
        identities=identities(),
        facts=facts(**(known | changes)),
        policy=policy,
        people=registered,
    )


def confirmed_by(outcome: GateOutcome) -> list[str]:
    return outcome.confirmed.frame["link_id"].to_list()


def missing_of(outcome: GateOutcome, link_id: str) -> list[str]:
    held = outcome.withheld_links
    return held.filter(pl.col("link_id") == link_id)["requirement"].to_list()


def test_without_a_judgement_nothing_is_confirmed_however_sure_the_machine_is():
    outcome = pass_gate([])
    assert len(outcome.confirmed) == 0
    assert outcome.withheld_links.is_empty()


def test_what_is_certain_needs_one_named_person_and_names_that_person():
    row = pass_gate([judge(SURE, "r1")]).confirmed.frame.row(0, named=True)
    assert (row["link_id"], row["signed_by"], row["confirmed_on"]) == (SURE, "r1", DAY)
    assert row["judgement_ids"] == judge(SURE, "r1").event_id


def test_anything_else_needs_two_different_people():
    assert missing_of(pass_gate([judge(LATIN, "r1")]), LATIN) == ["signatures"]
    one_person_twice = [judge(LATIN, "r1"), judge(LATIN, "r1", rnd="二审")]
    assert missing_of(pass_gate(one_person_twice), LATIN) == ["signatures"]
    assert confirmed_by(pass_gate(both(LATIN))) == [LATIN]


def test_a_near_rival_holds_a_link_back_until_people_have_excluded_it():
    assert missing_of(pass_gate(both(LIKELY)), LIKELY) == ["no_rival"]
    assert confirmed_by(pass_gate(both(LIKELY) + both(RIVAL, "different"))) == [LIKELY]
    assert confirmed_by(pass_gate(both(RIVAL) + both(LIKELY, "different"))) == [RIVAL]


def test_one_person_met_confirmed_as_two_is_held_back_twice():
    outcome = pass_gate(both(LIKELY) + both(RIVAL))
    assert confirmed_by(outcome) == []
    assert missing_of(outcome, LIKELY) == missing_of(outcome, RIVAL) == ["no_rival", "one_person"]


def test_two_records_of_one_person_are_no_rivals_and_leave_once():
    registered = people().with_columns(
        same_person_as=pl.when(pl.col("person_id") == "T2").then(pl.lit("T3")).otherwise(None)
    )
    outcome = pass_gate(both(LIKELY) + both(RIVAL), people=registered)
    assert confirmed_by(outcome) == [RIVAL], "T3 is the record that the registry keeps"
    assert missing_of(outcome, LIKELY) == ["one_record"]
    assert confirmed_by(pass_gate(both(LIKELY), people=registered)) == [LIKELY]


@pytest.mark.parametrize(
    ("requirement", "changes"),
    [
        ("evidence_grade", {"evidence_grade": "丙"}),
        ("evidence_grade", {"evidence_grade": "丁"}),
        ("in_service", {"in_service": None, "employment_state": "unknown"}),
        ("in_service", {"in_service": False, "employment_state": "left"}),
        ("in_service", {"in_service": True, "employment_state": "conflict"}),
        ("school", {"responsible_school_id": None}),
    ],
)
def test_each_lack_of_a_link_is_named(requirement, changes):
    outcome = pass_gate([judge(SURE, "r1")], candidate_links(SURE=changes))
    assert missing_of(outcome, SURE) == [requirement]
    assert outcome.withheld_links["reason"][0]


@pytest.mark.parametrize(
    ("requirement", "changes"),
    [
        ("source", {"source_expiry": date(2026, 10, 19)}),
        ("adopted_policy", {"is_demo": False}),
        ("not_withdrawn", {"withdrawn": {SURE}}),
        ("no_dispute", {"disputed": {SURE}}),
    ],
)
def test_each_lack_of_the_circumstances_is_named(requirement, changes):
    assert missing_of(pass_gate([judge(SURE, "r1")], **changes), SURE) == [requirement]


def test_outside_the_demo_every_policy_must_be_adopted():
    adopted = adopt_as_example(POLICY)
    good: dict[str, Any] = {"is_demo": False, "policy": adopted, "outward_policies": [adopted]}
    assert confirmed_by(pass_gate([judge(SURE, "r1")], **good)) == [SURE]
    assert not confirmed_by(pass_gate([judge(SURE, "r1")], **(good | {"outward_policies": [POLICY]})))


def test_a_link_that_the_machine_no_longer_proposes_must_be_looked_at_again():
    outcome = pass_gate([judge(SURE, "r1")], candidate_links(SURE={"decision": "none"}))
    assert missing_of(outcome, SURE) == ["proposal", "signatures"]


def test_a_judgement_on_other_evidence_carries_nothing():
    assert not confirmed_by(pass_gate([judge(SURE, "r1", saw="old")]))
    assert confirmed_by(pass_gate([judge(SURE, "r1", saw="old"), judge(SURE, "r1")])) == [SURE]


def test_a_recused_reviewers_signature_does_not_count():
    recusal = record_recusal(batch=BATCH, link_id=SURE, reviewer="r1", reason="亲属关系", declared_on=DAY)
    assert not confirmed_by(pass_gate([judge(SURE, "r1"), recusal]))


def test_a_dispute_holds_a_link_until_it_is_settled_and_an_upheld_one_withdraws_it():
    opened = [judge(SURE, "r1"), record_dispute(batch=BATCH, link_id=SURE, by="s1", reason="不是本人")]
    assert missing_of(pass_gate(opened), SURE) == ["no_dispute"]
    done = {"batch": BATCH, "link_id": SURE, "by": "r9", "reason": "已核实"}
    assert confirmed_by(pass_gate([*opened, *record_resolution(**done, upheld=False)])) == [SURE]
    assert missing_of(pass_gate([*opened, *record_resolution(**done, upheld=True)]), SURE) == [
        "not_withdrawn"
    ]


def test_a_rejected_link_is_not_listed_as_withheld():
    assert pass_gate(
        [
            judge(LATIN, "r1"),
            judge(LATIN, "r2", "different", "二审"),
            *(judge(LATIN, who, "different", "集体研究") for who in ("r3", "r4")),
        ]
    ).withheld_links.is_empty()


def test_only_the_gate_makes_confirmed_links():
    frame = pass_gate([judge(SURE, "r1")]).confirmed.frame
    with pytest.raises(GateError, match="只能由关口产生"):
        ConfirmedLinks(frame, seal=object())


def test_a_stored_table_is_proven_again_before_use():
    events = [judge(SURE, "r1"), *both(LATIN)]
    stored = pass_gate(events).confirmed.frame
    proof = project_judgements(store(events), candidate_links(), BATCH)
    assert ConfirmedLinks.reload(stored, proof).frame.equals(stored)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("judgement_ids", "E0000000000000000"),
        ("signed_by", "r9"),
        ("evidence_hash", "other"),
        ("link_id", RIVAL),
        ("decision", "review"),
    ],
)
def test_a_stored_row_that_was_edited_is_refused_and_named(column, value):
    events = [judge(SURE, "r1")]
    stored = pass_gate(events).confirmed.frame.with_columns(pl.lit(value).alias(column))
    proof = project_judgements(store(events), candidate_links(), BATCH)
    with pytest.raises(GateError, match=stored["link_id"][0]):
        ConfirmedLinks.reload(stored, proof)


def test_a_stored_table_outlives_no_judgement_that_was_taken_back():
    events = [judge(SURE, "r1")]
    stored = pass_gate(events).confirmed.frame
    events.append(record_retraction(event_id=events[0].event_id, by="r1", reason="看错了"))
    with pytest.raises(GateError):
        ConfirmedLinks.reload(stored, project_judgements(store(events), candidate_links(), BATCH))


def test_several_batches_combine_into_one_proven_whole():
    one = pass_gate([judge(SURE, "r1")]).confirmed
    two = pass_gate(both(LATIN)).confirmed
    assert ConfirmedLinks.combine([two, one]).frame["link_id"].to_list() == [SURE, LATIN]
    assert len(ConfirmedLinks.combine([])) == 0


def test_identities_that_are_gone_stop_the_gate():
    links = candidate_links(SURE={"identity_id": "gone"})
    with pytest.raises(GateError, match=SURE):
        pass_gate([judge(SURE, "r1")], links)


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


@settings(deadline=None, max_examples=25)
@given(EVENTS)
def test_nothing_leaves_without_enough_different_people_saying_the_same(events):
    outcome = pass_gate(events)
    for row in outcome.confirmed.frame.iter_rows(named=True):
        said = {e.actor for e in events if e.subject == row["link_id"] and e.payload.get("verdict") == "same"}
        assert set(row["signed_by"].split("、")) <= said
        assert len(said) >= (1 if row["decision"] == "accept" else 2)


@settings(deadline=None, max_examples=25)
@given(EVENTS, st.sampled_from([SURE, LATIN]))
def test_a_withdrawal_taken_back_returns_to_what_was_before(events, link_id):
    withdrawal = record_withdrawal(batch=BATCH, link_id=link_id, by="r8", reason="误认")
    back = record_retraction(event_id=withdrawal.event_id, by="r8", reason="核实无误")
    before, during, after = (pass_gate([*events, *more]) for more in ([], [withdrawal], [withdrawal, back]))
    assert link_id not in confirmed_by(during)
    assert after.confirmed.frame.equals(before.confirmed.frame)
    assert after.withheld_links.equals(before.withheld_links)


@settings(deadline=None, max_examples=15)
@given(EVENTS, st.randoms(use_true_random=False))
def test_the_gate_does_not_care_for_the_order_of_rows(events, random):
    order = list(range(6))
    random.shuffle(order)
    one, two = pass_gate(events), pass_gate(events, candidate_links()[order])
    assert two.confirmed.frame.equals(one.confirmed.frame)
    assert two.withheld_links.equals(one.withheld_links)


@pytest.mark.slow
def test_the_type_checker_refuses_candidates_where_confirmed_links_are_asked(tmp_path):
    snippet = tmp_path / "leak.py"
    snippet.write_text(
        "import polars as pl\n"
        "from tongcha.review.confirmed import ConfirmedLinks\n"
        "def refer(confirmed: ConfirmedLinks) -> None: ...\n"
        "candidate_links: pl.DataFrame = pl.DataFrame()\n"
        "refer(candidate_links)\n"
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file",
        str(ROOT / "pyproject.toml"),
        "--cache-dir",
        str(tmp_path),
    ]
    done = subprocess.run([*command, str(snippet)], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1
    assert 'incompatible type "DataFrame"; expected "ConfirmedLinks"' in done.stdout


def test_nothing_is_withdrawn_or_retracted_without_grounds():
    with pytest.raises(LedgerError, match="没有写明撤销、撤回的理由"):
        record_withdrawal(batch="B", link_id="L1", by="D1", reason=" ")
    with pytest.raises(LedgerError, match="没有写明撤销、撤回的理由"):
        record_retraction(event_id="E1", by="D1", reason="")
