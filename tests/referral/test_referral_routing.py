from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.referral.referral_scene import find
from tests.responsibility import hand_worked as world
from tongcha.linkage.comparison.fields import age_on
from tongcha.policy.routing import RoutingPolicy
from tongcha.referral.routing import route_referrals


def route(confirmed=None, **tables: pl.DataFrame) -> pl.DataFrame:
    given = {
        "identities": world.build_identities(),
        "people": world.build_people(),
        "schools": world.build_schools(),
        "sites": world.build_sites(),
    } | tables
    return route_referrals(
        confirmed=world.build_confirmed() if confirmed is None else confirmed,
        findings=find(),
        policy=world.ROUTING,
        **given,
    )


def recipients_of(person: str, referrals: pl.DataFrame) -> set[tuple[str, str]]:
    rows = referrals.filter(pl.col("person_id") == person)
    return set(rows.select("recipient", "route_rule").iter_rows())


def test_every_word_for_a_loan_that_the_linkage_knows_speaks_for_the_person():
    for word in world.LINKAGE.employment.lent:
        lent = world.build_employment().with_columns(staff_type=pl.lit(f"{word}人员"))
        found = find(employment=lent).filter(pl.col("finding") == "on_loan")
        assert found["link_id"].n_unique() == world.build_confirmed().frame["link_id"].n_unique(), word


def test_a_post_with_a_reason_but_no_end_is_searched_like_any_other():
    reason = world.build_employment().with_columns(end_reason=pl.lit("退休"), end=pl.lit(None, pl.Date))
    moved = reason.with_columns(
        spell_no=pl.col("spell_no") + 5, start=pl.col("start") + pl.duration(days=400)
    )
    found = find(employment=pl.concat([reason, moved]))
    assert {"retired_before"} <= set(found["finding"])


def test_a_post_of_which_only_the_month_is_known_began_recently_if_any_day_of_it_is_near():
    raid = world.RAIDS["Q1"]
    begun = world.build_employment().with_columns(
        start=pl.lit(raid - timedelta(days=world.ROUTING.facts.near_days + 20)),
        start_latest=pl.lit(raid - timedelta(days=1)),
    )
    there = world.build_confirmed().frame.filter(raid_date=raid)["link_id"]
    found = find(employment=begun).filter(finding="began_recently")["link_id"]
    assert set(there) <= set(found)


def test_each_person_goes_to_one_body_by_legal_status():
    referrals = route().filter(pl.col("recipient") != "penalty_team")
    assert recipients_of("T01", referrals) == {("discipline_committee", "party_member")}
    assert recipients_of("T02", referrals) == {("discipline_committee", "party_member_manager")}
    assert recipients_of("T03", referrals) == {("supervisory_commission", "manager_post")}
    assert recipients_of("T04", referrals) == {("education_authority", "ordinary_teacher")}
    assert referrals.group_by("link_id").len()["len"].max() == 1


def test_an_ordinary_teacher_goes_to_the_authority_of_the_school_of_that_day():
    referrals = route().filter(pl.col("recipient") == "education_authority")
    names = dict(referrals.select("person_id", "recipient_name").iter_rows())
    assert names["T04"] == "甲区教育局"
    assert names["T08"] == "乙区教育局"


def test_a_manager_of_a_private_school_is_no_object_of_supervision():
    private = world.build_schools().with_columns(ownership=pl.lit("民办"))
    assert recipients_of("T03", route(schools=private)) >= {("education_authority", "ordinary_teacher")}


@pytest.mark.parametrize(
    ("post", "is_manager"),
    [
        ("班主任", False),
        ("年级主任", False),
        ("教导主任兼班主任", True),
        ("中层干部", True),
        ("教师", False),
        (None, False),
    ],
)
def test_a_class_teacher_is_no_manager(post, is_manager):
    people = world.build_people().with_columns(post=pl.lit(post, pl.String))
    recipients = {recipient for recipient, _ in recipients_of("T04", route(people=people))}
    assert ("supervisory_commission" in recipients) == is_manager


def test_subject_tutoring_without_licences_also_goes_to_the_penalty_team():
    referrals = route()
    penal = referrals.filter(pl.col("recipient") == "penalty_team")
    assert set(penal["raid_id"]) == {"Q1", "Q2"}
    undecided = world.build_sites().with_columns(subject_type=pl.lit("待鉴定"))
    assert "penalty_team" not in set(route(sites=undecided)["recipient"])


@pytest.mark.parametrize("licence", ["有照有证", "有照无证", "无照无证", None])
def test_a_site_whose_licences_are_in_order_or_unknown_is_nothing_for_the_penalty_team(licence):
    sites = world.build_sites().with_columns(
        licence=pl.lit(licence, pl.String), subject_type=pl.lit("学科类")
    )
    is_penal = "penalty_team" in set(route(sites=sites)["recipient"])
    assert is_penal == (licence in world.ROUTING.penalty.licences) == (licence in {"有照无证", "无照无证"})


@pytest.mark.parametrize("role", ["其他", "保洁", None])
def test_nobody_is_referred_for_a_role_that_is_none_of_the_four_bans_unknown_or_not_written(role):
    met = world.build_identities().with_columns(role=pl.lit(role, pl.String))
    assert route(identities=met).is_empty()


