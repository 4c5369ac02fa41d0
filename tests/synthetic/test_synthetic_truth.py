"""What the invented city says of itself is true: spells, categories, and who is whom."""

from dataclasses import replace

import polars as pl
import pytest

from tongcha.synthetic.spec import CITY
from tongcha.synthetic.world import World, build_world

pytestmark = pytest.mark.slow  # whole worlds are built
LENT = ("借调", "交流轮岗")


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
    world = build_world(
        replace(CITY, teachers=6_000, schools=40, identities=4_000, pupils=60, raids=40, seed=5)
    )
    doubled = world.truth.filter(pl.col("teacher_ids").list.len() == 2)
    assert doubled.height >= 1
    born = doubled.explode("teacher_ids").join(world.registry, left_on="teacher_ids", right_on="teacher_id")
    assert born.group_by("identity_id").agg(pl.col("birth_date").n_unique())["birth_date"].max() == 1
