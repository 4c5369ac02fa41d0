"""Claims about fields that say the same thing, and about how little a number taken in part tells."""

from __future__ import annotations

from typing import Any

import pytest

from tests.linkage.linkage_scene import NAN, best, link, met, people, policy, score
from tongcha.linkage.weights.namesakes import share_namesake_ages

pytestmark = pytest.mark.slow  # every case is linked several times

NUMBERED = {"id_number": NAN}
MASKED = {"capture": "masked", "id_number": NAN[:10] + "****" + NAN[14:]}
PHONE = {"phone": "13812345678"}


def evidence(identity: dict[str, Any], person: dict[str, Any]) -> dict[str, float]:
    """Bits per 证据项 of the best candidate of one identity."""
    rows = link(met(identity), people(person)).link_evidence
    return dict(zip(rows["field"], rows["bits"], strict=True))


def slip(number: str, place: int) -> str:
    """The number with one place mistaken."""
    return number[:place] + str((int(number[place]) + 5) % 10) + number[place + 1 :]


def test_a_masked_number_with_one_visible_place_mistaken_is_never_proposed_for_one_signature():
    mistaken = MASKED | {"id_number": slip(MASKED["id_number"], 15), "age": 41, "sex": "男"}
    assert best(link(met(MASKED | {"age": 41}), people(NUMBERED)))["decision"] == "accept"
    result = link(met(mistaken), people(NUMBERED))
    levels = dict(zip(result.link_evidence["field"], result.link_evidence["level"], strict=True))
    assert levels["证件号"] == "可见位差一处"
    assert (best(result)["person_id"], best(result)["decision"]) == ("P1", "review")


def test_two_complete_numbers_that_differ_speak_more_against_than_one_that_fails_its_check_digit():
    other = "340104198503125135"
    failing = slip(slip(NAN, 14), 16)
    bits = [
        evidence({"capture": "typed", "id_number": number} | PHONE, NUMBERED | PHONE)["证件号"]
        for number in (other, failing)
    ]
    assert bits[0] < bits[1] < 0


def test_two_of_the_last_four_that_differ_speak_more_against_than_one():
    once, twice = slip(NAN[-4:], 0), slip(slip(NAN[-4:], 0), 1)
    bits = [
        evidence({"capture": "last4", "id_number": tail} | PHONE, NUMBERED | PHONE)["证件号"]
        for tail in (once, twice)
    ]
    assert bits[1] < bits[0] < 0


def test_a_region_where_many_are_from_tells_less_than_one_where_few_are():
    crowd = people(NUMBERED)
    local = crowd.with_columns(id_number=crowd["id_number"].fill_null("34010419700101****"))
    rows = [link(met(MASKED), frame).link_evidence for frame in (crowd, local)]
    rare, common = (dict(zip(found["field"], found["bits"], strict=True))["证件号"] for found in rows)
    assert common < rare


@pytest.mark.parametrize(("field", "told"), [("年龄", {"age": 41}), ("性别", {"sex": "男"})])
def test_what_the_visible_places_show_is_not_counted_again(field, told):
    assert evidence(MASKED | told, NUMBERED)[field] <= 0
    assert evidence({"capture": "oral"} | PHONE | told, NUMBERED | PHONE)[field] > 0


def test_the_district_adds_a_bit_at_most_to_a_number_that_shows_the_region():
    assert evidence(MASKED, NUMBERED)["地区"] <= policy().area.most_given_region
    tail = {"capture": "last4", "id_number": NAN[-4:]}
    assert evidence(tail, NUMBERED)["地区"] > 0


@pytest.mark.parametrize("name", ["张国", "张建军", "张志强"])
def test_the_phone_with_a_name_that_a_relative_may_bear_is_never_counted_as_two_proofs(name):
    rule = policy().name.kin_bits
    assert evidence({"name": name} | PHONE, PHONE)["姓名"] <= max(rule.values())
    assert best(link(met({"name": name, "age": 41} | PHONE), people(PHONE)))["decision"] == "review"


def test_a_name_weighs_less_where_a_namesake_would_be_as_old_and_from_there():
    near, anywhere, far = ({"age": 41, "site_area": area} for area in ("340104", None, "340202"))
    assert evidence(near, {})["姓名"] < evidence(anywhere, {})["姓名"] < evidence(far, {})["姓名"]


def test_the_better_age_and_district_agree_the_higher_the_score_namesakes_or_not():
    by_age = [score({"age": age}, {}) for age in (41, 42, 43)]
    by_area = [score({"age": 41, "site_area": area}, {}) for area in ("340104", "340103", "340202")]
    assert by_age == sorted(by_age, reverse=True)
    assert by_area == sorted(by_area, reverse=True)


def test_number_and_phone_tell_namesakes_apart():
    tied = evidence({"age": 41} | PHONE, PHONE)["姓名"]
    assert tied == evidence({"age": 41, "site_area": "340202"} | PHONE, PHONE)["姓名"]


def test_levels_of_age_hold_all_namesakes():
    assert sum(share_namesake_ages(policy().strangers)) == pytest.approx(1)
