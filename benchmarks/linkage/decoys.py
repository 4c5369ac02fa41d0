"""Check the measured false-link rate against the truth, on many invented cities.

    python benchmarks/linkage/decoys.py [--seeds 100] [--first 1000]

Per seed a city of 20,000 teachers: six raids (some 300 people met) are the batch whose decoys are drawn and
linked; everybody met there at 66 raids (some 3,300 people) tells the truth, the share of those on no record
who reach a decision. Prints how often the interval of the decoys holds it, for `accept` and for `review`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

import numpy as np  # noqa: E402  the path must be set first
import polars as pl  # noqa: E402  the path must be set first

from tongcha.linkage.blocking.listed import find_listed  # noqa: E402  the path must be set first
from tongcha.linkage.decisions import decide_pairs  # noqa: E402  the path must be set first
from tongcha.linkage.decoys.drawing import draw_decoys, share_unknown  # noqa: E402  the path must be set first
from tongcha.linkage.estimation.intervals import grouped_interval  # noqa: E402  the path must be set first
from tongcha.linkage.folder import open_registry  # noqa: E402  the path must be set first
from tongcha.linkage.reading.tables import read_table, scan_table  # noqa: E402  the path must be set first
from tongcha.linkage.scoring import score_pairs  # noqa: E402  the path must be set first
from tongcha.policy.linkage import LinkagePolicy  # noqa: E402  the path must be set first
from tongcha.synthetic.spec import SIZES  # noqa: E402  the path must be set first
from tongcha.synthetic.world import stream_world  # noqa: E402  the path must be set first

DECISIONS: Final = ("accept", "review")
MET, RAIDS, IN_BATCH = 3_300, 66, 6


def main() -> None:
    """Measure every seed and print the sums."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=1_000)
    options = parser.parse_args()
    policy = LinkagePolicy.load(ROOT / "policy" / "linkage.yaml")
    rows = []
    for seed in range(options.first, options.first + options.seeds):
        with tempfile.TemporaryDirectory() as folder:
            rows += measure(seed, Path(folder), policy)
    table = pl.DataFrame(rows).group_by("decision").agg(
        seeds=pl.len(), held=pl.col("held").sum(), truth=pl.col("truth").mean(), decoys=pl.col("rate").mean(),
        width=(pl.col("high") - pl.col("low")).mean(),
    )  # fmt: skip
    print(table.sort("decision"))


def measure(seed: int, world: Path, policy: LinkagePolicy) -> list[dict[str, object]]:
    """Return per decision: the truth of a city, the rate of one batch's decoys, and its interval."""
    spec = replace(SIZES["demo"], seed=seed, identities=MET, raids=RAIDS, pupils=0)
    stream_world(spec, world, world / "truth")
    met = read_table(world, "identities").sort("identity_id")
    truth = pl.read_parquet(world / "truth" / "truth.parquet")
    strangers = truth.filter(pl.col("teacher_id").is_null())
    raids = np.random.default_rng(seed).choice(met["raid_id"].unique().sort().to_numpy(), IN_BATCH, False)
    batch = met.filter(pl.col("raid_id").is_in(raids.tolist()))
    people, schools = open_registry(world), read_table(world, "schools").sort("school_id")
    registry = scan_table(world, "registry")
    staff = scan_table(world, "staff_lists")
    listed = find_listed(met["phone"], staff, registry, schools, policy.school.fits_from)

    def link(identities: pl.DataFrame) -> pl.DataFrame:
        return decide_pairs(score_pairs(identities, people, schools, policy, listed), identities, policy)

    weighed = score_pairs(batch, people, schools, policy, listed)
    everyone = pl.read_parquet(world / "registry.parquet").sort("teacher_id")
    drawn = draw_decoys(batch, everyone, policy, str(seed), share_unknown(weighed, batch.height))
    fooled, linked = link(drawn.identities), link(met)
    rows: list[dict[str, object]] = []
    for decision in DECISIONS:
        reached = linked.filter(decision=decision).select("identity_id").unique()
        share = strangers.join(reached, on="identity_id", how="semi").height / strangers.height
        passed = fooled.filter(decision=decision)["identity_id"].unique()
        hit = drawn.identities["identity_id"].is_in(passed.implode()).to_numpy()
        low, high = grouped_interval(hit, drawn.template)
        held = low <= share <= high
        rows.append(
            {"decision": decision, "truth": share, "rate": float(hit.mean())}
            | {"low": low, "high": high, "held": held}
        )
    return rows


if __name__ == "__main__":
    main()
