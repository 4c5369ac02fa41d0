"""The invented world is what it says it is: reproducible, lawful in its numbers, true in its truth."""

import math
from dataclasses import fields, replace
from datetime import timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tongcha.errors import PolicyError
from tongcha.identity.characters import regions
from tongcha.identity.id_numbers import check_digit
from tongcha.synthetic.population import UNUSED_SEGMENTS
from tongcha.synthetic.setting import build_setting
from tongcha.synthetic.spec import CITY, SIZES
from tongcha.synthetic.world import World, build_world, stream_world, write_world

pytestmark = pytest.mark.slow  # whole worlds are built

LENT = ("借调", "交流轮岗")
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


def test_spells_are_ordered_and_only_a_loan_overlaps(big_world):
    spells = big_world.spells
    assert spells.filter(pl.col("end") <= pl.col("start")).is_empty()
    numbered = spells.sort("teacher_id", "start", "school_id")
    assert (
        numbered["spell_no"] == numbered.select(pl.int_range(1, pl.len() + 1).over("teacher_id")).to_series()
    ).all()
    own = spells.filter(~pl.col("staff_type").is_in(LENT)).sort("teacher_id", "start")
    later = own.with_columns(
        pl.col("end").shift(1).over("teacher_id").alias("before"),
        pl.int_range(pl.len()).over("teacher_id").alias("n"),
    )
    assert later.filter(
        pl.col("n") > 0, pl.col("before").is_null() | (pl.col("start") < pl.col("before"))
    ).is_empty()
    assert set(spells["teacher_id"]) == set(big_world.registry["teacher_id"])


def standing_by_spells(world: World) -> pl.DataFrame:
    """What the spells of all of a person's records say about the raid date."""
    known = world.truth.filter(pl.col("teacher_id").is_not_null()).explode("teacher_ids")
    running = known.join(world.spells, left_on="teacher_ids", right_on="teacher_id").filter(
        pl.col("start") <= pl.col("raid_date"),
        pl.col("end").is_null() | (pl.col("raid_date") < pl.col("end")),
    )
    is_loan = pl.col("staff_type").is_in(LENT)
    return (
        known.select("identity_id")
        .unique()
        .join(
            running.group_by("identity_id").agg(
                pl.col("school_id").filter(~is_loan).unique().alias("own"),
                pl.col("school_id").filter(is_loan).unique().alias("host"),
            ),
            on="identity_id",
            how="left",
        )
    )


def test_the_truth_about_service_school_and_loan_follows_from_the_spells(big_world):
    seen = big_world.truth.join(standing_by_spells(big_world), on="identity_id")
    serving = seen.filter(pl.col("in_service"))
    assert serving.height > 3_000
    assert (serving["own"].list.len() == 1).all()
    assert (serving["own"].list.first() == serving["responsible_school_id"]).all()
    lent = serving.filter(pl.col("host_school_id").is_not_null())
    assert lent.height > 10
    assert (lent["host"].list.first() == lent["host_school_id"]).all()
    others = seen.filter(~pl.col("in_service"))
    assert others["own"].list.len().fill_null(0).sum() == 0
    assert others["responsible_school_id"].is_null().all()


def test_categories_mean_what_they_say(big_world):
    first = big_world.spells.group_by("teacher_id").agg(pl.col("start").min())
    known = big_world.truth.filter(pl.col("teacher_id").is_not_null())
    assert set(known["category"]) == {"in_service", "ex_teacher", "hired_later"}
    assert (known["in_service"] == (known["category"] == "in_service")).all()
    dated = known.explode("teacher_ids").join(first, left_on="teacher_ids", right_on="teacher_id")
    dated = dated.group_by("identity_id").agg(
        pl.col("start").min(), pl.col("raid_date").first(), pl.col("category").first()
    )
    assert ((dated["start"] > dated["raid_date"]) == (dated["category"] == "hired_later")).all()


def test_somebody_changed_schools_on_the_day_of_the_raid(demo_world):
    moved = demo_world.truth.filter(pl.col("moved_that_day")).explode("teacher_ids")
    assert moved.height >= 1
    that_day = moved.join(demo_world.spells, left_on="teacher_ids", right_on="teacher_id")
    started = that_day.filter(pl.col("start") == pl.col("raid_date"))
    assert (started["school_id"] == started["responsible_school_id"]).all()
    assert set(started["identity_id"]) == set(moved["identity_id"])
    assert that_day.filter(pl.col("end") == pl.col("raid_date")).height == moved.height


def test_contract_staff_are_on_a_list_and_in_no_registry(big_world):
    staff = big_world.truth.filter(pl.col("category") == "contract_staff")
    assert staff.height > 100
    assert staff["teacher_id"].is_null().all()
    rows = big_world.staff_lists.select(
        pl.format("{}#{}", "list_id", "row_no").alias("staff_row"), "name", "staff_type"
    )
    listed = staff.join(rows, on="staff_row").join(big_world.identities, on="identity_id", suffix="_met")
    assert listed.height == staff.height
    assert set(listed["staff_type"]) <= {"合同制", "劳务派遣", "临时代课"}
    clean = listed.filter(pl.col("error_classes").list.contains("clean_card"))
    assert (clean["name"] == clean["name_met"]).mean() > 0.95


