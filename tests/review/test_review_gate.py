"""What the gate asks of a link, and how it names what is missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.review.gate_scenario import both, confirmed_by, judge, missing_of, pass_gate, recuse
from tests.review.review_scenario import (
    DAY,
    LATIN,
    LIKELY,
    POLICY,
    RIVAL,
    SURE,
    candidate_links,
    identities,
    people,
)
from tongcha.errors import GateError, LedgerError
from tongcha.policy.adoption import adopt_as_example
from tongcha.review.decisions import record_retraction, record_withdrawal


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


@pytest.mark.parametrize(("behind", "lacks"), [(6.0, []), (5.99, ["no_rival"])])
def test_a_candidate_by_the_whole_margin_behind_is_no_rival(behind, lacks):
    assert POLICY.referral.rival_margin_bits == 6.0
    links = candidate_links(RIVAL={"score": 18.0 - behind})
    assert missing_of(pass_gate(both(LIKELY), links), LIKELY) == lacks


def test_one_person_met_confirmed_as_two_is_held_back_twice():
    outcome = pass_gate(both(LIKELY) + both(RIVAL))
    assert confirmed_by(outcome) == []
    assert missing_of(outcome, LIKELY) == missing_of(outcome, RIVAL) == ["no_rival", "one_person"]


@pytest.mark.parametrize(
    ("column", "told", "missing"),
    [
        ("sex", ["男", "女"], ["one_claimant"]),
        ("id_clean", ["210203198001011234", "210203198502021234"], ["one_claimant"]),
        ("sex", ["男", None], []),
        ("sex", ["男", "男"], []),
    ],
)
def test_two_people_met_at_one_raid_are_not_both_the_same_person_but_one_taken_down_twice_is(
    column, told, missing
):
    links = candidate_links(LATIN={"person_id": "T1", "teacher_id": "T1", "raid_id": "C1"})
    said = dict(zip(["I1", "I4"], told, strict=True))
    met = identities().with_columns(
        pl.lit(None, pl.String).alias("id_clean"), pl.lit(None, pl.String).alias("sex")
    )
    met = met.with_columns(
        pl.col("identity_id").replace_strict(said, default=None, return_dtype=pl.String).alias(column)
    )
    outcome = pass_gate([*both(SURE), *both(LATIN)], links, identities=met)
    assert [missing_of(outcome, link) for link in (SURE, LATIN)] == [missing, missing]


def test_two_records_of_one_person_are_no_rivals_and_leave_once():
    registered = people().with_columns(
        same_person_as=pl.when(pl.col("person_id") == "T2").then(pl.lit("T3")).otherwise(None)
    )
    outcome = pass_gate(both(LIKELY) + both(RIVAL), people=registered)
    assert confirmed_by(outcome) == [RIVAL], "T3 is the record that the registry keeps"
    assert missing_of(outcome, LIKELY) == ["one_record"]
    assert confirmed_by(pass_gate(both(LIKELY), people=registered)) == [LIKELY]
    elsewhere = candidate_links(RIVAL={"spell_no": None})
    outcome = pass_gate(both(LIKELY) + both(RIVAL), elsewhere, people=registered)
    assert confirmed_by(outcome) == [LIKELY], "it holds the spell of that day"
    assert missing_of(outcome, RIVAL) == ["one_record"]


@pytest.mark.parametrize(
    ("requirement", "changes"),
    [
        ("evidence_grade", {"evidence_grade": "丙"}),
        ("evidence_grade", {"evidence_grade": "丁"}),
        ("in_service", {"in_service": None, "employment_state": "unknown"}),
        ("in_service", {"in_service": False, "employment_state": "left"}),
        ("in_service", {"in_service": True, "employment_state": "conflict"}),
        ("in_service", {"in_service": None, "employment_state": "in_service"}),
        ("in_service", {"in_service": False, "employment_state": "in_service"}),
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


def test_what_was_handed_over_needs_no_source_in_force_any_more_and_a_source_ends_with_its_last_day():
    late: dict[str, Any] = {"source_expiry": date(2026, 10, 19)}
    signed = [judge(SURE, "r1"), *both(LATIN)]
    assert confirmed_by(pass_gate(signed, **late, handed_over={SURE: DAY})) == [SURE]
    assert confirmed_by(pass_gate(signed, **late, is_closed=True)) == [SURE, LATIN]
    assert confirmed_by(pass_gate(signed, source_expiry=DAY)) == [SURE, LATIN]


def test_nothing_leaves_about_somebody_whose_particulars_were_erased():
    erased = pl.when(pl.col("identity_id") == "I1").then(pl.lit("0" * 32))
    met = identities().with_columns(digest=erased)
    outcome = pass_gate([judge(SURE, "r1"), *both(LATIN)], identities=met)
    assert confirmed_by(outcome) == [LATIN]
    assert missing_of(outcome, SURE) == ["not_erased"]


def test_outside_the_demo_every_policy_must_be_adopted():
    adopted = adopt_as_example(POLICY)
    good: dict[str, Any] = {"is_demo": False, "policy": adopted, "outward_policies": [adopted]}
    assert confirmed_by(pass_gate([judge(SURE, "r1")], **good)) == [SURE]
    for lack in ({"outward_policies": [POLICY]}, {"policy": POLICY}):
        assert not confirmed_by(pass_gate([judge(SURE, "r1")], **(good | lack)))


def test_a_link_that_the_machine_no_longer_proposes_must_be_looked_at_again():
    outcome = pass_gate([judge(SURE, "r1")], candidate_links(SURE={"decision": "none"}))
    assert missing_of(outcome, SURE) == ["proposal", "signatures"]


def test_a_judgement_on_other_evidence_carries_nothing():
    assert not confirmed_by(pass_gate([judge(SURE, "r1", saw="old")]))
    assert confirmed_by(pass_gate([judge(SURE, "r1", saw="old"), judge(SURE, "r1")])) == [SURE]


def test_a_recused_reviewers_signature_does_not_count():
    recusal = recuse(SURE, "r1")
    assert not confirmed_by(pass_gate([judge(SURE, "r1"), recusal]))
    back = record_retraction(event_id=recusal.event_id, by="D1", reason="登记有误")
    assert confirmed_by(pass_gate([judge(SURE, "r1"), recusal, back])) == [SURE]


def test_a_rejected_link_is_not_listed_as_withheld():
    assert pass_gate(
        [
            judge(LATIN, "r1"),
            judge(LATIN, "r2", "different", "二审"),
            *(judge(LATIN, who, "different", "集体研究") for who in ("r3", "r4")),
        ]
    ).withheld_links.is_empty()


def test_identities_that_are_gone_stop_the_gate():
    links = candidate_links(SURE={"identity_id": "gone"})
    with pytest.raises(GateError, match=SURE):
        pass_gate([judge(SURE, "r1")], links)


def test_nothing_is_withdrawn_or_retracted_without_grounds():
    with pytest.raises(LedgerError, match="没有写明撤销、撤回的理由"):
        record_withdrawal(batch="B", link_id="L1", by="D1", reason=" ")
    with pytest.raises(LedgerError, match="没有写明撤销、撤回的理由"):
        record_retraction(event_id="E1", by="D1", reason="")
