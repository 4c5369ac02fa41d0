"""Employment spells: a teacher of whom one spell goes back is at no school until it is put right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from tests.intake_files import POLICY, SNAPSHOT, make_snapshot
from tongcha.linkage.as_of import employment_as_of
from tongcha.policy.linkage import LinkagePolicy
from tongcha.reference.snapshot import SnapshotIntake, read_snapshot

RULES = LinkagePolicy.load(Path(__file__).resolve().parents[2] / "policy" / "linkage.yaml").employment
HEADER = "教师编号,经历序号,学校标识码,起始日期,终止日期\n"
OLD, NEW = "2134000001", "2134000002"
RAID = dt.date(2026, 10, 18)


def read(tmp_path, *spells: str) -> SnapshotIntake:
    path = make_snapshot(tmp_path) / "任职经历.csv"
    path.write_text(HEADER + "\n".join(spells), encoding="utf-8")
    return read_snapshot(tmp_path, SNAPSHOT, policy=POLICY)


def school_of(taken: SnapshotIntake, teacher: str) -> tuple[str, str | None]:
    asked = pl.DataFrame({"person_id": teacher, "teacher_id": teacher, "day": RAID, "hire_date": None})
    found = employment_as_of(asked.cast({"hire_date": pl.Date}), taken.employment, RULES)
    return found.select("employment_state", "responsible_school_id").row(0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unread",
    [
        f"T1,2,{NEW},2020-09-01,2019-09-01",
        f"Ｔ１,2,{NEW},2020-09-01,2019-09-01",
        "T1,2,,2020-09-01,至今",
    ],
)
@pytest.mark.parametrize("end", ["至今", "2020-08-31"])
def test_nobody_is_put_at_a_school_by_half_of_their_spells(tmp_path, unread, end):
    taken = read(tmp_path, f"T1,1,{OLD},2010-09-01,{end}", unread, f"T2,1,{OLD},2010-09-01,至今")
    assert school_of(taken, "T1") == ("unknown", None)
    assert school_of(taken, "T2") == ("in_service", OLD)
    told = taken.rejected_reference_rows
    assert told.filter(pl.col("rule") == "spells_are_whole")["row"].to_list() == [2]
    counts = taken.reference_files.filter(pl.col("table") == "employment").row(0, named=True)
    assert (counts["rows_read"], counts["rows_accepted"], counts["rows_rejected"]) == (3, 1, 2)


@pytest.mark.slow
@pytest.mark.parametrize("start", ["2020年秋", "2020-02-31"])
@pytest.mark.parametrize("end", ["至今", "2020-08-31"])
def test_a_spell_whose_start_can_not_be_read_puts_nobody_at_either_school(tmp_path, start, end):
    taken = read(tmp_path, f"T1,1,{OLD},2010-09-01,{end}", f"T1,2,{NEW},{start},至今")
    assert school_of(taken, "T1") == ("undated", None)
    assert taken.rejected_reference_rows.select("rule", "outcome").rows() == [
        ("start_is_readable", "blanked")
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spells", "expected"),
    [
        ([f"T1,1,{OLD},,至今"], ("undated", None)),
        ([f"T1,1,{OLD},,2020-08-31"], ("left", None)),
        ([f"T1,1,{OLD},2010-09-01,2020-08-31", f"T1,2,{NEW},,至今"], ("undated", None)),
        ([f"T1,1,{OLD},2010-09-01,至今", f"T1,2,{NEW},,至今"], ("undated", None)),
        ([f"T1,1,{OLD},,2010-08-31", f"T1,2,{NEW},2010-09-01,至今"], ("in_service", NEW)),
        ([f"T1,1,{OLD},2010-09-01,至今", f"T1,2,{NEW},,2020-08-31"], ("conflict", None)),
    ],
)
def test_a_spell_without_a_start_is_kept_and_decides_only_what_its_end_decides(tmp_path, spells, expected):
    taken = read(tmp_path, *spells)
    assert school_of(taken, "T1") == expected
    assert taken.employment.height == len(spells)
    assert taken.rejected_reference_rows.select("rule", "outcome").rows() == [("start_is_present", "blanked")]


def test_a_spell_that_is_written_twice_costs_nobody_the_rest(tmp_path):
    spell = f"T1,1,{OLD},2010-09-01,至今"
    assert school_of(read(tmp_path, spell, spell), "T1") == ("in_service", OLD)
