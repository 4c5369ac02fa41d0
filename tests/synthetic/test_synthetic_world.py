"""The invented world is what it says it is: reproducible, lawful in its numbers, true in its truth."""

from dataclasses import fields, replace
from datetime import timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tongcha.errors import PolicyError
from tongcha.identity.characters import regions
from tongcha.identity.id_numbers import check_digit
from tongcha.synthetic.population import UNUSED_SEGMENTS
from tongcha.synthetic.spec import CITY, SIZES
from tongcha.synthetic.world import World, build_world, stream_world, write_world

pytestmark = pytest.mark.slow  # whole worlds are built
TABLES = ("registry", "spells", "schools", "staff_lists", "sites", "identities", "pupils")
SMALL = replace(CITY, teachers=3_000, schools=40, identities=200, pupils=60)


def numbers_of(world: World) -> pl.DataFrame:
    """Numbers that are known to be right: read from the holder's own card."""
    cards = world.identities.filter(pl.col("capture") == "card").join(world.truth, on="identity_id")
    own = cards.filter(~pl.col("error_classes").list.contains("others_id"))
    return own.select("id_number", "sex", "age", "raid_date")


def test_the_same_seed_gives_the_same_world():
    one, two = build_world(SMALL), build_world(SMALL)
    for name in (*TABLES, "truth", "pupil_truth"):
        assert_frame_equal(getattr(one, name), getattr(two, name))


def test_another_seed_gives_another_world(demo_world):
    other = build_world(replace(CITY, seed=2))
    assert not demo_world.registry.equals(other.registry)
    assert not demo_world.identities.equals(other.identities)


def test_streamed_files_are_byte_identical_and_hold_the_same_rows_as_the_world_in_memory(tmp_path):
    spec = replace(SMALL, part_size=1_000)
    stream_world(spec, tmp_path / "one", tmp_path / "truth")
    stream_world(spec, tmp_path / "two")
    world = build_world(spec)
    for name in TABLES:
        first = tmp_path / "one" / f"{name}.parquet"
        assert first.read_bytes() == (tmp_path / "two" / f"{name}.parquet").read_bytes()
        read = pl.read_parquet(first)
        if name == "staff_lists":
            read = read.sort("list_id", "row_no")
        assert_frame_equal(read, getattr(world, name))
    assert not {path.stem for path in (tmp_path / "one").iterdir()} & {"truth", "pupil_truth"}
    assert_frame_equal(pl.read_parquet(tmp_path / "truth" / "truth.parquet"), world.truth)
    write_world(world, tmp_path / "whole", tmp_path / "truth")
    assert {path.name for path in (tmp_path / "whole").iterdir()} == {f"{name}.parquet" for name in TABLES}


def test_a_world_made_in_parts_has_no_teacher_number_list_row_or_id_number_twice():
    world = build_world(replace(SMALL, part_size=700))
    assert world.registry["teacher_id"].is_unique().all()
    assert world.registry.height == SMALL.teachers
    assert world.staff_lists.select("list_id", "row_no").is_unique().all()
    singles = world.registry.join(doubles_of(world), on="teacher_id", how="anti")
    whole = singles.filter(pl.col("id_number").str.len_chars() == 18)["id_number"]
    assert whole.is_unique().all()


def doubles_of(world: World) -> pl.DataFrame:
    """Records that share name and birth date with another: duplicates, whatever else differs."""
    return world.registry.filter(pl.struct("name", "birth_date").is_duplicated()).select("teacher_id")


def test_sizes_are_as_ordered(demo_world):
    spec = demo_world.spec
    assert demo_world.registry.height == spec.teachers
    assert demo_world.schools.height == spec.schools
    assert demo_world.sites.height == spec.raids
    assert demo_world.identities.height == demo_world.truth.height == spec.identities
    assert demo_world.pupils.height == spec.pupils


def test_every_known_size_has_a_school_in_every_district():
    for spec in SIZES.values():
        assert spec.schools >= spec.provinces * spec.cities * spec.districts
        assert spec.first_raid < spec.last_raid < spec.snapshot


def test_every_id_number_has_its_check_digit_birth_date_and_sex(big_world):
    for number, age, day in numbers_of(big_world).select("id_number", "age", "raid_date").iter_rows():
        assert check_digit(number[:17]) == number[17]
        born = pl.Series([number[6:14]]).str.to_date("%Y%m%d")[0]
        if age is not None:
            assert abs((day - born).days / 365.25 - age) < 1.01
    sexes = (
        numbers_of(big_world)
        .drop_nulls("sex")
        .select((pl.col("id_number").str.slice(16, 1).cast(pl.Int64) % 2 == 1) == (pl.col("sex") == "男"))
    )
    assert sexes.to_series().sum() > 0.99 * sexes.height  # the rest was taken down wrongly on purpose


def test_registry_numbers_agree_with_birth_date_and_sex_unless_they_are_wrong_on_purpose(big_world):
    whole = big_world.registry.filter(pl.col("id_number").str.len_chars() == 18)
    born = whole["id_number"].str.slice(6, 8) == whole["birth_date"].dt.strftime("%Y%m%d")
    male = whole["id_number"].str.slice(16, 1).str.contains("[13579]") == (whole["sex"] == "男")
    assert 0.997 < (born & male).mean() <= 1.0


def test_no_number_can_belong_to_a_living_person(demo_world):
    """No region of an ID number was ever assigned, and no mobile segment is in use."""
    world = demo_world
    written = pl.concat(
        [world.registry["id_number"], world.identities.filter(pl.col("capture") == "card")["id_number"]]
    )
    codes = set(written.drop_nulls().filter(written.drop_nulls().str.len_chars() == 18).str.head(6))
    wrong_on_purpose = 0.01
    assert len(codes & set(regions())) <= wrong_on_purpose * len(codes)
    assert not set(world.schools["area"]) & set(regions())
    phones = pl.concat([world.registry["phone"], world.staff_lists["phone"]]).drop_nulls()
    mobiles = phones.filter(phones.str.starts_with("1"))
    assert set(mobiles.str.head(3)) == {str(segment) for segment in UNUSED_SEGMENTS}
    assert set(phones.filter(~phones.str.starts_with("1")).str.head(5)) <= {"0610-"}


def test_the_frames_have_no_column_that_gives_the_truth_away(demo_world):
    secret = {"person", "category", "error_classes", "teacher_ids", "moved_that_day"}
    for field in fields(demo_world):
        if field.name in TABLES:
            assert not secret & set(getattr(demo_world, field.name).columns)


@pytest.mark.parametrize(
    "wrong",
    [
        {"identities": 0},
        {"teachers": 3},
        {"cities": 99},
        {"part_size": 10},
        {"last_raid": CITY.first_raid - timedelta(days=1)},
    ],
)
def test_sizes_that_make_no_world_are_refused_in_plain_words(wrong):
    with pytest.raises(PolicyError, match="虚构城市的"):
        replace(CITY, **wrong)


@pytest.mark.parametrize(
    "sizes", [{"schools": 1, "districts": 1}, {"teachers": 50, "identities": 1, "raids": 1, "pupils": 0}]
)
def test_the_smallest_worlds_can_be_built(sizes):
    world = build_world(replace(SMALL, **sizes))
    assert world.truth.height == world.spec.identities
