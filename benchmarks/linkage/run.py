"""Compare linkers on invented worlds: accuracy against the truth, wall time, CPU and memory.

    python benchmarks/linkage/run.py --size city|province|province_200k|region|nation [--seed 1] [--linkers …]

Every linker runs in a process of its own, process start and reading included, `--repeat` times, in turns, so
that other work on the machine meets all of them; the table shows medians. `tongcha_prepared` has its key
index written before. Peers come with the `bench` extra; one that isn't installed is left out and said so.
`--identities N` links a sample of the people met.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks" / "linkage")]

import polars as pl  # noqa: E402  the path must be set first
from measure import measure, read_best, slice_errors  # noqa: E402  a neighbour of this script

from tongcha.synthetic.spec import SIZES  # noqa: E402  the path must be set first
from tongcha.synthetic.world import stream_world  # noqa: E402  the path must be set first

LINKERS = {
    "exact_id": "exact_id.py",
    "exact_keys": "exact_keys.py",
    "splink": "splink_link.py",
    "tongcha": "tongcha_link.py",
    "tongcha_prepared": "tongcha_prepared.py",
}
WORLDS = SIZES | {
    "region": replace(
        SIZES["nation"], teachers=5_000_000, schools=52_000, provinces=8, identities=20_000, raids=1_400
    )
}
TABLES = ("registry", "schools", "spells", "staff_lists")
SURE = 0.0
"""threshold of the slices in bits: more likely right than wrong"""


def main() -> None:
    """Build the world unless it is there, run the linkers, print and store the table."""
    options = parse()
    world = options.worlds / f"{options.size}-{options.seed}"
    if not (world / "truth" / "truth.parquet").is_file():
        stream_world(replace(WORLDS[options.size], seed=options.seed), world, world / "truth")
    if options.identities:
        world = sample_world(world, options.identities)
    truth = pl.read_parquet(world / "truth" / "truth.parquet")
    rows = []
    for name, cost in run_linkers(world, options).items():
        best = read_best(world / f"{name}.parquet", truth)
        rows.append({"linker": name} | asdict(measure(best, truth)) | cost)
        if name == "tongcha":
            slice_errors(best, truth, SURE).write_csv(world / "slices.csv")
    table = pl.DataFrame(rows).with_columns(pl.col(pl.Float64).round(4))
    table.write_csv(world / "table.csv")
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=200, tbl_hide_dataframe_shape=True):
        print(table)
    print(tell_ratios(table))
    if (world / "slices.csv").is_file():
        draw(world)


def sample_world(world: Path, identities: int) -> Path:
    """Return a world that shares all tables but holds only some of the people met."""
    sample = world.with_name(f"{world.name}-of-{identities}")
    (sample / "truth").mkdir(parents=True, exist_ok=True)
    met = pl.read_parquet(world / "identities.parquet").sort("identity_id").sample(identities, seed=1)
    met.write_parquet(sample / "identities.parquet")
    truth = pl.read_parquet(world / "truth" / "truth.parquet")
    truth.join(met, on="identity_id", how="semi").write_parquet(sample / "truth" / "truth.parquet")
    for table in TABLES:
        link = sample / f"{table}.parquet"
        link.unlink(missing_ok=True)
        link.symlink_to(world.resolve() / link.name)
    return sample


def tell_ratios(table: pl.DataFrame) -> str:
    """Say what the issue asks for: wall time against the bare join, CPU against Splink, of this very run."""
    cost = {row["linker"]: row for row in table.iter_rows(named=True)}
    lines = [
        f"{name}: {cost[name]['wall_s'] / cost['exact_id']['wall_s']:.1f} x the wall time of the exact join"
        for name in ("tongcha", "tongcha_prepared")
        if name in cost and "exact_id" in cost
    ]
    if "tongcha" in cost and "splink" in cost:
        lines.append(f"splink: {cost['splink']['cpu_s'] / cost['tongcha']['cpu_s']:.1f} x the CPU of tongcha")
    return "\n".join(lines)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=sorted(WORLDS), default="city")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--linkers", nargs="+", choices=sorted(LINKERS), default=list(LINKERS))
    parser.add_argument("--identities", type=int, default=0, help="link a sample of so many people met")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--worlds", type=Path, default=ROOT / "bench-data" / "linkage")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has the peers")
    return parser.parse_args()


def run_linkers(world: Path, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Run the linkers in turns; return medians of wall and CPU seconds and of peak memory of each."""
    costs: dict[str, list[dict[str, float]]] = {name: [] for name in options.linkers}
    if "tongcha_prepared" in costs:
        run_linker("tongcha_prepared", world, options)
    for _ in range(options.repeat):
        for name in list(costs):
            cost = run_linker(name, world, options)
            if cost is None:
                print(f"{name}: not installed or failed, left out")
                del costs[name]
            else:
                costs[name].append(cost)
    return {
        name: {figure: statistics.median(cost[figure] for cost in runs) for figure in runs[0]}
        for name, runs in costs.items()
    }


def run_linker(name: str, world: Path, options: argparse.Namespace) -> dict[str, float] | None:
    """Run one linker once."""
    here = ROOT / "benchmarks" / "linkage"
    python = options.python if name == "splink" else sys.executable
    timed = [sys.executable, str(here / "timer.py"), python, str(here / "linkers" / LINKERS[name])]
    out = world / f"{name}.parquet"
    done = subprocess.run([*timed, str(world), str(out)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr[-2_000:])
        return None
    cost: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return cost


def draw(world: Path) -> None:
    """Draw the table and the slices."""
    if importlib.util.find_spec("matplotlib") is None:
        print("matplotlib isn't installed: no plot")
        return
    from plot import main as plot  # noqa: PLC0415  comes with the bench extra

    plot(str(world), str(world / "table.svg"))


if __name__ == "__main__":
    main()
