"""What rules between tables must not mistake: limits on both sides, worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest

from assets.office import Office
from checks.casebook import (
    find_altered_answers,
    find_altered_orders,
    find_small_cells,
    find_uncleared_persons,
)
from checks.linkage import find_double_accepts
from checks.reference import find_thinned_registries
from checks.referral import find_unrouted_links
from checks.rules import find_altered_files
from pipelines.provenance import POLICIES
from tests.scenario import make_table
from tongcha.policy.casebook import CasebookPolicy
from tongcha.policy.intake import IntakePolicy
from tongcha.policy.routing import RoutingPolicy

if TYPE_CHECKING:
    from pathlib import Path

FLOOR = CasebookPolicy.load(POLICIES / "casebook.yaml").small_cell
NOTICE = IntakePolicy.load(POLICIES / "intake.yaml").registry_loss_notice
CONDUCTS = RoutingPolicy.load(POLICIES / "routing.yaml").conducts


@pytest.fixture
def office(tmp_path) -> Office:
    day = dt.date(2026, 11, 1)
    return Office(
        home=tmp_path, policies=POLICIES, today=day, adopted_by=day, now=lambda: "", is_demo=True,
        ledger_url="", keys={}, sign=lambda *_: "", provenance={},
    )  # fmt: skip


def file_in(office: Office, name: str, content: bytes) -> Path:
    path = office.outbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("decisions", "identities", "batches", "found"),
    [
        (("accept", "accept"), ("I1", "I1"), ("b", "b"), 1),
        (("accept", "review"), ("I1", "I1"), ("b", "b"), 0),  # one is proposed, the other is to be looked at
        (("accept", "accept"), ("I1", "I2"), ("b", "b"), 0),
        (("accept", "accept"), ("I1", "I1"), ("b", "c"), 0),  # the same number in two batches is two people
    ],
)
def test_two_candidates_of_one_identity_are_a_double_accept_only_when_both_are_accepted(
    office, decisions, identities, batches, found
):
    links = make_table("candidate_links").with_columns(
        decision=pl.Series(decisions), identity_id=pl.Series(identities), batch=pl.Series(batches)
    )
    assert find_double_accepts({"candidate_links": links}, office).height == found


@pytest.mark.parametrize(
    ("measure", "count", "found"),
    [
        ("confirmed", 1, 1),
        ("confirmed", FLOOR - 1, 1),
        ("confirmed", FLOOR, 0),
        ("confirmed", 0, 0),
        ("personal_issues", FLOOR - 1, 1),
        ("cleared", 1, 1),
        ("sites", 1, 0),  # places aren't people
    ],
)
def test_a_count_of_people_is_small_below_the_floor_and_not_at_it(office, measure, count, found):
    bulletins = make_table("bulletins").with_columns(
        measure=pl.lit(measure), count=pl.lit(count, pl.Int64), hidden=pl.lit(value=False)
    )
    assert find_small_cells({"bulletins": bulletins}, office).height == found


@pytest.mark.parametrize(("first", "last", "found"), [(True, False, 0), (False, True, 1)])
def test_the_last_outcome_that_a_recipient_reported_counts_in_whatever_order_rows_lie(
    office, first, last, found
):
    outcome = make_table("outcomes")
    told = [
        outcome.with_columns(seq=pl.lit(seq), clears=pl.lit(clears))
        for seq, clears in ((4, first), (7, last))
    ]
    for rows in (told, told[::-1]):
        frames = {"outcomes": pl.concat(rows), "confirmed_links": make_table("confirmed_links")}
        assert find_uncleared_persons(frames, office).height == found


def test_a_file_that_was_altered_or_is_gone_is_found_and_one_as_recorded_is_not(office):
    for name in ("a.docx", "b.docx"):
        file_in(office, name, b"paper")
    listed = pl.DataFrame({"path": ["a.docx", "b.docx", "c.docx"]})
    recorded = listed.with_columns(sha256=pl.lit(office.fingerprint("a.docx")))
    file_in(office, "b.docx", b"paper, altered")
    assert find_altered_files(recorded, office)["path"].to_list() == ["b.docx", "c.docx"]


def test_a_letter_is_held_to_its_fingerprint_until_it_was_handed_over_and_an_order_once_it_is_written(office):
    answers = make_table("dispute_answers").head(1).with_columns(path=pl.lit("gone.docx"))
    for told_on, found in ((None, 1), (dt.date(2026, 10, 30), 0)):
        told = answers.with_columns(told_on=pl.lit(told_on, pl.Date))
        assert find_altered_answers({"dispute_answers": told}, office).height == found
    orders = make_table("supervision_orders").head(1)
    for path, found in (("gone.docx", 1), (None, 0)):
        written = orders.with_columns(path=pl.lit(path, pl.String))
        assert find_altered_orders({"supervision_orders": written}, office).height == found


@pytest.mark.parametrize(("lost", "found"), [(9, 0), (10, 1), (11, 1)])
def test_a_registry_is_thinned_from_the_share_that_policy_names_on(office, lost, found):
    assert pytest.approx(0.10) == NOTICE  # 10 of 100
    changes = pl.concat([make_table("snapshot_changes")] * lost).with_columns(change=pl.lit("left"))
    teachers = pl.concat([make_table("teachers")] * (100 - lost))
    thinned = find_thinned_registries({"snapshot_changes": changes, "teachers": teachers}, office)
    assert thinned.height == found
    assert thinned["lost"].to_list() == [lost] * found


@pytest.mark.parametrize("conduct", CONDUCTS, ids=lambda conduct: conduct.role)
def test_only_the_roles_that_policy_refers_must_go_to_somebody(office, conduct):
    frames = {
        "identities": make_table("identities").with_columns(role=pl.lit(conduct.role)),
        "confirmed_links": make_table("confirmed_links"),
        "referrals": make_table("referrals").clear(),
    }
    assert find_unrouted_links(frames, office).height == conduct.refer
