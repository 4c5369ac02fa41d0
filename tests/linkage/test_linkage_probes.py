"""Claims about whom a surname alone, a doubtful number or an unreadable name still finds."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from tests.linkage.linkage_scene import LI, best, link, met, people, policy, score
from tongcha.linkage.blocking.keys import Probes
from tongcha.linkage.blocking.scan import SortedKeys, pair_up
from tongcha.linkage.blocking.years import is_contradicted, likely_years
from tongcha.linkage.encoding.sides import code_side

CHU: dict[str, Any] = {"name": "楚云深", "sex": "男", "subject": "音乐"}
ELSEWHERE: dict[str, Any] = {"school_id": "S3", "area": "340202"}
NEVER_MET = -99.0


def test_a_surname_finds_who_teaches_the_subject_in_another_city():
    told = {"name": "楚老师", "sex": "男", "age": 41}
    assert score(told, CHU | ELSEWHERE) == NEVER_MET
    assert best(link(met(told | {"claimed_subject": "音乐"}), people(CHU | ELSEWHERE)))["person_id"] == "P1"


def test_a_surname_finds_who_teaches_the_subject_where_too_many_of_that_age_bear_it():
    crowded = [{"name": f"楚{given}", "sex": "男", "subject": "语文"} for given in "云深天舒庭芳思齐景行" * 4]
    told = {"name": "楚老师", "sex": "男", "age": 41}
    assert link(met(told), people(CHU, *crowded)).candidate_links.is_empty()
    assert best(link(met(told | {"claimed_subject": "音乐"}), people(CHU, *crowded)))["person_id"] == "P1"


def test_a_surname_without_an_age_is_tried_at_every_age():
    old = CHU | {"birth_date": date(1961, 5, 4)}
    assert best(link(met({"name": "楚老师", "sex": "男"}), people(old)))["person_id"] == "P1"


def test_a_surname_and_nothing_else_finds_nobody():
    assert score({"name": "楚老师"}, CHU) == NEVER_MET


def test_a_surname_finds_who_works_in_a_school_of_another_city_that_the_claim_fits_as_well():
    told = {"name": "楚老师", "claimed_school": "中学"}
    assert best(link(met(told), people(CHU | ELSEWHERE)))["person_id"] == "P1"


def test_a_full_name_is_not_looked_for_in_other_cities_for_a_school_that_the_own_city_has():
    assert score({"name": "楚天舒", "claimed_school": "中学"}, CHU | ELSEWHERE) == NEVER_MET


@pytest.mark.parametrize("told", [{"age": 41}, {"age": 36, "sex": "男"}])
def test_a_number_that_shows_another_age_or_sex_does_not_hide_the_name(told):
    card = {"capture": "card", "name": "楚云深", "id_number": LI}
    born = {"birth_date": date(2026 - told["age"], 3, 12)}
    assert score(card | told, CHU | ELSEWHERE | born) > NEVER_MET


def test_a_number_that_shows_the_age_told_is_the_persons_own():
    assert (
        score({"capture": "card", "name": "楚云深", "id_number": LI, "age": 36}, CHU | ELSEWHERE) == NEVER_MET
    )


@pytest.mark.parametrize("slack", [0, 2])
def test_a_told_age_leaves_the_birth_years_that_policy_allows(slack):
    side = code_side(met({"age": 41}))
    _, years = likely_years(side, np.array([0]), slack)
    assert sorted(years.tolist()) == list(range(1984 - slack, 1985 + slack + 1))


@pytest.mark.parametrize(("slack", "is_doubted"), [(2, True), (3, False)])
def test_a_number_is_doubted_from_the_years_that_policy_gives(slack, is_doubted):
    side = code_side(met({"capture": "card", "id_number": LI, "age": 39}))  # the number shows 36
    assert is_contradicted(side, slack).tolist() == [is_doubted]


def test_an_unreadable_character_leaves_the_others_to_find_the_person_by():
    assert score({"name": "楚?深", "age": 41}, CHU) > NEVER_MET


def test_keys_of_a_kind_that_find_too_many_together_are_not_used():
    rules = policy().blocking
    cap, together = rules.caps["surname_year"], rules.together["surname_year"]
    per_key = together // 8
    assert per_key <= cap
    key = np.repeat(np.arange(9, dtype=np.uint64), per_key)
    keys = {"surname_year": SortedKeys(key, np.arange(len(key)))}
    few, many = np.zeros(8, np.int64), np.ones(9, np.int64)
    tried = np.concatenate([np.arange(8), np.arange(9)]).astype(np.uint64)
    pairs = pair_up(keys, {"surname_year": Probes(tried, np.concatenate([few, many]))}, rules)
    assert set(pairs.identity.tolist()) == {0}
    assert pairs.dropped == {"surname_year": 9}
