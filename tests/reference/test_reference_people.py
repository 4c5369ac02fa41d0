"""People: registered twice is counted once, and contradictions are reported as data."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.reference.reference_scene import (
    NUMBER,
    S2,
    SCHOOLS_THERE,
    SNAPSHOT,
    combine,
    entries,
    kept,
    spells,
    teachers,
)
from tests.reference_linking import LINKING
from tongcha.reference.entries import link_entries
from tongcha.reference.people import combine_people
from tongcha.tables.reference import EMPLOYMENT, SCHOOLS, STAFF_ENTRIES, TEACHERS


def test_two_registrations_with_one_number_and_name_are_one_person():
    registry = teachers(
        {"teacher_id": "T2", "name": "张三丰", "id_number": NUMBER},
        {"teacher_id": "T1", "name": "張三丰", "id_number": "110105491231002"},
    )
    assert kept(registry) == {"T1": None, "T2": "T1"}


def test_a_former_name_links_two_registrations():
    registry = teachers(
        {"teacher_id": "T1", "name": "张三丰", "id_number": NUMBER},
        {"teacher_id": "T2", "name": "张君宝", "former_name": "张三丰", "id_number": NUMBER},
    )
    assert kept(registry)["T2"] == "T1"


def test_one_number_under_two_names_is_reported_and_never_merged():
    registry = teachers(
        {"teacher_id": "T1", "name": "张三丰", "id_number": NUMBER},
        {"teacher_id": "T2", "name": "刘芳", "id_number": NUMBER},
    )
    combined = combine(registry, STAFF_ENTRIES.empty())
    assert combined.people["same_person_as"].null_count() == 2
    assert combined.staff_findings["kind"].to_list() == ["one_number_two_names"]


def test_name_birth_date_and_phone_make_one_person_and_two_of_them_do_not():
    born, phone = dt.date(1980, 1, 1), "13800138001"
    registry = teachers(
        {"teacher_id": "T1", "name": "李梅", "birth_date": born, "phone": phone},
        {"teacher_id": "T2", "name": "李梅", "birth_date": born, "phone": f"+86 {phone}"},
        {"teacher_id": "T3", "name": "李梅", "birth_date": born, "phone": None},
    )
    assert kept(registry) == {"T1": None, "T2": "T1", "T3": None}


def test_chains_of_duplicates_point_at_the_smallest_registration():
    born, phone = dt.date(1949, 12, 31), "13800138001"
    registry = teachers(
        {"teacher_id": "T3", "name": "李梅", "id_number": NUMBER, "birth_date": born},
        {"teacher_id": "T2", "name": "李梅", "id_number": NUMBER, "birth_date": born, "phone": phone},
        {"teacher_id": "T1", "name": "李梅", "birth_date": born, "phone": phone},
    )
    assert kept(registry) == {"T1": None, "T2": "T1", "T3": "T1"}


def test_whoever_is_only_on_a_list_becomes_a_person_of_their_own():
    combined = combine(
        teachers({"teacher_id": "T1", "name": "张三丰"}), entries({"name": "赵六", "id_tail": "0012"})
    )
    person = combined.people.filter(pl.col("origin") == "staff_list").row(0, named=True)
    assert (person["person_id"], person["teacher_id"], person["id_tail"]) == ("L1#1", None, "0012")
    assert person["is_current"] is True
    registered = combined.people.filter(pl.col("person_id") == "T1")
    assert registered["is_current"].to_list() == [False]


def test_contradictions_are_reported_without_a_name():
    registry = teachers(
        {"teacher_id": "T1", "name": "张三丰", "phone": "13800138001", "school_id": S2},
        {"teacher_id": "T2", "name": "李梅", "id_number": NUMBER, "birth_date": dt.date(1950, 1, 1)},
    )
    listed = entries({"name": "张三丰", "phone": "13800138001"}, {"name": "李梅"})
    history = spells(("T2", dt.date(2020, 1, 1)), ("T1", None))
    found = combine_people(registry, history, SCHOOLS_THERE, listed, LINKING).staff_findings
    assert dict(found.select("subject_id", "kind").iter_rows()) == {
        "L1#1": "listed_elsewhere",
        "L1#2": "left_but_listed",
        "T2": "number_disagrees",
    }
    assert not any("张" in text or "李" in text for text in found["finding"])


@pytest.mark.parametrize(("days_later", "is_gone"), [(0, True), (1, False)])
def test_who_left_on_the_snapshots_day_is_gone_and_who_leaves_the_day_after_is_not(days_later, is_gone):
    told = {"name": "张三丰", "phone": "13800138001"}
    registry, listed = teachers({"teacher_id": "T1", **told}), entries(told)
    history = spells(("T1", dt.date.fromisoformat(SNAPSHOT) + dt.timedelta(days=days_later)))
    found = combine_people(registry, history, SCHOOLS_THERE, listed, LINKING).staff_findings
    assert found["kind"].to_list() == ["left_but_listed"] * is_gone


def test_the_order_of_rows_changes_nothing():
    registry = teachers(
        *(
            {"teacher_id": f"T{n}", "name": "李梅" if n % 2 else "王芳", "phone": f"1380013800{n}"}
            for n in range(8)
        )
    )
    listed = entries(*({"name": "李梅", "phone": f"1380013800{n}"} for n in range(8)))
    one = combine(registry, listed)
    other = combine(registry.reverse(), listed.reverse())
    assert one.people.equals(other.people)
    assert one.staff_entries.equals(other.staff_entries)
    assert one.staff_findings.equals(other.staff_findings)


def test_without_lists_nobody_is_said_to_be_off_them():
    people = combine(teachers({"teacher_id": "T1", "name": "张三丰"}), STAFF_ENTRIES.empty()).people
    assert people["is_current"].to_list() == [None]


def test_linking_nothing_gives_nothing():
    same = pl.DataFrame(schema={"teacher_id": pl.String, "same_person_as": pl.String})
    nobody = TEACHERS.empty()
    assert link_entries(STAFF_ENTRIES.empty(), nobody, SCHOOLS.empty(), same, LINKING).is_empty()
    combined = combine_people(nobody, EMPLOYMENT.empty(), SCHOOLS.empty(), STAFF_ENTRIES.empty(), LINKING)
    assert combined.people.is_empty()
    assert combined.staff_findings.is_empty()
