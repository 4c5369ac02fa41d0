"""People: duplicates counted once, entries linked only when sure, contradictions reported as data."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.reference_linking import LINKING
from tongcha.reference.entries import link_entries
from tongcha.reference.people import People, combine_people
from tongcha.tables.reference import EMPLOYMENT, SCHOOLS, STAFF_ENTRIES, TEACHERS

if TYPE_CHECKING:
    from collections.abc import Mapping

SNAPSHOT = "2026-09-01"
NUMBER = "11010519491231002X"
TAIL = "002X"
S1, S2 = "2134000001", "2134000002"


def place(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        snapshot=pl.lit(SNAPSHOT), file=pl.lit("f"), sheet=pl.lit(""), row=pl.int_range(2, frame.height + 2)
    )


def teachers(*rows: Mapping[str, object]) -> pl.DataFrame:
    base = {"school_id": S1, "area": "340103", "sex": "女", "subject": "数学"}
    return TEACHERS.conform(place(pl.DataFrame([{**base, **row} for row in rows])))


def entries(*rows: Mapping[str, object]) -> pl.DataFrame:
    base = {"list_id": "L1", "school_id": S1, "area": "340103", "sex": "女", "subject": "数学"}
    numbered = [{**base, "row_no": n, **row} for n, row in enumerate(rows, 1)]
    return STAFF_ENTRIES.conform(place(pl.DataFrame(numbered)))


def spells(*rows: tuple[str, dt.date | None]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={"teacher_id": pl.String, "end": pl.Date}, orient="row")
    return EMPLOYMENT.conform(
        place(frame.with_columns(spell_no=1, school_id=pl.lit(S1), start=pl.date(2000, 9, 1)))
    )


NUMBERED = [S1, S2, *(f"21340000{n:02d}" for n in range(3, 11))]
SCHOOLS_THERE = SCHOOLS.conform(
    place(
        pl.DataFrame(
            {"school_id": NUMBERED, "name": [f"明德市{n}学校" for n in "甲乙丙丁戊己庚辛壬癸"]}
        ).with_columns(area=pl.lit("340103"))
    )
)
SURNAMES, GIVEN = "赵钱孙周吴郑冯陈褚卫", "子涵雨桐浩然梓萱宇轩诗琪志强丽华国庆淑英"
CROWD = teachers(
    *(
        {"teacher_id": f"X{n:03d}", "name": f"{SURNAMES[n % 10]}{GIVEN[n // 50]}{GIVEN[n % 19]}"}
        | {"sex": "女男"[n % 2], "subject": ("数学", "语文", "英语", "体育")[n // 2 % 4]}
        | {"school_id": NUMBERED[n // 4 % 10]}
        for n in range(1000)
    )
)
"""A thousand others at ten schools, so that a name weighs what it weighs in a real registry."""


def combine(registry: pl.DataFrame, listed: pl.DataFrame) -> People:
    return combine_people(registry, spells(), SCHOOLS_THERE, listed, LINKING)


def linked(registry: pl.DataFrame, listed: pl.DataFrame) -> list[str | None]:
    return combine(among_others(registry), listed).staff_entries["teacher_id"].to_list()


def among_others(registry: pl.DataFrame) -> pl.DataFrame:
    return TEACHERS.conform(pl.concat([registry, CROWD]))


def suspected(registry: pl.DataFrame, listed: pl.DataFrame) -> dict[str, str]:
    findings = combine(among_others(registry), listed).staff_findings
    rows = findings.filter(pl.col("kind") == "possibly_same").select("subject_id", "finding")
    return dict(rows.iter_rows())


def kept(registry: pl.DataFrame) -> dict[str, str | None]:
    people = combine(registry, STAFF_ENTRIES.empty()).people
    return dict(people.select("person_id", "same_person_as").iter_rows())


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
