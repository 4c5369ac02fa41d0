"""Does calibration from judgements find the world's own m?

    python benchmarks/linkage/calibration.py WORLD [SHARE]

WORLD is a folder that `run.py` made. People are taken to judge by the truth: links that the machine is sure
of by one signature, of which a second person sees SHARE (0.1), all others by two. m counted on what two
people agreed on is set beside m over all true candidate pairs: with each second look counting for all of
its kind (as `tongcha calibrate --from judgements` does), without that, and beside the policy in force.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import polars as pl  # noqa: E402  the path must be set first

from tongcha.linkage.blocking.listed import find_listed  # noqa: E402  the path must be set first
from tongcha.linkage.decisions import decide_pairs  # noqa: E402  the path must be set first
from tongcha.linkage.estimation.estimates import NUMBERS, OTHERS, estimate_levels  # noqa: E402  the path must be set first
from tongcha.linkage.folder import open_registry  # noqa: E402  the path must be set first
from tongcha.linkage.links import LADDERS  # noqa: E402  the path must be set first
from tongcha.linkage.reading.tables import read_table, scan_table  # noqa: E402  the path must be set first
from tongcha.linkage.scoring import score_pairs  # noqa: E402  the path must be set first
from tongcha.policy.calibration import CalibrationPolicy  # noqa: E402  the path must be set first
from tongcha.policy.linkage import LinkagePolicy  # noqa: E402  the path must be set first

SEED = 3
BARE = CalibrationPolicy(version="", carries=0, least_pairs=1, least_second_looks=1)
"""no smoothing: what the links alone tell"""


def main(world: Path, share: float) -> None:
    """Link, let people judge, count m three ways, and print how far each is off."""
    policy = LinkagePolicy.load(ROOT / "policy" / "linkage.yaml")
    same = link(world, policy).filter("same").with_columns(weight=pl.lit(1.0))
    dice = random.Random(SEED)  # noqa: S311 - a simulation
    is_sure = pl.col("decision") == "accept"
    judged = same.filter(pl.col("decision") != "none").with_columns(
        looked=pl.Series(
            [d != "accept" or dice.random() < share for d in same["decision"] if d != "none"],
            dtype=pl.Boolean,
        )
    )
    sure, seen = judged.filter(is_sure).height, judged.filter(is_sure, "looked").height
    agreed = judged.filter("looked")
    weighed = agreed.with_columns(weight=pl.when(is_sure).then(sure / seen).otherwise(1.0))
    ladders = (*NUMBERS, *OTHERS)
    truth, naive, found = (estimate_levels(f, policy, BARE, ladders) for f in (same, agreed, weighed))
    inside = truth["new"].is_between(found["low"], found["high"])
    print(f"true pairs {same.height}; agreed on by two {agreed.height}, with {seen} of {sure} sure ones")
    for name, values in (("weighed", found["new"]), ("as they come", naive["new"]), ("policy", truth["old"])):
        print(f"{name:>13}: mean distance from the world's m {(values - truth['new']).abs().mean():.4f}")
    print(f"95 % intervals that hold the world's m: {inside.sum()} of {inside.len()}")


def link(world: Path, policy: LinkagePolicy) -> pl.DataFrame:
    """Return every candidate with its levels, decision, and whether it is the person."""
    identities = read_table(world, "identities").sort("identity_id")
    schools = read_table(world, "schools").sort("school_id")
    staff, registry = scan_table(world, "staff_lists"), scan_table(world, "registry")
    listed = find_listed(identities["phone"], staff, registry, schools, policy.school.fits_from)
    scored = score_pairs(identities, open_registry(world), schools, policy, listed)
    links = decide_pairs(scored, identities, policy).join(
        identities.select("identity_id", "capture"), on="identity_id"
    )
    known = pl.read_parquet(world / "truth" / "truth.parquet").select("identity_id", "teacher_ids")
    right = pl.col("teacher_ids").list.contains(pl.col("teacher_id")).fill_null(value=False)
    joined = links.join(known, on="identity_id", how="left").with_columns(same=right)
    return joined.select("identity_id", "person_id", "capture", "decision", "same", *LADDERS).sort(
        "identity_id", "person_id"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.1)  # noqa: PLR2004 - the second argument