def test_presence_without_a_banned_role_is_not_referred():
    assert recipients_of("T11", route()) == set()


def test_routing_does_not_depend_on_row_order():
    shuffled = {
        "identities": world.build_identities().reverse(),
        "people": world.build_people().reverse(),
        "sites": world.build_sites().reverse(),
        "schools": world.build_schools().reverse(),
    }
    assert route(**shuffled).equals(route())


def test_no_confirmed_link_gives_no_referral():
    assert route(world.build_confirmed(())).height == 0


def test_the_loader_refuses_routes_that_leave_someone_out():
    raw = RoutingPolicy.load(world.ROOT / "policy" / "routing.yaml").model_dump()
    raw["routes"] = raw["routes"][:-1]
    with pytest.raises(ValidationError, match="最后一条"):
        RoutingPolicy.model_validate(raw)


def test_the_transfer_of_that_day_is_found_for_the_person():
    facts = find().filter(pl.col("link_id") == world.link_id(11))
    assert "began_that_day" in set(facts["finding"])
    assert "任职经历 T08 第 2 段" in set(facts["origin"])


@pytest.mark.parametrize(
    ("finding", "column", "value"),
    [
        ("number_not_read", "capture", "oral"),
        ("number_not_read", "id_status", "empty"),
        ("number_not_read", "id_status", "destroyed_numeric"),
        ("no_police_check", "checked_by", None),
        ("no_check_ground", "ground", None),
        ("sex_differs", "sex", "男"),
        ("age_differs", "age", 60),
        ("subject_differs", "claimed_subject", "英语"),
        ("school_differs", "claimed_school", "示例市第四中学"),
        ("role_unclear", "role", None),
    ],
)
def test_a_fact_about_the_meeting_is_found(finding, column, value):
    before = find().filter(pl.col("finding") == finding).height
    changed = world.build_identities().with_columns(
        pl.lit(value, world.build_identities().schema[column]).alias(column)
    )
    assert find(identities=changed).filter(pl.col("finding") == finding).height == 12 > before


@pytest.mark.parametrize(
    ("kind", "said"), [("非学科类", "场所的培训登记为非学科类"), ("待鉴定", "场所的培训尚未鉴定为学科类")]
)
def test_training_that_is_no_subject_tutoring_is_not_said_to_be_undecided(kind, said):
    facts = find(sites=world.build_sites().with_columns(subject_type=pl.lit(kind)))
    assert set(facts.filter(pl.col("finding") == "not_subject_tutoring")["sentence"]) == {said}


def test_a_whole_number_that_was_told_is_not_said_to_be_incomplete():
    told = world.build_identities().with_columns(capture=pl.lit("oral"), id_status=pl.lit("valid"))
    facts = find(identities=told).filter(pl.col("finding") == "number_not_read")
    assert set(facts["sentence"]) == {"证件号码不是读卡或者照证件录入的，可能被冒名"}


@pytest.mark.parametrize(("told", "differs"), [(43, False), (45, False), (47, False), (42, True), (48, True)])
def test_an_age_is_compared_with_the_years_completed_on_the_raid_day(told, differs):
    born = world.build_people().with_columns(birth_date=pl.lit(date(1980, 12, 31)))  # 45 until New Year's Eve
    met = world.build_identities().with_columns(age=pl.lit(told, world.build_identities().schema["age"]))
    found = find(people=born, identities=met).filter(pl.col("finding") == "age_differs")
    assert found.height == (12 if differs else 0)


@pytest.mark.slow
@given(st.dates(date(1950, 1, 1), date(2000, 12, 31)), st.integers(18, 80))
@settings(max_examples=40)
def test_an_age_differs_for_the_facts_exactly_when_it_does_for_the_engine(birth, told):
    people = world.build_people().with_columns(birth_date=pl.lit(birth))
    met = world.build_identities().with_columns(age=pl.lit(told, world.build_identities().schema["age"]))
    found = find(people=people, identities=met).filter(pl.col("finding") == "age_differs")
    links = world.build_confirmed().frame
    days = (
        pl.DataFrame({"day": [birth] * links.height, "raid": links["raid_date"]}).cast(pl.Int32)
    ).to_dict()
    years = age_on(days["day"].to_numpy(), days["raid"].to_numpy())
    expected = links.filter(pl.Series(abs(years - told) > world.ROUTING.facts.age_slack))["link_id"]
    assert sorted(found["link_id"]) == sorted(expected)


def test_two_officers_are_demanded():
    alone = world.build_sites().with_columns(officers=pl.lit("E001"))
    assert "too_few_officers" in set(find(sites=alone)["finding"])
    assert "too_few_officers" not in set(find()["finding"])


def test_namesakes_in_the_registry_are_counted():
    same = world.build_people().with_columns(name=pl.lit("张伟"))
    facts = find(people=same).filter(pl.col("finding") == "namesakes")
    assert set(facts["sentence"]) == {"比对库中另有 10 人与其同名"}


def test_no_fact_names_a_person():
    text = "".join(find()["sentence"].to_list() + find()["origin"].to_list())
    assert not any(name in text for name in world.build_people()["name"])
