"""Patrols and lists beside raids: equal or not, as of the day; a question to an office, never to a person."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.responsibility import hand_worked as world
from tests.responsibility.priced import attribute
from tongcha.casebook.addresses import key_address
from tongcha.casebook.issues import build_issue_ledger
from tongcha.casebook.listings import find_listing_contradictions
from tongcha.casebook.patrols import find_clean_patrols
from tongcha.policy.casebook import CasebookPolicy
from tongcha.tables import BY_NAME

POLICY = CasebookPolicy.load(world.ROOT / "policy" / "casebook.yaml")
RULE = POLICY.patrols.model_copy(update={"address_prefixes": ("示例市", "甲区")})
RAID = date(2026, 10, 18)
FIRM = "91210202MA0XXXXX1A"
SITE = {
    "raid_id": "Q1",
    "raid_date": RAID,
    "area": "210202",
    "address": "示例市甲区幸福路12号 3栋201房",
    "licence": "无照无证",
    "kind": "现场查处",
    "institution_id": FIRM,
    "institution_name": "示例市求知培训学校",
}
PATROL = {
    "patrol_id": "X1",
    "patrol_date": RAID - timedelta(days=10),
    "area": "210202",
    "address": "幸福路１２号３幢２０１室",
    "patrolled_by": "G07",
    "result": "正常",
}
LISTED = {
    "institution_id": FIRM,
    "institution_name": "示例市求知培训学校",
    "area": "210202",
    "listing": "白名单",
    "start": date(2026, 1, 5),
    "end": None,
}


def doubt(site=(), *patrols: dict[str, object]) -> list[str]:
    sites = world.build("sites", [SITE | dict(site)])
    rows = [PATROL | {"patrol_id": f"X{n}"} | patrol for n, patrol in enumerate(patrols or ({},))]
    return find_clean_patrols(sites, world.build("patrols", rows), RULE)["sentence"].to_list()


def contradict(site=(), *entries: dict[str, object]) -> list[str]:
    sites = world.build("sites", [SITE | dict(site)])
    listed = world.build("institutions", [LISTED | entry for entry in entries or ({},)])
    return find_listing_contradictions(sites, listed)["sentence"].to_list()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("幸福路12号3栋201房", "幸福路 12 号 3 号楼 201 室", True),
        ("示例市甲区幸福路12号", "幸福路12号", True),
        ("幸福路12号", "幸福路13号", False),
        ("幸福路12号3栋", "幸福路12号", False),
        ("3室", "3室", False),  # no address at all
        ("幸福路12号201房间", "幸福路12号201房", True),  # the longer word is folded first
        ("幸福路12号201房间", "幸福路12号201室间", False),
    ],
)
def test_two_addresses_are_equal_by_the_written_rules_or_not_at_all(one, other, same):
    keys = pl.DataFrame({"address": [one, other]}).select(key_address("address", RULE)).to_series()
    assert (keys[0] is not None and keys[0] == keys[1]) is same


def test_reported_clean_then_raided_is_told_with_what_it_rests_on():
    [sentence] = doubt()
    assert sentence.startswith("2026-10-08巡查记为“正常”（巡查编号X0，区划与地址相同），10日后查处")
    assert "不据此认定任何人的责任" in sentence
    assert "G07" not in sentence


@pytest.mark.parametrize(
    ("site", "patrol"),
    [
        ({}, {"result": "发现问题"}),
        ({}, {"result": "未能进入"}),
        ({}, {"patrol_date": RAID}),  # the same day may be after the raid
        ({}, {"patrol_date": RAID + timedelta(days=1)}),
        ({}, {"patrol_date": RAID - timedelta(days=31)}),
        ({}, {"area": "210203"}),
        ({}, {"area": None}),
        ({}, {"address": "幸福路14号3幢201室"}),
        ({"licence": "有照有证"}, {}),
        ({"kind": "清查兼职"}, {}),
    ],
)
def test_what_is_no_contradiction_is_not_asked(site, patrol):
    assert doubt(site, patrol) == []


def test_an_equal_number_is_enough_wherever_it_was_written_down():
    [sentence] = doubt({}, {"area": None, "address": None, "institution_id": FIRM.lower()})
    assert "机构编号相同" in sentence


def test_several_patrols_give_one_question_that_counts_them():
    [sentence] = doubt({}, {}, {"patrol_date": RAID - timedelta(days=3)}, {"result": "发现问题"})
    assert "3日后查处；此前期限内共2次" in sentence


@pytest.mark.parametrize(
    ("site", "entries", "said"),
    [
        ({}, ({},), "在白名单（2026-01-05列入），现场登记为“无照无证”（机构编号相同）"),
        ({"institution_id": None}, ({},), "（区划与机构名称相同）"),
        ({"institution_id": "教民1234567号"}, ({"licence_no": "教民 1234567 号"},), "（许可证号相同）"),
        ({"licence": "有照有证"}, ({"listing": "黑名单"},), "在黑名单"),
        ({"licence": "有照有证"}, ({"end": RAID},), "已于2026-10-18移出白名单"),
        ({"licence": "有照有证"}, ({}, {"listing": "黑名单"}), "同时在白名单和黑名单"),
    ],
)
def test_a_list_that_contradicts_the_record_of_that_day_is_a_question(site, entries, said):
    [sentence] = contradict(site, *entries)
    assert said in sentence


@pytest.mark.parametrize(
    ("site", "entry"),
    [
        ({"licence": "有照有证"}, {}),
        ({}, {"listing": "黑名单"}),
        ({}, {"start": RAID + timedelta(days=1)}),  # listed only after the raid
        ({}, {"end": RAID}),  # off the list on the day of the raid, and no licence claimed
        ({"institution_id": None, "institution_name": "求知培训学校"}, {}),
        ({"institution_id": None, "area": "210203"}, {}),
    ],
)
def test_a_list_that_agrees_or_is_of_another_day_or_place_asks_nothing(site, entry):
    assert contradict(site, entry) == []


def register(**tables: pl.DataFrame) -> pl.DataFrame:
    return build_issue_ledger(
        sites=tables.pop("sites", world.build("sites", [SITE])),
        school_responsibilities=attribute().clear(),
        score_deductions=BY_NAME["score_deductions"].empty(),
        events=[],
        policy=POLICY.model_copy(update={"patrols": RULE}),
        **tables,
    )


def test_both_stand_in_the_register_with_the_office_that_is_asked_and_no_person():
    issues = register(
        patrols=world.build("patrols", [PATROL]), institutions=world.build("institutions", [LISTED])
    )
    asked = issues.filter(pl.col("category").is_in(["clean_patrol", "listing_contradiction"]))
    assert asked["department"].to_list() == ["校外培训监管科"] * 2
    assert all("待核实" in label for label in asked["label"])
    assert asked["state"].to_list() == ["open"] * 2
    text = issues.write_csv()
    assert "G07" not in text
    assert "幸福路" not in text


def test_without_the_optional_inputs_the_register_is_what_it_was():
    assert register().equals(
        register(patrols=BY_NAME["patrols"].empty(), institutions=BY_NAME["institutions"].empty())
    )
    assert register()["category"].to_list() == ["unlicensed_site"]


@given(st.permutations(range(6)))
@settings(max_examples=8)
def test_the_order_of_the_log_never_shows(order):
    rows = [
        PATROL | {"patrol_id": f"X{n}", "patrol_date": RAID - timedelta(days=n % 3 + 1)} for n in range(6)
    ]
    log = world.build("patrols", rows)
    assert register(patrols=log[list(order)]).equals(register(patrols=log))
