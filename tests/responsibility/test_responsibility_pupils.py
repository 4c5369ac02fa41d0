from __future__ import annotations

import pytest

from tests.responsibility.pupils_met import MET, build_pupils, place


def test_a_pupil_met_in_two_raids_has_one_key_and_another_school_another():
    placed = place(build_pupils(*MET))
    keys = {(q, n): key for q, n, key in placed.select("raid_id", "pupil_no", "pupil_key").iter_rows()}
    assert keys["Q1", "1"] == keys["Q2", "7"]
    assert keys["Q1", "1"] != keys["Q1", "2"]


def test_only_a_named_pupil_of_a_settled_school_is_resolved():
    placed = place(build_pupils(*MET))
    states = {
        (q, n): (s, i)
        for q, n, s, i in placed.select("raid_id", "pupil_no", "state", "school_id").iter_rows()
    }
    assert states["Q1", "1"] == ("resolved", "S1")
    assert states["Q1", "2"] == ("resolved", "S2")
    assert states["Q1", "3"] == ("unknown", None)
    assert states["Q1", "4"][0] != "resolved"
    assert states["Q1", "5"] == ("unknown", None)


def test_no_name_leaves_the_table_and_the_key_depends_on_the_secret():
    placed = place(build_pupils(*MET))
    assert "小明" not in placed.write_csv()
    other = place(build_pupils(*MET), key=b"x" * 32)
    assert set(placed["pupil_key"]).isdisjoint(other["pupil_key"])


def test_row_order_does_not_matter():
    assert place(build_pupils(*MET).reverse()).equals(place(build_pupils(*MET)))


@pytest.mark.parametrize("rows", [(), MET[5:]])
def test_no_pupils_or_none_with_a_school_are_fine(rows):
    assert place(build_pupils(*rows)).height == len(rows)


def test_namesakes_in_two_grades_of_a_school_are_two_pupils_and_in_one_grade_one():
    def count(*grades: str) -> int:
        rows = [("Q1", str(n), "李小明", "示例市第一中学", grade) for n, grade in enumerate(grades)]
        return place(build_pupils(*rows))["pupil_key"].n_unique()

    assert count("七年级", "八年级") == 2
    assert count("七年级", "七年级") == 1
