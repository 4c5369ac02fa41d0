"""Claims about one raid: two different people can't both be the same person on record."""

from __future__ import annotations

import polars as pl
import pytest

from tests.linkage.linkage_scene import LI, NAN, link, met, people
from tongcha.linkage.evidence import LABELS

pytestmark = pytest.mark.slow  # every case is linked several times

PERSON = {"id_number": NAN, "phone": "13812345678"}
CARD = {"capture": "card", "id_number": NAN, "sex": "男", "age": 41}
AGAIN = {"capture": "oral", "phone": "13812345678", "sex": "男", "age": 41}
ELSEWHERE = {"raid_id": "R2"}


def linked(*identities, persons=(PERSON,)):
    return link(met(*identities), people(*persons))


def claim(result, identity, person="P1"):
    rows = result.candidate_links.filter(identity_id=identity, person_id=person)
    return rows.row(0, named=True)


def taken(result, identity):
    """Bits that others met there take from the identity's claim on P1."""
    link_id = claim(result, identity)["link_id"]
    rows = result.link_evidence.filter(pl.col("field") == LABELS["others"], pl.col("link_id") == link_id)
    return float(rows["bits"].sum())


@pytest.mark.parametrize(
    "other",
    [
        AGAIN | {"sex": "女"},
        AGAIN | {"age": 58},
        AGAIN | {"name": "张丽华"},
        CARD | {"name": "李建国", "sex": None, "age": None},
    ],
    ids=["other sex", "other age", "other name, same phone", "other name, same number"],
)
def test_the_weaker_of_two_different_people_is_never_accepted_and_told_why(other):
    result = linked(CARD, other)
    weaker = claim(result, "I2")
    assert weaker["decision"] != "accept"
    assert weaker["score"] < claim(linked(CARD, other | ELSEWHERE), "I2")["score"] - 10
    assert taken(result, "I2") < -10
    assert "同场另有他人" in weaker["reason"] or weaker["rank"] > 1


def test_the_stronger_of_two_different_people_stays_accepted_if_the_other_is_far_behind():
    result = linked(CARD, AGAIN | {"name": "张丽华", "sex": "女"})
    assert claim(result, "I1")["decision"] == "accept"
    assert claim(result, "I2")["decision"] != "accept"


def test_two_different_people_as_good_as_each_other_are_both_left_to_people():
    first, second = AGAIN | {"sex": "女"}, AGAIN
    persons = ({"phone": "13812345678", "sex": None},)
    alone = claim(linked(first, second | ELSEWHERE, persons=persons), "I1")
    result = linked(first, second, persons=persons)
    assert alone["decision"] == "accept"
    assert {claim(result, who)["decision"] for who in ("I1", "I2")} == {"review"}
    assert all("二人不会都是此人" in claim(result, who)["reason"] for who in ("I1", "I2"))


def test_one_person_taken_down_twice_is_linked_twice():
    result = linked(CARD, AGAIN)
    assert {claim(result, who)["decision"] for who in ("I1", "I2")} == {"accept"}
    assert taken(result, "I1") == taken(result, "I2") == 0.0


def test_a_surname_alone_contradicts_nobody():
    result = linked(CARD, AGAIN | {"name": "张老师"})
    assert taken(result, "I2") == 0.0


def test_people_of_different_raids_take_nothing_from_each_other():
    result = linked(CARD, AGAIN | {"sex": "女"} | ELSEWHERE)
    assert LABELS["others"] not in result.link_evidence["field"].to_list()


def test_complete_numbers_that_differ_are_different_people():
    persons = (PERSON | {"id_number": None},)
    result = linked(AGAIN | {"id_number": NAN}, AGAIN | {"id_number": LI}, persons=persons)
    assert {claim(result, who)["decision"] for who in ("I1", "I2")} == {"review"}


def test_who_else_was_met_hides_nobody_from_people():
    result = linked(CARD, AGAIN | {"sex": "女"})
    assert claim(result, "I2")["decision"] == "review"


def test_rows_still_sum_to_the_score_to_the_last_bit():
    result = linked(CARD, AGAIN | {"sex": "女"}, AGAIN | {"age": 58}, CARD | {"name": "李建国"})
    sums = result.link_evidence.group_by("link_id").agg(pl.col("bits").sum())
    joined = result.candidate_links.join(sums, on="link_id", how="left")
    assert (joined["score"] == joined["bits"]).all()
    assert LABELS["others"] in result.link_evidence["field"].to_list()


def test_the_order_of_the_people_met_changes_nothing():
    rows = met(CARD, AGAIN | {"sex": "女"}, AGAIN | {"age": 58})
    persons = people(PERSON)
    assert link(rows, persons).candidate_links.equals(link(rows.reverse(), persons).candidate_links)
