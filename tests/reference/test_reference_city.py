"""The invented city in its real formats: what is turned away is exactly what was spoiled."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.intake_files import POLICY
from tests.reference_linking import LINKING
from tongcha.intake.batch import read_batch
from tongcha.reference.people import combine_people
from tongcha.reference.snapshot import newest_snapshot, read_snapshot
from tongcha.synthetic.inbox import write_inbox
from tongcha.synthetic.spec import WorldSpec
from tongcha.synthetic.world import build_world

pytestmark = pytest.mark.slow

PLACE = ["file", "row", "column"]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    world = build_world(WorldSpec(teachers=3000, schools=30, raids=4, seed=11))
    inbox = tmp_path_factory.mktemp("city")
    return world, inbox, write_inbox(world, inbox)


@pytest.fixture(scope="module")
def taken(city):
    _, inbox, _ = city
    return read_snapshot(inbox, newest_snapshot(inbox), policy=POLICY)


def test_exactly_the_spoiled_rows_are_sent_back(city, taken):
    _, inbox, written = city
    day = dt.date(2026, 11, 22)
    batches = (read_batch(inbox, batch, today=day, policy=POLICY).rejected_rows for batch in written.batches)
    entries = [taken.rejected_reference_rows, *batches]
    rejected = pl.concat(part.select(*PLACE, "rule", "outcome") for part in entries)
    of_themselves = (pl.col("outcome") == "rejected") & (pl.col("rule") != "spells_are_whole")
    found = rejected.filter(of_themselves).select("file", "row").unique().sort("file", "row")
    assert found.equals(written.bad_rows.select("file", "row").unique().sort("file", "row"))


def test_the_tables_hold_what_the_city_holds(city, taken):
    world, _, _ = city
    columns = ["teacher_id", "name", "id_number", "phone", "birth_date"]
    assert taken.teachers.select(columns).equals(world.registry.select(columns).sort("teacher_id"))
    half = world.spells["teacher_id"][0]  # of whom one spell is spoiled, so that none counts
    assert taken.employment.height == world.spells.filter(pl.col("teacher_id") != half).height
    assert taken.staff_entries["school_id"].null_count() < taken.staff_entries.height / 100


@pytest.fixture(scope="module")
def combined(taken):
    return combine_people(taken.teachers, taken.employment, taken.schools, taken.staff_entries, LINKING)


def judge(city, rows: pl.DataFrame, staff_row: pl.Expr) -> pl.DataFrame:
    """Add right: whether the row's teacher_id is the person on that line of the list."""
    named = rows.with_columns(staff_row=staff_row).join(city[0].list_truth, on="staff_row", how="left")
    right = pl.col("teacher_ids").list.contains(pl.col("teacher_id")).fill_null(value=False)
    return named.with_columns(right=right)


def test_entries_find_their_own_teacher_and_almost_all_do(city, combined):
    entries = judge(city, combined.staff_entries, pl.concat_str("list_id", pl.lit("#"), "row_no"))
    linked = entries.drop_nulls("teacher_id")
    assert linked["right"].all()
    assert linked.height > 0.985 * city[0].list_truth.height


def test_a_city_linked_in_parts_of_whole_lists_finds_as_many_and_no_other(city, taken, combined, monkeypatch):
    monkeypatch.setattr("tongcha.reference.entries.AT_ONCE", 500)
    tables = (taken.teachers, taken.employment, taken.schools, taken.staff_entries)
    parted = combine_people(*tables, LINKING).staff_entries
    both = parted.join(combined.staff_entries, on=["list_id", "row_no"], suffix="_whole")
    assert both.height == combined.staff_entries.height > 2_000
    differ = both.filter(pl.col("teacher_id").ne_missing(pl.col("teacher_id_whole")))
    assert differ.height < 0.002 * both.height
    assert (
        judge(city, parted, pl.concat_str("list_id", pl.lit("#"), "row_no"))
        .drop_nulls("teacher_id")["right"]
        .all()
    )


def test_whoever_is_only_on_a_list_stays_a_person_of_their_own(combined):
    contract = combined.staff_entries.filter(pl.col("staff_type") != "在编")
    assert contract["teacher_id"].null_count() == contract.height
    alone = combined.people.filter(pl.col("origin") == "staff_list")
    assert alone.height == combined.staff_entries["teacher_id"].null_count()


def test_what_is_not_sure_is_told_to_the_bureau_and_most_of_it_is_true(city, combined):
    suspicions = combined.staff_findings.filter(pl.col("kind") == "possibly_same")
    told = judge(city, suspicions, pl.col("subject_id"))
    open_entries = combined.staff_entries.filter(pl.col("teacher_id").is_null())
    names = [city[0].list_truth["staff_row"].to_list(), told["subject_id"].to_list()]
    missed = open_entries.select(pl.concat_str("list_id", pl.lit("#"), "row_no")).to_series().to_list()
    unreported = set(missed) & set(names[0]) - set(names[1])
    assert told["right"].sum() > 0.6 * told.height
    assert len(unreported) < 0.002 * city[0].list_truth.height
