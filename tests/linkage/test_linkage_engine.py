"""Claims about the engine as a whole."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.linkage.linkage_scene import (
    LI,
    NAN,
    RAIDED,
    SCHOOLS,
    best,
    link,
    met,
    people,
    policy,
    score,
    spells,
)
from tongcha.linkage.engine import propose_links
from tongcha.tables.linkage import CANDIDATE_LINKS, LINK_EVIDENCE, LINK_QUALITY

CARD = {"capture": "card", "id_number": NAN, "sex": "男", "age": 41}
PERSON = {"id_number": NAN, "phone": "13812345678"}
SCENE = (
    met(
        CARD,
        {"name": "张建国", "phone": "13812345678", "age": 41},
        {"name": "章建国", "age": 40, "claimed_school": "八中"},
        {"name": "王老师", "phone": "15000000000"},
        {"name": "李娜"},
    ),
    people(PERSON, {"name": "李娜", "sex": "女", "id_number": LI, "birth_date": date(1990, 7, 15)}),
)


def test_the_three_tables_keep_their_contracts():
    result = link(*SCENE)
    for table, frame in (
        (CANDIDATE_LINKS, result.candidate_links),
        (LINK_EVIDENCE, result.link_evidence),
        (LINK_QUALITY, result.link_quality),
    ):
        assert frame.schema == table.schema
        required = [column.name for column in table.columns if column.required]
        assert frame.select(required).null_count().sum_horizontal().item() == 0


def test_evidence_rows_sum_to_the_score_to_the_last_bit():
    result = link(*SCENE)
    sums = result.link_evidence.group_by("link_id").agg(pl.col("bits").sum())
    joined = result.candidate_links.join(sums, on="link_id", how="left")
    assert (joined["score"] == joined["bits"]).all()


def test_a_card_with_the_same_number_and_name_is_accepted():
    link_ = best(link(met(CARD), people(PERSON), spells(("P1", 1, "S1", date(2010, 9, 1), None, "在编"))))
    assert (link_["person_id"], link_["decision"], link_["evidence_grade"]) == ("P1", "accept", "甲")
    assert (link_["employment_state"], link_["responsible_school_id"]) == ("in_service", "S1")


def test_an_equal_number_with_another_name_is_never_accepted():
    assert best(link(met(CARD | {"name": "赵丽霞"}), people(PERSON)))["decision"] == "review"


def test_a_number_that_fails_its_check_digit_is_never_accepted():
    broken = NAN[:8] + ("1" if NAN[8] != "1" else "2") + NAN[9:]
    link_ = best(link(met(CARD | {"capture": "typed", "id_number": broken}), people(PERSON)))
    assert (link_["person_id"], link_["decision"]) == ("P1", "review")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "person"),
    [
        pytest.param(CARD, PERSON | {"birth_date": date(1976, 3, 12)}, id="number on another's record"),
        pytest.param(CARD, PERSON | {"birth_date": date(1985, 5, 12)}, id="only the month differs"),
        pytest.param(
            CARD | {"phone": "13812345678", "claimed_school": "八中"},
            {"phone": "13812345678", "birth_date": date(1986, 1, 30)},
            id="no number on record, phone and school agree",
        ),
    ],
)
def test_a_number_that_shows_another_birth_date_than_the_record_is_never_accepted(told, person):
    told = told | {"age": None}
    assert best(link(met(told), people(person | {"birth_date": date(1985, 3, 12)})))["decision"] == "accept"
    link_ = best(link(met(told), people(person)))
    assert (link_["person_id"], link_["decision"]) == ("P1", "review")
    assert "出生日期" in link_["reason"]


PHONED = {"phone": "13812345678", "sex": "男", "age": 41}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["臧建国", "张建围"])
def test_a_phone_bears_out_a_name_of_that_sound_and_one_that_is_only_alike_with_school_or_number(name):
    told = PHONED | {"name": name}
    for same in ("张建国", "张健国", "张剪国", "章建国"):
        assert best(link(met(PHONED | {"name": same}), people(PERSON)))["decision"] == "accept"
    link_ = best(link(met(told), people(PERSON)))
    assert (link_["person_id"], link_["decision"]) == ("P1", "review")
    assert "家人" in link_["reason"]
    for more in ({"claimed_school": "八中"}, {"capture": "last4", "id_number": NAN[-4:]}):
        assert best(link(met(told | more), people(PERSON)))["decision"] == "accept"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("colleague", "decision"),
    [
        pytest.param({}, "review", id="of that age"),
        pytest.param({"name": "张健国"}, "review", id="a name that sounds alike"),
        pytest.param({"school_id": "S2"}, "accept", id="of another school"),
        pytest.param({"birth_date": date(1968, 3, 12)}, "accept", id="of another age"),
        pytest.param({"sex": "女"}, "accept", id="of the other sex"),
    ],
)
def test_a_phone_alone_doesnt_tell_namesakes_of_one_school_apart(colleague, decision):
    namesake = {"birth_date": date(1986, 5, 3), "phone": "13911112222"} | colleague
    persons = people(PERSON, namesake)
    assert best(link(met(PHONED), persons))["decision"] == decision
    numbered = best(link(met(CARD | {"phone": "13812345678"}), persons))
    assert (numbered["person_id"], numbered["decision"]) == ("P1", "accept")


def test_a_common_name_alone_is_never_accepted():
    result = link(met({"name": "王伟伟", "age": 40, "sex": "男"}), people())
    assert "accept" not in result.candidate_links["decision"].to_list()


def test_a_rival_as_good_prevents_acceptance():
    twins = people(PERSON | {"id_number": None}, PERSON | {"id_number": None, "birth_date": date(1985, 6, 1)})
    link_ = best(link(met({"phone": "13812345678", "age": 41}), twins))
    assert link_["decision"] == "review"
    assert link_["rival_id"] == "P2"


def test_two_records_of_one_person_are_not_rivals_but_must_be_reviewed():
    double = people(PERSON, PERSON | {"phone": None, "school_id": "S2"})
    link_ = best(link(met(CARD), double))
    assert link_["decision"] == "review"
    assert "两条登记" in link_["reason"]
    assert link_["probability"] > 0.9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("other", "is_one"),
    [
        ({"id_number": None}, True),
        ({"id_number": NAN[:10]}, True),
        ({"id_number": None, "area": "340202"}, False),
        ({"id_number": None, "birth_date": date(1985, 6, 1)}, False),
        ({"id_number": "340104198503125565"}, False),
    ],
    ids=["no number", "a broken number", "another city", "another birth date", "another number"],
)
def test_a_record_elsewhere_in_the_city_with_name_and_birth_date_is_the_same_persons_unless_numbers_differ(
    other, is_one
):
    elsewhere = PERSON | {"phone": None, "school_id": "S2", "area": "340103"} | other
    link_ = best(link(met(CARD), people(PERSON, elsewhere)))
    assert ("两条登记" in (link_["reason"] or "")) == is_one
    assert not is_one or link_["decision"] == "review"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "backs"),
    [
        pytest.param(f"{NAN[0]}.{NAN[1:6]}E+17", False, id="what a spreadsheet left of it"),
        pytest.param(NAN[:6] + "*" * 12, False, id="the region"),
        pytest.param("*" * 6 + NAN[6:10] + "*" * 8, False, id="the birth year"),
        pytest.param(NAN[:10] + "*" * 8, False, id="region and birth year"),
        pytest.param(NAN[:4] + "*" * 12 + NAN[16:], False, id="the last two places"),
        pytest.param("*" * 14 + NAN[14:], True, id="the last four"),
        pytest.param(NAN[:14] + "*" * 4, True, id="the birth date"),
    ],
)
def test_a_number_seen_in_part_backs_a_name_only_if_its_birth_date_or_last_four_are_seen(written, backs):
    told = {"capture": "masked", "id_number": written, "sex": "男", "age": 41, "claimed_school": "八中"}
    link_ = best(link(met(told), people(PERSON)))
    assert link_["evidence_grade"] == ("乙" if backs else "丙")
    assert backs or link_["decision"] == "review"


def test_a_placeholder_adds_nothing():
    plain = score({"age": 41}, {})
    assert (
        score({"age": 41, "phone": "00000000000", "id_number": "不详", "claimed_school": "　"}, {}) == plain
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("agreeing", "person"),
    [
        ({"phone": "13812345678"}, PERSON),
        ({"age": 41}, PERSON),
        ({"sex": "男"}, PERSON),
        ({"claimed_school": "八中"}, PERSON),
        ({"id_number": NAN, "capture": "oral"}, PERSON),
    ],
)
def test_agreement_never_lowers_and_contradiction_never_raises(agreeing, person):
    contradiction = {
        "phone": "18899990000",
        "age": 20,
        "sex": "女",
        "claimed_school": "芜湖市第一中学",
        "id_number": LI,
    }
    against = {field: contradiction[field] for field in agreeing if field in contradiction}
    base = {"phone": "13812345678"} if "phone" not in agreeing else {"age": 41}
    without = score(base, person)
    assert score(base | agreeing, person) >= without
    assert score(base | against, person) <= without


def test_evidence_hash_follows_what_is_seen_and_not_its_weight():
    one, other = link(met(CARD), people(PERSON)), link(met(CARD), people(PERSON, {"name": "李建国"}))
    assert best(one)["evidence_hash"] == best(other)["evidence_hash"]
    changed = link(met(CARD | {"age": 40}), people(PERSON))
    assert best(changed)["evidence_hash"] != best(one)["evidence_hash"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("other", "post"),
    [
        ({"raid_date": RAIDED + timedelta(1)}, []),
        ({"capture": "typed"}, []),
        ({}, [("P1", 1, "S2", date(2010, 9, 1), None, "在编")]),
        ({}, [("P1", 1, "S1", date(2010, 9, 1), date(2012, 9, 1), "在编")]),
    ],
    ids=["another day", "another capture", "another school on that day", "not in service on that day"],
)
def test_evidence_hash_follows_the_day_and_the_post_that_the_judgement_was_about(other, post):
    own = spells(("P1", 1, "S1", date(2010, 9, 1), None, "在编"))
    plain = best(link(met(CARD), people(PERSON), own))
    changed = best(link(met(CARD | other), people(PERSON), spells(*post) if post else own))
    assert changed["evidence_hash"] != plain["evidence_hash"]


def test_evidence_hash_follows_the_ground_on_which_somebody_was_met():
    grounds = [met(CARD).with_columns(ground=pl.lit(ground)) for ground in ("身份证", "机构备案名单")]
    one, other = (best(link(identities, people(PERSON)))["evidence_hash"] for identities in grounds)
    assert one != other


def test_no_sentence_tells_a_value_of_a_person():
    sentences = "".join(link(*SCENE).link_evidence["sentence"].to_list())
    for value in ("张建国", NAN, "13812345678", "八中"):
        assert value not in sentences


@settings(max_examples=2, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_nothing(seed):
    identities, persons = SCENE
    straight = link(*SCENE)
    shuffled = link(
        identities.sample(fraction=1, shuffle=True, seed=seed),
        persons.sample(fraction=1, shuffle=True, seed=seed),
    )
    for name in ("candidate_links", "link_evidence", "link_quality"):
        assert getattr(shuffled, name).equals(getattr(straight, name))


def test_nobody_met_and_nobody_on_record_give_empty_tables():
    assert link(met().clear(), people()).candidate_links.is_empty()
    assert link(met(CARD), people(crowded=False)).candidate_links.is_empty()


def test_the_day_of_the_raid_decides_and_not_todays_status():
    moved = spells(("P1", 1, "S1", date(2010, 9, 1), RAIDED, "在编"), ("P1", 2, "S2", RAIDED, None, "在编"))
    assert best(link(met(CARD), people(PERSON), moved))["responsible_school_id"] == "S2"


def test_a_phone_on_the_schools_list_leads_to_the_teacher():
    entries = pl.DataFrame({"teacher_id": ["P1"], "phone": ["13987654321"]})
    result = propose_links(
        identities=met({"name": "王老师", "phone": "13987654321"}),
        people=people({"name": "王晓丽", "sex": "女", "phone": "13812345678"}),
        employment=spells(),
        schools=SCHOOLS,
        policy=policy(),
        batch="b",
        snapshot="2026-10-01",
        staff_entries=entries,
    )
    assert best(result)["person_id"] == "P1"
    phone = result.link_evidence.filter(pl.col("field") == "手机号").row(0, named=True)
    assert (phone["level"], phone["person_value"]) == ("名册一致", "13812345678（名册：13987654321）")


def test_a_phone_that_only_a_list_gives_a_teacher_is_never_for_one_signature():
    told = {"name": "王晓丽", "phone": "13987654321", "sex": "女", "age": 41, "claimed_school": "八中"}
    known = {"name": "王晓丽", "sex": "女", "phone": "13812345678"}
    result = propose_links(
        identities=met(told, told | {"phone": "13812345678"}),
        people=people(known),
        employment=spells(),
        schools=SCHOOLS,
        policy=policy(),
        batch="b",
        snapshot="2026-10-01",
        staff_entries=pl.DataFrame({"teacher_id": ["P1"], "phone": ["13987654321"]}),
    )
    decided = dict(
        result.candidate_links.filter(pl.col("rank") == 1).select("identity_id", "decision").rows()
    )
    assert decided == {"I1": "review", "I2": "accept"}


def test_a_district_that_everyone_shares_says_nothing_against():
    everyone = people({"phone": "13812345678"}).with_columns(area=pl.lit("340104"))
    result = link(met({"phone": "13812345678"}), everyone)
    area = result.link_evidence.filter(pl.col("field") == "地区")
    assert (area["bits"] >= 0).all()


@pytest.mark.parametrize(
    ("old_school", "old_end", "of_old", "of_new"),
    [
        ("S1", date(2020, 9, 1), ("in_service", "S2", None), ("in_service", "S2", 1)),
        ("S1", None, ("conflict", None, None), ("conflict", None, None)),
        ("S2", None, ("in_service", "S2", 1), ("in_service", "S2", 1)),
    ],
)
def test_a_teacher_with_two_records_is_where_the_spells_of_both_say(old_school, old_end, of_old, of_new):
    """An old record that was left open names no school alone, and one that was closed hides nobody."""
    old, new = PERSON, PERSON | {"same_person_as": "P1"}
    employed = spells(
        ("P1", 1, old_school, date(2010, 9, 1), old_end, "在编"),
        ("P2", 1, "S2", date(2020, 9, 1), None, "在编"),
    )
    links = link(met(CARD), people(old, new), employed).candidate_links
    told = {
        person: (state, school, spell)
        for person, state, school, spell in links.select(
            "person_id", "employment_state", "responsible_school_id", "spell_no"
        ).iter_rows()
    }
    assert (told["P1"], told["P2"]) == (of_old, of_new)
