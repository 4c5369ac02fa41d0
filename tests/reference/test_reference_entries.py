"""A line of a staff list is linked to a registration only when it is sure; what is likely is told."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from tests.reference.reference_scene import (
    NUMBER,
    S1,
    S2,
    among_others,
    combine,
    entries,
    linked,
    suspected,
    teachers,
)

TAIL = "002X"
SAN = {"teacher_id": "T1", "name": "张三丰", "id_number": NUMBER, "phone": "13800138001"}
LINKED: list[dict[str, object]] = [
    {"name": "张三丰", "phone": "13800138001", "school_id": S2},
    {"name": "張三丰", "id_tail": TAIL},
    {"name": "张三丰", "id_tail": TAIL, "school_id": None},
    {"name": "张三峰", "id_tail": TAIL},
    {"name": "张三丰"},
    {"name": "张三丰", "sex": None, "phone": "13900139001"},
    {"name": "张三丰", "subject": None},
    {"name": "张三峰", "subject": "数学"},
    {"name": "张王丰", "phone": "13800138001"},
]
LEFT_OPEN: list[dict[str, object]] = [
    {"name": "张三丰", "school_id": S2},
    {"name": "张三丰", "school_id": None},
    {"name": "张三丰", "id_tail": "1234"},
    {"name": "张三丰", "sex": "男"},
    {"name": "张三丰", "sex": "男", "phone": "13800138001"},
    {"name": "张三丰", "id_tail": "1234", "phone": "13800138001"},
    {"name": "张三丰", "subject": "语文"},
    {"name": "张三峰", "phone": "13900139001"},
    {"name": "刘芳", "phone": "13800138001"},
    {"name": "刘芳", "id_tail": TAIL},
    {"name": "张老师"},
    {"name": "张三丰李梅", "phone": "13800138001"},
]


@cache
def teachers_of_cases() -> list[str | None]:
    """Link every case at once, each on a list of its own."""
    cases = [{**entry, "list_id": f"L{n:02d}"} for n, entry in enumerate(LINKED + LEFT_OPEN)]
    return linked(teachers(SAN), entries(*cases))


@pytest.mark.parametrize("case", range(len(LINKED)), ids=lambda case: str(LINKED[case]))
def test_an_entry_is_linked_on_a_name_and_something_else(case):
    assert teachers_of_cases()[case] == "T1"


@pytest.mark.parametrize("case", range(len(LEFT_OPEN)), ids=lambda case: str(LEFT_OPEN[case]))
def test_a_name_alone_elsewhere_or_contradicted_is_not_linked(case):
    assert teachers_of_cases()[len(LINKED) + case] is None


def test_two_teachers_of_one_name_leave_the_entry_open_unless_something_tells_them_apart():
    registry = teachers(
        {"teacher_id": "T1", "name": "李梅", "subject": "数学"},
        {"teacher_id": "T2", "name": "李梅", "subject": "语文"},
    )
    assert linked(registry, entries({"name": "李梅", "subject": None})) == [None]
    assert linked(registry, entries({"name": "李梅", "subject": "语文"})) == ["T2"]


def test_two_entries_of_one_name_do_not_share_a_teacher():
    registry = teachers({"teacher_id": "T1", "name": "李梅"})
    assert linked(registry, entries({"name": "李梅"}, {"name": "李梅"})) == [None, None]


ALIKE = {"teacher_id": "T1", "name": "李晓梅", "phone": "13800138001"}


def test_a_slip_in_the_name_counts_only_while_no_other_entry_answers_to_the_registration():
    assert linked(teachers(ALIKE), entries({"name": "李小梅"})) == ["T1"]
    both = entries({"name": "李小梅"}, {"name": "李晓梅", "phone": "13800138001"})
    assert linked(teachers(ALIKE), both) == [None, "T1"]


def test_what_is_not_sure_stays_two_people_and_is_told_to_the_bureau():
    listed = entries({"name": "李冬", "phone": "13800138001", "subject": "语文"})
    assert linked(teachers(ALIKE), listed) == [None]
    told = suspected(teachers(ALIKE), listed)
    assert list(told) == ["L1#1"]
    assert told["L1#1"].startswith("与此登记疑似同一人：同姓而名不同，手机号、学校、性别一致，学科不同。")


def test_a_suspicion_names_the_other_registration_that_answers_as_well():
    twins = teachers({"teacher_id": "T1", "name": "李梅"}, {"teacher_id": "T2", "name": "李梅"})
    found = combine(among_others(twins), entries({"name": "李梅"})).staff_findings
    rows = found.filter(pl.col("kind") == "possibly_same")
    assert rows.select("subject_id", "teacher_id", "other_teacher_id").rows() == [("L1#1", "T1", "T2")]
    assert "另有一条登记同样相符" in rows["finding"][0]


def test_a_near_name_whose_registration_another_entry_has_is_no_suspicion():
    both = entries({"name": "李小梅"}, {"name": "李晓梅", "phone": "13800138001"})
    assert suspected(teachers(ALIKE), both) == {}


def test_a_person_on_two_lines_of_one_list_is_pointed_out():
    registry = among_others(teachers(ALIKE))
    line = {"name": "李晓梅", "phone": "13800138001"}
    combined = combine(registry, entries(line, line, {**line, "list_id": "L2", "school_id": S2}))
    assert combined.staff_entries["teacher_id"].to_list() == ["T1"] * 3
    kinds = combined.staff_findings.select("subject_id", "kind").rows()
    assert kinds == [("L2#3", "listed_elsewhere"), ("L1#1", "listed_twice"), ("L1#2", "listed_twice")]


def test_a_district_without_an_area_code_is_linked_as_well():
    listed = entries({"name": "李晓梅", "phone": "13800138001", "area": None, "school_id": None})
    assert linked(teachers(ALIKE), listed) == ["T1"]


def test_a_person_registered_twice_is_linked_at_the_lists_own_school():
    registry = teachers(
        {"teacher_id": "T1", "name": "李梅", "id_number": NUMBER, "school_id": S2, "phone": "13800138001"},
        {"teacher_id": "T2", "name": "李梅", "id_number": NUMBER, "school_id": S1, "phone": "13800138001"},
    )
    assert linked(registry, entries({"name": "李梅", "phone": "13800138001"})) == ["T2"]


def test_the_people_on_a_list_tell_which_of_several_schools_it_is():
    registry = teachers(
        *(
            {"teacher_id": f"T{n}", "name": "李梅", "phone": f"1380013800{n}", "school_id": S2}
            for n in range(4)
        )
    )
    rows = [{"name": "李梅", "phone": f"1380013800{n}", "school_id": None, "area": None} for n in range(4)]
    located = combine(registry, entries(*rows)).staff_entries
    assert set(located["school_id"]) == {S2}
    assert set(located["area"]) == {"340103"}
    too_few = combine(registry, entries(*rows[:2])).staff_entries
    assert too_few["school_id"].null_count() == 2
