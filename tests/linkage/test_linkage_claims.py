"""Claims about claimed schools: what fits as written is taken as written, the rest is read more loosely."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.linkage.linkage_scene import policy, score
from tests.linkage.slow_levels import NOISE, by_sound
from tongcha.identity.school_names import loose_name, number_in_words, plainer_names, read_numeral
from tongcha.linkage.schools.claims import compare_schools, find_schools
from tongcha.linkage.schools.loose_claims import sound_out

SCHOOLS = pl.DataFrame(
    [
        ("怀化市光明中学", "东校区、西校区", "431202", "怀化市"),
        ("怀化市第十一中学", None, "431202", "怀化市"),
        ("怀化第三中学", None, "431202", "怀化市"),
        ("怀化市第二中学东校区", None, "431202", "怀化市"),
        ("怀化市第二中学", None, "431202", "怀化市"),
        ("怀化市第5小学", None, "431202", "怀化市"),
        ("麻阳县东门小学", "溪口校区", "431226", "怀化市"),
        ("长沙市光明中学", "北校区", "430102", "长沙市"),
        ("长沙市第七中学", None, "430102", "长沙市"),
        ("东门小学", None, "430103", "长沙市"),
        ("花垣县民族小学", None, "433124", "湘西土家族苗族自治州"),
    ],
    schema=["name", "campuses", "area", "city"],
    orient="row",
).with_columns(
    school_id=pl.format("S{}", pl.int_range(pl.len())),
    former_name=pl.lit(None, pl.String),
    aliases=pl.lit(None, pl.String),
)
HERE = 431202


def fits(claim, area=HERE, schools=SCHOOLS, *, sought=True):
    """Names of the schools that a claim fits."""
    rule, areas = policy().school, np.array([area], np.int32)
    asked, nobody = np.array([sought]), np.array([False])
    claims = find_schools(pl.Series([claim]), areas, schools, asked, nobody, rule)
    every = np.arange(schools.height)
    near = np.full(len(every), area, np.int32)
    level = compare_schools(np.zeros_like(every), near, every, schools, claims, rule.fits_from)
    found = schools["name"].gather(claims.school).to_list()
    assert not sought or set(found) <= set(schools["name"].filter(pl.Series(level == 0)))
    return found if sought else schools["name"].filter(pl.Series(level == 0)).to_list()


@pytest.mark.parametrize(
    ("claim", "school"),
    [
        pytest.param("光明中学东校区", "怀化市光明中学", id="a campus of the school"),
        pytest.param("光明中学（西校区）", "怀化市光明中学", id="a campus in brackets"),
        pytest.param("光明中学本部", "怀化市光明中学", id="a campus that isn't listed"),
        pytest.param("十一中北校区", "怀化市第十一中学", id="a campus of a school without any"),
        pytest.param("十一中老校", "怀化市第十一中学", id="the old premises"),
        pytest.param("十一中第一分校", "怀化市第十一中学", id="a branch"),
        pytest.param("市三中", "怀化第三中学", id="the city's own"),
        pytest.param("县第三中学", "怀化第三中学", id="the county's own"),
        pytest.param("3中", "怀化第三中学", id="a number in digits"),
        pytest.param("第11中学", "怀化市第十一中学", id="a number of two digits"),
        pytest.param("第3中学", "怀化第三中学", id="a number in digits behind 第"),
        pytest.param("五小", "怀化市第5小学", id="a number that is on record in digits"),
        pytest.param("三中（退）", "怀化第三中学", id="a remark"),
        pytest.param("三中老师", "怀化第三中学", id="a speaker"),
        pytest.param("在三中教书", "怀化第三中学", id="a sentence"),
        pytest.param("三中语文教师", "怀化第三中学", id="what is taught there"),
        pytest.param("三中在职教师/退休", "怀化第三中学", id="what became of the person"),
        pytest.param("３中", "怀化第三中学", id="a full-width digit"),
        pytest.param("第３中学", "怀化第三中学", id="a full-width digit behind 第"),
        pytest.param("怀化麻阳东门小学", "麻阳县东门小学", id="the city before a name without it"),
        pytest.param("怀化市麻阳县东门小学", "麻阳县东门小学", id="the city in full"),
        pytest.param("湖南省怀化市麻阳东门小学溪口校区", "麻阳县东门小学", id="province, city and campus"),
        pytest.param("湖南怀化三中", "怀化第三中学", id="the province before a name with its city"),
        pytest.param("长沙东门小学", "东门小学", id="a school of another city with its city"),
        pytest.param("湘西花垣民族小学", "花垣县民族小学", id="an autonomous prefecture"),
        pytest.param("光明初中", "怀化市光明中学", id="another word for the stage"),
        pytest.param("民族中心小学", "花垣县民族小学", id="a central school"),
        pytest.param("市3中南校区老师（退休）", "怀化第三中学", id="all at once"),
    ],
)
@pytest.mark.parametrize("sought", [True, False])
def test_a_claim_that_fits_nothing_as_written_fits_its_school_when_read_loosely(claim, school, sought):
    found = fits(claim, sought=sought)
    assert found == [school] if sought else school in found


@pytest.mark.parametrize("sought", [True, False])
def test_a_claim_that_fits_as_written_is_taken_as_written(sought):
    assert fits("二中东校区", sought=sought) == ["怀化市第二中学东校区"]
    assert fits("二中", sought=sought) == ["怀化市第二中学东校区", "怀化市第二中学"]


def test_a_claim_that_fits_as_written_in_the_province_is_not_read_loosely():
    assert fits("市七中") == ["长沙市第七中学"]


@pytest.mark.parametrize(
    ("claim", "school"),
    [
        pytest.param("怀化光名中学", ["怀化市光明中学"], id="typed by its sound"),
        pytest.param("淮花市广明初中", ["怀化市光明中学"], id="and with another word for the stage"),
        pytest.param("光名中", [], id="too short to be told by sound"),
        pytest.param("怀化关明中学", [], id="another sound"),
        pytest.param("第是一中学", ["怀化市第十一中学"], id="a number by its sound"),
        pytest.param("第四一中学", [], id="a number that sounds otherwise"),
    ],
)
def test_a_claim_that_fits_nothing_else_is_read_by_its_sound(claim, school):
    assert fits(claim) == school


def test_a_complete_number_needs_no_reading_by_sound():
    assert fits("怀化光名中学", sought=False) == []


def test_a_primary_school_in_short_is_heard_as_a_primary_school():
    short = SCHOOLS.with_columns(pl.col("name").str.replace("东门小学", "西溪完小"))
    assert fits("麻阳西溪小学", schools=short) == ["麻阳县西溪完小"]
    assert fits("西溪中心小学", schools=short) == ["麻阳县西溪完小"]


@given(st.text("光明第三十一中学abc３3龘〇", max_size=8), st.text("光明中学", max_size=8))
def test_what_sounds_alike_is_one_text_and_nothing_else_is(one, other):
    heard = sound_out(pl.Series([one, other])).to_list()
    assert heard == [by_sound(one), by_sound(other)]
    assert (one == other) <= (heard[0] == heard[1])


def test_a_campus_leads_to_the_school_of_the_city_that_lists_it():
    twice = pl.concat(
        [SCHOOLS, SCHOOLS[0].with_columns(name=pl.lit("怀化光明中学"), campuses=pl.lit("南校区"))]
    )
    assert fits("光明中学南校区", schools=twice) == ["怀化光明中学"]
    assert fits("光明中学东校区", area=430102, schools=twice) == ["长沙市光明中学"]


def test_a_campus_adds_no_letters_to_the_name_of_its_school():
    assert fits("光明学校") == []


@pytest.mark.slow
@pytest.mark.parametrize("word", ["无", "不详", "N/A", "null", " （未知） ", "学校"])
def test_a_word_for_an_untold_school_or_subject_is_no_claim(word):
    plain = {"age": 41}
    assert score(plain | {"claimed_school": word, "claimed_subject": word}, {}) == score(plain, {})


def test_schools_without_a_column_of_cities_are_read_without_them():
    assert fits("湖南省麻阳东门小学", schools=SCHOOLS.drop("city")) == ["麻阳县东门小学"]
    assert fits("怀化麻阳东门小学", schools=SCHOOLS.drop("city")) == []


def test_the_kind_of_a_city_adds_no_letters_to_the_name_of_its_schools():
    assert fits("市三中") == ["怀化第三中学"]


def test_schools_without_a_column_of_campuses_are_read_all_the_same():
    assert fits("光明中学东校区", schools=SCHOOLS.drop("campuses")) == ["怀化市光明中学"]


TEXT = st.text("光明第三3十一中小学校区东（）市县盟地湖南省西自治老师初二班", max_size=10)


@given(TEXT)
def test_only_names_that_look_it_have_a_plainer_name(written):
    is_loose = pl.Series([written]).str.contains(loose_name()).item()
    plainer = {NOISE.sub("", text) for text, _ in plainer_names(written)}
    assert is_loose or plainer <= {NOISE.sub("", written)}


@given(st.integers(1, 9_999))
def test_a_number_in_words_is_the_number(number):
    assert read_numeral(number_in_words(str(number))) == number
