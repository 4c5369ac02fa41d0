"""The invented city in its real formats: what is turned away is exactly what was spoiled."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.intake_files import POLICY
from tongcha.intake.batch import read_batch
from tongcha.reference.people import combine_people
from tongcha.reference.snapshot import newest_snapshot, read_snapshot
from tongcha.synthetic.inbox import write_inbox
from tongcha.synthetic.spec import WorldSpec
from tongcha.synthetic.world import build_world

PLACE = ["file", "row", "column"]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    world = build_world(WorldSpec(teachers=3000, schools=30, raids=4, seed=11))
    inbox = tmp_path_factory.mktemp("city")
    return world, inbox, write_inbox(world, inbox)


def test_exactly_the_spoiled_rows_are_sent_back(city):
    _, inbox, written = city
    taken = read_snapshot(inbox, newest_snapshot(inbox), policy=POLICY)
    day = dt.date(2026, 11, 22)
    batches = (read_batch(inbox, batch, today=day, policy=POLICY).rejected_rows for batch in written.batches)
    entries = [taken.rejected_reference_rows, *batches]
    rejected = pl.concat(part.select(*PLACE, "rule", "outcome") for part in entries)
    found = (
        rejected.filter(pl.col("outcome") == "rejected").select("file", "row").unique().sort("file", "row")
    )
    assert found.equals(written.bad_rows.select("file", "row").unique().sort("file", "row"))


def test_the_tables_hold_what_the_city_holds(city):
    world, inbox, _ = city
    taken = read_snapshot(inbox, newest_snapshot(inbox), policy=POLICY)
    columns = ["teacher_id", "name", "id_number", "phone", "birth_date"]
    assert taken.teachers.select(columns).equals(world.registry.select(columns).sort("teacher_id"))
    assert taken.employment.height == world.spells.height
    assert taken.staff_entries["school_id"].null_count() < taken.staff_entries.height / 100


def test_list_entries_find_their_teacher_and_contract_staff_stay_themselves(city):
    _, inbox, _ = city
    taken = read_snapshot(inbox, newest_snapshot(inbox), policy=POLICY)
    entries = combine_people(taken.teachers, taken.employment, taken.staff_entries).staff_entries
    permanent = entries.filter(pl.col("staff_type") == "在编")
    contract = entries.filter(pl.col("staff_type") != "在编")
    assert permanent["teacher_id"].null_count() < permanent.height * 0.03
    assert contract["teacher_id"].null_count() == contract.height
