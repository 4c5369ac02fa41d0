"""Facts in the person's favour, counted to the day; who is a namesake; which doubts decide a recipient."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from tests.referral.referral_scene import build_inputs, find, read_cells, write
from tests.responsibility import hand_worked as world
from tongcha.policy.routing import Route
from tongcha.referral.lists import list_evidence
from tongcha.referral.package import join_clues
from tongcha.referral.routing import route_referrals

NEAR = world.ROUTING.facts.near_days
RAID = world.RAIDS["Q2"]
PERSON = "T04"  # met at Q2


def facts_of(*spells: tuple[date, date | None, str | None]) -> set[str]:
    """The facts found of T04 with these spells instead of their own."""
    own = [
        {"teacher_id": PERSON, "spell_no": n, "school_id": "S1", "start": start, "end": end,
         "staff_type": "在编", "end_reason": reason}
        for n, (start, end, reason) in enumerate(spells, start=1)
    ]  # fmt: skip
    others = world.build_employment().filter(pl.col("teacher_id") != PERSON)
    found = find(employment=pl.concat([others, world.build("employment", own)]))
    return set(found.filter(pl.col("link_id") == world.link_id(4))["finding"])


@pytest.mark.parametrize(
    ("days_before", "found"),
    [(0, "began_that_day"), (1, "began_recently"), (NEAR, "began_recently"), (NEAR + 1, None)],
)
def test_a_post_that_began_that_day_or_shortly_before_is_told_to_the_day(days_before, found):
    told = facts_of((RAID - timedelta(days=days_before), None, None))
    assert told & {"began_that_day", "began_recently"} == ({found} if found else set())


@pytest.mark.parametrize(("days_after", "is_told"), [(1, True), (NEAR, True), (NEAR + 1, False)])
def test_a_post_that_ended_shortly_after_is_told_to_the_day(days_after, is_told):
    told = facts_of((date(2015, 9, 1), RAID + timedelta(days=days_after), None))
    assert ("ended_soon_after" in told) == is_told


@pytest.mark.parametrize(("days_after", "is_told"), [(-1, True), (0, True), (1, False)])
def test_who_retired_by_the_day_of_the_raid_had_retired_before_it(days_after, is_told):
    ended = RAID + timedelta(days=days_after)
    assert ("retired_before" in facts_of((date(1990, 9, 1), ended, "退休"), (ended, None, None))) == is_told


def test_another_record_of_the_same_person_is_no_namesake():
    first = pl.col("person_id") == "T02"
    people = world.build_people().with_columns(
        name=pl.when(first).then(pl.lit("张一")).otherwise("name"),
        same_person_as=pl.when(first).then(pl.lit("T01")),
    )
    assert "namesakes" not in set(find(people=people)["finding"])
    apart = people.with_columns(same_person_as=pl.lit(None, pl.String))
    assert "namesakes" in set(find(people=apart)["finding"])


def test_a_manager_of_a_school_of_unknown_ownership_can_be_given_a_route_of_their_own():
    doubtful = Route(
        rule="doubtful_manager", recipient="education_authority", manager="unknown", basis="示例依据条款"
    )
    policy = world.ROUTING.model_copy(update={"routes": (doubtful, *world.ROUTING.routes)})
    routed = route_referrals(
        confirmed=world.build_confirmed(),
        findings=find(),
        identities=world.build_identities(),
        people=world.build_people(),
        schools=world.build_schools().with_columns(ownership=pl.lit(None, pl.String)),
        sites=world.build_sites(),
        policy=policy,
    )
    own = routed.filter(pl.col("route_rule") == "doubtful_manager")
    assert sorted(own["person_id"]) == ["T02", "T03"], "who holds a post, and nobody else"


def test_evidence_about_the_crowd_is_not_listed_as_evidence_about_the_person():
    referrals, dossiers = build_inputs()
    rival = dossiers.evidence.with_columns(
        field=pl.when(pl.col("field") == "学科").then(pl.lit("竞争候选")).otherwise("field")
    )
    rows = list_evidence(join_clues(referrals, dossiers), rival).rows
    assert {row[1] for row in rows} == {"证件号"}


@pytest.mark.parametrize("recipient", ["penalty_team", "education_authority"])
def test_the_record_that_a_fact_comes_from_is_shown_only_to_who_may_see_teacher_numbers(tmp_path, recipient):
    fields = world.ROUTING.recipient(recipient).identity_fields
    lists = write(tmp_path).filter(
        pl.col("recipient") == recipient, pl.col("path").str.ends_with("线索清单.xlsx")
    )
    text = "".join(read_cells(tmp_path / path) for path in lists["path"])
    assert ("出处" in text) == ("teacher_id" in fields)
