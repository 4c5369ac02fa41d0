"""Schools: what a name is made of, who may carry it, and when people must choose."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake_files import POLICY as INTAKE
from tongcha.identity.school_names import parse_school, read_numeral
from tongcha.identity.schools import SCHEMA, resolve_schools

QUICK = settings(max_examples=40)
SCHOOLS = pl.DataFrame(
    [
        ("3121000001", "澜川市望海区第七中学", "219902", "澜川市", None, "七中", None),
        ("3121000002", "澜川市柳湖区第七中学", "219903", "澜川市", None, None, "东校区"),
        ("2121000003", "澜川市望海区红旗小学", "219902", "澜川市", None, None, None),
        ("3421000004", "澜川市望海区光明高级中学", "219902", "澜川市", None, None, None),
        ("3121000005", "澜川市望海区光明中学", "219902", "澜川市", None, None, None),
        ("2121000006", "澜川市望海区实验小学", "219902", "澜川市", "望海区第三小学", None, None),
        ("3121000007", "澜川市柳湖区八一中学", "219903", "澜川市", None, None, None),
        ("3122000008", "远山市城关区星河中学", "229901", "远山市", None, None, None),
        ("3121000009", "澜川师范大学附属中学", "219903", "澜川市", None, "师大附中", None),
    ],
    schema=["school_id", "name", "area", "city", "former_name", "aliases", "campuses"],
    orient="row",
)


def resolve(written: str, area: str | None = "219902", **options: object) -> pl.DataFrame:
    frame = pl.DataFrame({"school_written": [written], "area": [area]}, schema_overrides={"area": pl.String})
    return resolve_schools(frame, SCHOOLS, limits=INTAKE.school_names, **options)  # type: ignore[arg-type]  # options of several types


def settled(written: str, area: str | None = "219902", **options: object) -> str | None:
    found = resolve(written, area, **options).filter("is_settled")
    return found["school_id"][0] if found.height else None


@pytest.mark.parametrize(
    ("written", "school", "score"),
    [
        ("一小", "2121000006", 0.4379),
        ("光明中", "3421000004", 0.9206),
        ("八中", "3121000001", 0.4479),
        ("江北实验", "2121000006", 0.5296),
        ("第十三中学", "3121000002", 0.4583),
        ("附中", "3121000009", 0.6419),
    ],
)
def test_the_scores_are_those_from_before_they_became_policy(written, school, score):
    found = resolve(written).filter(pl.col("school_id") == school)
    assert found["score"].to_list() == [score]


@pytest.mark.parametrize(
    ("written", "area", "school"),
    [
        ("红旗小学", "219902", "2121000003"),
        ("望海红旗小学", "219903", "2121000003"),
        ("澜川市望海区第七中学", "219903", "3121000001"),
        ("望海七中", "219903", "3121000001"),
        ("柳湖区七中", "219902", "3121000002"),
        ("红旗小学三年级", "219902", "2121000003"),
        ("红旗小学老师", "219902", "2121000003"),
        ("望海区第三小学", "219902", "2121000006"),
        ("八一中学", "219903", "3121000007"),
        ("师大附中", "219903", "3121000009"),
        ("红旗小学", None, "2121000003"),
        ("望区第七中学", "219903", "3121000001"),
        ("师附中", "219903", "3121000009"),
    ],
)
def test_a_name_that_only_one_school_can_carry_is_settled(written, area, school):
    assert settled(written, area) == school


@pytest.mark.parametrize(
    ("written", "area"),
    [
        ("七中", "219902"),  # two districts of the city have one
        ("实验小学", "219902"),
        ("附中", "219903"),
        ("光明中", "219902"),  # 光明中学 or 光明高级中学
        ("红旗中学", "219902"),  # there is only a primary school of that name
        ("星河中学", "219902"),  # in another city only
        ("育才", "219902"),
    ],
)
def test_a_name_that_is_not_certain_is_left_to_people(written, area):
    assert settled(written, area) is None


def test_the_schools_own_area_settles_what_the_place_of_a_raid_does_not():
    assert settled("七中", "219903") is None
    assert settled("七中", "219903", is_own_area=True) == "3121000002"
    assert settled("实验小学", "219902", is_own_area=True) == "2121000006"


def test_a_number_that_differs_is_another_school():
    assert resolve("第九中学").filter("is_settled").is_empty()
    assert resolve("火星大学").is_empty()


def test_the_campus_is_a_value_of_its_own():
    found = resolve("柳湖七中(东校区)").row(0, named=True)
    assert (found["school_id"], found["campus"], found["is_settled"]) == ("3121000002", "东校区", True)


def test_a_confirmed_alias_wins_and_two_confirmed_meanings_are_not_settled():
    alias = pl.DataFrame({"school_id": ["2121000003"], "alias": ["向阳小学"]})
    assert settled("向阳小学", aliases=alias) == "2121000003"
    both = pl.DataFrame({"school_id": ["2121000003", "2121000006"], "alias": ["向阳小学", "向阳小学"]})
    found = resolve("向阳小学", aliases=both)
    assert found["school_id"].to_list() == ["2121000003", "2121000006"]
    assert not found["is_settled"].any()


def test_at_most_three_candidates_scores_falling_and_each_pair_once():
    written = pl.DataFrame({"school_written": ["七中", "七中", None], "area": ["219902"] * 3})
    found = resolve_schools(written, SCHOOLS, limits=INTAKE.school_names)
    assert found.schema == SCHEMA
    assert found["rank"].to_list() == list(range(1, found.height + 1))
    assert found.height <= 3
    assert found["school_written"].n_unique() == 1


@given(st.randoms(use_true_random=False))
@QUICK
def test_the_order_of_rows_changes_nothing(random):
    written = pl.DataFrame(
        {
            "school_written": ["七中", "红旗小学", "实验小学", "光明中学"],
            "area": ["219902", "219903", None, "219902"],
        }
    )
    order = list(range(SCHOOLS.height))
    random.shuffle(order)
    assert resolve_schools(written.reverse(), SCHOOLS[order], limits=INTAKE.school_names).equals(
        resolve_schools(written, SCHOOLS, limits=INTAKE.school_names)
    )


@given(st.text(max_size=60))
@QUICK
def test_no_text_makes_the_resolver_fail(text):
    assert resolve(text).height <= 3


def test_without_schools_nothing_is_found():
    frame = pl.DataFrame({"school_written": ["七中"], "area": ["219902"]})
    assert resolve_schools(frame, SCHOOLS.clear(), limits=INTAKE.school_names).is_empty()


@pytest.mark.parametrize(
    ("text", "number"),
    [("13", 13), ("十三", 13), ("二十", 20), ("一百零一", 101), ("一三八", 138), ("八", 8), ("红", 0)],
)
def test_numerals_are_read(text, number):
    assert read_numeral(text) == number


@pytest.mark.parametrize(
    ("written", "core", "ordinal", "kind"),
    [
        ("八一中学", "八一", 0, "中"),
        ("五四小学", "五四", 0, "小"),
        ("二实小", "实验", 2, "小"),
        ("101中学", "", 101, "中"),
        ("市一中", "", 1, "中"),
        ("华师一附中", "华师附", 1, "中"),
        ("师大二附小", "师大附", 2, "小"),
        ("一一二中学", "", 112, "中"),
        ("新华社区小学", "新华社区", 0, "小"),
        ("大连理工大学附属中学", "大连理工大附", 0, "中"),
        ("石坪职业中等专业学校", "石坪", 0, "职"),
        ("育才外国语学校初中部", "育才外语", 0, "校"),
    ],
)
def test_a_name_is_taken_apart(written, core, ordinal, kind):
    parsed = parse_school(written)
    assert (parsed.core, parsed.ordinal, parsed.kind) == (core, ordinal, kind)
