"""How well lines of staff lists find their own registration: invented cities, judged by their truth.

Run: `PYTHONPATH=. python benchmarks/staff_lists.py [--cities 8]`; about ten seconds per city. Each city is
written to files and read back, so what intake makes of a list counts as well.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import polars as pl

from tongcha.policy.intake import IntakePolicy
from tongcha.policy.linkage import LinkagePolicy
from tongcha.policy.reference import ReferencePolicy
from tongcha.reference.entries import Linking
from tongcha.reference.people import combine_people
from tongcha.reference.snapshot import read_snapshot
from tongcha.synthetic.inbox import write_inbox
from tongcha.synthetic.spec import SIZES
from tongcha.synthetic.world import build_world

POLICY = Path(__file__).resolve().parents[1] / "policy"


def main() -> None:
    """Measure each city and print one line for it, then the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cities", type=int, default=8)
    rows = [measure_city(seed) for seed in range(1, parser.parse_args().cities + 1)]
    table = pl.DataFrame(rows)
    sums = table.select(pl.all().exclude("seed").sum())
    with pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, tbl_cols=-1, tbl_rows=-1):
        print(table)
        print(sums.with_columns(found=pl.col("right") / pl.col("registered")))


def measure_city(seed: int) -> dict[str, float]:
    """Return lines, those of registered people, right and wrong links, suspicions, CPU seconds."""
    world = build_world(replace(SIZES["demo"], seed=seed))
    with tempfile.TemporaryDirectory() as folder:
        inbox = write_inbox(world, Path(folder))
        intake = IntakePolicy.load(POLICY / "intake.yaml")
        taken = read_snapshot(Path(folder), inbox.snapshot, policy=intake)
    lists = ReferencePolicy.load(POLICY / "reference.yaml").staff_lists
    linking = Linking(lists, LinkagePolicy.load(POLICY / "linkage.yaml"))
    start = time.process_time()
    made = combine_people(taken.teachers, taken.employment, taken.schools, taken.staff_entries, linking)
    spent = time.process_time() - start
    line = pl.concat_str("list_id", pl.lit("#"), "row_no")
    links = judge(made.staff_entries.drop_nulls("teacher_id").with_columns(staff_row=line), world.list_truth)
    likely = made.staff_findings.filter(pl.col("kind") == "possibly_same")
    told = judge(likely.with_columns(staff_row="subject_id"), world.list_truth)
    return {
        "seed": seed,
        "lines": made.staff_entries.height,
        "registered": world.list_truth.height,
        "right": int(links.sum()),
        "wrong": len(links) - int(links.sum()),
        "suspicions": len(told),
        "true": int(told.sum()),
        "cpu_s": round(spent, 1),
    }


def judge(rows: pl.DataFrame, truth: pl.DataFrame) -> pl.Series:
    """Return whether each row's teacher_id is the person on that line."""
    known = rows.join(truth, on="staff_row", how="left")
    right = pl.col("teacher_ids").list.contains(pl.col("teacher_id")).fill_null(value=False)
    return known.select(right=right)["right"]


if __name__ == "__main__":
    main()