def test_a_listed_teacher_s_row_carries_the_teacher_s_name(big_world):
    rows = big_world.staff_lists.select(pl.format("{}#{}", "list_id", "row_no").alias("staff_row"), "name")
    known = big_world.truth.filter(pl.col("category") == "in_service").join(rows, on="staff_row")
    named = known.join(big_world.registry, on="teacher_id", suffix="_registered")
    assert named.height > 3_000
    assert (named["name"] == named["name_registered"]).mean() > 0.96


def test_homonyms_bear_a_teacher_s_name_and_are_somebody_else(big_world):
    homonyms = big_world.truth.filter(pl.col("category") == "homonym").join(
        big_world.identities, on="identity_id"
    )
    clean = homonyms.filter(pl.col("capture") == "card", ~pl.col("error_classes").list.contains("rare_char"))
    names = set(big_world.registry["name"]) | set(big_world.registry["former_name"].drop_nulls())
    assert clean.height > 100
    assert clean["name"].is_in(list(names)).all()
    mine = clean.filter(~pl.col("error_classes").list.contains("others_id"))
    assert not set(mine["id_number"]) & set(big_world.registry["id_number"])


def test_a_person_met_twice_is_one_person_in_the_truth(big_world):
    again = big_world.truth.filter(pl.col("person").is_duplicated())
    assert again.height > 100
    assert again.group_by("person").agg(pl.col("raid_id").n_unique() == pl.len())["raid_id"].all()
    assert again.group_by("person").agg(pl.col("category").n_unique())["category"].max() == 1


def test_two_records_of_one_person_are_both_in_the_truth():
    world = build_world(replace(SMALL, teachers=6_000, identities=4_000, raids=40, seed=5))
    doubled = world.truth.filter(pl.col("teacher_ids").list.len() == 2)
    assert doubled.height >= 1
    born = doubled.explode("teacher_ids").join(world.registry, left_on="teacher_ids", right_on="teacher_id")
    assert born.group_by("identity_id").agg(pl.col("birth_date").n_unique())["birth_date"].max() == 1


def within(count: int, total: int, share: float) -> bool:
    """Whether a count agrees with a share, five standard errors each way."""
    return abs(count - total * share) <= 5 * math.sqrt(total * share * (1 - share)) + 1


@pytest.mark.parametrize("kind", ["in_service", "ex_teacher", "homonym", "contract_staff", "student"])
def test_people_are_met_in_the_measured_shares(big_world, kind):
    share = getattr(build_setting(CITY).shares.found, kind)
    assert within((big_world.truth["category"] == kind).sum(), big_world.truth.height, share)


@pytest.mark.parametrize("capture", ["card", "typed", "masked", "last4"])
def test_identities_are_taken_in_the_measured_shares(big_world, capture):
    share = getattr(build_setting(CITY).shares.capture, capture)
    assert within((big_world.truth["capture"] == capture).sum(), big_world.truth.height, share)


@pytest.mark.parametrize(
    ("error", "captures", "share"),
    [
        ("alias_only", ["oral"], 0.12),
        ("all_false", ["oral"], 0.03),
        ("others_id", ["card", "typed"], 0.004 / 0.7),
        ("owner_phone", ["card", "typed", "masked", "last4"], 0.01),
        ("family_phone", ["card", "typed", "masked", "last4"], 0.015),
        ("recycled_phone", ["card", "typed", "masked", "last4"], 0.007),
    ],
)
def test_mistakes_come_in_the_measured_shares(big_world, error, captures, share):
    taken = big_world.truth.filter(pl.col("capture").is_in(captures))
    count = taken["error_classes"].list.contains(error).sum()
    assert within(count, taken.height, share)


def test_typed_numbers_and_names_are_wrong_in_the_measured_shares(big_world):
    typed = big_world.truth.filter(pl.col("capture") == "typed")["error_classes"]
    wrong_id = typed.list.eval(pl.element().str.starts_with("typed_")).list.any()
    assert within(wrong_id.sum(), len(typed), 0.08)
    slips = ["homophone", "lookalike", "missing_char", "swapped_char"]
    wrong_name = typed.list.eval(pl.element().is_in(slips)).list.any()
    assert within(wrong_name.sum(), len(typed), 0.06)


@pytest.mark.parametrize(("column", "share"), [("phone", 0.12), ("id_number", 0.002)])
def test_the_registry_lacks_values_in_the_measured_shares(big_world, column, share):
    assert within(big_world.registry[column].null_count(), big_world.registry.height, share)


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
